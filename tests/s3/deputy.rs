//! The gateway's credentials may do everything at the backend. No request gets more of that than its caller may do.

use super::post_form::post_simple;
use crate::support::client::Call;
use crate::support::kms::Kms;
use crate::support::raw::Raw;
use crate::support::{Answer, Form, Gateway, World, bytes};

const FILE: &str = r#"
[accounts.000000000000.users.tagger.policies]
public = '''{"Version":"2012-10-17","Statement":[
  {"Effect":"Allow","Action":["s3:PutObject","s3:PutObjectTagging","s3:PutObjectAcl","s3:PutObjectLegalHold",
   "s3:PutObjectRetention"],"Resource":"*"},
  {"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::*/plain"},
  {"Effect":"Deny","Action":["s3:PutObject","s3:PutObjectTagging"],"Resource":"*",
   "Condition":{"StringEquals":{"s3:RequestObjectTag/class":"public"}}}]}'''
[[accounts.000000000000.users.tagger.access_keys]]
id = "TAGGERTAGGERTAGGER01"
secret = "tagger-secret"

[accounts.000000000000.users.writer.policies]
objects = '''{"Version":"2012-10-17","Statement":[
  {"Effect":"Allow","Action":["s3:PutObject","s3:GetObject","s3:GetObjectTagging"],"Resource":"*"}]}'''
[[accounts.000000000000.users.writer.access_keys]]
id = "WRITERWRITERWRITER01"
secret = "writer-secret"

[accounts.000000000000.users.cleaner.policies]
versions = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:DeleteObjectVersion","Resource":"*"}]}'
[[accounts.000000000000.users.cleaner.access_keys]]
id = "CLEANERCLEANERCLEA01"
secret = "cleaner-secret"

[accounts.000000000000.users.surveyor.policies]
attributes = '''{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObjectAttributes","Resource":"*"},
  {"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::*/open"}]}'''
[[accounts.000000000000.users.surveyor.access_keys]]
id = "SURVEYORSURVEYORSU01"
secret = "surveyor-secret"
"#;

impl World {
    /// The value of the tag `class` of an object, if the object is there and has it.
    async fn class(&self, key: &str) -> Option<String> {
        let answer = self.root.get(&self.bucket, key).flag("tagging").send().await;
        if answer.status == 404 {
            return None;
        }
        answer.xml().find("TagSet/Tag/Value").map(str::to_owned)
    }
}

/// MinIO takes an S3 signature of its root user for its administration: `GET /minio/admin/v3/export-iam?acl` answers a zip
/// with the secret keys of all users.
#[tokio::test]
async fn the_backends_administration_is_no_bucket() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("deputy").await;
    for path in ["/minio/admin/v3/export-iam", "/minio/admin/v3/import-iam", "/minio", "/minio/", "/admin/user"] {
        for (method, flag) in [("GET", "acl"), ("PUT", "acl"), ("DELETE", "tagging")] {
            let answer = s3.call(method, "", "").path(path).flag(flag).send().await;
            answer.error(400, "InvalidBucketName");
        }
        let preflight = s3.call("OPTIONS", "", "").path(path).header("origin", "http://a").form(Form::Anonymous);
        preflight.send().await.status(400);
    }
    let copy = s3.put(&bucket, "k", "").header("x-amz-copy-source", "/minio/admin/v3/export-iam");
    copy.send().await.error(400, "InvalidBucketName");
    // As part of a key it is a name like others.
    s3.put(&bucket, "minio/admin/v3/info", "mine").send().await.ok();
    assert_eq!(s3.get(&bucket, "minio/admin/v3/info").send().await.ok().body, b"mine");
}

/// A presigned URL is for the host that it names. With another one in the request line it would name another bucket.
#[tokio::test]
async fn a_request_line_with_another_host_is_refused() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let (shared, private) = (s3.bucket("shared").await, s3.bucket("private").await);
    s3.put(&shared, "k", "for all").send().await.ok();
    s3.put(&private, &format!("{shared}/k"), "for nobody").send().await.ok();
    let url = s3.get(&shared, "k").form(Form::Presigned(60)).prepare();
    let ask = async |named: &str| {
        let mut raw = Raw::connect(s3.address).await;
        raw.write(url.head_text(None).replacen("GET /", &format!("GET http://{named}/"), 1).as_bytes()).await;
        raw.hear().await
    };
    let heard = ask(&s3.address.to_string()).await;
    assert!(heard.status == 200 && heard.text.ends_with("for all"), "{heard:?}");
    for named in [format!("{private}.localhost"), format!("{private}.localhost:{}", s3.address.port())] {
        let heard = ask(&named).await;
        assert_eq!(heard.status, 400, "{heard:?}");
    }
}

