//! The one way to the backend, whichever it is.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};

use super::in_process::InProcess;
use super::key_form::KeyForm;
use super::transport::Http;
use super::{Body, Config, Error, Failure, OwnBody, Request};
use crate::embedded::Embedded;
use crate::names::Region;

/// The backend.
pub struct Upstream {
    kind: Kind,
    pub(super) key_form: KeyForm,
}

enum Kind {
    Http(Box<Http>),
    Embedded(InProcess),
}

impl Upstream {
    /// A backend behind an HTTP endpoint. Opens no connection yet.
    pub fn http(config: Config) -> Result<Self, Error> {
        Ok(Self { kind: Kind::Http(Box::new(Http::new(config)?)), key_form: KeyForm::default() })
    }

    /// The backend inside this process.
    pub fn embedded(embedded: Arc<Embedded>) -> Self {
        Self { kind: Kind::Embedded(InProcess::new(embedded)), key_form: KeyForm::default() }
    }

    /// The backend's Region; `None`: it has none.
    pub fn region(&self) -> Option<&Region> {
        match &self.kind {
            Kind::Http(http) => Some(http.region()),
            Kind::Embedded(_) => None,
        }
    }

    /// The body of a CreateBucket in the backend's Region. S3 takes none for us-east-1.
    pub fn location_constraint(&self) -> Body {
        match self.region().filter(|region| region.as_str() != "us-east-1") {
            None => Body::Empty,
            Some(region) => Body::Bytes(
                format!(
                    "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LocationConstraint>\
                     {region}</LocationConstraint></CreateBucketConfiguration>"
                )
                .into(),
            ),
        }
    }

    /// The backend's answer, whatever its status.
    pub async fn send(&self, request: Request) -> Result<Response<OwnBody>, Error> {
        self.key_form.check(&request)?;
        match &self.kind {
            Kind::Http(http) => http.send(request).await,
            Kind::Embedded(embedded) => Box::pin(embedded.send(request)).await,
        }
    }

    /// The backend's answer if its status is 2xx; any other, 304 and 412 too, is [`Error::Refused`].
    pub async fn expect(&self, request: Request) -> Result<Response<OwnBody>, Error> {
        let response = self.send(request).await?;
        if response.status().is_success() {
            return Ok(response);
        }
        Err(Error::Refused(Box::new(Box::pin(Failure::read(response)).await?)))
    }
}

/// The most of a failure's body that is kept.
const FAILURE_LIMIT: usize = 64 * 1024;

impl Failure {
    /// Reads an answer outside 2xx to its end.
    pub async fn read(response: Response<OwnBody>) -> Result<Self, Error> {
        let (parts, body) = response.into_parts();
        Ok(Self::new(parts.status, parts.headers, super::collect(body, FAILURE_LIMIT).await?))
    }

    /// The failure that a 2xx answer turns out to be: CopyObject and CompleteMultipartUpload answer 200 before they are
    /// done, and may end with an error document.
    pub fn in_document(headers: &HeaderMap, body: &Bytes) -> Option<Self> {
        // Elements of that name further in are a document's own: DeleteObjects names there what it did not delete.
        if super::error::root(body)? != b"Error" {
            return None;
        }
        let mut failure = Self::new(StatusCode::INTERNAL_SERVER_ERROR, headers.clone(), body.clone());
        failure.status = match failure.code.as_str() {
            "InternalError" | "SlowDown" | "ServiceUnavailable" => StatusCode::INTERNAL_SERVER_ERROR,
            "PreconditionFailed" => StatusCode::PRECONDITION_FAILED,
            "NoSuchUpload" | "NoSuchKey" | "NoSuchBucket" => StatusCode::NOT_FOUND,
            "ConditionalRequestConflict" | "OperationAborted" => StatusCode::CONFLICT,
            _ => StatusCode::BAD_REQUEST,
        };
        Some(failure)
    }

    fn new(status: StatusCode, headers: HeaderMap, body: Bytes) -> Self {
        let mut failure = Self { status, code: String::new(), message: String::new(), headers, body };
        let fields = failure.fields();
        let text = |name| fields.iter().find(|(known, _)| known == name).map(|(_, text)| text.clone());
        failure.code = text("Code").unwrap_or_else(|| bare_code(status).to_owned());
        failure.message = text("Message").unwrap_or_default();
        failure
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
