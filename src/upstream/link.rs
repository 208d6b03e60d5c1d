//! One HTTP/1.1 connection to the backend, moved along by whoever waits on it.
//!
//! It is no task of its own: the task that waits for an answer, or reads its body, reads and writes the socket itself. So
//! a request wakes no second task, and one that is given up takes its connection with it.

use std::future::{Future, poll_fn};
use std::io::{self, ErrorKind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker, ready};

use bytes::{Bytes, BytesMut};
use futures::FutureExt as _;
use http::{Request, Response};
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use hyper::client::conn::TrySendError;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_rustls::MaybeHttpsStream;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::sized::{self, SizedReader};
use super::{BoxBody, BoxError, CONNECTION_BUFFER, Gathered};

pub(super) type Socket = MaybeHttpsStream<TokioIo<TcpStream>>;

pub(super) struct Link {
    sender: SendRequest<Gathered>,
    /// `None`: the connection has ended.
    wire: Option<Pin<Box<http1::Connection<Socket, Gathered>>>>,
}

impl Link {
    pub async fn over(socket: Socket) -> hyper::Result<Self> {
        let (sender, wire) = http1::Builder::new().max_buf_size(CONNECTION_BUFFER).handshake(socket).await?;
        Ok(Self { sender, wire: Some(Box::pin(wire)) })
    }

    /// Moves bytes in both directions as far as they go.
    fn advance(&mut self, context: &mut Context<'_>) {
        if let Some(wire) = &mut self.wire
            && wire.as_mut().poll(context).is_ready()
        {
            // Its error goes to the request or the body that was under way.
            self.wire = None;
        }
    }

    /// The socket, and what was read from it beyond what the answer has given; the link again, if the connection has ended.
    fn into_socket(self) -> Result<(Socket, Bytes), Self> {
        match self.wire {
            Some(wire) => {
                let parts = Pin::into_inner(wire).into_parts();
                Ok((parts.io, parts.read_buf))
            }
            None => Err(self),
        }
    }

    /// Whether it is open and nothing is under way on it.
    pub fn is_idle(&mut self) -> bool {
        self.advance(&mut Context::from_waker(Waker::noop()));
        self.wire.is_some() && self.sender.is_ready()
    }

    /// The answer to a request. A request that was not begun comes back in the error.
    pub async fn send(
        &mut self,
        request: Request<BoxBody>,
    ) -> Result<Response<Incoming>, TrySendError<Request<Gathered>>> {
        let mut answer = pin!(self.sender.try_send_request(request.map(Gathered::new)));
        poll_fn(|context| {
            self.advance(context);
            // Nobody but `advance` brings the answer, so nothing else has to wake this task.
            answer.as_mut().poll(&mut Context::from_waker(Waker::noop()))
        })
        .await
    }
}

/// Whether a request failed because its connection ended, and not by what was said on it.
pub(super) fn broke(error: &hyper::Error) -> bool {
    let ended = [ErrorKind::ConnectionReset, ErrorKind::ConnectionAborted, ErrorKind::BrokenPipe];
    let source = std::error::Error::source(error).and_then(|source| source.downcast_ref::<io::Error>());
    error.is_incomplete_message() || source.is_some_and(|error| ended.contains(&error.kind()))
}

/// An answer's body that is read past the HTTP library. `G` takes the connection when the body has ended.
pub(super) struct SizedAnswer<G> {
    body: SizedReader,
    /// `None`: the body has ended or failed.
    socket: Option<TokioIo<Socket>>,
    /// `None`: the connection cannot be used again.
    give_back: Option<G>,
}

impl<G: FnOnce(Link) + Unpin> SizedAnswer<G> {
    /// `answer` has exactly `len` bytes, and its request was sent whole. An ended connection is left as it is.
    pub fn new(answer: Incoming, len: u64, link: Link, give_back: G) -> Result<Self, Answer<G>> {
        let (socket, read) = match link.into_socket() {
            Ok(parts) => parts,
            Err(link) => return Err(Answer::new(answer, link, give_back)),
        };
        let (body, beyond) = SizedReader::new(len, sized::begun(answer, read));
        let give_back = beyond.is_empty().then_some(give_back);
        Ok(Self { body, socket: Some(TokioIo::new(socket)), give_back })
    }
}

impl<G: FnOnce(Link) + Unpin> http_body::Body for SizedAnswer<G> {
    type Data = BytesMut;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<BytesMut>, BoxError>>> {
        let Self { body, socket, give_back } = &mut *self;
        let Some(io) = socket else { return Poll::Ready(None) };
        let polled = ready!(body.poll_next(io, context));
        if polled.is_err() {
            *socket = None;
        }
        if body.left() == 0
            && let (Some(io), Some(give_back)) = (socket.take(), give_back.take())
            && let Some(Ok(mut link)) = Link::over(io.into_inner()).now_or_never()
            && link.is_idle()
        {
            give_back(link);
        }
        Poll::Ready(polled.map(|piece| piece.map(Frame::data)).map_err(Into::into).transpose())
    }

    fn is_end_stream(&self) -> bool {
        self.body.left() == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.body.left())
    }
}

/// An answer's body, which moves its connection along. `G` takes the connection when the body has ended.
pub(super) struct Answer<G> {
    body: Incoming,
    link: Option<(Link, G)>,
}

impl<G: FnOnce(Link) + Unpin> Answer<G> {
    pub fn new(body: Incoming, link: Link, give_back: G) -> Self {
        let mut answer = Self { body, link: Some((link, give_back)) };
        answer.end_if(http_body::Body::is_end_stream(&answer.body));
        answer
    }

    fn end_if(&mut self, ended: bool) {
        if ended
            && let Some((mut link, give_back)) = self.link.take()
            && link.is_idle()
        {
            give_back(link);
        }
    }
}

impl<G: FnOnce(Link) + Unpin> http_body::Body for Answer<G> {
    type Data = BytesMut;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<BytesMut>, BoxError>>> {
        let this = &mut *self;
        let mut polled = Pin::new(&mut this.body).poll_frame(context);
        if polled.is_pending()
            && let Some((link, _)) = &mut this.link
        {
            link.advance(context);
            polled = Pin::new(&mut this.body).poll_frame(context);
        }
        match &polled {
            Poll::Pending => {}
            Poll::Ready(None) => this.end_if(true),
            Poll::Ready(Some(Ok(_))) => this.end_if(http_body::Body::is_end_stream(&this.body)),
            Poll::Ready(Some(Err(_))) => this.link = None,
        }
        // The HTTP library keeps a share in what it reads.
        let own = |frame: Frame<Bytes>| frame.map_data(BytesMut::from);
        polled.map(|frame| frame.map(|frame| frame.map(own).map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
