//! CopyObject: a new envelope over the same bytes.

use crate::support::{Gateway, MIN_PART, S3, bytes};

async fn source(s3: &S3, bucket: &str, plain: &[u8]) -> String {
    let put = s3
        .put(bucket, "source", plain.to_vec())
        .header("content-type", "text/x-source")
        .header("cache-control", "max-age=5")
        .header("x-amz-meta-colour", "blue")
        .header("x-amz-tagging", "a=1")
        .send()
        .await
        .ok();
    put.etag()
}

#[tokio::test]
async fn keeps_bytes_headers_metadata_and_tags() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let (bucket, other) = (s3.bucket("copy").await, s3.bucket("copy").await);
    let plain = bytes(1, 200_000);
    source(&s3, &bucket, &plain).await;
    for (to, key) in [(&bucket, "copy"), (&other, "deep/copy & more")] {
        let copied = s3.copy((&bucket, "source"), to, key).send().await.ok();
        assert_eq!(copied.must("x-amz-server-side-encryption"), "AES256");
        let result = copied.clone().xml();
        assert_eq!(result.name, "CopyObjectResult");
        assert!(result.find("LastModified").is_some());
        let answer = s3.get(to, key).send().await.ok();
        assert!(answer.body == plain);
        assert_eq!(answer.etag(), result.at("ETag"));
        assert_eq!(answer.must("content-type"), "text/x-source");
        assert_eq!(answer.must("cache-control"), "max-age=5");
        assert_eq!(answer.must("x-amz-meta-colour"), "blue");
        let tags = s3.get(to, key).flag("tagging").send().await.xml();
        assert_eq!(tags.at("TagSet/Tag/Key"), "a");
    }
}

#[tokio::test]
async fn moves_no_data_through_the_gateway() {
    let gateway = Gateway::start().await;
    let (s3, backend) = (gateway.s3(), gateway.backend());
    let bucket = s3.bucket("copy").await;
    source(&s3, &bucket, &bytes(1, 200_000)).await;
    s3.copy((&bucket, "source"), &bucket, "copy").send().await.ok();
    let (before, after) = (backend.get(&bucket, "source").await.ok(), backend.get(&bucket, "copy").await.ok());
    assert!(before.body == after.body, "the body was sealed again");
    assert_ne!(before.must("x-amz-meta-sealgate"), after.must("x-amz-meta-sealgate"));
}

#[tokio::test]
async fn outlives_its_source() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("copy").await;
    let plain = bytes(2, 70_000);
    source(&s3, &bucket, &plain).await;
    s3.copy((&bucket, "source"), &bucket, "second").send().await.ok();
    s3.delete(&bucket, "source").send().await.ok();
    s3.copy((&bucket, "second"), &bucket, "third").send().await.ok();
    s3.put(&bucket, "second", "other").send().await.ok();
    assert!(s3.get(&bucket, "third").send().await.ok().body == plain);
    assert!(s3.get(&bucket, "third").range("69990-").send().await.ok().body == plain[69_990..]);
}

#[tokio::test]
async fn replaces_metadata_when_asked() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("copy").await;
    let plain = bytes(3, 1000);
    source(&s3, &bucket, &plain).await;
    s3.copy((&bucket, "source"), &bucket, "copy")
        .header("x-amz-metadata-directive", "REPLACE")
        .header("x-amz-meta-shape", "round")
        .header("content-type", "text/x-new")
        .header("x-amz-tagging-directive", "REPLACE")
        .header("x-amz-tagging", "b=2")
        .send()
        .await
        .ok();
    let answer = s3.get(&bucket, "copy").send().await.ok();
    assert!(answer.body == plain);
    assert_eq!(answer.must("content-type"), "text/x-new");
    assert_eq!((answer.header("x-amz-meta-colour"), answer.header("x-amz-meta-shape")), (None, Some("round")));
    assert_eq!(answer.header("cache-control"), None);
    let tags = s3.get(&bucket, "copy").flag("tagging").send().await.xml();
    assert_eq!(tags.at("TagSet/Tag/Key"), "b");
}

#[tokio::test]
async fn onto_itself_only_with_a_change() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("copy").await;
    let plain = bytes(4, 1000);
    source(&s3, &bucket, &plain).await;
    s3.copy((&bucket, "source"), &bucket, "source").send().await.error(400, "InvalidRequest");
    s3.copy((&bucket, "source"), &bucket, "source")
        .header("x-amz-metadata-directive", "REPLACE")
        .header("x-amz-meta-new", "1")
        .send()
        .await
        .ok();
    let answer = s3.get(&bucket, "source").send().await.ok();
    assert!(answer.body == plain);
    assert_eq!((answer.header("x-amz-meta-new"), answer.header("x-amz-meta-colour")), (Some("1"), None));
    s3.copy((&bucket, "source"), &bucket, "source").header("x-amz-server-side-encryption", "aws:kms").send().await.ok();
    let answer = s3.get(&bucket, "source").send().await.ok();
    assert_eq!(answer.must("x-amz-server-side-encryption"), "aws:kms");
    assert!(answer.body == plain);
    assert_eq!(answer.header("x-amz-meta-new"), Some("1"));
}

#[tokio::test]
async fn takes_the_destinations_default_not_the_sources_mode() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("copy").await;
    let plain = bytes(5, 1000);
    s3.put(&bucket, "kms", plain.clone()).header("x-amz-server-side-encryption", "aws:kms").send().await.ok();
    let copied = s3.copy((&bucket, "kms"), &bucket, "s3").send().await.ok();
    assert_eq!(copied.must("x-amz-server-side-encryption"), "AES256");
    let back = s3
        .copy((&bucket, "s3"), &bucket, "kms again")
        .header("x-amz-server-side-encryption", "aws:kms")
        .send()
        .await
        .ok();
    assert_eq!(back.must("x-amz-server-side-encryption"), "aws:kms");
    assert!(s3.get(&bucket, "kms again").send().await.ok().body == plain);
}

