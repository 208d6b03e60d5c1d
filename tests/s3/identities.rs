//! Users and policies of the identities file: what is allowed, and nothing else.

use crate::support::{Gateway, S3, bytes};

const FILE: &str = r#"
[accounts.000000000000.users.reader.policies]
read = '''{"Version":"2012-10-17","Statement":[
  {"Effect":"Allow","Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::shared-BUCKET","arn:aws:s3:::shared-BUCKET/public/*"]},
  {"Effect":"Deny","Action":"s3:GetObject","Resource":"arn:aws:s3:::shared-BUCKET/public/secret*"}]}'''
[[accounts.000000000000.users.reader.access_keys]]
id = "READERREADERREADER01"
secret = "reader-secret"
[[accounts.000000000000.users.reader.access_keys]]
id = "READERREADERREADER02"
secret = "reader-secret"
status = "Inactive"

[accounts.000000000000.users.writer.policies]
write = '''{"Version":"2012-10-17","Statement":[
  {"Effect":"Allow","Action":["s3:PutObject","s3:GetObject"],"Resource":"arn:aws:s3:::shared-BUCKET/*"}]}'''
[[accounts.000000000000.users.writer.access_keys]]
id = "WRITERWRITERWRITER01"
secret = "writer-secret"

[accounts.000000000000.users.conditional.policies]
maybe = '''{"Version":"2012-10-17","Statement":[
  {"Effect":"Allow","Action":"s3:PutObject","Resource":"*"},
  {"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"StringEquals":{"aws:username":"conditional"}}},
  {"Effect":"Allow","Action":"s3:DeleteObject","Resource":"*","Condition":{"StringEquals":{"aws:username":"x"}}}]}'''
[[accounts.000000000000.users.conditional.access_keys]]
id = "CONDITIONALCONDITION"
secret = "conditional-secret"

[[accounts.111122223333.access_keys]]
id = "OTHERACCOUNTOTHERACC"
secret = "other-secret"
"#;

struct World {
    gateway: Gateway,
    bucket: String,
    _folder: tempfile::TempDir,
}

impl World {
    async fn start() -> Self {
        let name = crate::support::data::unique("id");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("identities.toml");
        std::fs::write(&file, FILE.replace("BUCKET", &name)).unwrap();
        let gateway = Gateway::start_with(&[("SEALGATE_IDENTITIES", file.to_str().unwrap())]).await;
        let bucket = format!("shared-{name}");
        gateway.s3().call("PUT", &bucket, "").send().await.ok();
        Self { gateway, bucket, _folder: folder }
    }

    fn user(&self, access_key: &str, secret: &str) -> S3 {
        self.gateway.s3_as(access_key, secret)
    }
}

#[tokio::test]
async fn a_user_may_do_what_a_policy_allows_and_nothing_else() {
    let world = World::start().await;
    let (root, bucket) = (world.gateway.s3(), &world.bucket);
    for key in ["public/a", "public/secret-a", "private/a"] {
        root.put(bucket, key, bytes(1, 100)).send().await.ok();
    }
    let reader = world.user("READERREADERREADER01", "reader-secret");
    assert!(reader.get(bucket, "public/a").send().await.ok().body == bytes(1, 100));
    reader.get(bucket, "").query("list-type", "2").send().await.ok();
    reader.get(bucket, "public/secret-a").send().await.error(403, "AccessDenied");
    reader.get(bucket, "private/a").send().await.error(403, "AccessDenied");
    reader.put(bucket, "public/a", "x").send().await.error(403, "AccessDenied");
    reader.delete(bucket, "public/a").send().await.error(403, "AccessDenied");
    reader.get("", "").send().await.error(403, "AccessDenied");
    reader.call("PUT", "another-bucket-of-reader", "").send().await.error(403, "AccessDenied");
    reader.copy((bucket, "public/a"), bucket, "public/b").send().await.error(403, "AccessDenied");
    reader.start_upload_status(bucket, "public/b").await.error(403, "AccessDenied");
    assert!(root.get(bucket, "public/a").send().await.ok().body == bytes(1, 100));
}