/// What a backend does not know it takes for the plain method: a bucket would be made, listed or deleted.
#[tokio::test]
async fn sub_resources_that_backends_do_not_know_are_not_implemented() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("deputy").await;
    for flag in ["abac", "metadataConfiguration", "metadataTable"] {
        s3.get(&bucket, "").flag(flag).send().await.error(501, "NotImplemented");
    }
    let configurations = ["analytics", "inventory", "metrics", "intelligent-tiering"];
    let more = ["abac", "accelerate", "logging", "metadataInventoryTable", "metadataJournalTable", "ownershipControls"];
    let none = crate::support::data::unique("none");
    for flag in configurations.iter().chain(&more).chain(&["requestPayment", "website"]) {
        let call = s3.put(&none, "", "").flag(flag);
        let call = if configurations.contains(flag) { call.query("id", "x") } else { call };
        call.send().await.error(501, "NotImplemented");
    }
    s3.head(&none, "").send().await.status(404);
    for flag in configurations.iter().chain(&["metadataConfiguration", "metadataTable", "ownershipControls"]) {
        let call = s3.delete(&bucket, "").flag(flag);
        let call = if configurations.contains(flag) { call.query("id", "x") } else { call };
        call.send().await.error(501, "NotImplemented");
    }
    s3.head(&bucket, "").send().await.ok();
}

/// MinIO routes a PUT with `x-amz-copy-source` to CopyObject, whatever sub-resource it has.
#[tokio::test]
async fn a_source_is_taken_by_copies_alone() {
    let world = World::start("deputy", FILE, &[]).await;
    let (root, tagger, bucket) = (&world.root, world.user("tagger"), &world.bucket);
    root.put(bucket, "secret", "secret").send().await.ok();
    root.put(bucket, "k", "mine").send().await.ok();
    for flag in ["legal-hold", "retention", "tagging", "acl"] {
        let call = tagger.put(bucket, "k", "").flag(flag).copy_source((bucket, "secret"));
        call.send().await.error(400, "InvalidArgument");
        // In a presigned URL the header may stand in the query.
        let source = format!("/{}/secret", world.gateway.system_bucket());
        let call = tagger.put(bucket, "k", "").flag(flag).query("x-amz-copy-source", &source);
        call.form(Form::Presigned(60)).send().await.error(404, "NoSuchBucket");
    }
    assert_eq!(root.get(bucket, "k").send().await.ok().body, b"mine");
}

/// The tags that are stored are those that the policy was asked about.
#[tokio::test]
async fn no_way_to_write_a_tag_goes_around_the_policy() {
    let world = World::start("deputy", FILE, &[]).await;
    let (root, tagger, bucket) = (&world.root, world.user("tagger"), &world.bucket);
    root.put(bucket, "plain", "untagged").send().await.ok();
    let refused = |answer: Answer| assert!(answer.status.is_client_error(), "{}", answer.described());
    let tagged = |call: Call| call.header("x-amz-tagging", "class=public");

    refused(tagged(tagger.put(bucket, "k", "x")).send().await);
    refused(tagged(tagger.post(bucket, "k", "").flag("uploads")).copy_source((bucket, "plain")).send().await);
    let source = format!("{bucket}/plain");
    let fields = [("x-amz-copy-source", &*source), ("x-amz-tagging", "class=public")];
    refused(post_simple(&tagger, bucket, "k", &fields).await);
    refused(tagged(tagger.put(bucket, "k", "x")).header("x-amz-tagging", "x").send().await);
    refused(tagged(tagger.put(bucket, "k", "x").header("x-amz-tagging", "x")).send().await);
    assert_eq!(world.class("k").await, None);

    // Without a directive the header is of no effect, also where the body is sealed anew.
    let copy = tagged(tagger.copy((bucket, "plain"), bucket, "k")).header("x-amz-checksum-algorithm", "SHA256");
    copy.send().await.ok();
    assert_eq!(world.class("k").await, None);
    let copy = tagged(tagger.copy((bucket, "plain"), bucket, "k")).header("x-amz-tagging-directive", "REPLACE");
    refused(copy.send().await);
    assert_eq!(world.class("k").await, None);

    // A part that is copied belongs to an upload with tags of its own.
    let upload = root.start_upload(bucket, "k", &[("x-amz-tagging", "class=public")]).await;
    refused(tagger.part(bucket, "k", &upload, 1, "").copy_source((bucket, "plain")).send().await);

    // `false` is a tag like others.
    let writer = world.user("writer");
    writer.put(bucket, "k", "x").header("x-amz-tagging", "false").send().await.error(403, "AccessDenied");
    writer.put(bucket, "k", "x").send().await.ok();
}

