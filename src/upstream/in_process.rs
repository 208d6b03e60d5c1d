//! The embedded backend: the same requests, without a socket and without a signature.

use std::sync::Arc;

use bytes::BytesMut;
use http::Response;
use http::header::{CONTENT_LENGTH, HOST, HeaderValue};
use http_body_util::BodyExt as _;

use super::{AddressingStyle, Error, OwnBody, Request, addressing, body};
use crate::embedded::{BoxBody, Embedded};

pub struct InProcess {
    embedded: Arc<Embedded>,
}

impl InProcess {
    pub fn new(embedded: Arc<Embedded>) -> Self {
        Self { embedded }
    }

    pub async fn send(&self, request: Request) -> Result<Response<OwnBody>, Error> {
        let uri = addressing::target(AddressingStyle::Path, &request)?;
        let has_body = !request.body.is_empty();
        let len = request.body.len();
        let (body, broken) = body::watched(request.body);
        let mut wire = http::Request::new(body);
        *wire.method_mut() = request.method;
        *wire.uri_mut() = uri;
        *wire.headers_mut() = request.headers;
        wire.headers_mut().insert(HOST, HeaderValue::from_static("embedded"));
        if has_body || matches!(*wire.method(), http::Method::PUT | http::Method::POST) {
            wire.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(len));
        }
        let answer = self.embedded.call(wire).await;
        if let Some(cause) = broken.take() {
            return Err(Error::Body(cause));
        }
        let own = |body: BoxBody| body.map_frame(|frame| frame.map_data(BytesMut::from)).boxed_unsync();
        answer.map(|answer| answer.map(own)).map_err(Error::Embedded)
    }
}
