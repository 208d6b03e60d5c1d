//! `aws-chunked` bodies: sizes, signatures, trailers, and everything that can be wrong with them.

use std::net::SocketAddr;

use bytes::Bytes;

use crate::support::{Answer, Form, Gateway, Sum, bytes, client::Prepared};

#[tokio::test]
async fn chunks_of_any_size() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("chunked").await;
    let plain = bytes(1, 150_001);
    for size in [8_192, 65_480, 65_536, 100_000, 150_001] {
        for form in
            [Form::Chunked(size), Form::ChunkedTrailer(size, Sum::Sha256), Form::UnsignedTrailer(size, Sum::Crc32)]
        {
            s3.put(&bucket, "k", plain.clone()).form(form.clone()).send().await.ok();
            assert!(s3.get(&bucket, "k").send().await.ok().body == plain, "{form:?}");
        }
    }
}

/// One chunk that holds everything is streamed like any other: a client may choose so.
#[tokio::test]
async fn a_single_large_chunk() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("chunked").await;
    let plain = bytes(5, 40 << 20);
    for form in [Form::Chunked(plain.len()), Form::UnsignedTrailer(plain.len(), Sum::Crc64Nvme)] {
        s3.put(&bucket, "k", plain.clone()).form(form.clone()).send().await.ok();
        assert!(s3.get(&bucket, "k").send().await.ok().body == plain, "{form:?}");
    }
}

#[tokio::test]
async fn the_coding_is_not_the_objects_own() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("chunked").await;
    s3.put(&bucket, "k", "x").form(Form::Chunked(8_192)).send().await.ok();
    assert_eq!(s3.get(&bucket, "k").send().await.ok().header("content-encoding"), None);
    s3.put(&bucket, "k", "x").header("content-encoding", "gzip").form(Form::Chunked(8_192)).send().await.ok();
    assert_eq!(s3.get(&bucket, "k").send().await.ok().header("content-encoding"), Some("gzip"));
}

async fn with_body(mut prepared: Prepared, address: SocketAddr, change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Answer {
    prepared.body = Bytes::from(change(prepared.body.to_vec()));
    prepared.send(address).await
}

fn replace(body: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = memchr::memmem::find(&body, from).unwrap_or_else(|| panic!("{from:?} is in the body"));
    [&body[..at], to, &body[at + from.len()..]].concat()
}

#[tokio::test]
async fn a_changed_chunk_signature_or_trailer_leaves_no_object() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("chunked").await;
    let plain = bytes(2, 200_000);
    type Change = fn(Vec<u8>) -> Vec<u8>;
    let signed: [(&str, Change); 5] = [
        ("a byte of a chunk", |mut body| {
            body[100_000] ^= 1;
            body
        }),
        ("a chunk signature", |body| replace(body, b"chunk-signature=", b"chunk-signature=0")),
        ("the final chunk is missing", |body| {
            let at = memchr::memmem::rfind(&body, b"0;chunk-signature=").unwrap();
            body[..at].to_vec()
        }),
        ("a trailer's value", |body| replace(body, b"x-amz-checksum-crc32:", b"x-amz-checksum-crc32:A")),
        ("the trailer signature", |body| replace(body, b"x-amz-trailer-signature:", b"x-amz-trailer-signature:0")),
    ];
    for (what, change) in signed {
        let prepared = s3.put(&bucket, "k", plain.clone()).form(Form::ChunkedTrailer(65_536, Sum::Crc32)).prepare();
        let answer = with_body(prepared, s3.address, change).await;
        assert!(answer.status.is_client_error(), "{what}: {}", answer.described());
        println!("{what}: {}", answer.described());
        s3.head(&bucket, "k").send().await.status(404);
    }
    let unsigned: [(&str, Change); 6] = [
        ("a byte of a chunk", |mut body| {
            body[100_000] ^= 1;
            body
        }),
        ("the trailer is missing", |body| {
            let at = memchr::memmem::rfind(&body, b"x-amz-checksum-crc32:").unwrap();
            [&body[..at], b"\r\n"].concat()
        }),
        ("another trailer", |body| replace(body, b"x-amz-checksum-crc32:", b"x-amz-checksum-sha1:")),
        ("a size that is no number", |body| replace(body, b"10000\r\n", b"1000g\r\n")),
        ("a huge size", |body| replace(body, b"10000\r\n", b"ffffffffffffffffff\r\n")),
        ("a line end is missing", |body| replace(body, b"10000\r\n", b"10000\n")),
    ];
    for (what, change) in unsigned {
        let prepared = s3.put(&bucket, "k", plain.clone()).form(Form::UnsignedTrailer(65_536, Sum::Crc32)).prepare();
        let answer = with_body(prepared, s3.address, change).await;
        assert!(answer.status.is_client_error(), "{what}: {}", answer.described());
        println!("{what}: {}", answer.described());
        s3.head(&bucket, "k").send().await.status(404);
    }
}

#[tokio::test]
async fn a_declared_length_that_lies_leaves_no_object() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("chunked").await;
    let plain = bytes(3, 100_000);
    for declared in ["99999", "100001", "0", "5", "x", "-1", "18446744073709551616", "9999999999"] {
        for form in [Form::Chunked(65_536), Form::UnsignedTrailer(65_536, Sum::Crc32)] {
            let call = s3.put(&bucket, "k", plain.clone()).header("x-amz-decoded-content-length", declared).form(form);
            let answer = call.send().await;
            assert!(answer.status.is_client_error(), "{declared}: {}", answer.described());
            s3.head(&bucket, "k").send().await.status(404);
        }
    }
}

#[tokio::test]
async fn parts_may_be_chunked_too() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("chunked").await;
    let upload = s3.start_upload(&bucket, "k", &[]).await;
    let first = bytes(1, 6 << 20);
    let call = s3.part(&bucket, "k", &upload, 1, first.clone()).form(Form::ChunkedTrailer(65_536, Sum::Crc64Nvme));
    let one = call.send().await.ok().etag();
    let call = s3.part(&bucket, "k", &upload, 2, "end").form(Form::UnsignedTrailer(65_536, Sum::Crc32));
    let two = call.send().await.ok().etag();
    s3.complete(&bucket, "k", &upload, &[(1, one), (2, two)]).send().await.ok();
    assert!(s3.get(&bucket, "k").send().await.ok().body == [&first[..], b"end"].concat());
}
