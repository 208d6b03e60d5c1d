//! S3's errors and how they are written.

use std::borrow::Cow;

use http::header::{CONNECTION, CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue, Response, StatusCode};

use crate::front::Silent;
use crate::upstream::{self, BoxBody, Failure};

/// An answer on its way to the client; the door adds the request ids.
pub type Reply = Response<BoxBody>;

/// An error as a client sees it.
#[derive(Debug)]
pub struct S3Error {
    pub status: StatusCode,
    pub code: Cow<'static, str>,
    pub message: Cow<'static, str>,
    /// Further elements of the document, such as `ArgumentName`.
    pub fields: Vec<(Cow<'static, str>, String)>,
    /// Headers of the answer, such as `x-amz-delete-marker`.
    pub headers: Box<HeaderMap>,
    /// Whether the connection ends with this answer.
    pub close: bool,
}

impl S3Error {
    pub fn new(status: StatusCode, code: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        let (code, message) = (code.into(), message.into());
        Self { status, code, message, fields: Vec::new(), headers: Box::default(), close: false }
    }

    /// Adds an element to the document.
    pub fn field(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.fields.push((name.into(), value.into()));
        self
    }

    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }

    /// Ends the connection after the answer.
    pub fn close(mut self) -> Self {
        self.close = true;
        self
    }

    /// The answer. HEAD and 304 have no document.
    pub fn into_reply(self, document: Document<'_>) -> Reply {
        let bare = document.head || self.status == StatusCode::NOT_MODIFIED;
        let body = if bare { upstream::empty() } else { upstream::full(self.to_xml(&document)) };
        let mut reply = Response::new(body);
        *reply.status_mut() = self.status;
        *reply.headers_mut() = *self.headers;
        if !bare {
            reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
        }
        if self.close {
            reply.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        reply
    }

    /// The document of the answer.
    pub(super) fn to_xml(&self, document: &Document<'_>) -> String {
        let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>");
        element(&mut xml, "Code", &self.code);
        element(&mut xml, "Message", &self.message);
        for (name, value) in &self.fields {
            element(&mut xml, name, value);
        }
        element(&mut xml, "Resource", document.resource);
        element(&mut xml, "RequestId", document.request_id);
        element(&mut xml, "HostId", document.host_id);
        xml.push_str("</Error>");
        xml
    }
}

/// The facts of a request that its error document repeats.
pub struct Document<'a> {
    /// The path as it was sent.
    pub resource: &'a str,
    pub request_id: &'a str,
    pub host_id: &'a str,
    /// Whether the request was a HEAD.
    pub head: bool,
}

fn element(xml: &mut String, name: &str, value: &str) {
    // XML 1.0 has no control characters, not even escaped.
    let value: String = value.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t' | '\r')).collect();
    xml.push_str(&format!("<{name}>{}</{name}>", quick_xml::escape::escape(value.as_str())));
}

/// The errors that many places say, in AWS's words.
impl S3Error {
    pub fn access_denied() -> Self {
        Self::new(StatusCode::FORBIDDEN, "AccessDenied", "Access Denied")
    }

    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "InternalError",
            "We encountered an internal error. Please try again.",
        )
    }

    pub fn not_implemented() -> Self {
        Self::new(
            StatusCode::NOT_IMPLEMENTED,
            "NotImplemented",
            "A header you provided implies functionality that is not implemented",
        )
    }

    pub fn method_not_allowed() -> Self {
        let message = "The specified method is not allowed against this resource.";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message)
    }

    pub fn no_such_bucket(bucket: &str) -> Self {
        let message = "The specified bucket does not exist";
        Self::new(StatusCode::NOT_FOUND, "NoSuchBucket", message).field("BucketName", bucket)
    }

    pub fn no_such_key(object_key: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "NoSuchKey", "The specified key does not exist.").field("Key", object_key)
    }

    pub fn no_such_upload(upload_id: &str) -> Self {
        let message = "The specified upload does not exist. The upload ID may be invalid, or the upload may have been \
                       aborted or completed.";
        Self::new(StatusCode::NOT_FOUND, "NoSuchUpload", message).field("UploadId", upload_id)
    }

    pub fn invalid_argument(
        message: impl Into<Cow<'static, str>>,
        name: &'static str,
        value: impl Into<String>,
    ) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "InvalidArgument", message)
            .field("ArgumentName", name)
            .field("ArgumentValue", value)
    }

    pub fn invalid_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "InvalidRequest", message)
    }

    pub fn malformed_xml() -> Self {
        let message = "The XML you provided was not well-formed or did not validate against our published schema";
        Self::new(StatusCode::BAD_REQUEST, "MalformedXML", message)
    }

    pub fn precondition_failed(condition: &'static str) -> Self {
        let message = "At least one of the pre-conditions you specified did not hold";
        Self::new(StatusCode::PRECONDITION_FAILED, "PreconditionFailed", message).field("Condition", condition)
    }

    pub fn missing_content_length() -> Self {
        let message = "You must provide the Content-Length HTTP header.";
        Self::new(StatusCode::LENGTH_REQUIRED, "MissingContentLength", message)
    }

    pub fn entity_too_large(have: u64, limit: u64) -> Self {
        let message = "Your proposed upload exceeds the maximum allowed size";
        Self::new(StatusCode::BAD_REQUEST, "EntityTooLarge", message)
            .field("ProposedSize", have.to_string())
            .field("MaxSizeAllowed", limit.to_string())
    }

    /// The client's body broke off: its connection did, or it was silent for too long. AWS's words.
    pub fn broken_body(source: &(dyn std::error::Error + 'static)) -> Self {
        if !source.is::<Silent>() {
            return Self::incomplete_body();
        }
        let message = "Your socket connection to the server was not read from or written to within the timeout period. \
                       Idle connections will be closed.";
        Self::new(StatusCode::BAD_REQUEST, "RequestTimeout", message).close()
    }

    pub fn unavailable() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailable", "Please try again.")
    }

    pub fn slow_down() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "SlowDown", "Please reduce your request rate.")
    }
}

