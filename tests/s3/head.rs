//! HeadObject and HeadBucket.

use crate::support::{Gateway, MIN_PART, bytes};

#[tokio::test]
async fn says_what_get_says_without_the_body() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("head").await;
    for size in [0, 1, 65_480, 65_481, 1_000_000] {
        s3.put(&bucket, "k", bytes(1, size))
            .header("x-amz-meta-a", "b")
            .header("content-type", "text/plain")
            .send()
            .await
            .ok();
        let head = s3.head(&bucket, "k").send().await.status(200);
        let get = s3.get(&bucket, "k").send().await.status(200);
        assert!(head.body.is_empty());
        for name in [
            "content-length",
            "etag",
            "last-modified",
            "content-type",
            "x-amz-meta-a",
            "accept-ranges",
            "x-amz-server-side-encryption",
        ] {
            assert_eq!(head.header(name), get.header(name), "{name} of {size}");
        }
        assert_eq!(head.must("content-length"), size.to_string());
    }
}

#[tokio::test]
async fn a_missing_object_or_bucket_has_no_body() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("head").await;
    let missing = s3.head(&bucket, "none").send().await.status(404);
    assert!(missing.body.is_empty());
    s3.head(&bucket, "").send().await.status(200);
    assert!(s3.head("no-such-bucket-at-all", "").send().await.status(404).body.is_empty());
}

#[tokio::test]
async fn a_range_or_a_part_gives_its_length() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("head").await;
    s3.put_parts(&bucket, "k", &[], &[&bytes(1, MIN_PART), &bytes(2, 777)]).await;
    let range = s3.head(&bucket, "k").range("10-19").send().await.status(206);
    assert_eq!(range.must("content-length"), "10");
    assert_eq!(range.must("content-range"), format!("bytes 10-19/{}", MIN_PART + 777));
    let part = s3.head(&bucket, "k").query("partNumber", "2").send().await.status(206);
    assert_eq!((part.must("content-length"), part.must("x-amz-mp-parts-count")), ("777", "2"));
    assert_eq!(part.must("content-range"), format!("bytes {MIN_PART}-{}/{}", MIN_PART + 776, MIN_PART + 777));
    s3.head(&bucket, "k").query("partNumber", "3").send().await.status(416);
}

/// A head of SSE-KMS asks the KMS for nothing, unless it asks for the checksum, which is stored sealed.
#[tokio::test]
async fn a_head_needs_no_kms_call_but_for_the_checksum() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("head").await;
    for mode in ["aws:kms", "aws:kms:dsse"] {
        s3.put(&bucket, "k", "x").header("x-amz-server-side-encryption", mode).send().await.ok();
        let before = gateway.kms_events().len();
        s3.head(&bucket, "k").send().await.ok();
        assert_eq!(gateway.kms_events().len(), before, "{mode}");
        let head = s3.head(&bucket, "k").header("x-amz-checksum-mode", "ENABLED").send().await.ok();
        assert!(head.header("x-amz-checksum-crc64nvme").is_some(), "{}", head.described());
        let asked = gateway.kms_events().split_off(before);
        assert!(!asked.is_empty() && asked.iter().all(|name| name == "Decrypt"), "{mode}: {asked:?}");
    }
}
