//! The STS door: the query protocol (form in, XML out), beside the KMS door.
//!
//! It is given requests whose signature was verified.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};

use crate::identity::{Caller, Origin};
use crate::names::Region;

pub struct StsDoor {}

impl StsDoor {
    pub fn new() -> Self {
        Self {}
    }
}

/// The longest body that a request can have.
pub const MAX_BODY_LEN: usize = 256 << 10;

/// Answers one request. `form` is the body (POST) or the query (GET), form-encoded.
pub async fn serve(door: &StsDoor, caller: Caller, origin: Origin, region: Region, form: Bytes) -> Response<Bytes> {
    let _ = (door, caller, region, form);
    refuse(&origin, "InvalidAction", "not built yet", 400)
}

/// AWS's error answer. `code` is AWS's name, such as `SignatureDoesNotMatch`.
pub fn refuse(origin: &Origin, code: &str, message: &str, status: u16) -> Response<Bytes> {
    let body = format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>{}</Code>\
         <Message>{}</Message></Error><RequestId>{}</RequestId></ErrorResponse>",
        quick_xml::escape::escape(code),
        quick_xml::escape::escape(message),
        quick_xml::escape::escape(&*origin.request_id),
    );
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/xml"));
    response
}
