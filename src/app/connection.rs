//! HTTP/1.1 on one connection, for clients and for operators.

use std::convert::Infallible;
use std::future::{pending, poll_fn};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::future::BoxFuture;
use http::header::{CONNECTION, EXPECT};
use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, Version};
use http_body::Body;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{HttpService, Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};

use super::listener::{Serve, Stop, Stream};
use super::patient_io::PatientIo;
use super::wire::{Client, Wire, WireBody};
use crate::front::console::Console;
use crate::front::{Arrival, ClientBody, Doors, Pace, TrustedProxies};
use crate::upstream::{BoxError, CONNECTION_BUFFER, Gathered, LEAST_SIZED, begun};

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
    fn serve(self, stream: Stream, peer: SocketAddr, stop: Stop) -> BoxFuture<'static, Result<(), hyper::Error>> {
        match stream {
            Stream::Plain(stream) => Box::pin(self.http(stream, peer, None, stop)),
            Stream::Tls(stream) => {
                let version = tls_version(stream.get_ref().1.protocol_version());
                Box::pin(self.http(*stream, peer, Some(version), stop))
            }
        }
    }

    fn handshake_timeout(&self) -> Duration {
        self.limits.header
    }
}

impl Clients {
    async fn http<T>(
        self,
        stream: T,
        peer: SocketAddr,
        tls_version: Option<&'static str>,
        mut stop: Stop,
    ) -> Result<(), hyper::Error>
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let limits = self.limits;
        let wire = Wire::new(PatientIo::new(stream, limits.body));
        let requests = Arc::new(Requests {
            clients: self,
            peer,
            tls_version,
            wire: wire.clone(),
            parked: Mutex::default(),
            resumed: Mutex::default(),
        });
        loop {
            let mut connection = builder(limits).serve_connection(TokioIo::new(wire.clone()), requests.clone());
            match run(&mut connection, &mut stop, || take(&requests.parked)).await {
                Ended::Closed(closed) => return closed,
                Ended::Early((request, len)) => requests.resume(request, len, connection.into_parts().read_buf),
            }
        }
    }
}

/// The requests of one connection.
struct Requests<T> {
    clients: Clients,
    peer: SocketAddr,
    tls_version: Option<&'static str>,
    wire: Wire<PatientIo<T>>,
    /// A request that came just now, whose body, of so many bytes, is taken past the HTTP library.
    parked: Mutex<Option<(Request<Incoming>, u64)>>,
    /// The same, with its body.
    resumed: Mutex<Option<(Parts, WireBody<PatientIo<T>>)>>,
}

fn take<V>(slot: &Mutex<Option<V>>) -> Option<V> {
    slot.lock().unwrap_or_else(PoisonError::into_inner).take()
}

fn put<V>(slot: &Mutex<Option<V>>, value: V) {
    *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
}

type Answer = Result<Response<Gathered>, Infallible>;

impl<T: AsyncRead + AsyncWrite + Unpin + Send + 'static> Service<Request<Incoming>> for Requests<T> {
    type Response = Response<Gathered>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Answer>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        if let Some((head, body)) = take(&self.resumed) {
            return self.answer(head, body, Some(self.wire.clone()));
        }
        if let Some(len) = sized(&request)
            && self.wire.is_flushed()
        {
            put(&self.parked, (request, len));
            return Box::pin(pending());
        }
        let (head, body) = request.into_parts();
        self.answer(head, body, None)
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin + Send + 'static> Requests<T> {
    /// `lent`: the connection, where the body is taken past the HTTP library.
    fn answer<B>(&self, head: Parts, body: B, lent: Option<Wire<PatientIo<T>>>) -> BoxFuture<'static, Answer>
    where
        B: Body<Data: Into<BytesMut>, Error: Into<BoxError>> + Send + Unpin + 'static,
    {
        let Self { clients, peer, tls_version, .. } = self;
        let (source_ip, secure) = clients.proxies.origin(peer.ip(), tls_version.is_some(), &head.headers);
        let arrival = Arrival::now(source_ip, secure, *tls_version);
        let (doors, body) = (clients.doors.clone(), ClientBody::new(body, clients.limits.body));
        Box::pin(async move {
            let mut answer = doors.serve(head, body, arrival).await;
            if lent.is_some_and(|wire| !wire.settle()) {
                answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok(answer.map(Gathered::new))
        })
    }

    /// Prepares a parked request for the next HTTP library. `read` is what the last one read behind it.
    fn resume(&self, request: Request<Incoming>, len: u64, read: Bytes) {
        let (head, body) = request.into_parts();
        let client = if waits(&head) { Client::Waits } else { Client::Sends };
        let body = self.wire.lend(shown(&head), len, begun(body, read), client);
        put(&self.resumed, (head, body));
    }
}

/// The length of a body that is taken past the HTTP library.
fn sized(request: &Request<Incoming>) -> Option<u64> {
    let uploads = matches!(*request.method(), Method::PUT | Method::POST) && request.version() == Version::HTTP_11;
    request.body().size_hint().exact().filter(|len| uploads && *len >= LEAST_SIZED)
}

/// Whether the client waits to be asked for the body.
fn waits(head: &Parts) -> bool {
    head.headers.get_all(EXPECT).iter().any(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"))
}

/// A head without a body, to which the HTTP library answers as to this one.
fn shown(head: &Parts) -> BytesMut {
    let mut shown = BytesMut::from(head.method.as_str());
    shown.extend_from_slice(b" / HTTP/1.1\r\n");
    for value in head.headers.get_all(CONNECTION) {
        shown.extend_from_slice(&[b"connection: ", value.as_bytes(), b"\r\n"].concat());
    }
    shown.extend_from_slice(b"\r\n");
    shown
}

/// How a connection of the HTTP library ended.
enum Ended<E> {
    Closed(Result<(), hyper::Error>),
    Early(E),
}

/// Moves a connection along until it is closed, or until `early` says that it is to go on otherwise.
async fn run<I, S, B, E>(
    connection: &mut http1::Connection<I, S>,
    stop: &mut Stop,
    mut early: impl FnMut() -> Option<E>,
) -> Ended<E>
where
    S: HttpService<Incoming, ResBody = B>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    I: hyper::rt::Read + hyper::rt::Write + Unpin,
    B: Body + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    http1::Connection<I, S>: Future<Output = hyper::Result<()>> + Unpin,
{
    let mut stopping = pin!(stop.wait_for(|stop| *stop));
    let mut stopped = false;
    poll_fn(|context| {
        loop {
            if let Poll::Ready(closed) = Pin::new(&mut *connection).poll(context) {
                return Poll::Ready(Ended::Closed(closed));
            }
            if let Some(early) = early() {
                return Poll::Ready(Ended::Early(early));
            }
            if stopped || stopping.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            stopped = true;
            Pin::new(&mut *connection).graceful_shutdown();
        }
    })
    .await
}

/// Health and metrics.
#[derive(Clone)]
pub struct Operators {
    pub console: Arc<Console>,
    pub limits: Limits,
}

impl Serve for Operators {
    fn serve(self, stream: Stream, _peer: SocketAddr, mut stop: Stop) -> BoxFuture<'static, Result<(), hyper::Error>> {
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
        Box::pin(async move {
            let mut connection = builder(limits).serve_connection(io, service);
            match run(&mut connection, &mut stop, || None::<Infallible>).await {
                Ended::Closed(closed) => closed,
            }
        })
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
