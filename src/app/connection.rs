//! HTTP/1.1 on one connection, for clients and for operators.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use http::Request;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::Watcher;
use tokio::io::{AsyncRead, AsyncWrite};

use super::listener::{Serve, Stream};
use super::patient_io::PatientIo;
use crate::front::console::Console;
use crate::front::{Arrival, ClientBody, Doors, Pace, TrustedProxies};
use crate::upstream::CONNECTION_BUFFER;

/// How long a client may be silent, and how slow.
#[derive(Clone, Copy)]
pub struct Limits {
    /// For a request's head, and between two requests.
    pub header: Duration,
    /// Within a body, in either direction.
    pub body: Pace,
}

/// A request's head in all, in bytes; each header is limited by the door.
const MAX_HEAD_LEN: usize = 64 * 1024;
const MAX_HEADERS: usize = 512;

/// S3, KMS and STS.
#[derive(Clone)]
pub struct Clients {
    pub doors: Arc<Doors>,
    pub limits: Limits,
    pub proxies: Arc<TrustedProxies>,
}

impl Serve for Clients {
    fn serve(self, stream: Stream, peer: SocketAddr, watcher: Watcher) -> BoxFuture<'static, Result<(), hyper::Error>> {
        match stream {
            Stream::Plain(stream) => self.http(stream, peer, None, watcher),
            Stream::Tls(stream) => {
                let version = tls_version(stream.get_ref().1.protocol_version());
                self.http(*stream, peer, Some(version), watcher)
            }
        }
    }

    fn handshake_timeout(&self) -> Duration {
        self.limits.header
    }
}

impl Clients {
    fn http<T>(
        self,
        stream: T,
        peer: SocketAddr,
        tls_version: Option<&'static str>,
        watcher: Watcher,
    ) -> BoxFuture<'static, Result<(), hyper::Error>>
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let limits = self.limits;
        let service = service_fn(move |request: Request<Incoming>| {
            let doors = self.doors.clone();
            let (source_ip, secure) = self.proxies.origin(peer.ip(), tls_version.is_some(), request.headers());
            let arrival = Arrival::now(source_ip, secure, tls_version);
            let answer: BoxFuture<'static, _> = Box::pin(async move {
                let (head, body) = request.into_parts();
                let body = ClientBody::new(body, limits.body);
                Ok::<_, Infallible>(doors.serve(head, body, arrival).await)
            });
            answer
        });
        let io = TokioIo::new(PatientIo::new(stream, limits.body));
        Box::pin(watcher.watch(builder(limits).serve_connection(io, service)))
    }
}

/// Health and metrics.
#[derive(Clone)]
pub struct Operators {
    pub console: Arc<Console>,
    pub limits: Limits,
}

impl Serve for Operators {
    fn serve(
        self,
        stream: Stream,
        _peer: SocketAddr,
        watcher: Watcher,
    ) -> BoxFuture<'static, Result<(), hyper::Error>> {
        let Stream::Plain(stream) = stream else { return Box::pin(async { Ok(()) }) };
        let limits = self.limits;
        let service = service_fn(move |request: Request<Incoming>| {
            let console = self.console.clone();
            let answer: BoxFuture<'static, _> = Box::pin(async move {
                let answer = console.serve(request.method(), request.uri().path()).await;
                Ok::<_, Infallible>(answer.map(Full::new))
            });
            answer
        });
        let io = TokioIo::new(PatientIo::new(stream, limits.body));
        Box::pin(watcher.watch(builder(limits).serve_connection(io, service)))
    }

    fn handshake_timeout(&self) -> Duration {
        self.limits.header
    }
}

fn tls_version(version: Option<tokio_rustls::rustls::ProtocolVersion>) -> &'static str {
    match version {
        Some(tokio_rustls::rustls::ProtocolVersion::TLSv1_3) => "1.3",
        Some(tokio_rustls::rustls::ProtocolVersion::TLSv1_2) => "1.2",
        _ => "unknown",
    }
}

fn builder(limits: Limits) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header)
        .max_buf_size(CONNECTION_BUFFER)
        .max_header_size(MAX_HEAD_LEN)
        .max_headers(MAX_HEADERS);
    builder
}
