//! Cross-origin requests: the backend holds a bucket's rules and decides by them.

use http::header::{HeaderMap, HeaderName, HeaderValue, ORIGIN, VARY};
use http::request::Parts;
use http::{Method, StatusCode};

use super::{Door, Reply, S3Error};
use crate::identity::Target;
use crate::upstream::{self, Request};

const REQUEST_METHOD: HeaderName = http::header::ACCESS_CONTROL_REQUEST_METHOD;
const REQUEST_HEADERS: HeaderName = http::header::ACCESS_CONTROL_REQUEST_HEADERS;

/// Answers a preflight, which browsers send without credentials.
pub async fn preflight(door: &Door, target: &Target, head: &Parts) -> Result<Reply, S3Error> {
    let Some(origin) = head.headers.get(ORIGIN) else {
        let message = "Insufficient information. Origin request header needed.";
        return Err(S3Error::new(StatusCode::BAD_REQUEST, "BadRequest", message));
    };
    let Some(method) = head.headers.get(REQUEST_METHOD) else {
        let message = "Invalid Access-Control-Request-Method: null";
        return Err(S3Error::new(StatusCode::BAD_REQUEST, "BadRequest", message));
    };
    let asked = ask(door, target, origin, method, head.headers.get(REQUEST_HEADERS)).await?;
    let Some(allowed) = asked else {
        let message = "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, \
                       request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted \
                       by the resource's CORS spec.";
        return Err(S3Error::new(StatusCode::FORBIDDEN, "AccessForbidden", message));
    };
    let mut reply = Reply::new(upstream::empty());
    *reply.headers_mut() = allowed;
    Ok(reply)
}

/// A cross-origin request that is no preflight.
pub struct Actual {
    origin: HeaderValue,
    method: HeaderValue,
}

impl Actual {
    pub fn of(head: &Parts) -> Option<Self> {
        let origin = head.headers.get(ORIGIN).filter(|_| head.method != Method::OPTIONS)?.clone();
        Some(Self { origin, method: HeaderValue::from_str(head.method.as_str()).ok()? })
    }

    /// Adds what the bucket's rules say of such a request. Without a rule nothing is added, and the browser keeps the answer
    /// to itself.
    pub async fn add_headers(self, door: &Door, target: &Target, headers: &mut HeaderMap) {
        if target.bucket() == Some(&door.settings.system_bucket) {
            return;
        }
        match ask(door, target, &self.origin, &self.method, None).await {
            Ok(Some(allowed)) => headers.extend(allowed),
            Ok(None) => {}
            Err(error) => tracing::debug!(code = &*error.code, "the backend did not say what its CORS rules allow"),
        }
    }
}

/// What the backend's rules allow: its `access-control-*` headers; `None`: nothing.
async fn ask(
    door: &Door,
    target: &Target,
    origin: &HeaderValue,
    method: &HeaderValue,
    headers: Option<&HeaderValue>,
) -> Result<Option<HeaderMap>, S3Error> {
    let mut request = match target {
        Target::Service => return Ok(None),
        Target::Bucket(bucket) => Request::new(Method::OPTIONS).bucket(bucket),
        Target::Object(bucket, object_key) => Request::new(Method::OPTIONS).object(bucket, object_key),
    };
    request = request.header(ORIGIN, origin.clone()).header(REQUEST_METHOD, method.clone());
    if let Some(headers) = headers {
        request = request.header(REQUEST_HEADERS, headers.clone());
    }
    let answer = door.upstream.send(request).await?;
    let kept = |name: &HeaderName| name.as_str().starts_with("access-control-") || name == VARY;
    let allowed: HeaderMap =
        answer.headers().iter().filter(|(name, _)| kept(name)).map(|(n, v)| (n.clone(), v.clone())).collect();
    let is_allowed = answer.status().is_success() && allowed.contains_key("access-control-allow-origin");
    Ok(is_allowed.then_some(allowed))
}
