//! The examples of AWS's documentation, and what every deviation from them must answer.
//!
//! S3 API reference: "Examples: Signature Calculations in AWS Signature Version 4", "Transferring Payload in Multiple
//! Chunks", "Including Trailing Headers", "Authenticating Requests: Using Query Parameters".

use std::sync::Arc;

use bytes::BytesMut;
use futures::StreamExt;
use http::HeaderMap;
use http::request::Parts;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::*;

pub const ACCESS_KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
pub const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
pub const NOW: OffsetDateTime = datetime!(2013-05-24 00:00:00 UTC);
const HOST: (&str, &str) = ("host", "examplebucket.s3.amazonaws.com");
const DATE: (&str, &str) = ("x-amz-date", "20130524T000000Z");
const EMPTY: (&str, &str) =
    ("x-amz-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");

pub fn lookup(access_key_id: &str) -> Option<Arc<SecretKeyText>> {
    (access_key_id == ACCESS_KEY_ID).then(|| Arc::new(SecretKeyText::new(SECRET)))
}

pub fn head(method: &str, uri: &str, headers: &[(&str, &str)]) -> Parts {
    let request = http::Request::builder().method(method).uri(uri);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.body(()).unwrap().into_parts().0
}

fn authorization(signed: &str, signature: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential={ACCESS_KEY_ID}/20130524/us-east-1/s3/aws4_request,SignedHeaders={signed},\
         Signature={signature}"
    )
}

fn signed(method: &str, uri: &str, headers: &[(&str, &str)], signed: &str, signature: &str) -> Parts {
    let authorization = authorization(signed, signature);
    head(method, uri, &[headers, &[("authorization", &authorization)]].concat())
}

fn verify_at(head: &Parts, now: OffsetDateTime) -> Result<Option<Verified>, Error> {
    verify(head, Endpoint::S3, now, &lookup)
}

fn get_object() -> Parts {
    signed(
        "GET",
        "/test.txt",
        &[HOST, ("range", "bytes=0-9"), EMPTY, DATE],
        "host;range;x-amz-content-sha256;x-amz-date",
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    )
}

const URL: &str = "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3\
    %2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=\
    aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";

