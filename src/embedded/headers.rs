//! The headers that an object keeps: user metadata and content headers, byte for byte.

use http::HeaderMap;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use s3s::{S3Error, S3Result, s3_error};

use super::Error;
use super::aside::{KEPT, USER_METADATA};

/// Names (without their prefix) and values of user metadata together, in bytes; S3 user guide, "User-defined metadata".
const MAX_USER_METADATA: usize = 2048;

/// S3's media type for an object that was put without one.
const DEFAULT_CONTENT_TYPE: HeaderValue = HeaderValue::from_static("binary/octet-stream");

/// The record in the index: `name: value` lines, each ended by a line feed, which no header can hold.
pub(super) fn encode(sent: &HeaderMap) -> S3Result<Vec<u8>> {
    let mut record = Vec::new();
    let mut user_len = 0;
    for (name, value) in sent {
        let user = name.as_str().strip_prefix(USER_METADATA);
        if let Some(user) = user {
            user_len += user.len() + value.len();
        } else if !KEPT.contains(&name.as_str()) {
            continue;
        }
        record.extend_from_slice(name.as_str().as_bytes());
        record.extend_from_slice(b": ");
        record.extend_from_slice(value.as_bytes());
        record.push(b'\n');
    }
    if user_len > MAX_USER_METADATA {
        return Err(s3_error!(
            MetadataTooLarge,
            "Your metadata headers exceed the maximum allowed metadata size: {user_len} of {MAX_USER_METADATA} bytes."
        ));
    }
    Ok(record)
}

/// The headers of an answer that shows the object.
pub(super) fn decode(record: &[u8]) -> Result<HeaderMap, Error> {
    let corrupt = || Error::Corrupt { what: "stored headers" };
    let mut headers = HeaderMap::new();
    for line in record.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let at = memchr::memmem::find(line, b": ").ok_or_else(corrupt)?;
        let (name, value) = line.split_at(at);
        let name = HeaderName::from_bytes(name).map_err(|_| corrupt())?;
        let value = value.get(2..).and_then(|value| HeaderValue::from_bytes(value).ok()).ok_or_else(corrupt)?;
        headers.append(name, value);
    }
    headers.entry(CONTENT_TYPE).or_insert(DEFAULT_CONTENT_TYPE);
    Ok(headers)
}

/// Refuses what the backend could not keep its word on: locks, foreign grants, encryption of its own.
pub(super) fn refuse_unsupported(seen: &HeaderMap) -> S3Result<()> {
    for (name, value) in seen {
        let name = name.as_str();
        if name.starts_with("x-amz-object-lock-") {
            return Err(s3_error!(InvalidRequest, "Bucket is missing Object Lock Configuration"));
        }
        if name.starts_with("x-amz-grant-") || (name == "x-amz-acl" && !is_private(value.as_bytes())) {
            return Err(refused_acl());
        }
        if name.starts_with("x-amz-server-side-encryption") || name == "x-amz-write-offset-bytes" {
            return Err(s3_error!(NotImplemented, "The embedded backend does not implement the header {name}."));
        }
    }
    Ok(())
}

/// Canned ACLs that say what holds anyway: the owner has full control, nobody else has any.
pub(super) fn is_private(acl: &[u8]) -> bool {
    matches!(acl, b"private" | b"bucket-owner-full-control" | b"bucket-owner-read")
}

pub(super) fn refused_acl() -> S3Error {
    s3_error!(AccessControlListNotSupported, "The bucket does not allow ACLs")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_come_back_as_they_went() {
        let mut sent = HeaderMap::new();
        sent.append("x-amz-meta-a", HeaderValue::from_static("b: c  =?UTF-8?Q?d?="));
        sent.append("x-amz-meta-raw", HeaderValue::from_bytes(b"\xc3\xa9\xff").unwrap());
        sent.append("content-type", HeaderValue::from_static("text/plain; charset=UTF-8"));
        sent.append("range", HeaderValue::from_static("bytes=0-1"));
        let kept = decode(&encode(&sent).unwrap()).unwrap();
        sent.remove("range");
        assert_eq!(kept, sent);
    }

    #[test]
    fn an_object_without_a_media_type_gets_the_default() {
        let kept = decode(&encode(&HeaderMap::new()).unwrap()).unwrap();
        assert_eq!(kept.get(CONTENT_TYPE), Some(&DEFAULT_CONTENT_TYPE));
    }

    #[test]
    fn metadata_has_a_limit() {
        let mut sent = HeaderMap::new();
        sent.append("x-amz-meta-a", HeaderValue::from_bytes(&[b'x'; 2047]).unwrap());
        assert!(encode(&sent).is_ok());
        sent.append("x-amz-meta-b", HeaderValue::from_static(""));
        assert!(encode(&sent).is_err());
    }
}
