//! The KMS door without its socket: callers are named, the clock is moved by hand, the audit trail is read back.

use std::io::Write as _;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use sealgate::audit::{self, Audit, Durability};
use sealgate::database::{self, Database};
use sealgate::front::kms::{KmsDoor, serve};
use sealgate::front::sts::{self, StsDoor};
use sealgate::identity::{Caller, Identities, Origin, RootUser, Unauthenticated};
use sealgate::kms::{Clock, Config, Kms, QuotaMode};
use sealgate::names::{AccountId, Region};
use sealgate::sigv4::SecretKeyText;
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::support::postgres;

pub const ACCOUNT: &str = "000000000000";
pub const REGION: &str = "us-east-1";

/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600;

/// Users of two accounts. `root` is the first account's root user, `foreign` the second's.
const IDENTITIES: &str = r#"
[accounts.000000000000.users.admin]
access_keys = [{ id = "admin", secret = "secret-of-admin" }]
policies.all = '{"Statement": {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}}'

[accounts.000000000000.users.reader]
access_keys = [{ id = "reader", secret = "secret-of-reader" }]
policies.use = '{"Statement": {"Effect": "Allow", "Action": ["kms:Decrypt", "kms:DescribeKey"], "Resource": "*"}}'

[accounts.000000000000.users.nobody]
access_keys = [{ id = "nobody", secret = "secret-of-nobody" }]

[accounts.000000000000.users.barred]
access_keys = [{ id = "barred", secret = "secret-of-barred" }]
policies.no = '{"Statement": {"Effect": "Deny", "Action": "kms:RetireGrant", "Resource": "*"}}'

[accounts.000000000000.users.deputy]
access_keys = [{ id = "deputy", secret = "secret-of-deputy" }]
policies.assume = '{"Statement": {"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"], "Resource": "*"}}'

[accounts.000000000000.roles.keeper]
max_session_secs = 7200
tags = { team = "blue", stage = "test" }
policies.use = '{"Statement": {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}}'
trust = """{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "arn:aws:iam::000000000000:user/nobody"}},
  {"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"], "Principal": {"AWS": "000000000000"}},
  {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "111122223333"},
   "Condition": {"StringEquals": {"sts:ExternalId": "shared"}}},
  {"Effect": "Deny", "Action": "sts:AssumeRole", "Principal": "*", "Condition": {"StringEquals": {"sts:RoleSessionName": "banned"}}}
]}"""

[accounts.111122223333]
access_keys = [{ id = "foreign", secret = "secret-of-foreign" }]

[accounts.111122223333.users.guest]
access_keys = [{ id = "guest", secret = "secret-of-guest" }]
policies.all = '{"Statement": {"Effect": "Allow", "Action": ["kms:*", "sts:AssumeRole"], "Resource": "*"}}'
"#;

pub struct Room {
    folder: Arc<tempfile::TempDir>,
    pub database: database::Config,
    trail: PathBuf,
    door: KmsDoor,
    sts: StsDoor,
    pub kms: Arc<Kms>,
    pub identities: Arc<Identities>,
    clock: Arc<AtomicI64>,
}

/// What the door answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Answer {
    #[track_caller]
    pub fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.body
    }

    /// The error's type and message.
    #[track_caller]
    pub fn error(self) -> (String, String) {
        assert_ne!(self.status, 200, "{}", self.body);
        let text = |name: &str| self.body[name].as_str().unwrap_or_default().to_owned();
        let message = if self.body["Message"].is_string() { text("Message") } else { text("message") };
        (text("__type"), message)
    }

    #[track_caller]
    pub fn fails(self, code: &str, message: &str) {
        assert_eq!(self.error(), (code.to_owned(), message.to_owned()));
    }

    #[track_caller]
    pub fn code(self) -> String {
        self.error().0
    }
}