#[test]
fn documented_headers() {
    const PLAIN: &str = "host;x-amz-content-sha256;x-amz-date";
    for request in [
        get_object(),
        signed(
            "PUT",
            "/test$file.text",
            &[
                HOST,
                ("date", "Fri, 24 May 2013 00:00:00 GMT"),
                DATE,
                ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
                ("x-amz-content-sha256", "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"),
            ],
            "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        ),
        signed(
            "GET",
            "/?lifecycle",
            &[HOST, DATE, EMPTY],
            PLAIN,
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
        ),
        signed(
            "GET",
            "/?max-keys=2&prefix=J",
            &[HOST, DATE, EMPTY],
            PLAIN,
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        ),
    ] {
        let verified = verify_at(&request, NOW).unwrap().unwrap();
        assert_eq!(verified.access_key_id, ACCESS_KEY_ID);
        assert_eq!(verified.region.as_str(), "us-east-1");
        assert_eq!(verified.date, NOW);
        assert!(verified.payload_sha256().is_some() && !verified.is_presigned());
    }
}

#[test]
fn documented_url() {
    let verified = verify_at(&head("GET", URL, &[HOST]), NOW + Duration::hours(23)).unwrap().unwrap();
    assert_eq!(verified.payload, Payload::Unsigned);
    assert_eq!(verified.expires, Some(NOW + Duration::days(1)));

    let error = verify_at(&head("GET", URL, &[HOST]), NOW + Duration::hours(25)).unwrap_err();
    assert_eq!((error.code(), error.status(), error.to_string()), ("AccessDenied", 403, "Request has expired".into()));
    let fields = [
        ("X-Amz-Expires", "86400".to_owned()),
        ("Expires", "2013-05-25T00:00:00Z".to_owned()),
        ("ServerTime", "2013-05-25T01:00:00Z".to_owned()),
    ];
    assert_eq!(error.fields(), fields);
    let early = verify_at(&head("GET", URL, &[HOST]), NOW - Duration::minutes(16)).unwrap_err();
    assert!(matches!(early, Error::NotYetValid { .. }));

    let error = verify_at(&head("GET", URL, &[HOST, ("x-amz-acl", "private")]), NOW).unwrap_err();
    assert_eq!(error.to_string(), "There were headers present in the request which were not signed");
    for (from, to) in
        [("86400", "86401"), ("Expires=86400", "Expires=86400&a=b"), ("test.txt", "test.txu"), ("=host", "=range")]
    {
        let changed = URL.replace(from, to);
        let error = verify_at(&head("GET", &changed, &[HOST, ("range", "x")]), NOW).unwrap_err();
        assert_eq!(error.status(), 403, "{to}");
    }
    for (from, to) in [
        ("X-Amz-Date=20130524T000000Z&", ""),
        ("20130524T", "20130525T"),
        ("T000000Z", "T000000"),
        ("%2Fs3%2F", "%2Fkms%2F"),
        ("aws4_request", "aws5_request"),
        ("SHA256&", "SHA512&"),
        ("86400", "604801"),
        ("X-Amz-Expires=86400", "X-Amz-Expires=86400&X-Amz-Expires=86400"),
    ] {
        let error = verify_at(&head("GET", &URL.replace(from, to), &[HOST]), NOW).unwrap_err();
        assert_eq!(error.code(), "AuthorizationQueryParametersError", "{to}");
    }
}

#[test]
fn deviations_from_a_signed_header_request() {
    type Change = fn(&mut Parts);
    let cases: [(&str, Change); 14] = [
        ("SignatureDoesNotMatch", |head| head.method = http::Method::PUT),
        ("SignatureDoesNotMatch", |head| head.uri = "/test.txu".parse().unwrap()),
        ("SignatureDoesNotMatch", |head| head.uri = "/test.txt?acl".parse().unwrap()),
        ("SignatureDoesNotMatch", |head| set(head, "host", "other.s3.amazonaws.com")),
        ("SignatureDoesNotMatch", |head| set(head, "range", "bytes=0-10")),
        ("SignatureDoesNotMatch", |head| set(head, "x-amz-content-sha256", "UNSIGNED-PAYLOAD")),
        ("AccessDenied", |head| set(head, "x-amz-acl", "public-read")),
        ("AccessDenied", |head| drop(head.headers.remove("range"))),
        ("AccessDenied", |head| drop(head.headers.remove("x-amz-date"))),
        ("InvalidRequest", |head| drop(head.headers.remove("x-amz-content-sha256"))),
        ("InvalidArgument", |head| set(head, "x-amz-content-sha256", "e3b0")),
        ("InvalidArgument", |head| head.uri = URL.parse().unwrap()),
        ("AuthorizationHeaderMalformed", |head| set(head, "x-amz-date", "20130523T235900Z")),
        ("RequestTimeTooSkewed", |head| set(head, "x-amz-date", "20130524T001501Z")),
    ];
    for (index, (code, change)) in cases.into_iter().enumerate() {
        let mut request = get_object();
        change(&mut request);
        let error = verify_at(&request, NOW).unwrap_err();
        assert_eq!(error.code(), code, "case {index}");
    }
}

fn set(head: &mut Parts, name: &'static str, value: &str) {
    head.headers.insert(name, value.parse().unwrap());
}

#[test]
fn deviations_in_the_authorization_header() {
    for (from, to, code) in [
        ("AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE", "InvalidAccessKeyId"),
        ("/s3/", "/kms/", "AuthorizationHeaderMalformed"),
        ("us-east-1", "us_east_1", "AuthorizationHeaderMalformed"),
        ("us-east-1", "us-east-2", "SignatureDoesNotMatch"),
        ("/20130524/", "/20130525/", "AuthorizationHeaderMalformed"),
        ("/20130524/", "/today/", "AuthorizationHeaderMalformed"),
        ("aws4_request", "aws3_request", "AuthorizationHeaderMalformed"),
        ("host;", "", "AccessDenied"),
        ("host;", "Host;", "AuthorizationHeaderMalformed"),
        ("host;range", "host;host;range", "AuthorizationHeaderMalformed"),
        ("f0e8", "F0E8", "SignatureDoesNotMatch"),
        ("bdb41", "bdb4", "SignatureDoesNotMatch"),
        ("AWS4-HMAC-SHA256 ", "AWS ", "InvalidRequest"),
        ("AWS4-HMAC-SHA256 ", "Basic ", "InvalidArgument"),
    ] {
        let mut request = get_object();
        let changed = request.headers["authorization"].to_str().unwrap().replacen(from, to, 1);
        set(&mut request, "authorization", &changed);
        let error = verify_at(&request, NOW).unwrap_err();
        assert_eq!(error.code(), code, "{to}");
    }
    let mut twice = get_object();
    let value = twice.headers["authorization"].clone();
    twice.headers.append("authorization", value);
    assert_eq!(verify_at(&twice, NOW).unwrap_err().code(), "AuthorizationHeaderMalformed");
}

#[test]
fn a_wrong_signature_shows_what_was_signed() {
    let mut request = get_object();
    set(&mut request, "range", "bytes=0-8");
    let error = verify_at(&request, NOW).unwrap_err();
    assert_eq!(error.status(), 403);
    let fields = error.fields();
    assert_eq!(
        fields.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
        [
            "AWSAccessKeyId",
            "StringToSign",
            "SignatureProvided",
            "StringToSignBytes",
            "CanonicalRequest",
            "CanonicalRequestBytes"
        ]
    );
    assert!(fields[1].1.starts_with("AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n"));
    assert!(fields[3].1.starts_with("41 57 53 34 2d"));
    assert!(fields[4].1.starts_with("GET\n/test.txt\n\nhost:examplebucket.s3.amazonaws.com\nrange:bytes=0-8\n"));
    assert!(!format!("{error:?}").contains("range"));
}

#[test]
fn anonymous_requests_and_clock_edges() {
    assert!(verify_at(&head("GET", "/test.txt?versionId=1", &[HOST]), NOW).unwrap().is_none());
    assert!(verify_at(&get_object(), NOW + Duration::minutes(15)).is_ok());
    assert!(verify_at(&get_object(), NOW - Duration::minutes(15)).is_ok());
    let error = verify_at(&get_object(), NOW + Duration::seconds(901)).unwrap_err();
    assert_eq!(error.fields()[0], ("RequestTime", "20130524T000000Z".to_owned()));
    assert_eq!(error.fields()[2], ("MaxAllowedSkewMilliseconds", "900000".to_owned()));
}

/// AWS's chunked example, as its documentation prints it.
fn chunked() -> Parts {
    signed(
        "PUT",
        "/examplebucket/chunkObject.txt",
        &[
            ("host", "s3.amazonaws.com"),
            DATE,
            ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
            ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
            ("content-encoding", "aws-chunked"),
            ("x-amz-decoded-content-length", "66560"),
            ("content-length", "66824"),
        ],
        "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;\
         x-amz-storage-class",
        "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
    )
}

fn with_trailer() -> Parts {
    signed(
        "PUT",
        "/examplebucket/chunkObject.txt",
        &[
            ("host", "s3.amazonaws.com"),
            DATE,
            ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
            ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"),
            ("content-encoding", "aws-chunked"),
            ("x-amz-decoded-content-length", "66560"),
            ("x-amz-trailer", "x-amz-checksum-crc32c"),
        ],
        "content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;\
         x-amz-trailer",
        "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
    )
}

fn body(signatures: [&str; 3], trailer: &str) -> Vec<u8> {
    let [first, second, last] = signatures;
    [
        format!("10000;chunk-signature={first}\r\n").as_bytes(),
        &[b'a'; 65_536],
        format!("\r\n400;chunk-signature={second}\r\n").as_bytes(),
        &[b'a'; 1024],
        format!("\r\n0;chunk-signature={last}\r\n{trailer}\r\n").as_bytes(),
    ]
    .concat()
}

const CHUNKS: [&str; 3] = [
    "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
    "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
    "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
];
const CHUNKS_WITH_TRAILER: [&str; 3] = [
    "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
    "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
    "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
];
const TRAILER: &str = "x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:\
    d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n";

const TRAILER_SIGNATURE: &str =
    "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n";

/// Decodes a body that comes in pieces of `piece_len` bytes.
pub fn decode(
    head: &Parts,
    verified: Option<&Verified>,
    body: &[u8],
    piece_len: usize,
) -> Result<(Vec<u8>, HeaderMap), ChunkError> {
    let frames: Vec<_> = body
        .chunks(piece_len)
        .map(|piece| Ok::<_, std::io::Error>(http_body::Frame::data(BytesMut::from(piece))))
        .collect();
    let mut chunks = Chunks::new(http_body_util::StreamBody::new(futures::stream::iter(frames)), head, verified)?;
    let mut plain = Vec::new();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        while let Some(piece) = chunks.next().await {
            plain.extend_from_slice(&piece?);
        }
        assert!(chunks.next().await.is_none());
        Ok((plain, chunks.trailers().clone()))
    })
}

