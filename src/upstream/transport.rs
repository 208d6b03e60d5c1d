//! HTTP to the backend: connections, signature, time limits.

use std::time::Duration;

use http::header::{CONTENT_LENGTH, HOST, HeaderMap, HeaderValue, USER_AGENT};
use http::{Method, Response, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use time::OffsetDateTime;

use super::stall::{Turn, limited};
use super::{Body, BoxBody, Config, Error, Request, TrailingChecksum, addressing, body, tls, trailer};
use crate::crypto;
use crate::names::Region;
use crate::sigv4::{self, SecretKeyText, SignedPayload};

/// How long an idle connection is kept: below the minute after which backends commonly close theirs.
const POOL_IDLE: Duration = Duration::from_secs(50);

/// The most that a connection reads at once or holds unsent, in bytes. A transfer holds it on two connections, each in two
/// directions at most; less would make more system calls, more would buy nothing.
pub const CONNECTION_BUFFER: usize = 256 * 1024;

const AGENT: &str = concat!("sealgate/", env!("CARGO_PKG_VERSION"));

/// A backend behind an HTTP endpoint.
pub struct Http {
    client: Client<HttpsConnector<HttpConnector>, BoxBody>,
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
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .http1_max_buf_size(CONNECTION_BUFFER)
            .pool_idle_timeout(POOL_IDLE)
            .pool_max_idle_per_host(config.pool_idle_per_host)
            .build(connector);
        let credentials = sigv4::Credentials {
            access_key_id: config.credentials.access_key_id.clone(),
            secret_key: SecretKeyText::new(config.credentials.secret_key.as_str()),
            session_token: None,
        };
        Ok(Self { client, credentials, config })
    }

    pub fn region(&self) -> &Region {
        &self.config.region
    }

    pub async fn send(&self, request: Request) -> Result<Response<BoxBody>, Error> {
        let uri = addressing::uri(&self.config.endpoint, self.config.addressing, &request)?;
        let Request { method, headers, body, .. } = request;
        let mut outgoing = self.frame(&method, headers, body);
        let host = host_of(&uri)?;
        outgoing.headers.insert(HOST, host);
        outgoing.headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
        let head = self.sign(method, uri, outgoing.headers, outgoing.payload)?;
        let turn = Turn::new();
        let wire = http::Request::from_parts(head, turn.clone().note(outgoing.body));
        let answer = tokio::select! {
            answer = self.client.request(wire) => answer.map_err(|error| Error::Unreachable(error.into())),
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
            Body::Empty => SignedPayload::Sha256(crypto::sha256(&[])),
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

    /// Signs `host`, `content-type`, `content-md5` and `x-amz-*`: what a proxy on the way leaves alone.
    fn sign(
        &self,
        method: Method,
        uri: Uri,
        headers: HeaderMap,
        payload: SignedPayload,
    ) -> Result<http::request::Parts, Error> {
        let (mut head, ()) = http::Request::new(()).into_parts();
        head.method = method;
        head.uri = uri;
        head.headers = headers;
        let region = self.config.region.as_str();
        sigv4::sign(&mut head, &self.credentials, region, "s3", payload, OffsetDateTime::now_utc())
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

fn asks_for_lock(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| name.as_str().starts_with("x-amz-object-lock-"))
}

/// The Host header: without the port where it is the scheme's own.
fn host_of(uri: &Uri) -> Result<HeaderValue, Error> {
    let host = uri.host().unwrap_or_default();
    let standard = if uri.scheme() == Some(&http::uri::Scheme::HTTPS) { 443 } else { 80 };
    let host = match uri.port_u16().filter(|port| *port != standard) {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    HeaderValue::try_from(host).map_err(|error| Error::Unbuildable(error.into()))
}
