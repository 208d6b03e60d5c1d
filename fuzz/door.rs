//! The key manager behind its door, for bytes from anywhere. The fuzz targets and a test of the ordinary suite share it.

use std::net::Ipv4Addr;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sealgate::audit::{self, Audit, Durability};
use sealgate::database::{self, Database};
use sealgate::front::kms::{KmsDoor, serve};
use sealgate::identity::{Identities, Origin, RootUser};
use sealgate::kms::{Clock, Config, Kms, QuotaMode};
use sealgate::names::{AccountId, Region};
use sealgate::sigv4::SecretKeyText;
use serde_json::{Value, json};

const ACCOUNT: &str = "000000000000";
const REGION: &str = "us-east-1";

/// Each action, and the errors that its model declares.
const DECLARED: &str = include_str!("../tests/kms/declared_errors/errors.tsv");

/// What every action may answer besides.
const COMMON: &[&str] = &[
    "AccessDeniedException",
    "SerializationException",
    "UnknownOperationException",
    "ValidationError",
    "ValidationException",
];

/// After so many requests the store is made anew: they disable keys, give policies away, and fill it.
const MOST_REQUESTS: u32 = 2000;

/// The version, the form and the key id of a blob: what names the key.
const NAMING_LEN: usize = 18;

pub struct Door {
    runtime: tokio::runtime::Runtime,
    door: KmsDoor,
    identities: Identities,
    /// What stands for keys and the like in inputs, and what is put in its place.
    names: Vec<(&'static str, String)>,
    sealed: Vec<u8>,
    served: u32,
    _folder: tempfile::TempDir,
}

#[derive(PartialEq, Debug)]
struct Answer {
    status: u16,
    body: Value,
}

impl Answer {
    fn kind(&self) -> &str {
        self.body["__type"].as_str().unwrap_or_default()
    }
}

impl Door {
    /// A fresh key store with a key of each kind, in memory where the system has a file system there.
    pub fn open() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        let root = || RootUser {
            account: AccountId::new(ACCOUNT).unwrap(),
            access_key_id: "root".into(),
            secret_key: SecretKeyText::new("secret-of-root"),
        };
        let kms = runtime.block_on(async {
            let database = Database::open(database::Config::Sqlite(folder.path().join("sealgate.db"))).await.unwrap();
            let trail = audit::Config { file: folder.path().join("audit.jsonl"), durability: Durability::Written };
            let config = Config {
                root_key_file: folder.path().join("root.key"),
                account: AccountId::new(ACCOUNT).unwrap(),
                region: Region::new(REGION).unwrap(),
                clock: Clock::System,
                quotas: QuotaMode::Off,
            };
            let identities = Arc::new(Identities::load(root(), None).unwrap());
            Kms::open(config, database, Audit::open(&trail).unwrap(), identities).await.unwrap()
        });
        let mut door = Self {
            runtime,
            door: KmsDoor::new(Arc::new(kms)),
            identities: Identities::load(root(), None).unwrap(),
            names: Vec::new(),
            sealed: Vec::new(),
            served: 0,
            _folder: folder,
        };
        door.furnish();
        door
    }

    fn furnish(&mut self) {
        for (name, request) in [
            ("@aes", json!({})),
            ("@mrk", json!({ "MultiRegion": true })),
            ("@external", json!({ "Origin": "EXTERNAL" })),
            ("@rsa", json!({ "KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT" })),
            ("@ecc", json!({ "KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY" })),
            ("@ed25519", json!({ "KeySpec": "ECC_NIST_EDWARDS25519", "KeyUsage": "SIGN_VERIFY" })),
            ("@agree", json!({ "KeySpec": "ECC_NIST_P384", "KeyUsage": "KEY_AGREEMENT" })),
            ("@sm2", json!({ "KeySpec": "SM2", "KeyUsage": "ENCRYPT_DECRYPT" })),
            ("@hmac", json!({ "KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC" })),
            ("@mldsa", json!({ "KeySpec": "ML_DSA_44", "KeyUsage": "SIGN_VERIFY" })),
            ("@mlkem", json!({ "KeySpec": "ML_KEM_768", "KeyUsage": "ENCAPSULATE_DECAPSULATE" })),
        ] {
            let made = self.must("CreateKey", &request);
            self.names.push((name, text(&made["KeyMetadata"]["Arn"])));
        }
        let key = self.name("@aes");
        self.must("CreateAlias", &json!({ "AliasName": "alias/fuzz", "TargetKeyId": key }));
        let sealed = json!({ "KeyId": key, "Plaintext": STANDARD.encode("plain"), "EncryptionContext": { "a": "b" } });
        let sealed = text(&self.must("Encrypt", &sealed)["CiphertextBlob"]);
        self.sealed = STANDARD.decode(&sealed).unwrap();
        let principal = format!("arn:aws:iam::{ACCOUNT}:root");
        let grant = json!({ "KeyId": key, "GranteePrincipal": principal, "Operations": ["Decrypt", "CreateGrant"] });
        let grant = self.must("CreateGrant", &grant);
        self.names.extend([
            ("@blob", sealed),
            ("@grant", text(&grant["GrantId"])),
            ("@token", text(&grant["GrantToken"])),
            ("@root", principal),
        ]);
    }

