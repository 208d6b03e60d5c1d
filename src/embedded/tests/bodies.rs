//! Bodies that lie about their length or break off.

use bytes::Bytes;

use super::support::{Backend, full, pieces};
use crate::embedded::Error;

async fn nothing_is_left(backend: &Backend) {
    assert_eq!(backend.send("GET", "/bkt/key", &[], "").await.status, 404);
    assert_eq!(backend.blobs(), 0);
}

#[tokio::test]
async fn a_body_needs_a_length() {
    let backend = Backend::with_bucket().await;
    let answer = backend.raw("PUT", "/bkt/key", &[], full("hello")).await.unwrap();
    assert_eq!((answer.status.as_u16(), answer.one("Code").as_str()), (411, "MissingContentLength"));
    nothing_is_left(&backend).await;
}

#[tokio::test]
async fn a_body_of_another_length_leaves_nothing() {
    let backend = Backend::with_bucket().await;
    for declared in ["0", "4", "6", "600000"] {
        let answer = backend.raw("PUT", "/bkt/key", &[("content-length", declared)], full("hello")).await.unwrap();
        assert_eq!((answer.status.as_u16(), answer.one("Code").as_str()), (400, "IncompleteBody"), "{declared}");
        nothing_is_left(&backend).await;
    }
    // The end of a longer body is noticed as well.
    let long = vec![Ok(Bytes::from(vec![0; 700_000])), Ok(Bytes::from(vec![0; 700_000]))];
    let answer = backend.raw("PUT", "/bkt/key", &[("content-length", "1399999")], pieces(long)).await.unwrap();
    assert_eq!(answer.status, 400);
    nothing_is_left(&backend).await;
}

#[tokio::test]
async fn a_body_that_breaks_off_is_an_error_with_its_cause() {
    let backend = Backend::with_bucket().await;
    for before in [0, 10, 600_000] {
        let body = pieces(vec![Ok(Bytes::from(vec![0; before])), Err("the client went away")]);
        let outcome = backend.raw("PUT", "/bkt/key", &[("content-length", "1000000")], body).await;
        let Err(Error::Body(cause)) = outcome else { panic!("{outcome:?}") };
        assert_eq!(cause.to_string(), "the client went away");
        nothing_is_left(&backend).await;
    }
}

#[tokio::test]
async fn a_failed_body_does_not_replace_what_was_there() {
    let backend = Backend::with_bucket().await;
    backend.send("PUT", "/bkt/key", &[], "before").await;
    let body = pieces(vec![Ok(Bytes::from_static(b"aft")), Err("gone")]);
    assert!(backend.raw("PUT", "/bkt/key", &[("content-length", "5")], body).await.is_err());
    assert_eq!(backend.send("GET", "/bkt/key", &[], "").await.text(), "before");
}

#[tokio::test]
async fn more_than_five_gibibytes_are_refused_unread() {
    let backend = Backend::with_bucket().await;
    let answer = backend.raw("PUT", "/bkt/key", &[("content-length", "5368709121")], full("x")).await.unwrap();
    assert_eq!((answer.status.as_u16(), answer.one("Code").as_str()), (400, "EntityTooLarge"));
}

#[tokio::test]
async fn what_cannot_be_kept_is_refused() {
    let backend = Backend::with_bucket().await;
    let cases = [
        ("x-amz-object-lock-mode", "GOVERNANCE", 400),
        ("x-amz-acl", "public-read", 400),
        ("x-amz-grant-read", "id=1", 400),
        ("x-amz-server-side-encryption", "AES256", 501),
    ];
    for (name, value, status) in cases {
        let answer = backend.send("PUT", "/bkt/key", &[(name, value)], "x").await;
        assert_eq!(answer.status, status, "{name}");
    }
    nothing_is_left(&backend).await;
}

/// s3s would refuse or bend these.
#[tokio::test]
async fn headers_that_are_no_business_of_s3s() {
    let backend = Backend::with_bucket().await;
    let headers = [
        ("authorization", "AWS4-HMAC-SHA256 nonsense"),
        ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
        ("x-amz-checksum-crc32", "AAAAAA=="),
        ("content-md5", "AAAA"),
        ("content-type", "multipart/form-data; boundary=x"),
        ("content-disposition", "=?utf-8?q?x?="),
        ("expires", "never"),
        ("x-amz-meta-mime", "=?UTF-8?Q?=C3=A9?="),
    ];
    assert_eq!(backend.send("PUT", "/bkt/key", &headers, "hello").await.status, 200);
    let got = backend.send("GET", "/bkt/key", &[], "").await;
    assert_eq!(got.text(), "hello");
    for (name, value) in &headers[4..] {
        assert_eq!(got.header(name), *value);
    }
    assert_eq!(got.headers.get("x-amz-checksum-crc32"), None);
    let upload = backend.send("POST", "/bkt/key?uploads", &headers, "").await;
    assert_eq!(upload.status, 200, "{upload:?}");
}
