//! Objects of a single request: bytes, headers, ranges, conditions.

use super::port::{Port, refused};
use super::scenarios;
use crate::support::bytes;

scenarios! {
    an_object_comes_back_with_its_headers
    an_empty_object
    a_large_object
    every_legal_key
    ranges
    conditions_of_a_read
    conditions_of_a_write
    a_deleted_object_is_gone
    deletions_in_one_request
    what_is_not_there
    too_much_metadata
}

async fn an_object_comes_back_with_its_headers(port: &Port) {
    let bucket = port.bucket().await;
    let kept = [
        ("cache-control", "max-age=60, private"),
        ("content-disposition", "attachment; filename=\"a b.txt\""),
        ("content-encoding", "gzip"),
        ("content-language", "de, en"),
        ("content-type", "text/plain;charset=UTF-8"),
        ("expires", "Thu, 01 Dec 2044 16:00:00 GMT"),
        ("x-amz-meta-plain", "value with  spaces"),
    ];
    let mut call = port.s3().put(&bucket, "key", "hello");
    for (name, value) in kept {
        call = call.header(name, value);
    }
    let put = port.send(call).await.ok();
    let etag = put.etag();
    assert!(etag.len() == 34 && etag[1..33].bytes().all(|byte| byte.is_ascii_hexdigit()), "{etag}");
    for method in ["GET", "HEAD"] {
        let got = port.send(port.s3().call(method, &bucket, "key")).await.status(200);
        for (name, value) in kept {
            assert_eq!(got.must(name), value, "{method} {name}");
        }
        assert_eq!(got.etag(), etag);
        assert_eq!(got.must("content-length"), "5");
        assert_eq!(got.must("accept-ranges"), "bytes");
        assert!(got.must("last-modified").ends_with(" GMT"));
        assert_eq!(got.header("x-amz-version-id"), None);
        assert_eq!(got.body, if method == "GET" { &b"hello"[..] } else { b"" });
    }
    port.put(&bucket, "bare", b"x").await;
    assert_eq!(port.get(&bucket, "bare").await.must("content-type"), "binary/octet-stream");
}

async fn an_empty_object(port: &Port) {
    let bucket = port.bucket().await;
    port.put(&bucket, "empty", b"").await;
    let got = port.get(&bucket, "empty").await.status(200);
    assert_eq!((got.body.len(), got.must("content-length")), (0, "0"));
    refused(&port.send(port.s3().get(&bucket, "empty").range("0-")).await, 416, "InvalidRange");
}

async fn a_large_object(port: &Port) {
    let bucket = port.bucket().await;
    let body = bytes(1, 3_333_333);
    port.put(&bucket, "large", &body).await;
    assert!(port.get(&bucket, "large").await.ok().body == body);
    let part = port.send(port.s3().get(&bucket, "large").range("1000000-2999999")).await.status(206);
    assert!(part.body == body[1_000_000..3_000_000]);
}

async fn every_legal_key(port: &Port) {
    let bucket = port.bucket().await;
    let long = "k".repeat(1024);
    let deep = "d/".repeat(511);
    let mut keys = vec!["a b+c&d=e?f#g%h", "ünïcödé/🔑", "quote\"'<>", "trailing /x", "*:|\\^`{}[]~!@$()_,;"];
    if !port.is_minio() {
        // MinIO's keys are paths below a folder.
        keys.extend(["/", "/leading", "a//b", "a/../b", "..", ".", "../../etc/passwd", "trailing/", &long, &deep]);
    }
    for key in &keys {
        port.put(&bucket, key, key.as_bytes()).await;
    }
    for key in &keys {
        assert_eq!(port.get(&bucket, key).await.ok().body, key.as_bytes(), "{key}");
    }
    let listed = port.list(&bucket, &[("list-type", "2")]).await;
    let mut expected = keys.clone();
    expected.sort_by_key(|key| key.as_bytes());
    assert_eq!(super::port::texts(&listed, "Contents", "Key"), expected);
    let too_long = port.send(port.s3().put(&bucket, &"k".repeat(1025), "x")).await;
    refused(&too_long, 400, "KeyTooLongError");
}

async fn ranges(port: &Port) {
    let bucket = port.bucket().await;
    port.put(&bucket, "digits", b"0123456789").await;
    let cases = [
        ("bytes=0-0", 206, "0", "bytes 0-0/10"),
        ("bytes=2-5", 206, "2345", "bytes 2-5/10"),
        ("bytes=7-", 206, "789", "bytes 7-9/10"),
        ("bytes=7-99", 206, "789", "bytes 7-9/10"),
        ("bytes=-2", 206, "89", "bytes 8-9/10"),
        ("bytes=-20", 206, "0123456789", "bytes 0-9/10"),
        ("bytes=0-9", 206, "0123456789", "bytes 0-9/10"),
        ("bytes=10-", 416, "", ""),
        ("bytes=99-100", 416, "", ""),
        ("bytes=-0", 416, "", ""),
    ];
    for (range, status, body, content_range) in cases {
        let got = port.send(port.s3().get(&bucket, "digits").header("range", range)).await;
        assert_eq!(got.status, status, "{range}: {}", got.described());
        if status == 206 {
            assert_eq!((got.body.as_slice(), got.must("content-range")), (body.as_bytes(), content_range), "{range}");
            assert_eq!(got.must("content-length"), body.len().to_string());
            let head = port.send(port.s3().head(&bucket, "digits").header("range", range)).await.status(206);
            assert_eq!((head.must("content-range"), head.body.len()), (content_range, 0), "{range}");
        } else {
            refused(&got, 416, "InvalidRange");
            if !port.is_minio() {
                assert_eq!(got.must("content-range"), "bytes */10");
            }
        }
    }
}

