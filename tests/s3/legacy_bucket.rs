//! Buckets that were there before the gateway: plaintext is served as it is, new objects are sealed, listings are exact.

use crate::support::{Gateway, MIN_PART, bytes, data::unique};

async fn old_bucket(gateway: &Gateway) -> String {
    let bucket = unique("legacy");
    gateway.backend().send("PUT", (&bucket, ""), &[], &[], "").await.ok();
    bucket
}

#[tokio::test]
async fn plaintext_is_served_as_it_is() {
    let gateway = Gateway::start().await;
    let (s3, backend) = (gateway.s3(), gateway.backend());
    let bucket = old_bucket(&gateway).await;
    for size in [0, 5, 1_000, 70_000, 1_000_000] {
        let plain = bytes(size as u64, size);
        backend.put(&bucket, "old", &[("x-amz-meta-a", "b"), ("content-type", "text/x-old")], plain.clone()).await;
        let get = s3.get(&bucket, "old").send().await.ok();
        assert!(get.body == plain, "{size}");
        assert_eq!((get.must("x-amz-meta-a"), get.must("content-type")), ("b", "text/x-old"));
        assert_eq!(get.header("x-amz-server-side-encryption"), None);
        let head = s3.head(&bucket, "old").send().await.ok();
        assert_eq!((head.must("content-length"), head.etag()), (size.to_string().as_str(), get.etag()));
        if size > 10 {
            assert!(s3.get(&bucket, "old").range("3-9").send().await.status(206).body == plain[3..10]);
            assert!(s3.get(&bucket, "old").range("-7").send().await.status(206).body == plain[size - 7..]);
            assert!(
                s3.get(&bucket, "old").range(&format!("{}-", size - 1)).send().await.status(206).body
                    == plain[size - 1..]
            );
            s3.get(&bucket, "old").range(&format!("{size}-")).send().await.error(416, "InvalidRange");
        }
        s3.get(&bucket, "old").header("if-none-match", &get.etag()).send().await.status(304);
    }
}

#[tokio::test]
async fn listings_are_exact_for_both_kinds() {
    let gateway = Gateway::start().await;
    let (s3, backend) = (gateway.s3(), gateway.backend());
    let bucket = old_bucket(&gateway).await;
    let mut expected = Vec::new();
    for size in [0, 1, 512, 513, 545, 66_000, 70_000] {
        backend.put(&bucket, &format!("old/{size:06}"), &[], bytes(1, size)).await;
        s3.put(&bucket, &format!("new/{size:06}"), bytes(2, size)).send().await.ok();
        expected.push((format!("old/{size:06}"), size.to_string()));
        expected.push((format!("new/{size:06}"), size.to_string()));
    }
    expected.sort();
    for query in [&[][..], &[("list-type", "2")], &[("versions", "")]] {
        let mut call = s3.get(&bucket, "");
        for (name, value) in query {
            call = call.query(name, value);
        }
        let listing = call.send().await.xml();
        let element = if query.first().is_some_and(|(name, _)| *name == "versions") { "Version" } else { "Contents" };
        let lines: Vec<(String, String)> =
            listing.all(element).map(|line| (line.at("Key").to_owned(), line.at("Size").to_owned())).collect();
        assert_eq!(lines, expected, "{query:?}");
        for line in listing.all(element) {
            assert_eq!(
                line.at("ETag"),
                s3.head(&bucket, line.at("Key")).send().await.ok().etag(),
                "{}",
                line.at("Key")
            );
        }
    }
}

#[tokio::test]
async fn what_is_written_or_copied_there_is_sealed() {
    let gateway = Gateway::start().await;
    let (s3, backend) = (gateway.s3(), gateway.backend());
    let bucket = old_bucket(&gateway).await;
    let plain = bytes(3, 200_000);
    s3.put(&bucket, "new", plain.clone()).send().await.ok();
    assert!(s3.get(&bucket, "new").send().await.ok().body == plain);
    backend.put(&bucket, "old", &[("x-amz-meta-a", "b"), ("content-type", "text/x-old")], plain.clone()).await;
    let copied = s3.copy((&bucket, "old"), &bucket, "copy").send().await.ok();
    assert_eq!(copied.must("x-amz-server-side-encryption"), "AES256");
    let stored = backend.get(&bucket, "copy").await.ok();
    assert!(stored.header("x-amz-meta-sealgate").is_some());
    assert!(memchr::memmem::find(&stored.body, &plain[..64]).is_none());
    let get = s3.get(&bucket, "copy").send().await.ok();
    assert!(get.body == plain);
    assert_eq!((get.must("x-amz-meta-a"), get.must("content-type")), ("b", "text/x-old"));
    // In place: the plaintext is replaced by its sealed copy.
    s3.copy((&bucket, "old"), &bucket, "old").header("x-amz-server-side-encryption", "AES256").send().await.ok();
    assert!(backend.head(&bucket, "old").await.ok().header("x-amz-meta-sealgate").is_some());
    assert!(s3.get(&bucket, "old").send().await.ok().body == plain);
}

#[tokio::test]
async fn plaintext_parts_can_be_copied_from() {
    let gateway = Gateway::start().await;
    let (s3, backend) = (gateway.s3(), gateway.backend());
    let bucket = old_bucket(&gateway).await;
    let plain = bytes(4, MIN_PART + 1000);
    backend.put(&bucket, "old", &[], plain.clone()).await;
    let upload = s3.start_upload(&bucket, "k", &[]).await;
    let call = s3.part(&bucket, "k", &upload, 1, "").copy_source((&bucket, "old"));
    let one = call.send().await.xml().at("ETag").to_owned();
    let call = s3.part(&bucket, "k", &upload, 2, "").copy_source((&bucket, "old"));
    let two = call.header("x-amz-copy-source-range", "bytes=10-19").send().await.xml().at("ETag").to_owned();
    s3.complete(&bucket, "k", &upload, &[(1, one), (2, two)]).send().await.ok();
    assert!(s3.get(&bucket, "k").send().await.ok().body == [&plain[..], &plain[10..20]].concat());
}
