//! A bucket key outlives what is withdrawn from its requester by its lifetime, and no longer. New objects are not sealed
//! under a key that is out of use, not even that long.

use std::time::{Duration, Instant};

use crate::support::client::Call;
use crate::support::kms::Kms;
use crate::support::sse::{BUCKET_KEY, KEY_ID, SSE};
use crate::support::{Gateway, S3};

/// Long enough for the few requests that must meet the living bucket key, on a busy machine too.
const LIFETIME: Duration = Duration::from_secs(8);

const FILE: &str = r#"
[accounts.000000000000.users.ann.policies]
all = '''{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*","kms:*"],"Resource":"*"}]}'''
[[accounts.000000000000.users.ann.access_keys]]
id = "ANNANNANNANNANNANN01"
secret = "ann-secret"
"#;

struct World {
    gateway: Gateway,
    folder: tempfile::TempDir,
    bucket: String,
    /// The ARN of a key of the account.
    key: String,
}

impl World {
    async fn start(lifetime: Duration) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("identities.toml");
        std::fs::write(&file, FILE).unwrap();
        let secs = lifetime.as_secs().to_string();
        let settings = [("SEALGATE_IDENTITIES", file.to_str().unwrap()), ("SEALGATE_BUCKET_KEY_SECS", &secs)];
        let gateway = Gateway::start_with(&settings).await;
        let bucket = gateway.s3().bucket("lapse").await;
        let made = Kms::of(&gateway.s3()).call("CreateKey", "{}").await.json();
        let key = made["KeyMetadata"]["Arn"].as_str().unwrap().to_owned();
        Self { gateway, folder, bucket, key }
    }

    fn ann(&self) -> S3 {
        S3 { watch: None, ..self.gateway.s3_as("ANNANNANNANNANNANN01", "ann-secret") }
    }

    /// A write and a read.
    fn calls(&self) -> [Call; 2] {
        let put = self.ann().put(&self.bucket, "k", "x").header(SSE, "aws:kms").header(KEY_ID, &self.key);
        [put.header(BUCKET_KEY, "true"), self.ann().get(&self.bucket, "k")]
    }

    async fn work(&self) {
        for call in self.calls() {
            call.send().await.ok();
        }
    }

    async fn kms(&self, action: &str) {
        Kms::of(&self.gateway.s3()).call(action, &format!(r#"{{"KeyId":"{}"}}"#, self.key)).await.ok();
    }

    /// Sets a key policy with one more statement after the account's own.
    async fn key_policy(&self, more: &str) {
        let account = r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:root"},"Action":"kms:*","Resource":"*"}"#;
        let policy = format!(r#"{{"Version":"2012-10-17","Statement":[{account}{more}]}}"#);
        let input = serde_json::json!({ "KeyId": self.key, "Policy": policy });
        Kms::of(&self.gateway.s3()).call("PutKeyPolicy", &input.to_string()).await.ok();
    }

    /// Writes the identities file and waits until it counts, which a request by ann alone tells.
    async fn identities(&self, text: &str, counts: impl AsyncFn(&S3) -> bool) {
        std::fs::write(self.folder.path().join("identities.toml"), text).unwrap();
        let deadline = Instant::now() + Duration::from_secs(30);
        while !counts(&self.ann()).await {
            assert!(Instant::now() < deadline, "the identities file was not read again");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Warms the bucket key, puts the key out of use, sees a write refused at once, and reads on until the lifetime has passed.
async fn lapses_for_reads(world: &World, withdraw: impl Future<Output = ()>, status: u16, code: &str, message: &str) {
    let warmed = Instant::now();
    world.work().await;
    let last = Instant::now();
    withdraw.await;
    let [write, read] = world.calls();
    let error = write.send().await.error(status, code);
    assert!(error.at("Message").contains(message), "{error:?}");
    read.clone().send().await.ok();
    assert!(warmed.elapsed() < LIFETIME, "this machine is too slow to tell");
    tokio::time::sleep_until((last + LIFETIME + Duration::from_millis(100)).into()).await;
    let error = read.send().await.error(status, code);
    assert!(error.at("Message").contains(message), "{error:?}");
}

/// Warms the bucket key, withdraws, works on until the lifetime has passed, and then sees a write and a read refused.
async fn lapses(world: &World, withdraw: impl Future<Output = ()>, status: u16, code: &str, message: [&str; 2]) {
    let warmed = Instant::now();
    world.work().await;
    let last = Instant::now();
    withdraw.await;
    world.work().await;
    assert!(warmed.elapsed() < LIFETIME, "this machine is too slow to tell");
    tokio::time::sleep_until((last + LIFETIME + Duration::from_millis(100)).into()).await;
    for (call, message) in world.calls().into_iter().zip(message) {
        let error = call.send().await.error(status, code);
        assert!(error.at("Message").contains(message), "{error:?}");
    }
}

#[tokio::test]
async fn a_disabled_key() {
    let world = World::start(LIFETIME).await;
    let message = format!("{} is disabled.", world.key);
    lapses_for_reads(&world, world.kms("DisableKey"), 400, "KMS.DisabledException", &message).await;
    world.kms("EnableKey").await;
    world.work().await;
}

#[tokio::test]
async fn a_key_that_is_to_be_deleted() {
    let world = World::start(LIFETIME).await;
    let message = format!("{} is pending deletion.", world.key);
    let withdraw = world.kms("ScheduleKeyDeletion");
    lapses_for_reads(&world, withdraw, 400, "KMS.KMSInvalidStateException", &message).await;
    world.kms("CancelKeyDeletion").await;
    world.kms("EnableKey").await;
    world.work().await;
}

const DENIED: [&str; 2] = ["kms:GenerateDataKey", "kms:Decrypt"];

#[tokio::test]
async fn a_key_policy_that_denies() {
    let world = World::start(LIFETIME).await;
    let deny = r#",{"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::000000000000:user/ann"},
        "Action":["kms:GenerateDataKey","kms:Decrypt"],"Resource":"*"}"#;
    lapses(&world, world.key_policy(deny), 403, "AccessDenied", DENIED).await;
    world.key_policy("").await;
    world.work().await;
}

#[tokio::test]
async fn a_permission_that_is_taken_back() {
    let world = World::start(LIFETIME).await;
    let may_list = async |ann: &S3| Kms::of(ann).call("ListKeys", "{}").await.status.is_success();
    let less = FILE.replace("\"s3:*\",\"kms:*\"", "\"s3:*\"");
    assert!(less != FILE);
    let withdraw = world.identities(&less, async |ann| !may_list(ann).await);
    lapses(&world, withdraw, 403, "AccessDenied", DENIED).await;
    world.identities(FILE, may_list).await;
    world.work().await;
}

#[tokio::test]
async fn without_a_lifetime_it_counts_at_once() {
    let world = World::start(Duration::ZERO).await;
    world.work().await;
    world.kms("DisableKey").await;
    for call in world.calls() {
        call.send().await.error(400, "KMS.DisabledException");
    }
    world.kms("EnableKey").await;
    world.work().await;
}
