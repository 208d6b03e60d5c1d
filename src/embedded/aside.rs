//! What s3s would bend is taken aside before it and read by the verbs as it was sent.
//!
//! s3s decodes metadata as RFC 2047, parses and reformats dates and media types, refuses lists of ETags, and turns a
//! multipart form's media type into a form upload. Signatures and checksums are the gateway's affair: they end here.

use http::header::{self, HeaderMap, HeaderName};
use http::{Method, Request, Response, StatusCode};
use http_body::Body as _;
use http_body_util::{BodyExt, Empty};

use super::BoxBody;

/// The headers that s3s does not see.
#[derive(Clone, Default)]
pub(super) struct Aside(pub HeaderMap);

/// Content headers that an object keeps and gives back as they came.
pub(super) const KEPT: [&str; 7] = [
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "expires",
    "x-amz-website-redirect-location",
];

pub(super) const USER_METADATA: &str = "x-amz-meta-";

const CONDITIONS: [&str; 9] = [
    "if-match",
    "if-none-match",
    "if-modified-since",
    "if-unmodified-since",
    "range",
    "x-amz-copy-source-if-match",
    "x-amz-copy-source-if-none-match",
    "x-amz-copy-source-if-modified-since",
    "x-amz-copy-source-if-unmodified-since",
];

const ENDED_HERE: [&str; 5] =
    ["authorization", "content-md5", "x-amz-content-sha256", "x-amz-decoded-content-length", "x-amz-trailer"];

fn is_set_aside(name: &HeaderName) -> bool {
    let name = name.as_str();
    KEPT.contains(&name) || CONDITIONS.contains(&name) || name.starts_with(USER_METADATA)
}

fn ends_here(name: &HeaderName) -> bool {
    let name = name.as_str();
    ENDED_HERE.contains(&name) || name.starts_with("x-amz-checksum-") || name.starts_with("x-amz-sdk-")
}

/// Moves headers into the request's extensions, where a verb finds them.
pub(super) fn set_aside<B>(request: &mut Request<B>) {
    let mut aside = HeaderMap::new();
    let mut seen = HeaderMap::new();
    for (name, value) in request.headers() {
        if is_set_aside(name) {
            aside.append(name, value.clone());
        } else if !ends_here(name) {
            seen.append(name, value.clone());
        }
    }
    *request.headers_mut() = seen;
    request.extensions_mut().insert(Aside(aside));
}

/// Gives an answer the last of its shape: no body where HTTP allows none, its length, 206 for a part of an object.
pub(super) fn finish(method: &Method, response: Response<s3s::Body>) -> Response<BoxBody> {
    let (mut parts, body) = response.into_parts();
    if parts.status == StatusCode::OK && parts.headers.contains_key(header::CONTENT_RANGE) {
        parts.status = StatusCode::PARTIAL_CONTENT;
    }
    let bodiless = method == Method::HEAD || matches!(parts.status, StatusCode::NOT_MODIFIED | StatusCode::NO_CONTENT);
    if bodiless {
        if parts.status == StatusCode::NOT_MODIFIED || !parts.status.is_success() {
            parts.headers.remove(header::CONTENT_TYPE);
        }
        return Response::from_parts(parts, Empty::new().map_err(|never| match never {}).boxed_unsync());
    }
    if let Some(len) = body.size_hint().exact() {
        parts.headers.insert(header::CONTENT_LENGTH, len.into());
    }
    Response::from_parts(parts, body.boxed_unsync())
}
