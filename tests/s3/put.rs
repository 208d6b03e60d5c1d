//! PutObject in every upload form.

use crate::support::{Form, Gateway, Sum, bytes};

/// Sizes on both sides of each boundary of the stream format: empty, one byte, first segment, second, many.
pub const SIZES: [usize; 9] = [0, 1, 4_095, 65_479, 65_480, 65_481, 131_000, 131_001, 1_000_003];

pub fn forms() -> Vec<Form> {
    vec![
        Form::Header,
        Form::Unsigned,
        Form::Presigned(60),
        Form::Chunked(65_536),
        Form::ChunkedTrailer(65_536, Sum::Crc32c),
        Form::UnsignedTrailer(65_536, Sum::Crc64Nvme),
    ]
}

#[tokio::test]
async fn every_form_and_size_comes_back_equal() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("put").await;
    for (at, form) in forms().into_iter().enumerate() {
        for size in SIZES {
            let data = bytes(size as u64, size);
            let key = format!("{at}/{size}");
            s3.put(&bucket, &key, data.clone()).form(form.clone()).send().await.ok();
            let answer = s3.get(&bucket, &key).send().await.ok();
            assert!(answer.body == data, "{form:?} {size}");
            assert_eq!(answer.must("content-length"), size.to_string());
        }
    }
}

#[tokio::test]
async fn sse_s3_is_the_default_and_the_etag_is_one_everywhere() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("put").await;
    let put = s3.put(&bucket, "k", bytes(1, 1000)).send().await.ok();
    assert_eq!(put.must("x-amz-server-side-encryption"), "AES256");
    assert!(put.body.is_empty());
    let etag = put.etag();
    assert!(etag.starts_with('"') && etag.ends_with("-0\""), "the form of {etag}");
    for answer in [s3.get(&bucket, "k").send().await.ok(), s3.head(&bucket, "k").send().await.ok()] {
        assert_eq!((answer.etag(), answer.must("x-amz-server-side-encryption")), (etag.clone(), "AES256"));
    }
    let listing = s3.get(&bucket, "").query("list-type", "2").send().await.xml();
    assert_eq!(listing.at("Contents/ETag"), etag);
}

#[tokio::test]
async fn sse_kms_answers_with_the_key_and_never_reaches_the_backend() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("put").await;
    let data = bytes(2, 70_000);
    let put = s3
        .put(&bucket, "k", data.clone())
        .header("x-amz-server-side-encryption", "aws:kms")
        .header("x-amz-server-side-encryption-bucket-key-enabled", "true")
        .header("x-amz-server-side-encryption-context", "eyJ0ZWFtIjoiYmx1ZSJ9")
        .send()
        .await
        .ok();
    assert_eq!(put.must("x-amz-server-side-encryption"), "aws:kms");
    assert_eq!(put.must("x-amz-server-side-encryption-bucket-key-enabled"), "true");
    assert_eq!(put.must("x-amz-server-side-encryption-context"), "eyJ0ZWFtIjoiYmx1ZSJ9");
    let key = put.must("x-amz-server-side-encryption-aws-kms-key-id").to_owned();
    assert!(key.starts_with("arn:aws:kms:us-east-1:000000000000:key/"), "{key}");
    for answer in [s3.get(&bucket, "k").send().await.ok(), s3.head(&bucket, "k").send().await.ok()] {
        assert_eq!(answer.must("x-amz-server-side-encryption"), "aws:kms");
        assert_eq!(answer.must("x-amz-server-side-encryption-aws-kms-key-id"), key);
        assert_eq!(answer.must("x-amz-server-side-encryption-bucket-key-enabled"), "true");
        assert_eq!(answer.header("x-amz-server-side-encryption-context"), None);
    }
    assert!(s3.get(&bucket, "k").send().await.ok().body == data);
    let stored = gateway.backend().head(&bucket, "k").await.ok();
    assert!(!stored.headers.keys().any(|name| name.as_str().starts_with("x-amz-server-side-encryption")));
}

#[tokio::test]
async fn wrong_encryption_headers_are_refused() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("put").await;
    let mode = "x-amz-server-side-encryption";
    let key_id = "x-amz-server-side-encryption-aws-kms-key-id";
    let context = "x-amz-server-side-encryption-context";
    let cases: [(&[(&str, &str)], u16, &str); 8] = [
        (&[(mode, "AES128")], 400, "InvalidArgument"),
        (&[(mode, "")], 400, "InvalidArgument"),
        (&[(mode, "AES256"), (key_id, "alias/aws/s3")], 400, "InvalidArgument"),
        (&[(key_id, "alias/aws/s3")], 400, "InvalidArgument"),
        (&[(mode, "aws:kms"), (context, "not base64!")], 400, "InvalidArgument"),
        (&[(mode, "aws:kms"), (context, "bm90IGpzb24=")], 400, "InvalidArgument"),
        (&[(mode, "aws:kms"), (key_id, "11111111-2222-3333-4444-555555555555")], 400, "KMS.NotFoundException"),
        (&[(mode, "aws:kms"), (key_id, "alias/none")], 400, "KMS.NotFoundException"),
    ];
    for (headers, status, code) in cases {
        let mut call = s3.put(&bucket, "k", "data");
        for (name, value) in headers {
            call = call.header(name, value);
        }
        println!("{headers:?}");
        call.send().await.error(status, code);
        s3.head(&bucket, "k").send().await.status(404);
    }
}

