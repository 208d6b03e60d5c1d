//! The answers of the query protocol.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use quick_xml::escape::escape;

use crate::identity::Origin;

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// What an action gives back: leaves and branches of XML.
pub enum Element {
    Leaf(&'static str, String),
    Branch(&'static str, Vec<Element>),
}

/// AWS's error answer. `code` is AWS's name, such as `SignatureDoesNotMatch`.
pub fn refuse(origin: &Origin, code: &str, message: &str, status: u16) -> Response<Bytes> {
    let body = format!(
        "<ErrorResponse xmlns=\"{NAMESPACE}\"><Error><Type>Sender</Type><Code>{}</Code><Message>{}</Message></Error>\
         <RequestId>{}</RequestId></ErrorResponse>",
        escape(code),
        escape(message),
        escape(&*origin.request_id),
    );
    respond(origin, status, body)
}

pub(super) fn succeed(origin: &Origin, action: &str, result: &[Element]) -> Response<Bytes> {
    let mut body = format!("<{action}Response xmlns=\"{NAMESPACE}\"><{action}Result>");
    result.iter().for_each(|element| write(element, &mut body));
    body.push_str(&format!(
        "</{action}Result><ResponseMetadata><RequestId>{}</RequestId></ResponseMetadata></{action}Response>",
        escape(&*origin.request_id)
    ));
    respond(origin, 200, body)
}

fn write(element: &Element, body: &mut String) {
    match element {
        Element::Leaf(name, text) => body.push_str(&format!("<{name}>{}</{name}>", escape(text))),
        Element::Branch(name, elements) => {
            body.push_str(&format!("<{name}>"));
            elements.iter().for_each(|element| write(element, body));
            body.push_str(&format!("</{name}>"));
        }
    }
}

fn respond(origin: &Origin, status: u16, body: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/xml"));
    if let Ok(request_id) = HeaderValue::from_str(&origin.request_id) {
        response.headers_mut().insert("x-amzn-requestid", request_id);
    }
    response
}
