//! Headers and query parameters that several operations read the same way.

use base64::Engine;
use http::header::{HeaderMap, HeaderName};
use http::{HeaderValue, Method, Response, StatusCode};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::checksum::Algorithm;
use crate::front::s3::{Door, Incoming, Reply, S3Error};
use crate::names::{BucketName, ObjectKey, headers};
use crate::object::{ChecksumMode, quoted};
use crate::seal::{ChecksumKind, FullChecksum};
use crate::upstream;

/// The one value of a header; a repeated or unprintable one is an error.
pub fn single<'a>(request: &'a HeaderMap, name: &'static str) -> Result<Option<&'a str>, S3Error> {
    let mut values = headers::values(request, name);
    let Some(value) = values.next() else { return Ok(None) };
    match (value.to_str(), values.next()) {
        (Ok(text), None) => Ok(Some(text.trim())),
        _ => Err(S3Error::invalid_argument("The header has more than one value, or one that is not text.", name, "")),
    }
}

/// A query parameter that is a number within `range`.
pub fn number(
    incoming: &Incoming,
    name: &'static str,
    range: std::ops::RangeInclusive<u64>,
) -> Result<Option<u64>, S3Error> {
    let Some(text) = incoming.query.get(name) else { return Ok(None) };
    let parsed = text.parse().ok().filter(|number| range.contains(number));
    let refuse = || {
        let message = match name {
            "partNumber" => "Part number must be an integer between 1 and 10000, inclusive".to_owned(),
            _ => format!("Provided {name} not an integer or within integer range"),
        };
        S3Error::invalid_argument(message, name, text)
    };
    Ok(Some(parsed.ok_or_else(refuse)?))
}

/// `uploadId`, which the route demands.
pub fn upload_id(incoming: &Incoming) -> Result<String, S3Error> {
    match incoming.query.get("uploadId") {
        Some(id) if !id.is_empty() => Ok(id.to_owned()),
        _ => Err(S3Error::no_such_upload("")),
    }
}

/// `versionId`; an empty one is an error, as on AWS.
pub fn version_id(incoming: &Incoming) -> Result<Option<String>, S3Error> {
    match incoming.query.get("versionId") {
        Some("") => Err(S3Error::invalid_argument("Version id cannot be the empty string", "versionId", "")),
        version => Ok(version.map(str::to_owned)),
    }
}

/// The bucket that the permit names.
pub fn bucket(incoming: &Incoming) -> Result<BucketName, S3Error> {
    incoming.permit.bucket().cloned().ok_or_else(S3Error::internal)
}

/// Settings are kept for buckets that exist.
pub async fn existing(door: &Door, bucket: &BucketName) -> Result<(), S3Error> {
    let answer = door.upstream.send(upstream::Request::new(Method::HEAD).bucket(bucket)).await?;
    match answer.status() {
        StatusCode::NOT_FOUND => Err(S3Error::no_such_bucket(bucket.as_str())),
        status if status.is_success() => Ok(()),
        _ => Err(S3Error::internal()),
    }
}

/// The object that the permit names.
pub fn object(incoming: &Incoming) -> Result<(BucketName, ObjectKey), S3Error> {
    let object_key = incoming.permit.object_key().cloned().ok_or_else(S3Error::internal)?;
    Ok((bucket(incoming)?, object_key))
}

/// `x-amz-checksum-mode`.
pub fn checksum_mode(headers: &HeaderMap) -> Result<ChecksumMode, S3Error> {
    match single(headers, "x-amz-checksum-mode")? {
        None => Ok(ChecksumMode::Off),
        Some(value) if value.eq_ignore_ascii_case("ENABLED") => Ok(ChecksumMode::Enabled),
        Some(value) => Err(S3Error::invalid_argument(
            "The value specified in the x-amz-checksum-mode header is not supported.",
            "x-amz-checksum-mode",
            value,
        )),
    }
}

/// A checksum as S3 writes it: base64, with the number of parts behind a composite one.
pub fn checksum_text(checksum: &FullChecksum, parts: Option<usize>) -> String {
    let value = base64::engine::general_purpose::STANDARD.encode(&checksum.value);
    match (checksum.kind, parts) {
        (ChecksumKind::Composite, Some(parts)) => format!("{value}-{parts}"),
        _ => value,
    }
}

/// Writes a checksum's header and its type.
pub fn show_checksum(checksum: &FullChecksum, parts: Option<usize>, answer: &mut HeaderMap) {
    if let Ok(value) = HeaderValue::from_str(&checksum_text(checksum, parts)) {
        answer.insert(checksum.algorithm.header(), value);
        answer.insert(
            const { HeaderName::from_static("x-amz-checksum-type") },
            HeaderValue::from_static(checksum.kind.name()),
        );
    }
}

/// The name of the element that carries a checksum, such as `ChecksumCRC32`.
pub fn checksum_element(algorithm: Algorithm) -> String {
    format!("Checksum{}", algorithm.name())
}

/// Writes an ETag.
pub fn show_etag(etag: &str, answer: &mut HeaderMap) {
    if let Some(value) = quoted(etag) {
        answer.insert(http::header::ETAG, value);
    }
}

/// An answer without a body.
pub fn bare(status: StatusCode, headers: HeaderMap) -> Reply {
    let mut reply = Response::new(upstream::empty());
    *reply.status_mut() = status;
    *reply.headers_mut() = headers;
    reply
}

/// An answer with an XML document.
pub fn document(headers: HeaderMap, xml: String) -> Reply {
    let mut reply = Response::new(upstream::full(xml));
    *reply.headers_mut() = headers;
    reply.headers_mut().remove(http::header::CONTENT_LENGTH);
    reply.headers_mut().insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    reply
}

/// What of a key is encoded in its address.
const ADDRESS: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The object's address as the client spoke to it.
pub fn location(request: &HeaderMap, secure: bool, bucket: &str, object_key: &str) -> String {
    let host = request.get(http::header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let scheme = if secure { "https" } else { "http" };
    let path = utf8_percent_encode(object_key, &ADDRESS);
    if host.strip_prefix(bucket).is_some_and(|rest| rest.starts_with('.')) {
        format!("{scheme}://{host}/{path}")
    } else {
        format!("{scheme}://{host}/{bucket}/{path}")
    }
}
