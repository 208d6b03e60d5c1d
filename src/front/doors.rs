//! One port for every client: which door a request goes through.

use std::sync::Arc;

use http::header::{CONTENT_TYPE, HeaderName, HeaderValue, USER_AGENT};
use http::request::Parts;
use http::{Method, Response};
use time::OffsetDateTime;

use super::access_log::Entry;
use super::kms::KmsDoor;
use super::sts::StsDoor;
use super::{Arrival, ClientBody, kms, s3, sts};
use crate::crypto;
use crate::identity::{Origin, Unauthenticated};
use crate::metrics::Metrics;
use crate::sigv4::{self, Endpoint};
use crate::upstream::{self, BoxBody};

/// The S3, KMS and STS doors.
pub struct Doors {
    pub s3: s3::Door,
    pub kms: KmsDoor,
    pub sts: StsDoor,
    pub metrics: Arc<Metrics>,
}

impl Doors {
    /// Answers one request. Never fails: an error is an answer.
    pub async fn serve(&self, head: Parts, body: ClientBody, arrival: Arrival) -> Response<BoxBody> {
        let service = match service_of(&head) {
            Some(service) => service,
            None => return self.serve_s3(head, body, arrival).await,
        };
        let arrival = arrival.with_uuid();
        let mut entry = Entry::new(arrival.clone(), head.method.clone(), self.metrics.clone());
        entry.received = body.received();
        entry.operation = service.scope();
        let reply = Box::pin(self.serve_service(service, head, body, &arrival, &mut entry)).await;
        entry.attach(reply.map(upstream::full))
    }

    async fn serve_s3(&self, head: Parts, body: ClientBody, arrival: Arrival) -> Response<BoxBody> {
        let mut entry = Entry::new(arrival.clone(), head.method.clone(), self.metrics.clone());
        entry.received = body.received();
        let mut reply = s3::serve(&self.s3, head, body, &arrival, &mut entry).await;
        for (name, value) in [(REQUEST_ID, &arrival.request_id), (HOST_ID, &arrival.host_id)] {
            if let Ok(value) = HeaderValue::from_str(value) {
                reply.headers_mut().insert(name, value);
            }
        }
        entry.attach(reply)
    }

    /// KMS and STS alike: the body first, since the signature covers it; then the signature; then the caller.
    async fn serve_service(
        &self,
        service: Service,
        head: Parts,
        body: ClientBody,
        arrival: &Arrival,
        entry: &mut Entry,
    ) -> Response<bytes::Bytes> {
        let mut origin = origin_of(&head, arrival, self.s3.settings.region.clone());
        let Ok(body) = upstream::collect(body.boxed(), service.max_body_len()).await else {
            return service.refuse(&origin, Refusal::BodyUnreadable, "The request body is too long or broke off.");
        };
        let endpoint = Endpoint::Service { name: service.scope(), body_sha256: crypto::sha256(&[&body]) };
        let lookup = |access_key_id: &str| self.s3.identities.secret(access_key_id);
        let now = OffsetDateTime::now_utc();
        let verified = match sigv4::verify(&head, endpoint, now, &lookup) {
            Ok(Some(verified)) => verified,
            Ok(None) => return service.refuse(&origin, Refusal::Unsigned, "Request is missing Authentication Token"),
            Err(sigv4::Error::UnknownAccessKey { .. }) => {
                return service.refuse(&origin, Refusal::Token, UNKNOWN_TOKEN);
            }
            Err(error) => return service.refuse(&origin, Refusal::Signature(&error), &error.to_string()),
        };
        if let Err(error) = self.s3.settings.check_region(&verified.region) {
            return service.refuse(&origin, Refusal::Signature(&error), &error.to_string());
        }
        origin.region = verified.region.clone();
        let token = verified.session_token.as_deref();
        let caller = match self.s3.identities.authenticate(&verified.access_key_id, token, now) {
            Ok(caller) => caller,
            Err(Unauthenticated::ExpiredToken) => {
                let message = "The security token included in the request is expired";
                return service.refuse(&origin, Refusal::Expired, message);
            }
            Err(Unauthenticated::UnknownAccessKey | Unauthenticated::InvalidToken) => {
                return service.refuse(&origin, Refusal::Token, UNKNOWN_TOKEN);
            }
        };
        entry.caller = Some(caller.arn().to_owned());
        let region = verified.region;
        match service {
            Service::Kms(target) => kms::serve(&self.kms, caller, origin, region, &target, body).await,
            Service::Sts => {
                let query = head.uri.query().unwrap_or_default();
                let form = if head.method == Method::GET { query.to_owned().into() } else { body };
                sts::serve(&self.sts, caller, origin, region, form, now).await
            }
        }
    }
}

const UNKNOWN_TOKEN: &str = "The security token included in the request is invalid.";

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amz-request-id");
const HOST_ID: HeaderName = HeaderName::from_static("x-amz-id-2");

