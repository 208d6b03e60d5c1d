//! Properties of the room: what aws-sigv4 signs verifies, chunks survive any splitting and no change, nothing panics.

use std::sync::Arc;

use bytes::BytesMut;
use http::{HeaderMap, HeaderName};
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use proptest::prelude::*;

use crate::checksum::{Algorithm, Hasher};

use super::chunk_signature::ChunkSigner;
use super::credential::Credential;
use super::decoder::Decoder;
use super::key::SigningKey;
use super::known_answers::{ACCESS_KEY_ID, NOW, SECRET, head, lookup};
use super::*;
use crate::names::Region;

const TRAILER: HeaderName = HeaderName::from_static("x-amz-checksum-crc32");

fn signer() -> ChunkSigner {
    let credential = format!("{ACCESS_KEY_ID}/20130524/us-east-1/s3/aws4_request");
    let scope = Credential::parse(&credential, "s3").unwrap().scope;
    ChunkSigner {
        key: Arc::new(SigningKey::derive(&SecretKeyText::new(SECRET), &scope)),
        access_key_id: ACCESS_KEY_ID.to_owned(),
        date: "20130524T000000Z".to_owned(),
        scope: scope.text.to_owned(),
        previous: "0".repeat(64),
    }
}

/// What `signer` would accept, found by asking it.
fn extension(signer: &mut Option<ChunkSigner>, data: &[u8]) -> String {
    let Some(signer) = signer else { return String::new() };
    let mut hasher = Hasher::new(Algorithm::Sha256);
    hasher.update(data);
    let hash = hasher.finish();
    let signature = wanted(signer.clone().chunk(&hash, ""), signer);
    signer.chunk(&hash, &signature).unwrap();
    format!(";chunk-signature={signature}")
}

/// The signature of the string that a refusal shows.
fn wanted(refusal: Result<(), Error>, signer: &ChunkSigner) -> String {
    let Err(Error::SignatureMismatch(mismatch)) = refusal else { panic!("an empty signature was accepted") };
    signer.key.signature(&mismatch.string_to_sign)
}

fn encode(data: &[u8], sizes: &[usize], mut signer: Option<ChunkSigner>, trailer: Option<&str>) -> Vec<u8> {
    let mut body = Vec::new();
    let (mut rest, mut sizes) = (data, sizes.iter().cycle());
    while !rest.is_empty() {
        let (chunk, tail) = rest.split_at((*sizes.next().unwrap()).min(rest.len()));
        rest = tail;
        body.extend_from_slice(format!("{:x}{}\r\n", chunk.len(), extension(&mut signer, chunk)).as_bytes());
        body.extend_from_slice(chunk);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("0{}\r\n", extension(&mut signer, b"")).as_bytes());
    if let Some(value) = trailer {
        body.extend_from_slice(format!("{TRAILER}:{value}\r\n").as_bytes());
        if let Some(signer) = &signer {
            let lines = format!("{TRAILER}:{value}\n");
            let signature = wanted(signer.clone().trailer(lines.as_bytes(), ""), signer);
            body.extend_from_slice(format!("x-amz-trailer-signature:{signature}\r\n").as_bytes());
        }
    }
    body.extend_from_slice(b"\r\n");
    body
}

fn decode(mut decoder: Decoder, body: &[u8], piece_len: usize) -> Result<(Vec<u8>, HeaderMap), ChunkError> {
    let mut plain = Vec::new();
    for piece in body.chunks(piece_len) {
        let mut input = BytesMut::from(piece);
        while let Some(data) = decoder.next(&mut input)? {
            plain.extend_from_slice(&data);
        }
    }
    decoder.finish()?;
    Ok((plain, decoder.trailers().clone()))
}

fn decoder(signed: bool, trailer: bool, declared_len: usize) -> Decoder {
    let trailers = trailer.then_some(TRAILER).into_iter().collect();
    Decoder::new(signed.then(signer), trailers, declared_len as u64)
}