#[test]
fn documented_chunks() {
    let verified = verify_at(&chunked(), NOW).unwrap().unwrap();
    assert_eq!(verified.payload, Payload::ChunkedSigned { trailer: false });
    let body = body(CHUNKS, "");
    assert_eq!(body.len(), 66_824);
    for piece_len in [1, 7, 87, 65_536, 100_000] {
        let (plain, trailers) = decode(&chunked(), Some(&verified), &body, piece_len).unwrap();
        assert_eq!(plain, [b'a'; 66_560]);
        assert!(trailers.is_empty());
    }
}

#[test]
fn documented_trailer() {
    let verified = verify_at(&with_trailer(), NOW).unwrap().unwrap();
    let crlf = body(CHUNKS_WITH_TRAILER, TRAILER);
    // As minio-go writes it.
    let bare = body(CHUNKS_WITH_TRAILER, &TRAILER.replacen("\r\n", "\n\r\n", 1));
    for (body, piece_len) in [(&crlf, 1), (&crlf, 999), (&bare, 1), (&bare, 70_000)] {
        let (plain, trailers) = decode(&with_trailer(), Some(&verified), body, piece_len).unwrap();
        assert_eq!(plain.len(), 66_560);
        assert_eq!(trailers["x-amz-checksum-crc32c"], "sOO8/Q==");
    }
}

