//! DSSE-KMS: two layers, two data keys, no bucket key.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::support::sse::{BUCKET_KEY, CONTEXT, KEY_ID, SSE};
use crate::support::{Gateway, MIN_PART, bytes};

const DSSE: &str = "aws:kms:dsse";

#[tokio::test]
async fn objects_of_every_size_come_back() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("dsse").await;
    for size in super::put::SIZES {
        let plain = bytes(size as u64, size);
        let put =
            s3.put(&bucket, "k", plain.clone()).header(SSE, DSSE).header(CONTEXT, "eyJhIjoiYiJ9").send().await.ok();
        assert_eq!((put.must(SSE), put.must(CONTEXT)), (DSSE, "eyJhIjoiYiJ9"));
        let key = put.must(KEY_ID).to_owned();
        assert!(key.starts_with("arn:aws:kms:us-east-1:000000000000:key/"), "{key}");
        let get = s3.get(&bucket, "k").send().await.ok();
        assert!(get.body == plain, "{size}");
        let head = s3.head(&bucket, "k").send().await.ok();
        for answer in [get, head] {
            assert_eq!((answer.must(SSE), answer.must(KEY_ID)), (DSSE, &*key));
            assert_eq!((answer.header(BUCKET_KEY), answer.header(CONTEXT)), (None, None));
        }
        let listing = s3.get(&bucket, "").query("list-type", "2").send().await.xml();
        assert_eq!(listing.at("Contents/Size"), size.to_string());
    }
}

#[tokio::test]
async fn ranges_parts_and_uploads() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("dsse").await;
    let parts = [bytes(1, MIN_PART), bytes(2, MIN_PART + 1), bytes(3, 70_000)];
    let slices: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    s3.put_parts(&bucket, "k", &[(SSE, DSSE)], &slices).await;
    let whole = parts.concat();
    assert!(s3.get(&bucket, "k").send().await.ok().body == whole);
    for (first, last) in
        [(0, 0), (65_470, 65_490), (MIN_PART - 1, MIN_PART + 1), (whole.len() - 70_001, whole.len() - 1)]
    {
        let answer = s3.get(&bucket, "k").range(&format!("{first}-{last}")).send().await.status(206);
        assert!(answer.body == whole[first..=last], "{first}-{last}");
    }
    let second = s3.get(&bucket, "k").query("partNumber", "2").send().await.status(206);
    assert!(second.body == parts[1] && second.must(SSE) == DSSE);
}

#[tokio::test]
async fn two_data_keys_of_the_kms_and_two_wraps() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("dsse").await;
    let count = |event: &str| gateway.kms_events().iter().filter(|name| *name == event).count();
    let before = (count("GenerateDataKey"), count("Decrypt"));
    s3.put(&bucket, "k", bytes(1, 1000)).header(SSE, DSSE).send().await.ok();
    assert_eq!(count("GenerateDataKey") - before.0, 2);
    s3.get(&bucket, "k").send().await.ok();
    assert_eq!(count("Decrypt") - before.1, 2);
    // Flags: mode 2, one stream. Then the KMS key, P, and two layers of more than 112 bytes each.
    let stored = gateway.backend().head(&bucket, "k").await.ok();
    let envelope = URL_SAFE_NO_PAD.decode(stored.must("x-amz-meta-sealgate")).unwrap();
    assert_eq!(envelope[1] & 0b111, 2, "mode and bucket key");
    assert!(envelope.len() > 2 * (112 + 100), "{} bytes for two layers", envelope.len());
}

#[tokio::test]
async fn no_bucket_key() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("dsse").await;
    let put = s3.put(&bucket, "k", "x").header(SSE, DSSE).header(BUCKET_KEY, "true").send().await;
    put.error(400, "InvalidArgument");
}
