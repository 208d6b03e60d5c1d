//! The answers of the JSON 1.1 protocol.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::{Map, Value};

use crate::identity::Origin;

const CONTENT_TYPE: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.1");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// AWS's answer to a request that never reached the key manager, such as one whose signature is wrong.
/// `code` is AWS's name, such as `InvalidSignatureException`.
pub fn refuse(origin: &Origin, code: &str, message: &str) -> Response<Bytes> {
    error(origin, code, Some(message), 400)
}

pub(super) fn error(origin: &Origin, code: &str, message: Option<&str>, status: u16) -> Response<Bytes> {
    let mut body = Map::new();
    body.insert("__type".into(), Value::from(code));
    if let Some(message) = message {
        // AccessDeniedException alone spells its member with a capital letter on AWS.
        let member = if code == "AccessDeniedException" { "Message" } else { "message" };
        body.insert(member.into(), Value::from(message));
    }
    respond(origin, status, Value::Object(body).to_string().into())
}

pub(super) fn respond(origin: &Origin, status: u16, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, CONTENT_TYPE);
    if let Ok(request_id) = HeaderValue::from_str(&origin.request_id) {
        response.headers_mut().insert(REQUEST_ID, request_id);
    }
    response
}
