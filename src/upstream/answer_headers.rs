//! Which of the backend's headers a client may see.

use http::HeaderMap;
use http::header::CONNECTION;

/// Hop-by-hop, RFC 9110 section 7.6.1.
const HOP_BY_HOP: [&str; 9] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// What speaks of the backend's connection, its policies and its identity, or is the gateway's own to say.
const BACKENDS: [&str; 11] = [
    "alt-svc",
    "content-md5",
    "content-security-policy",
    "date",
    "server",
    "strict-transport-security",
    "vary",
    "x-amz-id-2",
    "x-amz-request-id",
    "x-content-type-options",
    "x-xss-protection",
];

/// Checksums and encryption are of the ciphertext; the envelope is the gateway's.
const BACKENDS_PREFIXES: [&str; 6] = [
    "access-control-",
    "x-amz-checksum-",
    "x-amz-meta-sealgate",
    "x-amz-server-side-encryption",
    "x-minio-",
    "x-ratelimit-",
];

/// The backend's headers that a client may see; unknown ones are kept.
pub fn client_headers(answer: &HeaderMap) -> HeaderMap {
    let named = answer.get_all(CONNECTION).iter().filter_map(|value| value.to_str().ok());
    let named: Vec<String> =
        named.flat_map(|value| value.split(',')).map(|name| name.trim().to_ascii_lowercase()).collect();
    let mut kept = HeaderMap::with_capacity(answer.len());
    for (name, value) in answer {
        let text = name.as_str();
        let hidden = HOP_BY_HOP.contains(&text)
            || BACKENDS.contains(&text)
            || BACKENDS_PREFIXES.iter().any(|prefix| text.starts_with(prefix))
            || named.iter().any(|hop| hop == text);
        if !hidden {
            kept.append(name.clone(), value.clone());
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};

    #[test]
    fn what_is_not_the_backend_s_is_kept() {
        let answer: HeaderMap = [
            ("connection", "x-hop"),
            ("x-hop", "1"),
            ("server", "MinIO"),
            ("x-ratelimit-limit", "5"),
            ("vary", "Origin"),
            ("x-amz-checksum-crc32", "AAAAAA=="),
            ("x-amz-server-side-encryption", "AES256"),
            ("x-amz-meta-sealgate", "AQ"),
            ("x-amz-meta-colour", "red"),
            ("x-unheard-of", "1"),
            ("etag", "\"e\""),
        ]
        .iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
        .collect();
        let kept = client_headers(&answer);
        let names: Vec<&str> = kept.keys().map(HeaderName::as_str).collect();
        assert_eq!(names, ["x-amz-meta-colour", "x-unheard-of", "etag"]);
    }
}
