//! A client's connection as the HTTP library reads and writes it, from which a large body can be taken past it.
//!
//! The library has read the head and is done with; a new one is shown the head without its length, so that it sees a
//! request without a body, and reads on only when the body has been taken off the socket.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::{Buf, Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::upstream::SizedReader;

/// One connection. Clones are the same connection.
pub struct Wire<T>(Arc<Mutex<State<T>>>);

struct State<T> {
    io: T,
    /// Given to the HTTP library before anything from the socket.
    ahead: BytesMut,
    reading: Reading,
    /// The HTTP library's, where it waits for a body to end.
    waiting: Option<Waker>,
    /// Whether the HTTP library has written and not flushed.
    unflushed: bool,
    /// Whether it has written since a body was lent.
    answering: bool,
}

#[derive(PartialEq, Eq)]
enum Reading {
    /// The socket is the HTTP library's.
    Http,
    /// It is a [`WireBody`]'s.
    Body,
    /// A body was left unread: what comes next on the socket means nothing.
    Lost,
}

impl<T> Clone for Wire<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Wire<T> {
    pub fn new(io: T) -> Self {
        let state = State {
            io,
            ahead: BytesMut::new(),
            reading: Reading::Http,
            waiting: None,
            unflushed: false,
            answering: false,
        };
        Self(Arc::new(Mutex::new(state)))
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether all that the HTTP library has written is on its way, so that it can be replaced. It is, but for an answer that
    /// came before its request's body.
    pub fn is_flushed(&self) -> bool {
        !self.state().unflushed
    }

    /// Takes a body of `len` bytes off the socket, of which `begun` was read behind its head. The next HTTP library is
    /// shown `head` first.
    pub fn lend(
        &self,
        head: BytesMut,
        len: u64,
        begun: impl IntoIterator<Item = Bytes>,
        client: Client,
    ) -> WireBody<T> {
        let (body, beyond) = SizedReader::new(len, begun);
        let mut state = self.state();
        (state.ahead, state.reading, state.answering) = (head, Reading::Body, false);
        let unasked = match client {
            Client::Waits => CONTINUE,
            Client::Sends => &[],
        };
        WireBody { wire: self.clone(), body, beyond, unasked }
    }

    /// The request whose body was lent has its answer. False: the body was not read to its end, and the connection ends.
    pub fn settle(&self) -> bool {
        let mut state = self.state();
        if state.reading == Reading::Body {
            state.give_back(Reading::Lost);
        }
        state.reading == Reading::Http
    }
}

impl<T> State<T> {
    fn give_back(&mut self, reading: Reading) {
        self.reading = reading;
        if let Some(waiting) = self.waiting.take() {
            waiting.wake();
        }
    }
}

/// What a client does with its body.
pub enum Client {
    Sends,
    /// Until it is asked for it.
    Waits,
}

/// Sent when a body is wanted whose client waits to be asked for it: RFC 9110, 10.1.1.
const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// A request's body, past the HTTP library.
pub struct WireBody<T> {
    wire: Wire<T>,
    body: SizedReader,
    /// What was read behind the body.
    beyond: BytesMut,
    /// What is left to say before the client sends.
    unasked: &'static [u8],
}

impl<T: AsyncRead + AsyncWrite + Unpin> Body for WireBody<T> {
    type Data = BytesMut;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<BytesMut>>>> {
        let Self { wire, body, beyond, unasked } = self.get_mut();
        let mut state = wire.state();
        if state.reading != Reading::Body {
            return Poll::Ready(None);
        }
        while !unasked.is_empty() && !state.answering {
            match Pin::new(&mut state.io).poll_write(context, unasked) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(written)) if written > 0 => unasked.advance(written),
                Poll::Ready(Ok(_)) => return Poll::Ready(Some(Err(io::ErrorKind::WriteZero.into()))),
                Poll::Ready(Err(error)) => return Poll::Ready(Some(Err(error))),
            }
            if unasked.is_empty() && Pin::new(&mut state.io).poll_flush(context)?.is_pending() {
                return Poll::Pending;
            }
        }
        let polled = body.poll_next(&mut state.io, context);
        if polled.is_ready() && body.left() == 0 {
            state.ahead.unsplit(std::mem::take(beyond));
            state.give_back(Reading::Http);
        }
        polled.map(|piece| piece.map(|piece| piece.map(Frame::data)).transpose())
    }

    fn is_end_stream(&self) -> bool {
        self.body.left() == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.body.left())
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Wire<T> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let mut state = self.state();
        if !state.ahead.is_empty() {
            let len = state.ahead.len().min(buf.remaining());
            buf.put_slice(&state.ahead.split_to(len));
            return Poll::Ready(Ok(()));
        }
        match state.reading {
            Reading::Http => Pin::new(&mut state.io).poll_read(context, buf),
            Reading::Body => {
                state.waiting = Some(context.waker().clone());
                Poll::Pending
            }
            Reading::Lost => Poll::Ready(Ok(())),
        }
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Wire<T> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let mut state = self.state();
        (state.unflushed, state.answering) = (true, true);
        Pin::new(&mut state.io).poll_write(context, buf)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let mut state = self.state();
        (state.unflushed, state.answering) = (true, true);
        Pin::new(&mut state.io).poll_write_vectored(context, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.state().io.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut state = self.state();
        let polled = Pin::new(&mut state.io).poll_flush(context);
        state.unflushed &= polled.is_pending();
        polled
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.state().io).poll_shutdown(context)
    }
}
