//! What is refused by its headers, whatever the operation.

use http::header::{
    AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue, RANGE, TRANSFER_ENCODING,
};
use http::request::Parts;
use http::{Method, StatusCode};

use super::routes::{Marker, Route, is_signature};
use super::{Query, S3Error, target};
use crate::identity::Target;
use crate::names::{AccountId, BucketName, headers};
use crate::sigv4::Verified;

/// The longest header that is taken, in bytes.
const MAX_HEADER_LEN: usize = 8 * 1024;

/// Headers that mean something only once, beside those of `x-amz-*`.
const SINGULAR: [&str; 9] = [
    "host",
    "content-length",
    "content-type",
    "content-md5",
    "authorization",
    "range",
    "if-match",
    "if-none-match",
    "expect",
];

/// Headers of `x-amz-*` that are lists. Of any other, policies and backend might each take another line.
const LISTS: [&str; 3] = ["x-amz-object-attributes", "x-amz-optional-object-attributes", "x-amz-trailer"];

fn is_singular(name: &str) -> bool {
    match name.strip_prefix("x-amz-") {
        Some(rest) => !rest.starts_with("meta-") && !LISTS.contains(&name),
        None => SINGULAR.contains(&name),
    }
}

/// The first header that was sent more than once and must not be.
fn repeated(headers: &HeaderMap) -> Option<&HeaderName> {
    if headers.len() == headers.keys_len() {
        return None;
    }
    headers.keys().find(|name| is_singular(name.as_str()) && headers.get_all(*name).iter().nth(1).is_some())
}

/// The host of the request line, if it names one, is the one that the header names and the signature covers.
pub fn host(head: &Parts) -> Result<(), S3Error> {
    match (head.uri.authority(), head.headers.get(HOST)) {
        (Some(named), Some(host)) if !named.as_str().as_bytes().eq_ignore_ascii_case(host.as_bytes()) => {
            Err(S3Error::invalid_request("The request target and the Host header name different hosts.").close())
        }
        _ => Ok(()),
    }
}

/// Lengths, repetitions and framing.
pub fn headers(headers: &HeaderMap) -> Result<(), S3Error> {
    if headers.iter().any(|(name, value)| name.as_str().len() + value.len() > MAX_HEADER_LEN) {
        let message = "Your request header section exceeds the maximum allowed header length.";
        let error = S3Error::new(StatusCode::BAD_REQUEST, "RequestHeaderSectionTooLarge", message);
        return Err(error.field("MaxSizeAllowed", MAX_HEADER_LEN.to_string()).close());
    }
    if let Some(name) = repeated(headers) {
        return Err(S3Error::invalid_request(format!("The header {name} was sent more than once.")).close());
    }
    if headers.contains_key(CONTENT_LENGTH) && headers.contains_key(TRANSFER_ENCODING) {
        return Err(S3Error::invalid_request("Content-Length and Transfer-Encoding contradict each other.").close());
    }
    let readable = |value: &HeaderValue| std::str::from_utf8(value.as_bytes()).is_ok();
    match headers.iter().find(|(_, value)| !readable(value)) {
        Some((name, _)) => Err(S3Error::invalid_argument("Header values must be UTF-8.", "Header", name.as_str())),
        None => Ok(()),
    }
}

/// Headers whose values nobody may write down.
const SECRETS: [&str; 4] = [
    "authorization",
    "x-amz-security-token",
    "x-amz-server-side-encryption-customer-key",
    "x-amz-copy-source-server-side-encryption-customer-key",
];

/// Marks secrets, so that no debug output of headers shows them.
pub fn hide_secrets(headers: &mut HeaderMap) {
    let secrets = headers.iter_mut().filter(|(name, _)| SECRETS.contains(&name.as_str()));
    secrets.for_each(|(_, value)| value.set_sensitive(true));
}

/// The gateway's own bucket does not exist for clients, be it the target or the source of a copy.
pub fn system_bucket(target: &Target, request: &HeaderMap, system_bucket: &BucketName) -> Result<(), S3Error> {
    let absent = || Err(S3Error::no_such_bucket(system_bucket.as_str()));
    if target.bucket() == Some(system_bucket) {
        return absent();
    }
    match headers::first(request, "x-amz-copy-source").map(target::copy_source).transpose()? {
        Some(source) if source.bucket == *system_bucket => absent(),
        _ => Ok(()),
    }
}