proptest! {
    #[test]
    fn chunks_survive_any_splitting(
        data in proptest::collection::vec(any::<u8>(), 0..20_000),
        sizes in proptest::collection::vec(8192_usize..10_000, 1..4),
        piece_len in 1_usize..3000,
        signed in any::<bool>(),
        trailer in any::<bool>(),
    ) {
        let value = trailer.then_some("AAAAAA==");
        let body = encode(&data, &sizes, signed.then(signer), value);
        let (plain, trailers) = decode(decoder(signed, trailer, data.len()), &body, piece_len).unwrap();
        prop_assert_eq!(plain, data);
        prop_assert_eq!(trailers.get(TRAILER).map(|value| value.to_str().unwrap()), value);
    }

    #[test]
    fn no_changed_byte_of_a_signed_body_changes_its_meaning(
        data in proptest::collection::vec(any::<u8>(), 1..600),
        at in any::<proptest::sample::Index>(),
        flip in 1_u8..=255,
    ) {
        let mut body = encode(&data, &[8192], Some(signer()), Some("AAAAAA=="));
        let at = at.index(body.len());
        body[at] ^= flip;
        // The case of a hexadecimal size or of a trailer's name may change, and means nothing.
        if let Ok((plain, trailers)) = decode(decoder(true, true, data.len()), &body, 64) {
            prop_assert_eq!(plain, data);
            prop_assert_eq!(&trailers[TRAILER], "AAAAAA==");
        }
    }

    #[test]
    fn no_prefix_of_a_body_is_a_body(
        data in proptest::collection::vec(any::<u8>(), 0..300),
        cut in any::<proptest::sample::Index>(),
        signed in any::<bool>(),
    ) {
        let body = encode(&data, &[8192], signed.then(signer), Some("AAAAAA=="));
        let cut = &body[..cut.index(body.len())];
        prop_assert_eq!(decode(decoder(signed, true, data.len()), cut, 50).unwrap_err().code(), "IncompleteBody");
    }

    #[test]
    fn arbitrary_bodies_never_panic(
        body in proptest::collection::vec(prop_oneof![any::<u8>(), proptest::sample::select(&b"0123456789abcdef;:\r\n"[..])], 0..300),
        declared_len in 0_usize..300,
        signed in any::<bool>(),
        piece_len in 1_usize..50,
    ) {
        if let Ok((plain, _)) = decode(decoder(signed, true, declared_len), &body, piece_len) {
            prop_assert_eq!(plain.len(), declared_len);
        }
    }

    #[test]
    fn what_aws_sigv4_signs_verifies(
        object_key in proptest::collection::vec(any::<u8>(), 0..40),
        pairs in proptest::collection::vec(("[ -~]{0,8}", "[ -~]{0,8}"), 0..4),
        metadata in "[!-~]?[ -~]{0,20}",
        token in proptest::option::of("[!-~]{1,20}"),
        unsigned in any::<bool>(),
        tampered in any::<bool>(),
    ) {
        let encoded = |text: &[u8]| percent_encode(text, NON_ALPHANUMERIC).to_string();
        let query: Vec<_> = pairs.iter().map(|(name, value)| format!("q{}={}", encoded(name.as_bytes()), encoded(value.as_bytes()))).collect();
        let uri = format!("http://gateway:8484/bucket//./../{}?{}", encoded(&object_key), query.join("&"));
        let mut request = head("PUT", &uri, &[("host", "gateway:8484"), ("x-amz-meta-a", &metadata), ("range", "x")]);
        let credentials = Credentials {
            access_key_id: ACCESS_KEY_ID.to_owned(),
            secret_key: SecretKeyText::new(SECRET),
            session_token: token.clone().map(SecretKeyText::new),
        };
        let payload = if unsigned { SignedPayload::Unsigned } else { SignedPayload::Sha256([7; 32]) };
        sign(&mut request, &credentials, &Region::new("eu-west-1").unwrap(), "s3", payload, NOW).unwrap();
        if tampered {
            request.headers.insert("x-amz-meta-a", "tampered".parse().unwrap());
        }
        let verified = verify(&request, Endpoint::S3, NOW, &lookup);
        if tampered {
            prop_assert_eq!(verified.unwrap_err().code(), "SignatureDoesNotMatch");
        } else {
            let verified = verified.unwrap().unwrap();
            prop_assert_eq!(verified.session_token, token);
            prop_assert_eq!(verified.payload, if unsigned { Payload::Unsigned } else { Payload::Sha256([7; 32]) });
        }
    }

    #[test]
    fn arbitrary_heads_never_panic(
        authorization in ".{0,80}",
        fields in "(AWS4-HMAC-SHA256 )?(Credential=[a-z0-9/]{0,20},?|SignedHeaders=[a-z;-]{0,9},?|Signature=[0-9a-f]{0,4},?){0,4}",
        query in "(X-Amz-(Algorithm|Credential|Date|Expires|SignedHeaders|Signature)=[%A-Za-z0-9-]{0,20}&?){0,8}",
        date in "[0-9TZ]{0,17}",
        names in "[a-z,-]{0,30}",
    ) {
        for authorization in [Some(authorization), Some(fields), None] {
            let mut request = http::Request::get("/b/k").header("host", "h").body(()).unwrap().into_parts().0;
            let mut insert = |name: &'static str, value: &str| {
                if let Ok(value) = http::HeaderValue::from_bytes(value.as_bytes()) {
                    request.headers.insert(name, value);
                }
            };
            if let Some(authorization) = authorization {
                insert("authorization", &authorization);
            }
            for name in ["x-amz-date", "x-amz-content-sha256", "x-amz-decoded-content-length", "content-length"] {
                insert(name, &date);
            }
            insert("x-amz-trailer", &names);
            insert("content-encoding", &names);
            if let Ok(uri) = format!("/b/k?{query}").parse() {
                request.uri = uri;
            }
            let _ = verify(&request, Endpoint::S3, NOW, &lookup);
            let _ = Chunks::new((), &request, None);
        }
    }
}