#[tokio::test]
async fn a_copy_takes_no_tags_along_that_its_caller_may_not_write() {
    let world = World::start("deputy", FILE, &[]).await;
    let (root, tagger, writer, bucket) = (&world.root, world.user("tagger"), world.user("writer"), &world.bucket);
    root.put(bucket, "tagged", "x").header("x-amz-tagging", "class=public").send().await.ok();
    writer.copy((bucket, "tagged"), bucket, "copy").send().await.error(403, "AccessDenied");
    assert_eq!(world.class("copy").await, None);
    let replaced = writer.copy((bucket, "tagged"), bucket, "copy").header("x-amz-tagging-directive", "REPLACE");
    replaced.send().await.ok();
    assert_eq!(world.class("copy").await, None);
    root.copy((bucket, "tagged"), bucket, "copy").send().await.ok();
    assert_eq!(world.class("copy").await.as_deref(), Some("public"));
    // Who may not read the source's tags may not take them along; without tags there is nothing to ask for.
    root.put(bucket, "plain", "x").send().await.ok();
    tagger.copy((bucket, "plain"), bucket, "k").send().await.ok();
    root.put(bucket, "plain", "x").header("x-amz-tagging", "class=secret").send().await.ok();
    tagger.copy((bucket, "plain"), bucket, "k").send().await.error(403, "AccessDenied");
}

#[tokio::test]
async fn attributes_are_for_those_who_may_read_the_object() {
    let world = World::start("deputy", FILE, &[]).await;
    let surveyor = world.user("surveyor");
    for key in ["open", "closed"] {
        world.root.put(&world.bucket, key, bytes(1, 100)).send().await.ok();
    }
    let ask = |key: &str| {
        let call = surveyor.get(&world.bucket, key).flag("attributes");
        call.header("x-amz-object-attributes", "Checksum,ObjectSize").send()
    };
    ask("open").await.ok();
    ask("closed").await.error(403, "AccessDenied");
}

#[tokio::test]
async fn an_empty_version_id_is_none() {
    let world = World::start("deputy", FILE, &[]).await;
    let cleaner = world.user("cleaner");
    world.root.put(&world.bucket, "k", "x").send().await.ok();
    let document = "<Delete><Object><Key>k</Key><VersionId></VersionId></Object></Delete>";
    let digest = crate::support::sums::content_md5(document.as_bytes());
    let answer = cleaner.post(&world.bucket, "", document).flag("delete").header("content-md5", &digest).send().await;
    assert_eq!(answer.xml().at("Error/Code"), "AccessDenied");
    world.root.head(&world.bucket, "k").send().await.ok();
}

/// One of several creations at a time makes the bucket. The others answer that it is there, and take nothing from it.
#[tokio::test]
async fn creations_at_the_same_time_leave_the_bucket_sealed() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    for _ in 0..5 {
        let bucket = crate::support::data::unique("race");
        let create = || s3.call("PUT", &bucket, "").send();
        tokio::join!(create(), create(), create(), create(), create(), create());
        gateway.backend().put(&bucket, "planted", &[], "plain").await;
        let get = s3.get(&bucket, "planted").send().await;
        assert!(!get.status.is_success(), "{}", get.described());
        s3.get(&bucket, "").flag("publicAccessBlock").send().await.ok();
    }
}

#[tokio::test]
async fn where_regions_are_set_a_signature_for_another_is_refused() {
    let gateway = Gateway::start_with(&[("SEALGATE_REGIONS", "us-east-1,eu-central-1")]).await;
    let mut s3 = gateway.s3();
    for region in ["us-east-1", "eu-central-1"] {
        s3.signer.region = region.into();
        s3.get("", "").send().await.ok();
        Kms::of(&s3).call("ListKeys", "{}").await.json();
    }
    let bucket = s3.bucket("regions").await;
    s3.signer.region = "eu-west-1".into();
    s3.get("", "").send().await.error(400, "AuthorizationHeaderMalformed");
    s3.get("", "").form(Form::Presigned(60)).send().await.status(400);
    post_simple(&s3, &bucket, "k", &[]).await.error(400, "AuthorizationHeaderMalformed");
    Kms::of(&s3).call("ListKeys", "{}").await.kms_error(400, "IncompleteSignatureException");
}