    /// The bytes up to the first line end name the action, the others are the request's body; `@aes` and the like stand for
    /// what exists. Whatever they are, the answer is a success or an error of AWS's.
    pub fn request(&mut self, input: &[u8]) {
        self.renew();
        let end = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
        let (action, body) = (String::from_utf8_lossy(&input[..end]), input.get(end + 1..).unwrap_or_default());
        let body = self.with_names(body);
        let answer = self.send(&action, body.clone());
        match answer.status {
            200 => {}
            400 => {
                let kind = answer.kind();
                let declared = || DECLARED.split(['\t', '\n', ',']).any(|name| name == kind);
                assert!(COMMON.contains(&kind) || declared(), "{action}: {answer:?}");
            }
            _ => panic!("{action}: {answer:?} to {:?}", String::from_utf8_lossy(&body)),
        }
    }

    /// The first byte says what the others are: a ciphertext, changes of one, a context, or a ciphertext for RSA. Whatever is
    /// wrong with a ciphertext, the answer is the same; one that names a key of nobody's hears that there is none.
    pub fn blob(&mut self, input: &[u8]) {
        self.renew();
        let Some((how, bytes)) = input.split_first() else { return };
        let context = json!({ "a": "b" });
        let (mut request, blob) = match how % 4 {
            0 => (json!({ "EncryptionContext": context }), bytes.to_vec()),
            1 => (json!({ "EncryptionContext": context }), self.changed(bytes)),
            2 => {
                let value = String::from_utf8_lossy(bytes);
                if value == "b" {
                    return;
                }
                (json!({ "EncryptionContext": { "a": value } }), self.sealed.clone())
            }
            _ => (json!({ "KeyId": self.name("@rsa"), "EncryptionAlgorithm": "RSAES_OAEP_SHA_256" }), bytes.to_vec()),
        };
        if how % 4 < 2 && blob == self.sealed {
            return;
        }
        request["CiphertextBlob"] = STANDARD.encode(&blob).into();
        let answer = self.send("Decrypt", request.to_string().into());
        let invalid = Answer { status: 400, body: json!({ "__type": "InvalidCiphertextException" }) };
        if blob.is_empty() || blob.len() > 6144 {
            assert_eq!(answer.kind(), "ValidationException");
        } else if how % 4 >= 2 || blob.get(..NAMING_LEN) == self.sealed.get(..NAMING_LEN) {
            assert_eq!(answer, invalid);
        } else {
            assert!(answer == invalid || answer.kind() == "AccessDeniedException", "{answer:?}");
        }
    }

    fn renew(&mut self) {
        self.served += 1;
        if self.served > MOST_REQUESTS {
            *self = Self::open();
        }
    }

    /// The blob that is there with changes: each three bytes are a position and a mask; what is left over cuts it.
    fn changed(&self, edits: &[u8]) -> Vec<u8> {
        let mut blob = self.sealed.clone();
        let (edits, rest) = edits.as_chunks::<3>();
        for [high, low, mask] in edits {
            let position = usize::from(u16::from_be_bytes([*high, *low])) % blob.len();
            blob[position] ^= mask;
        }
        if let [kept] = rest {
            blob.truncate(usize::from(*kept));
        }
        blob
    }

    fn with_names(&self, body: &[u8]) -> Vec<u8> {
        let Ok(text) = std::str::from_utf8(body) else { return body.to_vec() };
        if !text.contains('@') {
            return body.to_vec();
        }
        self.names.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value)).into_bytes()
    }

    fn name(&self, name: &str) -> String {
        self.names.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone()).unwrap()
    }

    fn must(&self, action: &str, request: &Value) -> Value {
        let answer = self.send(action, request.to_string().into());
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body
    }

    fn send(&self, action: &str, body: Vec<u8>) -> Answer {
        let region = Region::new(REGION).unwrap();
        let origin = Origin {
            request_id: "request-1".into(),
            source_ip: Ipv4Addr::LOCALHOST.into(),
            user_agent: "fuzz".into(),
            tls_version: None,
            secure: false,
            region: region.clone(),
        };
        let (caller, target) = (self.identities.caller("root").unwrap(), format!("TrentService.{action}"));
        let answer = self.runtime.block_on(serve(&self.door, caller, origin, region, &target, body.into()));
        let (status, body) = (answer.status().as_u16(), answer.into_body());
        Answer { status, body: if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() } }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