#[tokio::test]
async fn a_copy_needs_both_ends() {
    let world = World::start().await;
    let (root, bucket) = (world.gateway.s3(), &world.bucket);
    let elsewhere = root.bucket("elsewhere").await;
    root.put(bucket, "a", "mine").send().await.ok();
    root.put(&elsewhere, "b", "not theirs").send().await.ok();
    let writer = world.user("WRITERWRITERWRITER01", "writer-secret");
    writer.copy((bucket, "a"), bucket, "copy").send().await.ok();
    writer.copy((&elsewhere, "b"), bucket, "stolen").send().await.error(403, "AccessDenied");
    writer.copy((bucket, "a"), &elsewhere, "planted").send().await.error(403, "AccessDenied");
    let upload = root.start_upload(bucket, "m", &[]).await;
    let part = writer.part(bucket, "m", &upload, 1, "").copy_source((&elsewhere, "b"));
    part.send().await.error(403, "AccessDenied");
    root.head(bucket, "stolen").send().await.status(404);
}

#[tokio::test]
async fn inactive_keys_other_accounts_and_unmet_conditions_are_refused() {
    let world = World::start().await;
    let (root, bucket) = (world.gateway.s3(), &world.bucket);
    root.put(bucket, "public/a", "x").send().await.ok();
    let inactive = world.user("READERREADERREADER02", "reader-secret").get(bucket, "public/a").send().await;
    assert_eq!(inactive.status, 403, "{}", inactive.described());
    let other = world.user("OTHERACCOUNTOTHERACC", "other-secret");
    other.get(bucket, "public/a").send().await.error(403, "AccessDenied");
    other.put(bucket, "public/a", "y").send().await.error(403, "AccessDenied");
    let conditional = world.user("CONDITIONALCONDITION", "conditional-secret");
    conditional.put(bucket, "public/b", "y").send().await.ok();
    conditional.get(bucket, "public/b").send().await.ok();
    conditional.delete(bucket, "public/b").send().await.error(403, "AccessDenied");
}

#[tokio::test]
async fn a_kms_key_has_its_own_say() {
    let world = World::start().await;
    let bucket = &world.bucket;
    let writer = world.user("WRITERWRITERWRITER01", "writer-secret");
    // SSE-S3 needs no right on any KMS key.
    writer.put(bucket, "s3", "x").send().await.ok();
    assert_eq!(writer.get(bucket, "s3").send().await.ok().body, b"x");
    // A key of one's own account that no policy opens to the user.
    let kms = crate::support::kms::Kms::of(&world.gateway.s3());
    let key = kms.call("CreateKey", "{}").await.json();
    let arn = key["KeyMetadata"]["Arn"].as_str().unwrap();
    let put = writer.put(bucket, "kms", "x").header("x-amz-server-side-encryption", "aws:kms");
    let put = put.header("x-amz-server-side-encryption-aws-kms-key-id", arn);
    put.send().await.error(403, "AccessDenied");
    world.gateway.s3().head(bucket, "kms").send().await.status(404);
}

#[tokio::test]
async fn a_faulty_file_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("identities.toml");
    for text in ["nonsense = 1", "[accounts.12]", "[accounts.000000000000.users.x]\npassword = \"x\"", "not toml ["] {
        std::fs::write(&file, text).unwrap();
        let environment = [
            ("SEALGATE_LISTEN", "127.0.0.1:0"),
            ("SEALGATE_CONSOLE_LISTEN", "127.0.0.1:0"),
            ("SEALGATE_DATA_DIR", folder.path().to_str().unwrap()),
            ("SEALGATE_IDENTITIES", file.to_str().unwrap()),
        ];
        let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let settings = sealgate::config::Settings::load(None, environment.into_iter()).unwrap();
        assert!(sealgate::app::start(settings).await.is_err(), "{text}");
    }
}
