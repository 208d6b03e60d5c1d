//! Which headers describe an object: what of a client's request is stored, and what of the backend's answer is shown.

use http::header::{self, HeaderMap, HeaderName};

use crate::{envelope, upstream};

/// What the gateway answers for itself, per prefix: checksums and encryption are of the plaintext, never the backend's.
const OWN_PREFIXES: [&str; 4] =
    ["x-amz-checksum-", "x-amz-server-side-encryption", "x-amz-copy-source", "x-amz-sdk-checksum"];

/// The headers outside `x-amz-*` that describe an object. Anything else may mean something to the backend that its
/// clients are not to say with the gateway's credentials.
const CONTENT: [&str; 6] =
    ["cache-control", "content-disposition", "content-encoding", "content-language", "content-type", "expires"];

/// Request headers that belong to one transfer and not to the object.
const TRANSFER: [&str; 10] = [
    "x-amz-date",
    "x-amz-content-sha256",
    "x-amz-security-token",
    "x-amz-decoded-content-length",
    "x-amz-trailer",
    "x-amz-metadata-directive",
    "x-amz-expected-bucket-owner",
    "x-amz-source-expected-bucket-owner",
    "x-amz-mp-object-size",
    "x-amz-user-agent",
];

/// Answer headers that the gateway takes from the plaintext.
const ANSWER: [HeaderName; 4] = [header::ETAG, header::CONTENT_LENGTH, header::CONTENT_RANGE, header::ACCEPT_RANGES];

/// The headers of a client's write that go to the backend with the object: metadata, content headers, tags, ACL, lock,
/// storage class and whatever else the backend may know. `Content-Encoding` loses `aws-chunked`.
pub fn from_client(request: &HeaderMap) -> HeaderMap {
    let mut kept = HeaderMap::with_capacity(request.len());
    for (name, value) in request {
        let text = name.as_str();
        let amz = text.starts_with("x-amz-") && !TRANSFER.contains(&text) && !is_own(text);
        if amz || CONTENT.contains(&text) {
            kept.append(name.clone(), value.clone());
        }
    }
    strip_aws_chunked(&mut kept);
    kept
}

/// The headers of the backend's answer that a client sees. Length, range, ETag and everything about checksums and
/// encryption is left out: the gateway sets it from the plaintext.
pub fn to_client(answer: &HeaderMap) -> HeaderMap {
    let mut shown = upstream::client_headers(answer);
    for name in ANSWER {
        shown.remove(name);
    }
    shown
}

/// User metadata and content headers: what `x-amz-metadata-directive: COPY` copies.
pub fn described(answer: &HeaderMap) -> HeaderMap {
    let mut kept = HeaderMap::new();
    for (name, value) in answer {
        let content = matches!(
            name,
            &header::CACHE_CONTROL
                | &header::CONTENT_DISPOSITION
                | &header::CONTENT_ENCODING
                | &header::CONTENT_LANGUAGE
                | &header::CONTENT_TYPE
                | &header::EXPIRES
        );
        if (content || name.as_str().starts_with("x-amz-meta-")) && name.as_str() != envelope::HEADER {
            kept.append(name.clone(), value.clone());
        }
    }
    kept
}

fn is_own(name: &str) -> bool {
    OWN_PREFIXES.iter().any(|prefix| name.starts_with(prefix)) || name == envelope::HEADER
}

fn strip_aws_chunked(headers: &mut HeaderMap) {
    let Some(value) = headers.get(header::CONTENT_ENCODING).and_then(|value| value.to_str().ok()) else { return };
    let rest: Vec<&str> = value
        .split(',')
        .map(str::trim)
        .filter(|coding| !coding.eq_ignore_ascii_case("aws-chunked") && !coding.is_empty())
        .collect();
    match http::HeaderValue::from_str(&rest.join(",")) {
        Ok(rest) if !rest.is_empty() => headers.insert(header::CONTENT_ENCODING, rest),
        _ => headers.remove(header::CONTENT_ENCODING),
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderName;

    fn map(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), http::HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn a_client_stores_no_envelope_checksum_or_encryption_of_its_own() {
        let kept = from_client(&map(&[
            ("x-amz-meta-sealgate", "forged"),
            ("x-amz-meta-colour", "red"),
            ("x-amz-checksum-crc32", "AAAAAA=="),
            ("x-amz-server-side-encryption", "aws:kms"),
            ("x-amz-server-side-encryption-customer-key", "secret"),
            ("content-md5", "AAAA"),
            ("authorization", "AWS4"),
            ("content-encoding", "aws-chunked, gzip"),
            ("x-amz-tagging", "a=b"),
            ("x-minio-source-mtime", "2020-01-01T00:00:00Z"),
        ]));
        assert_eq!(kept, map(&[("x-amz-meta-colour", "red"), ("content-encoding", "gzip"), ("x-amz-tagging", "a=b")]));
    }

    #[test]
    fn aws_chunked_alone_leaves_no_content_encoding() {
        assert!(from_client(&map(&[("content-encoding", "aws-chunked")])).is_empty());
    }

    #[test]
    fn a_client_sees_nothing_of_the_backend_s_checksums_and_encryption() {
        let shown = to_client(&map(&[
            ("etag", "\"x\""),
            ("x-amz-meta-sealgate", "AQ"),
            ("x-amz-checksum-crc64nvme", "x"),
            ("x-amz-server-side-encryption", "AES256"),
            ("content-length", "5"),
            ("x-amz-version-id", "v"),
            ("last-modified", "Tue, 24 Nov 2026 20:00:00 GMT"),
        ]));
        assert_eq!(shown, map(&[("x-amz-version-id", "v"), ("last-modified", "Tue, 24 Nov 2026 20:00:00 GMT")]));
    }
}