/// Whether the request is a form, which browsers post to a bucket.
pub fn is_form(head: &Parts) -> bool {
    let kind = head.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    head.method == Method::POST && kind.to_ascii_lowercase().starts_with("multipart/form-data")
}

/// The bucket's owner that a client insists on must be the gateway's account, which the backend does not know.
pub fn expected_owner(request: &HeaderMap, account: &AccountId) -> Result<(), S3Error> {
    let owners = ["x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner"];
    match owners.iter().filter_map(|name| headers::first(request, name)).all(|owner| owner == account.as_str()) {
        true => Ok(()),
        false => Err(S3Error::access_denied()),
    }
}

/// SSE-KMS is refused under Signature Version 2 in words of its own; everything else under it by the signature's check.
pub fn signature_version(head: &Parts) -> Result<(), S3Error> {
    const SSE: &str = "x-amz-server-side-encryption";
    let mode = headers::first(&head.headers, SSE).and_then(|mode| mode.to_str().ok()).unwrap_or_default();
    let in_header = head.headers.get(AUTHORIZATION).is_some_and(|value| value.as_bytes().starts_with(b"AWS "));
    let in_query = || head.uri.query().unwrap_or_default().split('&').any(|pair| pair.starts_with("AWSAccessKeyId="));
    if mode.starts_with("aws:kms") && (in_header || in_query()) {
        let message =
            "Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4.";
        return Err(S3Error::invalid_argument(message, "Authorization", "null"));
    }
    Ok(())
}

/// Features by which the backend would meet ciphertext or take plaintext.
const REFUSED_HEADERS: [&str; 4] = [
    // Append.
    "x-amz-write-offset-bytes",
    // The backend would unpack an archive that it cannot read.
    "x-amz-meta-snowball-auto-extract",
    "x-minio-extract",
    "x-amz-rename-source",
];

/// Refuses by header. The body of a RestoreObject is looked at later.
pub fn refused(route: &Route, headers: &HeaderMap) -> Result<(), S3Error> {
    if headers.contains_key(RANGE) && route.method == "PUT" {
        return Err(S3Error::not_implemented().field("Header", "Range"));
    }
    if route.marker != Marker::CopySource {
        no_copy(headers)?;
    }
    unsupported(headers)
}

/// Refuses a source where nothing is copied: backends route by that header alone.
pub fn no_copy(request: &HeaderMap) -> Result<(), S3Error> {
    const SOURCE: &str = "x-amz-copy-source";
    match headers::first(request, SOURCE) {
        Some(source) => {
            let message = "You can only specify a copy source header for copy requests.";
            Err(S3Error::invalid_argument(message, SOURCE, String::from_utf8_lossy(source.as_bytes())))
        }
        None => Ok(()),
    }
}

/// The header that carries the envelope.
const RESERVED: &str = crate::envelope::HEADER;

/// Refuses headers that ask for what the backend cannot do with sealed objects.
pub fn unsupported(request: &HeaderMap) -> Result<(), S3Error> {
    if headers::has(request, RESERVED) {
        return Err(S3Error::invalid_argument("This metadata name is reserved for the gateway.", RESERVED, ""));
    }
    match REFUSED_HEADERS.iter().find(|name| headers::has(request, name)) {
        Some(name) => Err(S3Error::not_implemented().field("Header", *name)),
        None => Ok(()),
    }
}

/// The answer to an operation that the table refuses.
pub fn refusal(route: &Route) -> S3Error {
    let message = format!("{} is not implemented.", route.operation);
    S3Error::new(StatusCode::NOT_IMPLEMENTED, "NotImplemented", message)
}

