//! CopyObject.

use super::port::{Port, refused};
use super::scenarios;
use crate::support::MIN_PART;

scenarios! {
    a_copy_keeps_or_replaces_headers
    conditions_of_a_copy
    a_copy_onto_itself
    a_copy_outlives_its_source
    a_copy_of_a_version
    a_copy_of_parts
}

async fn source(port: &Port) -> (String, String) {
    let bucket = port.bucket().await;
    let put = port.s3().put(&bucket, "from", "hello").header("x-amz-meta-a", "1").header("content-type", "text/plain");
    let etag = port.send(put.header("x-amz-tagging", "t=1")).await.ok().etag();
    (bucket, etag)
}

async fn a_copy_keeps_or_replaces_headers(port: &Port) {
    let (bucket, _) = source(port).await;
    let copy = || port.s3().copy((&bucket, "from"), &bucket, "to/ü");
    let done = port.send(copy()).await.xml();
    assert!(done.at("LastModified").ends_with('Z'));
    let got = port.get(&bucket, "to/ü").await.ok();
    assert_eq!((got.body.as_slice(), got.must("x-amz-meta-a")), (&b"hello"[..], "1"));
    assert_eq!((got.must("content-type"), got.must("x-amz-tagging-count")), ("text/plain", "1"));
    assert_eq!(got.etag(), done.at("ETag"));

    let replaced = copy().header("x-amz-metadata-directive", "REPLACE").header("x-amz-meta-b", "2");
    let replaced = replaced.header("x-amz-tagging-directive", "REPLACE").header("x-amz-tagging", "u=1&v=2");
    port.send(replaced).await.ok();
    let got = port.get(&bucket, "to/ü").await.ok();
    assert_eq!((got.body.as_slice(), got.header("x-amz-meta-a"), got.must("x-amz-meta-b")), (&b"hello"[..], None, "2"));
    assert_eq!((got.must("content-type"), got.must("x-amz-tagging-count")), ("binary/octet-stream", "2"));
    refused(&port.send(port.s3().copy((&bucket, "never"), &bucket, "to")).await, 404, "NoSuchKey");
    refused(&port.send(port.s3().copy(("no-such-bucket-here", "k"), &bucket, "to")).await, 404, "NoSuchBucket");
}

async fn conditions_of_a_copy(port: &Port) {
    let (bucket, etag) = source(port).await;
    let old = "Sun, 06 Nov 1994 08:49:37 GMT";
    let cases = [
        ("x-amz-copy-source-if-match", etag.as_str(), 200),
        ("x-amz-copy-source-if-match", "\"other\"", 412),
        ("x-amz-copy-source-if-none-match", &etag, 412),
        ("x-amz-copy-source-if-none-match", "\"other\"", 200),
        ("x-amz-copy-source-if-modified-since", old, 200),
        ("x-amz-copy-source-if-unmodified-since", old, 412),
    ];
    for (name, value, status) in cases {
        let got = port.send(port.s3().copy((&bucket, "from"), &bucket, "to").header(name, value)).await;
        assert_eq!(got.status, status, "{name}: {value}: {}", got.described());
    }
    if !port.is_minio() {
        // MinIO ignores the conditions of the destination.
        let copy =
            |name: &str, value: &str| port.send(port.s3().copy((&bucket, "from"), &bucket, "to").header(name, value));
        refused(&copy("if-none-match", "*").await, 412, "PreconditionFailed");
        refused(&copy("if-match", &etag).await, 412, "PreconditionFailed");
        let current = port.get(&bucket, "to").await.etag();
        copy("if-match", &current).await.ok();
    }
}

async fn a_copy_onto_itself(port: &Port) {
    let (bucket, etag) = source(port).await;
    let copy = || port.s3().copy((&bucket, "from"), &bucket, "from");
    refused(&port.send(copy()).await, 400, "InvalidRequest");
    let pinned = copy().header("x-amz-copy-source-if-match", &etag);
    port.send(pinned.header("x-amz-metadata-directive", "REPLACE").header("x-amz-meta-c", "3")).await.ok();
    let got = port.get(&bucket, "from").await.ok();
    assert_eq!((got.body.as_slice(), got.must("x-amz-meta-c"), got.header("x-amz-meta-a")), (&b"hello"[..], "3", None));
}

async fn a_copy_outlives_its_source(port: &Port) {
    let (bucket, _) = source(port).await;
    port.send(port.s3().copy((&bucket, "from"), &bucket, "to")).await.ok();
    port.send(port.s3().delete(&bucket, "from")).await.status(204);
    assert_eq!(port.get(&bucket, "to").await.ok().body, b"hello");
    port.put(&bucket, "from", b"other").await;
    assert_eq!(port.get(&bucket, "to").await.ok().body, b"hello");
}

async fn a_copy_of_a_version(port: &Port) {
    let bucket = port.bucket().await;
    port.set_versioning(&bucket, "Enabled").await;
    let one = port.put(&bucket, "key", b"one").await.must("x-amz-version-id").to_owned();
    port.put(&bucket, "key", b"two").await;
    let from = format!("/{bucket}/key?versionId={one}");
    let copied = port.send(port.s3().put(&bucket, "key", "").header("x-amz-copy-source", &from)).await.ok();
    assert_eq!(copied.must("x-amz-copy-source-version-id"), one);
    let got = port.get(&bucket, "key").await.ok();
    assert_eq!((got.body.as_slice(), got.must("x-amz-version-id")), (&b"one"[..], copied.must("x-amz-version-id")));
    let marker = port.send(port.s3().delete(&bucket, "key")).await.must("x-amz-version-id").to_owned();
    refused(&port.send(port.s3().copy((&bucket, "key"), &bucket, "to")).await, 404, "NoSuchKey");
    let from = format!("/{bucket}/key?versionId={marker}");
    port.send(port.s3().put(&bucket, "to", "").header("x-amz-copy-source", &from)).await.status(if port.is_minio() {
        405
    } else {
        400
    });
}

async fn a_copy_of_parts(port: &Port) {
    let bucket = port.bucket().await;
    let parts = [vec![1; MIN_PART], vec![2; 7]];
    let upload = port.start_upload(&bucket, "from", &[]).await;
    let at = (bucket.as_str(), "from", upload.as_str());
    let done = [(1, port.part(at, 1, &parts[0]).await), (2, port.part(at, 2, &parts[1]).await)];
    port.complete(at, &done).await.ok();
    port.send(port.s3().copy((&bucket, "from"), &bucket, "to")).await.ok();
    let got = port.get(&bucket, "to").await.ok();
    assert!(got.body == parts.concat());
    // [M] A copy has an ETag of a single request.
    assert!(!got.etag().contains('-'), "{}", got.etag());
}
