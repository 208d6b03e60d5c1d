//! Requests that lie, stop, repeat or contradict themselves: an AWS-style error each, and nothing half written.

use std::time::Duration;

use crate::support::raw::{Heard, Raw};
use crate::support::{Form, Gateway, S3, bytes};

async fn nothing_there(gateway: &Gateway, bucket: &str, key: &str) {
    // The gateway may still be giving up the request below.
    for _ in 0..50 {
        if gateway.s3().head(bucket, key).send().await.status == 404 {
            assert!(gateway.backend().objects(bucket, key).await.is_empty());
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{bucket}/{key} exists");
}

/// Sends the head of a signed PUT with a declared length, then `body`, then ends the sending side.
async fn put_raw(s3: &S3, bucket: &str, key: &str, form: Form, declared: Option<u64>, body: &[u8]) -> Heard {
    let prepared = s3.put(bucket, key, bytes(1, 300_000)).form(form).prepare();
    let mut raw = Raw::connect(s3.address).await;
    raw.write(prepared.head_text(declared).as_bytes()).await;
    raw.write(body).await;
    raw.finish().await;
    raw.hear().await
}

/// Measured at the backend: a request that stops short leaves no object there.
#[tokio::test]
async fn a_client_that_stops_half_way_leaves_no_object() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("bad").await;
    let whole = bytes(1, 300_000);
    for form in [Form::Header, Form::Unsigned, Form::Presigned(60)] {
        for sent in [0, 1, 65_480, 200_000, 299_999] {
            let heard = put_raw(&s3, &bucket, "k", form.clone(), Some(300_000), &whole[..sent]).await;
            assert!(heard.status == 0 || heard.status == 400, "{form:?} {sent}: {heard:?}");
            nothing_there(&gateway, &bucket, "k").await;
        }
    }
    let chunked = s3.put(&bucket, "k", whole).form(Form::Chunked(65_536)).prepare();
    for sent in [10, 100_000, chunked.body.len() - 1] {
        let mut raw = Raw::connect(s3.address).await;
        raw.write(chunked.head_text(Some(chunked.body.len() as u64)).as_bytes()).await;
        raw.write(&chunked.body[..sent]).await;
        raw.finish().await;
        let heard = raw.hear().await;
        assert!(heard.status == 0 || heard.status == 400, "{sent}: {heard:?}");
        nothing_there(&gateway, &bucket, "k").await;
    }
}

/// Measured at the backend: without Content-Length it answers 411. The sealed length is always declared first.
#[tokio::test]
async fn a_put_without_a_length_is_refused() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("bad").await;
    let prepared = s3.put(&bucket, "k", "data").form(Form::Unsigned).prepare();
    let mut raw = Raw::connect(s3.address).await;
    let head = prepared.head_text(None).replace("\r\n\r\n", "\r\ntransfer-encoding: chunked\r\n\r\n");
    raw.write(head.as_bytes()).await;
    raw.write(b"4\r\ndata\r\n0\r\n\r\n").await;
    let heard = raw.hear().await;
    assert_eq!(heard.status, 411, "{heard:?}");
    assert!(heard.text.contains("MissingContentLength"), "{heard:?}");
    nothing_there(&gateway, &bucket, "k").await;
}

/// SDKs in C++ send aws-chunked over `Transfer-Encoding: chunked`; x-amz-decoded-content-length says the size.
#[tokio::test]
async fn aws_chunked_over_http_chunked_has_a_length() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("bad").await;
    let plain = bytes(4, 100_000);
    let prepared = s3
        .put(&bucket, "k", plain.clone())
        .form(Form::UnsignedTrailer(65_536, crate::support::Sum::Crc64Nvme))
        .prepare();
    let mut raw = Raw::connect(s3.address).await;
    raw.write(prepared.head_text(None).replace("\r\n\r\n", "\r\ntransfer-encoding: chunked\r\n\r\n").as_bytes()).await;
    for piece in prepared.body.chunks(50_000) {
        raw.write(&crate::support::chunked::chunk(piece)).await;
    }
    raw.write(b"0\r\n\r\n").await;
    let heard = raw.hear().await;
    assert_eq!(heard.status, 200, "{heard:?}");
    assert!(s3.get(&bucket, "k").send().await.ok().body == plain);
}

#[tokio::test]
async fn an_early_refusal_does_not_poison_the_connection() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("bad").await;
    // The body looks like a second request: it must not be taken for one.
    let smuggled = format!("DELETE /{bucket} HTTP/1.1\r\nhost: x\r\n\r\n");
    let call = s3.put("no-such-bucket-here", "k", smuggled.clone());
    let prepared = call.prepare();
    let mut raw = Raw::connect(s3.address).await;
    raw.write(prepared.head_text(Some(smuggled.len() as u64)).as_bytes()).await;
    raw.write(smuggled.as_bytes()).await;
    let heard = raw.hear().await;
    assert_eq!(heard.status, 404, "{heard:?}");
    assert_eq!(heard.text.matches("HTTP/1.1 ").count(), 1, "{heard:?}");
    s3.head(&bucket, "").send().await.ok();
}