/// One chunk of 1 GiB passes as it comes: no piece is copied or held back, signed or not.
#[test]
fn a_chunk_of_one_gibibyte_is_a_stream() {
    const LEN: u64 = 1 << 30;
    let mut piece = BytesMut::from(&vec![7; 1 << 20][..]);
    let (memory, len) = (piece.as_ptr(), piece.len());
    let mut decoder = Decoder::new(None, Vec::new(), LEN);
    assert!(decoder.next(&mut BytesMut::from("40000000\r\n")).unwrap().is_none());
    for _ in 0..LEN / len as u64 {
        let mut input = piece;
        piece = decoder.next(&mut input).unwrap().unwrap();
        assert_eq!((piece.as_ptr(), piece.len(), input.len()), (memory, len, 0));
    }
    assert!(decoder.next(&mut BytesMut::from("\r\n0\r\n\r\n")).unwrap().is_none());
    decoder.finish().unwrap();
}

#[test]
fn small_chunks_are_refused_where_they_are_signed() {
    let body = encode(&[7; 9000], &[8191], Some(signer()), None);
    let error = decode(decoder(true, false, 9000), &body, 4096).unwrap_err();
    assert_eq!(error.code(), "InvalidChunkSizeError");
    assert_eq!(error.fields(), [("Chunk", "2".to_owned()), ("BadChunkSize", "8191".to_owned())]);
    let body = encode(&[7; 9000], &[3], None, None);
    assert_eq!(decode(decoder(false, false, 9000), &body, 4096).unwrap().0.len(), 9000);
}

#[test]
fn framing_of_unsigned_requests() {
    use super::known_answers::decode as decode_request;
    let request = |headers: &[(&str, &str)]| head("PUT", "/b/k", headers);
    let plain = request(&[("content-length", "5")]);
    assert_eq!(decode_request(&plain, None, b"12345", 2).unwrap().0, b"12345");
    assert_eq!(decode_request(&plain, None, b"1234", 2).unwrap_err().code(), "IncompleteBody");
    assert_eq!(decode_request(&plain, None, b"123456", 2).unwrap_err().code(), "IncompleteBody");
    let code = |headers: &[(&str, &str)], body: &[u8]| {
        decode_request(&request(headers), None, body, 9).map(|_| ()).map_err(|error| error.code())
    };
    let length = ("x-amz-decoded-content-length", "5");
    let chunked = ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
    assert_eq!(code(&[chunked, length], b"5\r\n12345\r\n0\r\n\r\n"), Ok(()));
    assert_eq!(code(&[("content-encoding", "gzip, aws-chunked"), length], b"5\r\n12345\r\n0\r\n\r\n"), Ok(()));
    assert_eq!(code(&[chunked], b""), Err("MissingContentLength"));
    assert_eq!(code(&[chunked, ("x-amz-decoded-content-length", "-5")], b""), Err("InvalidArgument"));
    assert_eq!(code(&[chunked, length, length], b""), Err("InvalidArgument"));
    assert_eq!(
        code(&[chunked, length, ("x-amz-trailer", "x-amz-checksum-sha1")], b"5\r\n12345\r\n0\r\n\r\n"),
        Err("MalformedTrailerError")
    );
    assert_eq!(
        code(&[("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"), length], b""),
        Err("InvalidRequest")
    );
    assert_eq!(
        code(&[chunked, ("x-amz-decoded-content-length", "4")], b"5\r\n12345\r\n0\r\n\r\n"),
        Err("IncompleteBody")
    );
    assert_eq!(
        code(&[chunked, ("x-amz-decoded-content-length", "6")], b"5\r\n12345\r\n0\r\n\r\n"),
        Err("IncompleteBody")
    );
}

#[test]
fn other_services_cover_the_body_that_was_read() {
    let credentials = Credentials {
        access_key_id: ACCESS_KEY_ID.to_owned(),
        secret_key: SecretKeyText::new(SECRET),
        session_token: None,
    };
    let mut request = head("POST", "http://kms/", &[("host", "kms"), ("x-amz-target", "TrentService.ListKeys")]);
    sign(&mut request, &credentials, &Region::new("us-east-1").unwrap(), "kms", SignedPayload::Sha256([7; 32]), NOW)
        .unwrap();
    let verify = |name, body_sha256| verify(&request, Endpoint::Service { name, body_sha256 }, NOW, &lookup);
    assert!(verify("kms", [7; 32]).unwrap().is_some());
    assert_eq!(verify("kms", [8; 32]).unwrap_err().code(), "XAmzContentSHA256Mismatch");
    assert_eq!(verify("sts", [7; 32]).unwrap_err().code(), "AuthorizationHeaderMalformed");
    let error = super::verify(&request, Endpoint::S3, NOW, &lookup).unwrap_err();
    assert!(error.to_string().contains("incorrect service \"kms\". This endpoint belongs to \"s3\"."));
}
