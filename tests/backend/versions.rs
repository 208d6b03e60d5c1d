//! Versioning: enabled, suspended, delete markers, and listings of versions.

use super::port::{Port, refused, texts};
use super::scenarios;

scenarios! {
    versions_and_delete_markers
    suspended_versioning
    pages_of_versions
    the_version_before_becomes_the_latest
}

async fn version(port: &Port, bucket: &str, key: &str, body: &str) -> String {
    port.put(bucket, key, body.as_bytes()).await.must("x-amz-version-id").to_owned()
}

async fn versions_and_delete_markers(port: &Port) {
    let bucket = port.bucket().await;
    let status = port.send(port.s3().get(&bucket, "").flag("versioning")).await.xml();
    assert_eq!(status.find("Status"), None);
    port.set_versioning(&bucket, "Enabled").await;
    let status = port.send(port.s3().get(&bucket, "").flag("versioning")).await.xml();
    assert_eq!(status.at("Status"), "Enabled");

    let one = version(port, &bucket, "key", "one").await;
    let two = version(port, &bucket, "key", "two").await;
    assert_ne!(one, two);
    let of = |id: &str| port.send(port.s3().get(&bucket, "key").query("versionId", id));
    assert_eq!(of(&one).await.ok().body, b"one");
    let latest = port.get(&bucket, "key").await.ok();
    assert_eq!((latest.body.as_slice(), latest.must("x-amz-version-id")), (&b"two"[..], two.as_str()));

    let deleted = port.send(port.s3().delete(&bucket, "key")).await.status(204);
    assert_eq!(deleted.must("x-amz-delete-marker"), "true");
    let marker = deleted.must("x-amz-version-id").to_owned();
    let gone = port.get(&bucket, "key").await;
    refused(&gone, 404, "NoSuchKey");
    assert_eq!((gone.must("x-amz-delete-marker"), gone.must("x-amz-version-id")), ("true", marker.as_str()));
    let named = of(&marker).await;
    refused(&named, 405, "MethodNotAllowed");
    assert_eq!(named.must("x-amz-delete-marker"), "true");
    assert!(port.list(&bucket, &[("list-type", "2")]).await.child("Contents").is_none());
    refused(&port.send(port.s3().delete(&bucket, "")).await, 409, "BucketNotEmpty");

    let undone = port.send(port.s3().delete(&bucket, "key").query("versionId", &marker)).await.status(204);
    assert_eq!((undone.must("x-amz-delete-marker"), undone.must("x-amz-version-id")), ("true", marker.as_str()));
    assert_eq!(port.get(&bucket, "key").await.ok().body, b"two");
    port.send(port.s3().delete(&bucket, "key").query("versionId", &one)).await.status(204);
    refused(&of(&one).await, 404, "NoSuchVersion");
}

async fn suspended_versioning(port: &Port) {
    let bucket = port.bucket().await;
    port.put(&bucket, "key", b"before").await;
    port.set_versioning(&bucket, "Enabled").await;
    let named = version(port, &bucket, "key", "named").await;
    assert_eq!(port.send(port.s3().get(&bucket, "key").query("versionId", "null")).await.ok().body, b"before");
    port.set_versioning(&bucket, "Suspended").await;
    port.put(&bucket, "key", b"after").await;
    let null = port.send(port.s3().get(&bucket, "key").query("versionId", "null")).await.ok();
    assert_eq!(null.body, b"after");
    assert_eq!(port.send(port.s3().get(&bucket, "key").query("versionId", &named)).await.ok().body, b"named");
    let deleted = port.send(port.s3().delete(&bucket, "key")).await.status(204);
    if !port.is_minio() {
        assert_eq!((deleted.must("x-amz-delete-marker"), deleted.must("x-amz-version-id")), ("true", "null"));
    }
    let listed = port.list(&bucket, &[("versions", "")]).await;
    assert_eq!(texts(&listed, "DeleteMarker", "VersionId"), ["null"]);
    assert_eq!(texts(&listed, "Version", "VersionId"), [named]);
}

async fn pages_of_versions(port: &Port) {
    let bucket = port.bucket().await;
    port.set_versioning(&bucket, "Enabled").await;
    let mut expected = Vec::new();
    for key in ["a", "b/1", "c"] {
        let mut ids = Vec::new();
        for body in ["1", "2", "3"] {
            ids.push(version(port, &bucket, key, body).await);
        }
        expected.extend(ids.into_iter().rev().map(|id| (key.to_owned(), id)));
    }
    for (page, delete) in [("1", false), ("2", false), ("1000", false), ("2", true)] {
        let (mut key, mut id) = (String::new(), String::new());
        let mut seen = Vec::new();
        for _ in 0..20 {
            let query = [("versions", ""), ("max-keys", page), ("key-marker", &key), ("version-id-marker", &id)];
            let query = if key.is_empty() { &query[..2] } else { &query[..] };
            let listed = port.list(&bucket, query).await;
            for entry in listed.all("Version") {
                let found = (entry.at("Key").to_owned(), entry.at("VersionId").to_owned());
                if delete {
                    // A client that empties a bucket page by page.
                    port.send(port.s3().delete(&bucket, &found.0).query("versionId", &found.1)).await.status(204);
                }
                seen.push(found);
            }
            if listed.at("IsTruncated") == "false" {
                break;
            }
            key = listed.at("NextKeyMarker").to_owned();
            id = listed.at("NextVersionIdMarker").to_owned();
        }
        if delete && port.is_minio() {
            continue;
        }
        assert_eq!(seen, expected, "pages of {page}");
    }
}

async fn the_version_before_becomes_the_latest(port: &Port) {
    let bucket = port.bucket().await;
    port.set_versioning(&bucket, "Enabled").await;
    let one = version(port, &bucket, "key", "one").await;
    let two = version(port, &bucket, "key", "two").await;
    port.send(port.s3().delete(&bucket, "key").query("versionId", &two)).await.status(204);
    assert_eq!(port.get(&bucket, "key").await.ok().body, b"one");
    let listed = port.list(&bucket, &[("versions", "")]).await;
    assert_eq!(texts(&listed, "Version", "IsLatest"), ["true"]);
    port.send(port.s3().delete(&bucket, "key").query("versionId", &one)).await.status(204);
    refused(&port.get(&bucket, "key").await, 404, "NoSuchKey");
    port.send(port.s3().delete(&bucket, "")).await.status(204);
}