#[tokio::test]
async fn duplicated_and_contradictory_headers() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("bad").await;
    let heads = [
        "content-length: 4\r\ncontent-length: 5\r\n",
        "content-length: 4\r\ntransfer-encoding: chunked\r\n",
        "content-length: -1\r\n",
        "content-length: 4x\r\n",
        "content-length: 99999999999999999999999\r\n",
    ];
    for extra in heads {
        let prepared = s3.put(&bucket, "k", "data").form(Form::Unsigned).prepare();
        let mut raw = Raw::connect(s3.address).await;
        raw.write(prepared.head_text(None).replace("\r\n\r\n", &format!("\r\n{extra}\r\n")).as_bytes()).await;
        raw.write(b"data").await;
        raw.finish().await;
        let heard = raw.hear().await;
        assert!(heard.status == 400 || heard.status == 0 || heard.status == 411, "{extra:?}: {heard:?}");
        nothing_there(&gateway, &bucket, "k").await;
    }
    for name in ["x-amz-date", "x-amz-content-sha256", "authorization"] {
        let mut prepared = s3.put(&bucket, "k", "data").prepare();
        let again = prepared.headers.iter().find(|(other, _)| other == name).cloned().unwrap();
        prepared.headers.push(again);
        let answer = prepared.send(s3.address).await;
        assert!(answer.status.is_client_error(), "two {name}: {}", answer.described());
    }
    for name in ["x-amz-date", "host"] {
        let mut prepared = s3.put(&bucket, "k", "data").prepare();
        if name == "x-amz-date" {
            prepared.headers.retain(|(other, _)| other != name);
            let answer = prepared.send(s3.address).await;
            assert!(answer.status.is_client_error(), "no {name}: {}", answer.described());
        }
    }
    nothing_there(&gateway, &bucket, "k").await;
}

#[tokio::test]
async fn names_that_climb_or_break() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("bad").await;
    s3.put(&bucket, "k", "outside").send().await.ok();
    // Either the backend refuses such a key, or it is an ordinary name of its own; it never means another object.
    for path in ["a/../k", "../x", "a/./k", "./k", "a//k", "//k", "..", ".", "%2e%2e/k", "a%2f..%2fk"] {
        let body = format!("of {path}");
        let target = format!("/{bucket}/{path}");
        let put =
            s3.put(&bucket, "unused", body.clone()).path(&target).form(Form::Unsigned).prepare().send(s3.address).await;
        let get = s3.get(&bucket, "unused").path(&target).send().await;
        if put.status.is_success() {
            assert_eq!(get.ok().body, body.as_bytes(), "{path}");
        } else {
            assert!(put.status.is_client_error(), "{path}: {}", put.described());
            assert!(get.status.is_client_error(), "{path}: {}", get.described());
        }
        let other = s3.get(&bucket, "k").send().await;
        assert!(other.status == 200 && other.body == b"outside", "{path} reached another object: {}", put.described());
    }
    for path in ["%00", "a%00b", "%ff%fe", "a%", "a%zz"] {
        let target = format!("/{bucket}/{path}");
        let Ok(uri) = target.parse::<http::Uri>() else { continue };
        let answer = s3.put(&bucket, "unused", "x").path(&uri.to_string()).send().await;
        assert!(answer.status.is_client_error(), "{path}: {}", answer.described());
    }
    for name in ["UPPER", "ab", "-x-", "a..b", "192.168.0.1", "under_score", ".minio.sys", "xn--", "..", "%2e%2e"] {
        let answer = s3.call("PUT", "unused", "").path(&format!("/{name}")).send().await;
        assert!(answer.status.is_client_error(), "{name}: {}", answer.described());
    }
}

#[tokio::test]
async fn the_envelopes_header_is_never_the_clients() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("bad").await;
    for name in ["x-amz-meta-sealgate", "X-Amz-Meta-Sealgate"] {
        let answer = s3.put(&bucket, "k", "data").header(name, "AAAA").send().await;
        if answer.status.is_success() {
            let get = s3.get(&bucket, "k").send().await.ok();
            assert_eq!((get.header("x-amz-meta-sealgate"), &*get.body), (None, &b"data"[..]));
        } else {
            answer.error(400, "InvalidArgument");
        }
        s3.put(&bucket, "src", "data").send().await.ok();
        let copy = s3
            .copy((&bucket, "src"), &bucket, "copy")
            .header("x-amz-metadata-directive", "REPLACE")
            .header(name, "AAAA");
        let answer = copy.send().await;
        if answer.status.is_success() {
            assert_eq!(s3.get(&bucket, "copy").send().await.ok().body, b"data");
        } else {
            answer.error(400, "InvalidArgument");
        }
        let upload = s3.post(&bucket, "m", "").flag("uploads").header(name, "AAAA").send().await;
        assert!(upload.status.is_client_error() || upload.header("x-amz-meta-sealgate").is_none());
    }
}