impl Room {
    pub async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = postgres::fresh(folder.path());
        let clock = Arc::new(AtomicI64::new(START));
        Self::open_in(Arc::new(folder), database, "audit.jsonl", clock, QuotaMode::Off).await
    }

    /// With AWS's request quotas.
    pub async fn with_quotas() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = postgres::fresh(folder.path());
        let clock = Arc::new(AtomicI64::new(START));
        Self::open_in(Arc::new(folder), database, "audit.jsonl", clock, QuotaMode::AsOnAws).await
    }

    async fn open_in(
        folder: Arc<tempfile::TempDir>,
        place: database::Config,
        trail: &str,
        clock: Arc<AtomicI64>,
        quotas: QuotaMode,
    ) -> Self {
        let database = Database::open(place.clone()).await.unwrap();
        let trail = folder.path().join(trail);
        let audit = audit::Config { file: trail.clone(), durability: Durability::Written };
        let config = Config {
            root_key_file: folder.path().join("root.key"),
            account: AccountId::new(ACCOUNT).unwrap(),
            region: Region::new(REGION).unwrap(),
            clock: Clock::Virtual(clock.clone()),
            quotas,
        };
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(IDENTITIES.as_bytes()).unwrap();
        let root = RootUser {
            account: AccountId::new(ACCOUNT).unwrap(),
            access_key_id: "root".into(),
            secret_key: SecretKeyText::new("secret-of-root"),
        };
        let identities = Arc::new(Identities::load(root, Some(file.path())).unwrap());
        let audit = Audit::open(&audit).unwrap();
        let kms = Arc::new(Kms::open(config, database, audit.clone(), identities.clone()).await.unwrap());
        let sts = StsDoor::new(identities.clone(), audit);
        Self { folder, database: place, trail, door: KmsDoor::new(kms.clone()), sts, kms, identities, clock }
    }

    /// The same folder after a stop of the process.
    pub async fn reopen(self) -> Self {
        let Self { folder, database, door, sts, kms, clock, .. } = self;
        drop((door, sts, kms));
        Self::open_in(folder, database, "audit.jsonl", clock, QuotaMode::Off).await
    }

    /// Another gateway's key manager on the same database. It hears of changes when it is told to refresh.
    pub async fn replica(&self) -> Self {
        self.replica_with_trail("replica.jsonl").await
    }

    /// With its audit trail in this file.
    pub async fn replica_with_trail(&self, trail: &str) -> Self {
        let (folder, database) = (self.folder.clone(), self.database.clone());
        Self::open_in(folder, database, trail, self.clock.clone(), QuotaMode::Off).await
    }

    pub fn caller(&self, who: &str) -> Caller {
        self.identities.caller(who).unwrap()
    }

    pub async fn call(&self, who: &str, action: &str, body: Value) -> Answer {
        self.send(who, REGION, action, body.to_string().into()).await
    }

    pub async fn call_in(&self, region: &str, who: &str, action: &str, body: Value) -> Answer {
        self.send(who, region, action, body.to_string().into()).await
    }

    pub async fn send(&self, who: &str, region: &str, action: &str, body: Bytes) -> Answer {
        self.send_by(self.caller(who), region, action, body).await
    }

    pub async fn call_by(&self, caller: Caller, action: &str, body: Value) -> Answer {
        self.send_by(caller, REGION, action, body.to_string().into()).await
    }

    async fn send_by(&self, caller: Caller, region: &str, action: &str, body: Bytes) -> Answer {
        let region = Region::new(region).unwrap();
        let origin = origin(&region);
        let target = format!("TrentService.{action}");
        let response = serve(&self.door, caller, origin, region, &target, body).await;
        let status = response.status().as_u16();
        let body = response.into_body();
        Answer { status, body: if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() } }
    }

    /// An STS request, as a form. The status and the XML.
    pub async fn sts(&self, caller: Caller, form: &str) -> (u16, String) {
        let region = Region::new(REGION).unwrap();
        let now = OffsetDateTime::from_unix_timestamp(self.now()).unwrap();
        let form = format!("Version=2011-06-15&{form}").into();
        let response = sts::serve(&self.sts, caller, origin(&region), region, form, now).await;
        (response.status().as_u16(), String::from_utf8(response.into_body().to_vec()).unwrap())
    }

    pub fn authenticate(&self, access_key_id: &str, token: &str) -> Result<Caller, Unauthenticated> {
        let now = OffsetDateTime::from_unix_timestamp(self.now()).unwrap();
        self.identities.authenticate(access_key_id, Some(token), now)
    }

    /// A key of root's making, by its ARN.
    pub async fn key(&self, body: Value) -> String {
        let made = self.call("root", "CreateKey", body).await.ok();
        made["KeyMetadata"]["Arn"].as_str().unwrap().to_owned()
    }

    /// A symmetric encryption key.
    pub async fn symmetric(&self) -> String {
        self.key(json!({})).await
    }

    pub fn pass_days(&self, days: i64) {
        self.clock.fetch_add(days * 86_400, Ordering::Relaxed);
    }

    pub fn pass_secs(&self, secs: i64) {
        self.clock.fetch_add(secs, Ordering::Relaxed);
    }

    pub fn now(&self) -> i64 {
        self.clock.load(Ordering::Relaxed)
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Every record of the audit trail, oldest first.
    pub fn audit(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(&self.trail).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

pub fn origin(region: &Region) -> Origin {
    Origin {
        request_id: "request-1".into(),
        source_ip: Ipv4Addr::LOCALHOST.into(),
        user_agent: "tests".into(),
        tls_version: None,
        secure: false,
        region: region.clone(),
    }
}
