//! HTTP to the backend: framing, signature, time limits.

use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HOST, HeaderMap, HeaderValue, IF_MATCH, IF_NONE_MATCH, USER_AGENT};
use http::uri::{Authority, Scheme};
use http::{Method, Response, Uri};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::connect::HttpConnector;
use time::OffsetDateTime;

use super::connections::Connections;
use super::stall::{Turn, limited};
use super::{Body, BoxBody, Config, Error, OwnBody, Request, TrailingChecksum, addressing, body, tls, trailer};
use crate::crypto;
use crate::names::Region;
use crate::sigv4::{self, SecretKeyText, SignedPayload};

const AGENT: &str = concat!("sealgate/", env!("CARGO_PKG_VERSION"));

/// A backend behind an HTTP endpoint.
pub struct Http {
    connections: Connections,
    credentials: sigv4::Credentials,
    config: Config,
}

impl Http {
    pub fn new(config: Config) -> Result<Self, Error> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(config.connect_timeout));
        tcp.set_keepalive(Some(Duration::from_secs(60)));
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls::client_config(config.ca_file.as_deref())?)
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let connections = Connections::new(connector, config.endpoint.scheme.clone(), config.pool_idle_per_host);
        let credentials = sigv4::Credentials {
            access_key_id: config.credentials.access_key_id.clone(),
            secret_key: SecretKeyText::new(config.credentials.secret_key.as_str()),
            session_token: None,
        };
        Ok(Self { connections, credentials, config })
    }

    pub fn region(&self) -> &Region {
        &self.config.region
    }

    pub async fn send(&self, request: Request) -> Result<Response<OwnBody>, Error> {
        let style = addressing::style(self.config.addressing, &request);
        let host = addressing::host(&self.config.endpoint, style, &request)?;
        let target = addressing::target(style, &request)?;
        let Request { method, headers, body, .. } = request;
        let replay = replay(&method, &headers, &body);
        let mut outgoing = self.frame(&method, headers, body);
        outgoing.headers.insert(HOST, self.header_of(&host)?);
        outgoing.headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
        let head = self.sign(method, target, outgoing.headers, outgoing.payload)?;
        let turn = Turn::new();
        let again = replay.map(|body| {
            let (head, turn) = (head.clone(), turn.clone());
            move || http::Request::from_parts(head.clone(), turn.clone().note(body::full(body.clone())))
        });
        let wire = http::Request::from_parts(head, turn.clone().note(outgoing.body));
        let answer = tokio::select! {
            answer = self.connections.send(&host, wire, again) => answer.map_err(Error::Unreachable),
            stalled = turn.stalled(self.config.read_timeout) => Err(stalled),
        };
        if let Some(cause) = outgoing.broken.take() {
            return Err(Error::Body(cause));
        }
        Ok(answer?.map(|body| limited(body, self.config.read_timeout)))
    }

    /// The body as it goes on the wire, with its length declared.
    fn frame(&self, method: &Method, mut headers: HeaderMap, body: Body) -> Outgoing {
        let payload = match &body {
            Body::Empty => SignedPayload::Empty,
            Body::Bytes(bytes) => SignedPayload::Sha256(crypto::sha256(&[bytes])),
            // S3 takes an object with a lock only with a checksum.
            Body::Stream { .. }
                if self.config.trailing_checksum == TrailingChecksum::Crc32c || asks_for_lock(&headers) =>
            {
                SignedPayload::UnsignedTrailer
            }
            Body::Stream { .. } => SignedPayload::Unsigned,
        };
        let mut len = body.len();
        let (mut body, broken) = body::watched(body);
        if matches!(payload, SignedPayload::UnsignedTrailer) {
            (body, len) = trailer::frame(body, len, &mut headers);
        }
        if len > 0 || matches!(*method, Method::PUT | Method::POST) {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(len));
        }
        Outgoing { headers, body, payload, broken }
    }

    /// The Host header: without the port where it is the scheme's own.
    fn header_of(&self, host: &Authority) -> Result<HeaderValue, Error> {
        let standard = if self.config.endpoint.scheme == Scheme::HTTPS { 443 } else { 80 };
        let text = if host.port_u16() == Some(standard) { host.host() } else { host.as_str() };
        HeaderValue::try_from(text).map_err(|error| Error::Unbuildable(error.into()))
    }

    /// Signs `host`, `content-type`, `content-md5` and `x-amz-*`: what a proxy on the way leaves alone.
    fn sign(
        &self,
        method: Method,
        target: Uri,
        headers: HeaderMap,
        payload: SignedPayload,
    ) -> Result<http::request::Parts, Error> {
        let (mut head, ()) = http::Request::new(()).into_parts();
        head.method = method;
        head.uri = target;
        head.headers = headers;
        sigv4::sign(&mut head, &self.credentials, &self.config.region, "s3", payload, OffsetDateTime::now_utc())
            .map_err(|error| Error::Unbuildable(error.into()))?;
        Ok(head)
    }
}

struct Outgoing {
    headers: HeaderMap,
    body: BoxBody,
    payload: SignedPayload,
    broken: body::Broken,
}

/// The body of a request that may be sent once more when nobody knows what became of it: twice does what once does. One
/// with a condition may find that it is itself what has changed.
fn replay(method: &Method, headers: &HeaderMap, body: &Body) -> Option<Bytes> {
    let safe = matches!(*method, Method::GET | Method::HEAD);
    let conditional = headers.contains_key(IF_MATCH) || headers.contains_key(IF_NONE_MATCH);
    match body {
        _ if !safe && (conditional || !matches!(*method, Method::PUT | Method::DELETE)) => None,
        Body::Empty => Some(Bytes::new()),
        Body::Bytes(bytes) => Some(bytes.clone()),
        Body::Stream { .. } => None,
    }
}

fn asks_for_lock(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| name.as_str().starts_with("x-amz-object-lock-"))
}
