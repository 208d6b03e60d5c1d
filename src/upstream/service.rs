//! The one way to the backend, whichever it is.

use std::sync::Arc;

use http::{Response, StatusCode};

use super::in_process::InProcess;
use super::transport::Http;
use super::{BoxBody, Config, Error, Failure, Request};
use crate::embedded::Embedded;

/// The backend.
pub struct Upstream {
    kind: Kind,
}

enum Kind {
    Http(Http),
    Embedded(InProcess),
}

impl Upstream {
    /// A backend behind an HTTP endpoint. Opens no connection yet.
    pub fn http(config: Config) -> Result<Self, Error> {
        Ok(Self { kind: Kind::Http(Http::new(config)?) })
    }

    /// The backend inside this process.
    pub fn embedded(embedded: Arc<Embedded>) -> Self {
        Self { kind: Kind::Embedded(InProcess::new(embedded)) }
    }

    /// The backend's answer, whatever its status.
    pub async fn send(&self, request: Request) -> Result<Response<BoxBody>, Error> {
        match &self.kind {
            Kind::Http(http) => http.send(request).await,
            Kind::Embedded(embedded) => embedded.send(request).await,
        }
    }

    /// The backend's answer if its status is 2xx; any other, 304 and 412 too, is [`Error::Refused`].
    pub async fn expect(&self, request: Request) -> Result<Response<BoxBody>, Error> {
        let response = self.send(request).await?;
        if response.status().is_success() {
            return Ok(response);
        }
        Err(Error::Refused(Box::new(Failure::read(response).await?)))
    }
}

/// The most of a failure's body that is kept.
const FAILURE_LIMIT: usize = 64 * 1024;

impl Failure {
    /// Reads an answer outside 2xx to its end.
    pub async fn read(response: Response<BoxBody>) -> Result<Self, Error> {
        let (parts, body) = response.into_parts();
        let body = super::collect(body, FAILURE_LIMIT).await?;
        let mut failure =
            Self { status: parts.status, code: String::new(), message: String::new(), headers: parts.headers, body };
        let fields = failure.fields();
        let text = |name| fields.iter().find(|(known, _)| known == name).map(|(_, text)| text.clone());
        failure.code = text("Code").unwrap_or_else(|| bare_code(parts.status).to_owned());
        failure.message = text("Message").unwrap_or_default();
        Ok(failure)
    }
}

/// The code that S3 documents for a status that came without a body.
fn bare_code(status: StatusCode) -> &'static str {
    match status.as_u16() {
        304 => "NotModified",
        400 => "BadRequest",
        401 | 403 => "AccessDenied",
        404 => "NotFound",
        405 => "MethodNotAllowed",
        409 => "OperationAborted",
        411 => "MissingContentLength",
        412 => "PreconditionFailed",
        413 => "EntityTooLarge",
        416 => "InvalidRange",
        501 => "NotImplemented",
        503 => "SlowDown",
        _ => "InternalError",
    }
}