#[tokio::test]
async fn content_headers_and_metadata_come_back() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("put").await;
    let headers = [
        ("content-type", "text/x-test; charset=utf-8"),
        ("content-encoding", "gzip"),
        ("cache-control", "max-age=60"),
        ("content-disposition", "attachment; filename=\"a b\""),
        ("content-language", "de"),
        ("expires", "Thu, 01 Dec 2033 16:00:00 GMT"),
        ("x-amz-meta-colour", "blue and green"),
        ("x-amz-meta-empty", ""),
    ];
    for (key, form) in [("plain", Form::Header), ("chunked", Form::Chunked(65_536))] {
        let mut call = s3.put(&bucket, key, bytes(1, 100)).form(form);
        for (name, value) in headers {
            call = call.header(name, value);
        }
        call.send().await.ok();
        for answer in [s3.get(&bucket, key).send().await.ok(), s3.head(&bucket, key).send().await.ok()] {
            for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
                assert_eq!(answer.header(name), Some(*value), "{key} {name}");
            }
            assert!(answer.header("x-amz-meta-sealgate").is_none());
        }
    }
}

#[tokio::test]
async fn an_object_without_a_content_type_reads_as_binary() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("put").await;
    s3.put(&bucket, "k", "x").send().await.ok();
    assert_eq!(s3.get(&bucket, "k").send().await.ok().must("content-type"), "binary/octet-stream");
}

#[tokio::test]
async fn every_legal_byte_in_a_key() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("put").await;
    let ascii: Vec<String> =
        (0x20_u8..0x7f).filter(|byte| !b"/\\".contains(byte)).map(|byte| format!("k{}k", byte as char)).collect();
    let others = [
        "dir/",
        "dir/inner",
        "a b+c%20d",
        "日本語/キー",
        "émoji 😀",
        "trailing.",
        "~tilde~",
        "a=b&c=d?e#f",
        "x:y;z,!@$'()*",
    ];
    for key in ascii.iter().map(String::as_str).chain(others) {
        let body = if key.ends_with('/') { Vec::new() } else { bytes(key.len() as u64, 40) };
        s3.put(&bucket, key, body.clone()).send().await.ok();
        let answer = s3.get(&bucket, key).send().await.ok();
        assert!(answer.body == body, "{key:?}");
    }
    let listing = s3.get(&bucket, "").query("prefix", "a b+").send().await.xml();
    assert_eq!((listing.at("Contents/Key"), listing.at("Contents/Size")), ("a b+c%20d", "40"));
}

#[tokio::test]
async fn the_longest_key() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("put").await;
    let longest = format!("{0}/{0}/{0}/{0}/{0}/{1}", "k".repeat(180), "l".repeat(119));
    assert_eq!(longest.len(), 1024);
    s3.put(&bucket, &longest, "long").send().await.ok();
    assert_eq!(s3.get(&bucket, &longest).send().await.ok().body, b"long");
    s3.put(&bucket, &format!("{longest}x"), "too long").send().await.error(400, "KeyTooLongError");
}

#[tokio::test]
async fn a_second_put_replaces_the_first() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("put").await;
    let first = s3.put(&bucket, "k", bytes(1, 200_000)).send().await.ok().etag();
    let second = s3.put(&bucket, "k", bytes(1, 200_000)).send().await.ok().etag();
    assert_ne!(first, second, "equal plaintexts must not give equal ciphertexts");
    s3.put(&bucket, "k", "short").send().await.ok();
    assert_eq!(s3.get(&bucket, "k").send().await.ok().body, b"short");
}

#[tokio::test]
async fn no_such_bucket() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    s3.put("no-such-bucket-here", "k", "x").send().await.error(404, "NoSuchBucket");
    s3.get("no-such-bucket-here", "k").send().await.error(404, "NoSuchBucket");
    s3.get("no-such-bucket-here", "").send().await.error(404, "NoSuchBucket");
}

#[tokio::test]
async fn tags_and_storage_class_are_kept() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("put").await;
    s3.put(&bucket, "k", "x").header("x-amz-tagging", "a=1&b=two%20words").send().await.ok();
    let tags = s3.get(&bucket, "k").flag("tagging").send().await.xml();
    let pairs: Vec<(&str, &str)> =
        tags.child("TagSet").unwrap().all("Tag").map(|tag| (tag.at("Key"), tag.at("Value"))).collect();
    assert_eq!(pairs, [("a", "1"), ("b", "two words")]);
    assert_eq!(s3.get(&bucket, "k").send().await.ok().header("x-amz-tagging-count"), Some("2"));
}
