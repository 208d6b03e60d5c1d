//! GetObjectAttributes.

use crate::support::{Gateway, MIN_PART, Sum, bytes};

#[tokio::test]
async fn of_a_single_object() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("attributes").await;
    let plain = bytes(1, 70_000);
    let put =
        s3.put(&bucket, "k", plain.clone()).header("x-amz-checksum-crc32", &Sum::Crc32.text(&plain)).send().await.ok();
    let call = s3.get(&bucket, "k").flag("attributes");
    let answer =
        call.header("x-amz-object-attributes", "ETag,Checksum,ObjectSize,StorageClass,ObjectParts").send().await.ok();
    assert!(answer.header("x-amz-server-side-encryption").is_none());
    let seen = answer.xml();
    assert_eq!(seen.at("ObjectSize"), "70000");
    assert_eq!(format!("\"{}\"", seen.at("ETag")), put.etag());
    assert_eq!(seen.at("Checksum/ChecksumCRC32"), Sum::Crc32.text(&plain));
    assert_eq!(seen.at("StorageClass"), "STANDARD");
    assert!(seen.child("ObjectParts").is_none());
}

#[tokio::test]
async fn of_a_multipart_object() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("attributes").await;
    let parts = [bytes(1, MIN_PART), bytes(2, MIN_PART + 9), bytes(3, 10)];
    let lent: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    s3.put_parts(&bucket, "k", &[], &lent).await;
    let ask = || s3.get(&bucket, "k").flag("attributes").header("x-amz-object-attributes", "ObjectParts,ObjectSize");
    let seen = ask().send().await.xml();
    assert_eq!(
        (seen.at("ObjectSize"), seen.at("ObjectParts/PartsCount")),
        ((2 * MIN_PART + 19).to_string().as_str(), "3")
    );
    assert!(seen.child("ETag").is_none());
}

#[tokio::test]
async fn only_what_was_asked_for_and_nothing_unknown() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("attributes").await;
    s3.put(&bucket, "k", "x").send().await.ok();
    let ask = |what: &str| s3.get(&bucket, "k").flag("attributes").header("x-amz-object-attributes", what);
    let seen = ask("ObjectSize").send().await.xml();
    assert_eq!(seen.children.len(), 1, "{seen:?}");
    ask("Nonsense").send().await.error(400, "InvalidArgument");
    s3.get(&bucket, "k").flag("attributes").send().await.status(400);
    s3.get(&bucket, "none")
        .flag("attributes")
        .header("x-amz-object-attributes", "ETag")
        .send()
        .await
        .error(404, "NoSuchKey");
}