/// Measured at the backend: 1,900 bytes of user metadata pass, 2,040 do not. The envelope takes its share.
#[tokio::test]
async fn too_much_metadata_is_refused_with_both_numbers() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("bad").await;
    let put = |bytes: usize| s3.put(&bucket, "k", "data").header("x-amz-meta-long", &"m".repeat(bytes));
    put(1_000).send().await.ok();
    assert_eq!(s3.get(&bucket, "k").send().await.ok().must("x-amz-meta-long").len(), 1_000);
    for size in [2_100, 5_000] {
        let error = put(size).send().await.error(400, "MetadataTooLarge");
        let numbers = error.at("Message").chars().filter(char::is_ascii_digit).count()
            + error.find("Size").unwrap_or("").len()
            + error.find("MaxSizeAllowed").unwrap_or("").len();
        assert!(numbers >= 6, "both numbers: {error:?}");
    }
    assert_eq!(s3.get(&bucket, "k").send().await.ok().must("x-amz-meta-long").len(), 1_000);
    let upload = s3.post(&bucket, "m", "").flag("uploads").header("x-amz-meta-long", &"m".repeat(2_100));
    upload.send().await.error(400, "MetadataTooLarge");
}

#[tokio::test]
async fn what_is_unknown_is_not_implemented() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("bad").await;
    s3.put(&bucket, "k", "old").send().await.ok();
    s3.put(&bucket, "k", "new").flag("newthing").send().await.error(501, "NotImplemented");
    s3.put(&bucket, "k", "new").query("append", "").send().await.error(501, "NotImplemented");
    s3.get(&bucket, "k").flag("newthing").send().await.error(501, "NotImplemented");
    s3.post(&bucket, "k", "x").flag("select").query("select-type", "2").send().await.error(501, "NotImplemented");
    s3.put(&bucket, "k", "new").flag("renameObject").send().await.error(501, "NotImplemented");
    s3.put(&bucket, "k", "new").header("x-amz-write-offset-bytes", "3").send().await.error(501, "NotImplemented");
    s3.put(&bucket, "k", "new")
        .header("x-amz-meta-snowball-auto-extract", "true")
        .send()
        .await
        .error(501, "NotImplemented");
    s3.get(&bucket, "k").header("x-minio-extract", "true").send().await.error(501, "NotImplemented");
    assert_eq!(s3.get(&bucket, "k").send().await.ok().body, b"old");
    let mut raw = Raw::connect(s3.address).await;
    raw.write(b"NONSENSE\r\n\r\n").await;
    assert!(matches!(raw.hear().await.status, 400 | 0));
    let answer = s3.call("PATCH", &bucket, "k").send().await;
    assert!(matches!(answer.status.as_u16(), 405 | 501), "{}", answer.described());
}

#[tokio::test]
async fn documents_that_are_too_long() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("bad").await;
    let huge = "x".repeat(3 << 20);
    for call in [s3.post(&bucket, "", huge.clone()).flag("delete"), s3.put(&bucket, "k", huge.clone()).flag("tagging")]
    {
        let answer = call.send().await;
        assert!(answer.status.is_client_error(), "{}", answer.described());
    }
}

#[tokio::test]
async fn expect_100_continue_is_answered() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("bad").await;
    let prepared = s3.put(&bucket, "k", "data").header("expect", "100-continue").prepare();
    let mut raw = Raw::connect(s3.address).await;
    raw.write(prepared.head_text(Some(4)).as_bytes()).await;
    let first = raw.hear().await;
    assert_eq!(first.status, 100, "{first:?}");
    raw.write(b"data").await;
    let second = raw.hear().await;
    assert_eq!(second.status, 200, "{second:?}");
    assert_eq!(s3.get(&bucket, "k").send().await.ok().body, b"data");
    // A request that is refused by its head alone is answered at once, without asking for the body.
    let refused = s3.put("no-such-bucket-here", "k", "data").header("expect", "100-continue").prepare();
    let mut raw = Raw::connect(s3.address).await;
    raw.write(refused.head_text(Some(4)).as_bytes()).await;
    let heard = raw.hear().await;
    assert!(matches!(heard.status, 404 | 100), "{heard:?}");
}
