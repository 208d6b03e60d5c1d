//! What the client set on an object, in the one form that survives a backend.

use std::collections::BTreeMap;
use std::fmt;

use http::{HeaderMap, HeaderName, header};

use super::HEADER;

/// The prefix of user metadata.
const USER: &str = "x-amz-meta-";

/// Bound beside user metadata. `x-amz-website-redirect-location` is not: MinIO drops it.
const STANDARD: [HeaderName; 6] = [
    header::CACHE_CONTROL,
    header::CONTENT_DISPOSITION,
    header::CONTENT_ENCODING,
    header::CONTENT_LANGUAGE,
    header::CONTENT_TYPE,
    header::EXPIRES,
];

/// The client's metadata in canonical form: names in lower case and in byte order; values without surrounding
/// white space; repeated headers joined by a comma; nothing that a backend adds, drops or rewrites by itself.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ClientMetadata(BTreeMap<String, Vec<u8>>);

impl ClientMetadata {
    /// Picks and normalises the bound headers, of a client's request or of a backend's answer: both give the same.
    pub fn from_headers(headers: &HeaderMap) -> Self {
        let bound = |name: &HeaderName| {
            let name_text = name.as_str();
            STANDARD.contains(name) || (name_text.starts_with(USER) && name_text != HEADER)
        };
        let canonical = |name: &HeaderName| {
            let value = joined(headers, name);
            normalised(name, value).map(|value| (name.as_str().to_owned(), value))
        };
        Self(headers.keys().filter(|name| bound(name)).filter_map(canonical).collect())
    }

    /// Name and value pairs in byte order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_slice()))
    }

    /// Bytes of user metadata, full header names included.
    pub fn user_metadata_len(&self) -> usize {
        self.iter().filter(|(name, _)| name.starts_with(USER)).map(|(name, value)| name.len() + value.len()).sum()
    }
}

impl fmt::Debug for ClientMetadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

fn joined(headers: &HeaderMap, name: &HeaderName) -> Vec<u8> {
    let values: Vec<_> = headers.get_all(name).iter().map(|value| value.as_bytes().trim_ascii()).collect();
    values.join(&b',')
}

/// The value as every backend returns it; `None` where it says what absence says too.
fn normalised(name: &HeaderName, value: Vec<u8>) -> Option<Vec<u8>> {
    if name.as_str().starts_with(USER) {
        return Some(value); // User metadata may be empty, and stays so.
    }
    let value = match *name {
        header::CONTENT_ENCODING => without_aws_chunked(&value),
        // Backends answer one of these where none was sent.
        header::CONTENT_TYPE if is_default_type(&value) => Vec::new(),
        _ => value,
    };
    (!value.is_empty()).then_some(value)
}

/// `aws-chunked` is of the request, not of the object: AWS and MinIO do not store it.
fn without_aws_chunked(value: &[u8]) -> Vec<u8> {
    let codings = value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
    let kept = codings.filter(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case(b"aws-chunked"));
    kept.collect::<Vec<_>>().join(&b',')
}

fn is_default_type(value: &[u8]) -> bool {
    [&b"binary/octet-stream"[..], b"application/octet-stream"].iter().any(|default| value.eq_ignore_ascii_case(default))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn metadata(pairs: &[(&str, &str)]) -> ClientMetadata {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            let name: HeaderName = name.parse().unwrap();
            headers.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        ClientMetadata::from_headers(&headers)
    }

    #[test]
    fn request_and_answer_are_the_same_metadata() {
        let sent = [
            ("Host", "localhost"),
            ("X-Amz-Meta-Colour", "  blue "),
            ("x-amz-meta-list", "a"),
            ("x-amz-meta-list", "b"),
            ("x-amz-meta-empty", ""),
            ("Content-Encoding", "aws-chunked, gzip"),
            ("Cache-Control", "no-store"),
            ("x-amz-acl", "private"),
        ];
        let answered = [
            ("x-amz-meta-sealgate", "AQ"),
            ("x-amz-meta-colour", "blue"),
            ("x-amz-meta-list", "a,b"),
            ("x-amz-meta-empty", ""),
            ("content-encoding", "gzip"),
            ("cache-control", "no-store"),
            ("content-type", "binary/octet-stream"),
            ("etag", "\"1\""),
            ("server", "MinIO"),
        ];
        assert_eq!(metadata(&sent), metadata(&answered));
        assert_eq!(metadata(&sent).iter().count(), 5);
    }

    #[test]
    fn what_says_nothing_is_not_metadata() {
        let nothing = [
            ("content-encoding", "aws-chunked"),
            ("content-type", "application/octet-stream"),
            ("expires", " "),
            ("x-amz-meta-sealgate", "x"),
            ("x-amz-website-redirect-location", "/there"),
        ];
        assert_eq!(metadata(&nothing), ClientMetadata::default());
    }

    #[test]
    fn what_the_client_set_makes_a_difference() {
        let one = metadata(&[("content-type", "text/plain"), ("x-amz-meta-a", "1")]);
        assert_ne!(one, metadata(&[("content-type", "text/html"), ("x-amz-meta-a", "1")]));
        assert_ne!(one, metadata(&[("content-type", "text/plain"), ("x-amz-meta-b", "1")]));
        assert_ne!(one, metadata(&[("content-type", "text/plain"), ("x-amz-meta-a", "1"), ("x-amz-meta-c", "")]));
    }

    #[test]
    fn user_metadata_is_counted_with_its_full_names() {
        let one = metadata(&[("content-type", "text/plain"), ("x-amz-meta-a", "12"), ("x-amz-meta-sealgate", "x")]);
        assert_eq!(one.user_metadata_len(), 12 + 2);
    }
}