#[tokio::test]
async fn heeds_the_conditions_on_its_source() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("copy").await;
    let etag = source(&s3, &bucket, &bytes(6, 1000)).await;
    let copy = |name: &str, value: &str| s3.copy((&bucket, "source"), &bucket, "copy").header(name, value);
    copy("x-amz-copy-source-if-match", &etag).send().await.ok();
    copy("x-amz-copy-source-if-match", "\"nonsense\"").send().await.error(412, "PreconditionFailed");
    copy("x-amz-copy-source-if-none-match", &etag).send().await.error(412, "PreconditionFailed");
    copy("x-amz-copy-source-if-none-match", "\"nonsense\"").send().await.ok();
    copy("x-amz-copy-source-if-modified-since", "Thu, 01 Dec 1994 16:00:00 GMT").send().await.ok();
    copy("x-amz-copy-source-if-unmodified-since", "Thu, 01 Dec 1994 16:00:00 GMT")
        .send()
        .await
        .error(412, "PreconditionFailed");
}

/// The backend ignores these on CopyObject (measured), so the gateway has to look itself.
#[tokio::test]
async fn heeds_the_conditions_on_its_destination() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("copy").await;
    source(&s3, &bucket, &bytes(6, 1000)).await;
    let copy = |key: &str, name: &str, value: &str| s3.copy((&bucket, "source"), &bucket, key).header(name, value);
    copy("new", "if-none-match", "*").send().await.ok();
    copy("new", "if-none-match", "*").send().await.error(412, "PreconditionFailed");
    let etag = s3.head(&bucket, "new").send().await.ok().etag();
    copy("new", "if-match", "\"nonsense\"").send().await.error(412, "PreconditionFailed");
    copy("new", "if-match", &etag).send().await.ok();
}

#[tokio::test]
async fn missing_sources_and_malformed_names() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("copy").await;
    s3.copy((&bucket, "none"), &bucket, "k").send().await.error(404, "NoSuchKey");
    // The gateway asks with a HEAD, whose 404 does not tell a missing bucket from a missing key.
    s3.copy(("no-such-bucket-anywhere", "none"), &bucket, "k").send().await.status(404);
    for source in ["", "/", "bucket-only", "/x/", "%00/%ff"] {
        let answer = s3.put(&bucket, "k", "").header("x-amz-copy-source", source).send().await;
        assert!(answer.status.is_client_error(), "{source:?}: {}", answer.described());
    }
    s3.head(&bucket, "k").send().await.status(404);
}

#[tokio::test]
async fn a_version_is_restored_by_copying_it() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("copy").await;
    super::get::enable_versions(&s3, &bucket).await;
    let old = s3.put(&bucket, "k", bytes(1, 70_000)).send().await.ok();
    s3.put(&bucket, "k", bytes(2, 10)).send().await.ok();
    let source = format!("/{bucket}/k?versionId={}", old.must("x-amz-version-id"));
    let copied = s3.put(&bucket, "k", "").header("x-amz-copy-source", &source).send().await.ok();
    assert_eq!(copied.must("x-amz-copy-source-version-id"), old.must("x-amz-version-id"));
    assert!(s3.get(&bucket, "k").send().await.ok().body == bytes(1, 70_000));
}

/// A copied multipart object gets a bare ETag and loses its part boundaries at the backend (measured): the manifest knows.
#[tokio::test]
async fn a_multipart_object_keeps_its_parts() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("copy").await;
    let parts = [bytes(1, MIN_PART), bytes(2, MIN_PART + 3), bytes(3, 1000)];
    let lent: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    s3.put_parts(&bucket, "source", &[("x-amz-meta-a", "b")], &lent).await;
    let result = s3.copy((&bucket, "source"), &bucket, "copy").send().await.xml();
    let whole = s3.get(&bucket, "copy").send().await.ok();
    assert!(whole.body == parts.concat());
    assert_eq!((whole.etag(), whole.must("x-amz-meta-a")), (result.at("ETag").to_owned(), "b"));
    for (number, part) in (1..).zip(&parts) {
        let answer = s3.get(&bucket, "copy").query("partNumber", &number.to_string()).send().await.status(206);
        assert!(answer.body == *part, "part {number}");
    }
    let listing = s3.get(&bucket, "").query("prefix", "copy").send().await.xml();
    assert_eq!(listing.at("Contents/Size"), whole.body.len().to_string());
    assert_eq!(listing.at("Contents/ETag"), whole.etag());
}

/// Where the settings let changed metadata pass, it may be read. A copy would sign it as if the client had set it.
#[tokio::test]
async fn changed_metadata_is_never_signed_anew() {
    let gateway = Gateway::start_with(&[("SEALGATE_METADATA_CHECK", "warn")]).await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("copy").await;
    source(&s3, &bucket, &bytes(1, 1000)).await;
    let forge = |headers: &mut Vec<(String, String)>| headers.push(("x-amz-meta-forged".into(), "1".into()));
    gateway.backend().replace_headers(&bucket, "source", forge).await;
    assert_eq!(s3.get(&bucket, "source").send().await.ok().must("x-amz-meta-forged"), "1");
    for mode in ["AES256", "aws:kms", "aws:kms:dsse"] {
        let copy = s3.copy((&bucket, "source"), &bucket, "copy").header("x-amz-server-side-encryption", mode);
        assert!(!copy.send().await.status.is_success(), "{mode}");
    }
    s3.head(&bucket, "copy").send().await.status(404);
}