/// A presigned URL may carry `x-amz-*` headers in its query, where its signature covers them. They become headers; the
/// query without them is left. A customer's key has no place in a URL, which everybody on the way writes down.
pub fn promote(headers: &mut HeaderMap, query: Query, verified: Option<&Verified>) -> Result<Query, S3Error> {
    if let Some(name) = query.repeated() {
        return Err(S3Error::invalid_argument("A query parameter was sent more than once.", "QueryParameter", name));
    }
    if !verified.is_some_and(Verified::is_presigned) {
        return Ok(query);
    }
    let is_header = |name: &str| {
        let known = name.get(..6).is_some_and(|prefix| prefix.eq_ignore_ascii_case("x-amz-"));
        known && !is_signature(name)
    };
    for (name, value) in query.iter().filter(|(name, _)| is_header(name)) {
        if name.to_ascii_lowercase().ends_with("-server-side-encryption-customer-key") {
            return Err(S3Error::invalid_request(
                "Keys of server-side encryption with customer-provided keys must be sent in headers, not in the URL.",
            ));
        }
        let invalid = || S3Error::invalid_argument("The query parameter is no header.", "QueryParameter", name);
        let header = HeaderName::try_from(name).map_err(|_| invalid())?;
        let value = HeaderValue::try_from(value).map_err(|_| invalid())?;
        if headers.get(&header).is_some_and(|known| known != value) {
            let message = "A header and a query parameter of the same name contradict each other.";
            return Err(S3Error::invalid_argument(message, "QueryParameter", name));
        }
        headers.insert(header, value);
    }
    Ok(query.without(is_header))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    #[test]
    fn long_repeated_and_contradictory_headers_are_refused() {
        let code = |pairs: &[(&'static str, &str)]| headers(&map(pairs)).map_err(|error| error.code.into_owned());
        assert_eq!(code(&[("range", "bytes=0-1"), ("x-amz-meta-a", "1"), ("x-amz-meta-a", "2")]), Ok(()));
        assert_eq!(code(&[("x-amz-object-attributes", "ETag"), ("x-amz-object-attributes", "ObjectSize")]), Ok(()));
        for name in ["range", "x-amz-tagging", "x-amz-storage-class", "x-amz-acl"] {
            assert_eq!(code(&[(name, "a=b"), (name, "a=c")]), Err("InvalidRequest".into()), "{name}");
        }
        assert_eq!(code(&[("x-amz-meta-a", &"a".repeat(8200))]), Err("RequestHeaderSectionTooLarge".into()));
        let both = [("content-length", "1"), ("transfer-encoding", "chunked")];
        assert_eq!(code(&both), Err("InvalidRequest".into()));
        let mut latin = HeaderMap::new();
        latin.insert("x-amz-meta-a", HeaderValue::from_bytes(b"\xe9").unwrap());
        assert!(headers(&latin).is_err());
    }

    #[test]
    fn secrets_are_not_shown() {
        for name in SECRETS {
            let mut headers = map(&[(name, "s3cret"), (name, "s3cret too"), ("x-amz-meta-a", "shown")]);
            hide_secrets(&mut headers);
            let shown = format!("{headers:?}");
            assert!(!shown.contains("s3cret") && shown.contains("shown"), "{shown}");
        }
    }

    #[test]
    fn the_system_bucket_is_not_there() {
        let system = BucketName::new("sealgate-system").unwrap();
        let code = |target: &Target, headers: &HeaderMap| {
            system_bucket(target, headers, &system).map_err(|error| error.code.into_owned())
        };
        let other = Target::Bucket(BucketName::new("photos").unwrap());
        assert_eq!(code(&other, &HeaderMap::new()), Ok(()));
        assert_eq!(code(&Target::Bucket(system.clone()), &HeaderMap::new()), Err("NoSuchBucket".into()));
        for source in ["sealgate-system/a", "/sealgate%2Dsystem/a"] {
            assert_eq!(code(&other, &map(&[("x-amz-copy-source", source)])), Err("NoSuchBucket".into()));
        }
    }

    #[test]
    fn another_owner_is_not_ours() {
        let account = AccountId::new("000000000000").unwrap();
        assert!(expected_owner(&map(&[("x-amz-expected-bucket-owner", "000000000000")]), &account).is_ok());
        assert!(expected_owner(&map(&[("x-amz-expected-bucket-owner", "111111111111")]), &account).is_err());
    }

    #[test]
    fn unsigned_parameters_stay_parameters() {
        let query = Query::parse(Some("x-amz-acl=public-read")).unwrap();
        let mut headers = HeaderMap::new();
        assert!(promote(&mut headers, query, None).unwrap().has("x-amz-acl"));
        assert!(headers.is_empty());
    }
}