/// A failed exchange with the backend. A verb that sent a client's body looks at [`upstream::Error::Body`] first: its
/// cause is the client's.
impl From<upstream::Error> for S3Error {
    fn from(error: upstream::Error) -> Self {
        match error {
            upstream::Error::Refused(failure) => Self::from_failure(&failure),
            upstream::Error::TimedOut(_) | upstream::Error::Unreachable(_) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "the backend failed");
                Self::unavailable()
            }
            upstream::Error::Body(_) => Self::incomplete_body(),
            upstream::Error::Answer(_)
            | upstream::Error::AnswerTooLong { .. }
            | upstream::Error::Embedded(_)
            | upstream::Error::Authorities { .. }
            | upstream::Error::Unbuildable(_) => {
                tracing::error!(error = &error as &dyn std::error::Error, "the backend failed");
                Self::internal()
            }
        }
    }
}

impl S3Error {
    pub fn incomplete_body() -> Self {
        let message = "You did not provide the number of bytes specified by the Content-Length HTTP header";
        Self::new(StatusCode::BAD_REQUEST, "IncompleteBody", message).close()
    }

    /// The backend's refusal in the client's terms: code, message and the document's further elements stay.
    pub fn from_failure(failure: &Failure) -> Self {
        if GATEWAYS_FAULT.contains(&failure.code.as_str()) {
            tracing::error!(code = failure.code, "the backend does not accept the gateway's own credentials");
            return Self::internal();
        }
        if failure.status == StatusCode::REQUEST_TIMEOUT {
            // The backend, or what stands before it, gave up waiting for the gateway.
            return Self::unavailable();
        }
        let code = match failure.code.starts_with("XMinio") {
            // Codes that no S3 client knows.
            true if failure.status.is_client_error() => "InvalidRequest".to_owned(),
            true => "ServiceUnavailable".to_owned(),
            false => failure.code.clone(),
        };
        let mut error = Self::new(failure.status, code, failure.message.clone());
        for (name, value) in failure.fields() {
            if !OWN_FIELDS.contains(&name.as_str()) {
                error = error.field(name, value);
            }
        }
        for name in KEPT_HEADERS {
            if let Some(value) = failure.headers.get(name) {
                error = error.header(HeaderName::from_static(name), value.clone());
            }
        }
        error
    }
}

/// Codes that speak of the signature between gateway and backend.
const GATEWAYS_FAULT: [&str; 6] = [
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "RequestTimeTooSkewed",
    "AuthorizationHeaderMalformed",
    "InvalidToken",
    "ExpiredToken",
];

/// Elements that the door writes itself, or that speak of the backend.
const OWN_FIELDS: [&str; 8] =
    ["Code", "Message", "Resource", "RequestId", "HostId", "Region", "Endpoint", "ServerSideEncryption"];

/// What S3 says beside an error.
const KEPT_HEADERS: [&str; 6] =
    ["x-amz-delete-marker", "x-amz-version-id", "last-modified", "allow", "retry-after", "content-range"];

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: Document<'_> =
        Document { resource: "/b/k%26", request_id: "4442587FB7D0A2F9", host_id: "aGk=", head: false };

    async fn text(reply: Reply) -> String {
        let bytes = upstream::collect(reply.into_body(), 10_000).await.unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn the_document_holds_fields_and_ids() {
        let error = S3Error::invalid_argument("a < b", "partNumber", "\"0\"\u{1}");
        let reply = error.into_reply(DOCUMENT);
        assert_eq!(reply.status(), 400);
        assert_eq!(
            text(reply).await,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>InvalidArgument</Code><Message>a &lt; b</Message>\
             <ArgumentName>partNumber</ArgumentName><ArgumentValue>&quot;0&quot;</ArgumentValue>\
             <Resource>/b/k%26</Resource><RequestId>4442587FB7D0A2F9</RequestId><HostId>aGk=</HostId></Error>"
        );
    }

    #[tokio::test]
    async fn head_answers_bare() {
        let reply = S3Error::access_denied().into_reply(Document { head: true, ..DOCUMENT });
        assert_eq!((reply.status(), reply.headers().get(CONTENT_TYPE)), (StatusCode::FORBIDDEN, None));
        assert_eq!(text(reply).await, "");
    }

    #[test]
    fn the_backends_signature_errors_are_not_the_clients() {
        let body =
            "<Error><Code>NoSuchTagSet</Code><Message>m</Message><BucketName>b</BucketName><HostId>x</HostId></Error>";
        let failure = |code: &str| Failure {
            status: StatusCode::NOT_FOUND,
            code: code.into(),
            message: "m".into(),
            headers: HeaderMap::new(),
            body: body.into(),
        };
        assert_eq!(S3Error::from_failure(&failure("SignatureDoesNotMatch")).code, "InternalError");
        let error = S3Error::from_failure(&failure("NoSuchTagSet"));
        assert_eq!((error.status, &*error.code), (StatusCode::NOT_FOUND, "NoSuchTagSet"));
        assert_eq!(error.fields, [("BucketName".into(), "b".to_owned())]);
    }
}
