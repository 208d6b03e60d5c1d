//! A bucket made through the gateway refuses every object without an envelope.

use crate::support::data::unique;
use crate::support::{Gateway, bytes};

#[tokio::test]
async fn an_object_whose_envelope_was_stripped_is_refused() {
    let gateway = Gateway::start().await;
    let (s3, backend) = (gateway.s3(), gateway.backend());
    let bucket = s3.bucket("sealed").await;
    s3.put(&bucket, "k", bytes(1, 1000)).send().await.ok();
    backend.replace_headers(&bucket, "k", |headers| headers.retain(|(name, _)| name != "x-amz-meta-sealgate")).await;
    let get = s3.get(&bucket, "k").send().await;
    assert!(!get.status.is_success(), "{}", get.described());
    let range = s3.get(&bucket, "k").range("0-9").send().await;
    assert!(!range.status.is_success(), "{}", range.described());
    let head = s3.head(&bucket, "k").send().await;
    assert!(!head.status.is_success(), "{}", head.described());
    let copy = s3.copy((&bucket, "k"), &bucket, "copy").send().await;
    assert!(!copy.status.is_success(), "{}", copy.described());
    s3.head(&bucket, "copy").send().await.status(404);
}

#[tokio::test]
async fn planted_plaintext_is_refused() {
    let gateway = Gateway::start().await;
    let (s3, backend) = (gateway.s3(), gateway.backend());
    let bucket = s3.bucket("sealed").await;
    for size in [0, 10, 1000, 200_000] {
        backend.put(&bucket, "planted", &[], bytes(1, size)).await;
        let get = s3.get(&bucket, "planted").send().await;
        assert!(!get.status.is_success(), "{size}: {}", get.described());
        let text = String::from_utf8_lossy(&get.body).into_owned();
        assert!(memchr::memmem::find(text.as_bytes(), b"planted-secret").is_none());
    }
}

#[tokio::test]
async fn the_mark_outlives_a_restart() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("sealed").await;
    s3.put(&bucket, "good", bytes(1, 1000)).send().await.ok();
    let gateway = gateway.restart().await;
    let s3 = gateway.s3();
    gateway.backend().put(&bucket, "planted", &[], "plain").await;
    let get = s3.get(&bucket, "planted").send().await;
    assert!(!get.status.is_success(), "{}", get.described());
    assert!(s3.get(&bucket, "good").send().await.ok().body == bytes(1, 1000));
}

#[tokio::test]
async fn a_restored_bucket_is_read_under_the_name_that_its_objects_are_bound_to() {
    let (original, restored) = (unique("original"), unique("restored"));
    let gateway = Gateway::start_with(&[("SEALGATE_BOUND_NAMES", &format!("{restored}={original}"))]).await;
    let (s3, backend) = (gateway.s3(), gateway.backend());
    for bucket in [&original, &restored] {
        s3.call("PUT", bucket, "").send().await.ok();
    }
    for (key, sse) in [("s3", "AES256"), ("kms", "aws:kms")] {
        let put = s3.put(&original, key, bytes(1, 200_000)).header("x-amz-server-side-encryption", sse);
        put.header("content-type", "text/plain").send().await.ok();
        backend.replicate((&original, key), (&restored, key)).await;
        assert!(s3.get(&restored, key).send().await.ok().body == bytes(1, 200_000), "{key}");
        s3.put(&restored, "new", "written there").header("x-amz-server-side-encryption", sse).send().await.ok();
        assert_eq!(s3.get(&restored, "new").send().await.ok().body, b"written there");
    }
    // Without the setting the same bytes are refused elsewhere.
    let third = s3.bucket("third").await;
    backend.replicate((&original, "s3"), (&third, "s3")).await;
    s3.get(&third, "s3").send().await.error(500, "InternalError");
}