#[test]
fn broken_chunks() {
    let verified = verify_at(&with_trailer(), NOW).unwrap().unwrap();
    let right = body(CHUNKS_WITH_TRAILER, TRAILER);
    let code = |body: &[u8]| decode(&with_trailer(), Some(&verified), body, 4096).map(|_| ()).unwrap_err().code();
    let replaced = |from: &str, to: &str| {
        let text = String::from_utf8(right.clone()).unwrap();
        assert!(text.contains(from));
        text.replacen(from, to, 1).into_bytes()
    };
    for (from, to, expected) in [
        ("\r\naaaa", "\r\naaab", "SignatureDoesNotMatch"),
        ("b474", "b475", "SignatureDoesNotMatch"),
        ("2ca2", "2ca3", "SignatureDoesNotMatch"),
        ("d81f", "d81e", "SignatureDoesNotMatch"),
        ("sOO8", "sOO9", "SignatureDoesNotMatch"),
        ("10000;", "10001;", "SignatureDoesNotMatch"),
        ("10000;", "ffff;", "SignatureDoesNotMatch"),
        ("10000;", "+10000;", "InvalidRequest"),
        ("10000;", "0x10000;", "InvalidRequest"),
        ("10000;", "ffffffffffffffffff;", "InvalidRequest"),
        ("10000;", ";", "InvalidRequest"),
        ("400;", "401;", "IncompleteBody"),
        (";chunk-signature=1c13", ";other=1c13", "InvalidRequest"),
        ("\r\n400;chunk", "400;chunk", "InvalidRequest"),
        ("\r\n400;chunk", "x\n400;chunk", "InvalidRequest"),
        ("x-amz-checksum-crc32c", "x-amz-checksum-crc32", "MalformedTrailerError"),
        ("x-amz-checksum-crc32c:sOO8/Q==\r\n", "", "MalformedTrailerError"),
        ("x-amz-trailer-signature", "x-amz-meta-signature", "MalformedTrailerError"),
        (TRAILER_SIGNATURE, "", "MalformedTrailerError"),
        ("crc32c:sOO8/Q==", "crc32c=sOO8/Q==", "MalformedTrailerError"),
    ] {
        assert_eq!(code(&replaced(from, to)), expected, "{from} -> {to}");
    }
    for len in [0, 1, 50, 30_000, right.len() - 2, right.len() - 1] {
        assert_eq!(code(&right[..len]), "IncompleteBody", "{len}");
    }
    assert_eq!(code(&[&right[..], b"x"].concat()), "InvalidRequest");
}