/// A door other than S3's.
enum Service {
    /// With its `X-Amz-Target`.
    Kms(String),
    Sts,
}

/// Why a request never reached its service.
enum Refusal<'a> {
    BodyUnreadable,
    Unsigned,
    Token,
    Expired,
    Signature(&'a sigv4::Error),
}

impl Service {
    fn scope(&self) -> &'static str {
        match self {
            Self::Kms(_) => "kms",
            Self::Sts => "sts",
        }
    }

    fn max_body_len(&self) -> usize {
        match self {
            Self::Kms(_) => kms::MAX_BODY_LEN,
            Self::Sts => sts::MAX_BODY_LEN,
        }
    }

    /// AWS's common errors, in each protocol's own spelling.
    fn refuse(&self, origin: &Origin, refusal: Refusal<'_>, message: &str) -> Response<bytes::Bytes> {
        match self {
            Self::Kms(_) => kms::refuse(origin, kms_code(&refusal), message),
            Self::Sts => {
                let (code, status) = sts_code(&refusal);
                sts::refuse(origin, code, message, status)
            }
        }
    }
}

fn kms_code(refusal: &Refusal<'_>) -> &'static str {
    match refusal {
        Refusal::BodyUnreadable => "SerializationException",
        Refusal::Unsigned => "MissingAuthenticationTokenException",
        Refusal::Token => "UnrecognizedClientException",
        Refusal::Expired => "ExpiredTokenException",
        Refusal::Signature(error) => match error.code() {
            "InvalidAccessKeyId" => "UnrecognizedClientException",
            "SignatureDoesNotMatch" | "RequestTimeTooSkewed" | "AccessDenied" => "InvalidSignatureException",
            _ => "IncompleteSignatureException",
        },
    }
}

fn sts_code(refusal: &Refusal<'_>) -> (&'static str, u16) {
    match refusal {
        Refusal::BodyUnreadable => ("MalformedInput", 400),
        Refusal::Unsigned => ("MissingAuthenticationToken", 403),
        Refusal::Token => ("InvalidClientTokenId", 403),
        Refusal::Expired => ("ExpiredToken", 403),
        Refusal::Signature(error) => match error.code() {
            "InvalidAccessKeyId" => ("InvalidClientTokenId", 403),
            "SignatureDoesNotMatch" | "RequestTimeTooSkewed" | "AccessDenied" => ("SignatureDoesNotMatch", 403),
            _ => ("IncompleteSignature", 400),
        },
    }
}

/// KMS by its target header; STS by a form at the root, which S3 has not, or by its action in the query.
fn service_of(head: &Parts) -> Option<Service> {
    let text = |name: HeaderName| head.headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(target) = text(HeaderName::from_static("x-amz-target"))
        && target.starts_with("TrentService.")
    {
        return Some(Service::Kms(target.to_owned()));
    }
    let form = || {
        let kind = text(CONTENT_TYPE).unwrap_or_default();
        kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
    };
    let action = || head.uri.query().unwrap_or_default().split('&').any(|piece| piece.starts_with("Action="));
    let is_sts = head.uri.path() == "/"
        && match head.method {
            Method::POST => form(),
            Method::GET => action(),
            _ => false,
        };
    is_sts.then_some(Service::Sts)
}

/// The facts of a request that policies and audit events speak of.
pub(super) fn origin_of(head: &Parts, arrival: &Arrival, region: crate::names::Region) -> Origin {
    let agent = head.headers.get(USER_AGENT).map(|agent| String::from_utf8_lossy(agent.as_bytes()));
    Origin {
        request_id: arrival.request_id.clone(),
        source_ip: arrival.source_ip,
        user_agent: agent.unwrap_or_default().into(),
        secure: arrival.secure,
        tls_version: arrival.tls_version,
        region,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(method: &str, uri: &str, headers: &[(&str, &str)]) -> Option<&'static str> {
        let mut request = http::Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        service_of(&request.body(()).unwrap().into_parts().0).map(|service| service.scope())
    }

    #[test]
    fn the_door_is_chosen_by_protocol() {
        let form = ("content-type", "application/x-www-form-urlencoded; charset=utf-8");
        assert_eq!(service("POST", "/", &[("x-amz-target", "TrentService.ListKeys")]), Some("kms"));
        assert_eq!(service("POST", "/", &[("x-amz-target", "DynamoDB.ListTables")]), None);
        assert_eq!(service("POST", "/", &[form]), Some("sts"));
        assert_eq!(service("GET", "/?Action=GetCallerIdentity&Version=2011-06-15", &[]), Some("sts"));
        assert_eq!(service("PUT", "/bucket/key?Action=x", &[form]), None);
        assert_eq!(service("POST", "/bucket", &[form]), None);
        assert_eq!(service("POST", "/", &[("content-type", "multipart/form-data; boundary=x")]), None);
        assert_eq!(service("GET", "/?prefix=Action=", &[]), None);
    }
}