async fn conditions_of_a_read(port: &Port) {
    let bucket = port.bucket().await;
    let etag = port.put(&bucket, "key", b"hello").await.etag();
    let modified = port.get(&bucket, "key").await.must("last-modified").to_owned();
    let old = "Sun, 06 Nov 1994 08:49:37 GMT";
    let cases = [
        (vec![("if-match", etag.as_str())], 200),
        (vec![("if-match", "*")], 200),
        (vec![("if-match", "\"other\"")], 412),
        (vec![("if-none-match", &etag)], 304),
        (vec![("if-none-match", "\"other\"")], 200),
        (vec![("if-modified-since", old)], 200),
        (vec![("if-modified-since", &modified)], 304),
        (vec![("if-unmodified-since", &modified)], 200),
        (vec![("if-unmodified-since", old)], 412),
        (vec![("if-match", &etag), ("if-unmodified-since", old)], 200),
        (vec![("if-none-match", "\"other\""), ("if-modified-since", &modified)], 200),
    ];
    for (headers, status) in cases {
        for method in ["GET", "HEAD"] {
            let mut call = port.s3().call(method, &bucket, "key");
            for (name, value) in &headers {
                call = call.header(name, value);
            }
            let got = port.send(call).await;
            // MinIO reads If-None-Match and If-Modified-Since each for itself.
            if port.is_minio() && headers.len() > 1 {
                continue;
            }
            assert_eq!(got.status, status, "{method} {headers:?}: {}", got.described());
            match status {
                304 => {
                    assert_eq!((got.etag(), got.body.len()), (etag.clone(), 0));
                    assert_eq!(got.must("last-modified"), modified);
                }
                412 if method == "GET" => refused(&got, 412, "PreconditionFailed"),
                _ => {}
            }
        }
    }
}

async fn conditions_of_a_write(port: &Port) {
    let bucket = port.bucket().await;
    let put = |name: &'static str, value: String| port.send(port.s3().put(&bucket, "key", "new").header(name, &value));
    refused(&put("if-match", "\"0123456789abcdef0123456789abcdef\"".into()).await, 404, "NoSuchKey");
    let first = put("if-none-match", "*".into()).await.ok().etag();
    refused(&put("if-none-match", "*".into()).await, 412, "PreconditionFailed");
    refused(&put("if-match", "\"0123456789abcdef0123456789abcdef\"".into()).await, 412, "PreconditionFailed");
    let second = put("if-match", first.clone()).await.ok().etag();
    if !port.is_minio() {
        assert_ne!(first, second);
        refused(&put("if-match", first.clone()).await, 412, "PreconditionFailed");
        let delete = |etag: String| port.send(port.s3().delete(&bucket, "key").header("if-match", &etag));
        refused(&delete(first.clone()).await, 412, "PreconditionFailed");
        delete(second).await.status(204);
        refused(&port.get(&bucket, "key").await, 404, "NoSuchKey");
    }
}

async fn a_deleted_object_is_gone(port: &Port) {
    let bucket = port.bucket().await;
    port.put(&bucket, "key", b"hello").await;
    for _ in 0..2 {
        let deleted = port.send(port.s3().delete(&bucket, "key")).await.status(204);
        assert_eq!((deleted.header("x-amz-delete-marker"), deleted.header("x-amz-version-id")), (None, None));
        refused(&port.get(&bucket, "key").await, 404, "NoSuchKey");
    }
    let head = port.send(port.s3().head(&bucket, "key")).await.status(404);
    assert!(head.body.is_empty());
}

async fn deletions_in_one_request(port: &Port) {
    let bucket = port.bucket().await;
    for key in ["a", "b/c", "d<&>"] {
        port.put(&bucket, key, b"x").await;
    }
    let document = "<Delete><Object><Key>a</Key></Object><Object><Key>b/c</Key></Object><Object><Key>never</Key></Object>\
                    </Delete>";
    // The MD5 of the document: MinIO demands it.
    let md5 = crate::support::Sum::Md5.text(document.as_bytes());
    let delete = port.s3().post(&bucket, "", document).flag("delete").header("content-md5", &md5);
    let deleted = port.send(delete).await.xml();
    let mut keys = super::port::texts(&deleted, "Deleted", "Key");
    keys.sort();
    assert_eq!(keys, ["a", "b/c", "never"]);
    let listed = port.list(&bucket, &[("list-type", "2")]).await;
    assert_eq!(super::port::texts(&listed, "Contents", "Key"), ["d<&>"]);
}

async fn what_is_not_there(port: &Port) {
    let bucket = port.bucket().await;
    refused(&port.get(&bucket, "never").await, 404, "NoSuchKey");
    refused(&port.get("no-such-bucket-here", "never").await, 404, "NoSuchBucket");
    refused(&port.send(port.s3().put("no-such-bucket-here", "key", "x")).await, 404, "NoSuchBucket");
    refused(&port.send(port.s3().get("no-such-bucket-here", "")).await, 404, "NoSuchBucket");
    port.send(port.s3().head("no-such-bucket-here", "")).await.status(404);
}

async fn too_much_metadata(port: &Port) {
    let bucket = port.bucket().await;
    let fits = port.s3().put(&bucket, "key", "x").header("x-amz-meta-a", &"v".repeat(1900));
    port.send(fits).await.ok();
    let large = port.s3().put(&bucket, "key", "x").header("x-amz-meta-a", &"v".repeat(2100));
    refused(&port.send(large).await, 400, "MetadataTooLarge");
}
