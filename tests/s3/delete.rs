//! DeleteObject and DeleteObjects.

use crate::support::{Between, Gateway, bytes, sums::content_md5};

#[tokio::test]
async fn a_deleted_object_is_gone_and_deleting_again_is_no_error() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("delete").await;
    s3.put(&bucket, "k", bytes(1, 100)).send().await.ok();
    s3.delete(&bucket, "k").send().await.status(204);
    s3.get(&bucket, "k").send().await.error(404, "NoSuchKey");
    s3.delete(&bucket, "k").send().await.status(204);
    assert!(gateway.backend().objects(&bucket, "").await.is_empty());
}

#[tokio::test]
async fn many_at_once() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("delete").await;
    let keys = ["one", "two/three", "a&b", "missing"];
    for key in &keys[..3] {
        s3.put(&bucket, key, bytes(1, 100)).send().await.ok();
    }
    let objects: String =
        keys.iter().map(|key| format!("<Object><Key>{}</Key></Object>", key.replace('&', "&amp;"))).collect();
    let document = format!("<Delete>{objects}</Delete>");
    let call = s3.post(&bucket, "", document.clone()).flag("delete");
    let answer = call.header("content-md5", &content_md5(document.as_bytes())).send().await.xml();
    let mut deleted: Vec<&str> = answer.all("Deleted").map(|line| line.at("Key")).collect();
    deleted.sort();
    assert_eq!(deleted, ["a&b", "missing", "one", "two/three"]);
    assert_eq!(answer.all("Error").count(), 0);
    assert!(gateway.backend().objects(&bucket, "").await.is_empty());
}

#[tokio::test]
async fn quietly() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("delete").await;
    s3.put(&bucket, "k", "x").send().await.ok();
    let document = "<Delete><Quiet>true</Quiet><Object><Key>k</Key></Object></Delete>";
    let call = s3.post(&bucket, "", document).flag("delete");
    let answer = call.header("content-md5", &content_md5(document.as_bytes())).send().await.xml();
    assert!(answer.children.is_empty(), "{answer:?}");
    s3.head(&bucket, "k").send().await.status(404);
}

#[tokio::test]
async fn a_list_that_is_none_is_refused_whole() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("delete").await;
    s3.put(&bucket, "k", "x").send().await.ok();
    for document in ["<Delete><Object><Key>k</Key>", "not xml", "<Delete></Delete>"] {
        let call = s3.post(&bucket, "", document).flag("delete");
        call.header("content-md5", &content_md5(document.as_bytes())).send().await.error(400, "MalformedXML");
    }
    let document = "<Delete><Object><Key>k</Key></Object></Delete>";
    let call = s3.post(&bucket, "", document).flag("delete").header("content-md5", &content_md5(b"another"));
    call.send().await.error(400, "BadDigest");
    s3.head(&bucket, "k").send().await.ok();
}

#[tokio::test]
async fn one_version_of_several() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("delete").await;
    super::get::enable_versions(&s3, &bucket).await;
    let first = s3.put(&bucket, "k", "first").send().await.ok();
    let second = s3.put(&bucket, "k", "second").send().await.ok();
    let id = second.must("x-amz-version-id");
    let deleted = s3.delete(&bucket, "k").query("versionId", id).send().await.status(204);
    assert_eq!(deleted.must("x-amz-version-id"), id);
    let left = s3.get(&bucket, "k").send().await.ok();
    assert_eq!((&*left.body, left.must("x-amz-version-id")), (&b"first"[..], first.must("x-amz-version-id")));
}

#[tokio::test]
async fn a_bucket_only_when_it_is_empty() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("delete").await;
    s3.put(&bucket, "k", "x").send().await.ok();
    s3.delete(&bucket, "").send().await.error(409, "BucketNotEmpty");
    s3.delete(&bucket, "k").send().await.ok();
    s3.delete(&bucket, "").send().await.status(204);
    s3.head(&bucket, "").send().await.status(404);
}

#[tokio::test]
async fn what_the_backend_could_not_delete_is_named_beside_what_it_deleted() {
    let Some((gateway, between)) = Between::gateway().await else { return };
    let s3 = gateway.s3();
    let bucket = s3.bucket("delete").await;
    between.after(|asked, mut answer| async move {
        if asked.uri.query().is_some_and(|query| query.contains("delete")) {
            *answer.body_mut() = "<DeleteResult><Deleted><Key>a</Key></Deleted><Error><Key>b</Key>\
                <Code>AccessDenied</Code><Message>locked</Message></Error></DeleteResult>"
                .into();
        }
        answer
    });
    let document = "<Delete><Object><Key>a</Key></Object><Object><Key>b</Key></Object></Delete>";
    let call = s3.post(&bucket, "", document).flag("delete");
    let answer = call.header("content-md5", &content_md5(document.as_bytes())).send().await.xml();
    assert_eq!((answer.at("Deleted/Key"), answer.at("Error/Key"), answer.at("Error/Code")), ("a", "b", "AccessDenied"));
}

/// The backend would compare the sealed length; dropped, the condition would delete what it protects.
#[tokio::test]
async fn a_condition_on_the_size_is_refused() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("delete").await;
    s3.put(&bucket, "k", "x").send().await.ok();
    s3.delete(&bucket, "k").header("x-amz-if-match-size", "1").send().await.error(501, "NotImplemented");
    let document = "<Delete><Object><Key>k</Key><Size>1</Size></Object></Delete>";
    let call = s3.post(&bucket, "", document).flag("delete");
    let answer = call.header("content-md5", &content_md5(document.as_bytes())).send().await.xml();
    assert_eq!((answer.at("Error/Key"), answer.at("Error/Code")), ("k", "NotImplemented"));
    s3.head(&bucket, "k").send().await.ok();
}
