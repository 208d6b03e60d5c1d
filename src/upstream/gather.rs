//! A body whose pieces are handed to the HTTP library many at once.
//!
//! The library writes what it has been given, and asks for more while some of that is unsent. Given piece by piece, what
//! is unsent would hold on to the buffer that it lies in while the next is filled; given at once, a buffer is sent before
//! the next is asked for.

use std::collections::VecDeque;
use std::io::IoSlice;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use http_body::{Body, Frame, SizeHint};

use super::{BoxBody, BoxError};

/// Enough is gathered, in bytes: a long read, sealed or opened.
const MOST: usize = super::sized::READ + 64 * 1024;

/// The most that the HTTP library reads at once, in bytes, and what it may hold unsent before it stops asking for more. The
/// longest head fits.
pub const CONNECTION_BUFFER: usize = 64 * 1024;

/// `body`, its pieces gathered.
pub struct Gathered {
    body: BoxBody,
    /// What came behind the pieces that were handed on last.
    next: Option<Result<Frame<Bytes>, BoxError>>,
    ended: bool,
}

impl Gathered {
    pub fn new(body: BoxBody) -> Self {
        let ended = body.is_end_stream();
        Self { body, next: None, ended }
    }

    /// The body of a request that was never begun.
    pub fn into_inner(self) -> BoxBody {
        self.body
    }

    fn body_ended(&mut self) -> bool {
        self.ended |= self.body.is_end_stream();
        self.ended
    }

    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match self.next.take() {
            Some(next) => Poll::Ready(Some(next)),
            None if self.ended => Poll::Ready(None),
            None => Pin::new(&mut self.body).poll_frame(context),
        }
    }
}

impl Body for Gathered {
    type Data = Pieces;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Pieces>, BoxError>>> {
        let mut pieces = match self.poll_next(context) {
            Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                Ok(data) => Pieces { len: data.len(), first: data, rest: VecDeque::new() },
                Err(trailers) => return Poll::Ready(Some(Ok(trailers.map_data(|_| Pieces::default())))),
            },
            Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error))),
            Poll::Ready(None) => return Poll::Ready(None),
            Poll::Pending => return Poll::Pending,
        };
        while pieces.len < MOST && !self.body_ended() {
            match Pin::new(&mut self.body).poll_frame(context) {
                Poll::Pending => break,
                Poll::Ready(None) => self.ended = true,
                Poll::Ready(Some(Ok(frame))) if frame.is_data() => pieces.extend(frame.into_data().ok()),
                Poll::Ready(Some(other)) => {
                    self.next = Some(other);
                    break;
                }
            }
        }
        Poll::Ready(Some(Ok(Frame::data(pieces))))
    }

    fn is_end_stream(&self) -> bool {
        self.ended && self.next.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Pieces that are sent one behind the other.
#[derive(Default)]
pub struct Pieces {
    first: Bytes,
    rest: VecDeque<Bytes>,
    len: usize,
}

impl Extend<Bytes> for Pieces {
    fn extend<I: IntoIterator<Item = Bytes>>(&mut self, pieces: I) {
        for piece in pieces.into_iter().filter(|piece| !piece.is_empty()) {
            self.len += piece.len();
            match self.first.is_empty() {
                true => self.first = piece,
                false => self.rest.push_back(piece),
            }
        }
    }
}

impl Buf for Pieces {
    fn remaining(&self) -> usize {
        self.len
    }

    fn chunk(&self) -> &[u8] {
        &self.first
    }

    fn advance(&mut self, mut count: usize) {
        self.len -= count;
        while count >= self.first.len() {
            count -= self.first.len();
            match self.rest.pop_front() {
                Some(next) => self.first = next,
                None => {
                    self.first = Bytes::new();
                    break;
                }
            }
        }
        self.first.advance(count);
    }

    fn chunks_vectored<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let pieces = std::iter::once(&self.first).filter(|first| !first.is_empty()).chain(&self.rest);
        slices.iter_mut().zip(pieces).map(|(slice, piece)| *slice = IoSlice::new(piece)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::stream;
    use http_body_util::{BodyExt, StreamBody};

    fn gathered(frames: Vec<Result<Frame<Bytes>, BoxError>>) -> Gathered {
        Gathered::new(StreamBody::new(stream::iter(frames)).boxed_unsync())
    }

    fn data(text: &'static str) -> Result<Frame<Bytes>, BoxError> {
        Ok(Frame::data(Bytes::from_static(text.as_bytes())))
    }

    #[tokio::test]
    async fn what_is_there_comes_at_once_and_in_order() {
        let mut body = gathered(vec![data(""), data("one"), data(""), data("two"), data("three")]);
        let mut pieces = body.frame().await.unwrap().unwrap().into_data().ok().unwrap();
        let mut slices = [IoSlice::new(&[]); 4];
        assert_eq!(pieces.chunks_vectored(&mut slices), 3);
        assert_eq!(slices[..3].iter().map(|slice| &**slice).collect::<Vec<_>>().concat(), b"onetwothree");
        assert_eq!(pieces.chunks_vectored(&mut slices[..2]), 2);
        pieces.advance(4);
        assert_eq!((pieces.remaining(), pieces.chunk()), (7, b"wo".as_slice()));
        pieces.advance(2);
        assert_eq!(pieces.chunk(), b"three");
        pieces.advance(5);
        assert!(!pieces.has_remaining() && pieces.chunk().is_empty());
        assert!(body.is_end_stream() && body.frame().await.is_none());
    }

    #[tokio::test]
    async fn an_error_comes_behind_what_was_before_it() {
        let mut body = gathered(vec![data("one"), data("two"), Err("broken".into()), data("never")]);
        let mut pieces = body.frame().await.unwrap().unwrap().into_data().ok().unwrap();
        assert_eq!(pieces.copy_to_bytes(6), "onetwo");
        assert!(!body.is_end_stream());
        assert!(body.frame().await.unwrap().is_err());
    }

    #[tokio::test]
    async fn trailers_are_their_own_frame() {
        let trailers = || Ok(Frame::trailers(http::HeaderMap::from_iter([(http::header::ETAG, "x".parse().unwrap())])));
        let mut body = gathered(vec![data("one"), trailers()]);
        assert!(body.frame().await.unwrap().unwrap().is_data());
        assert!(body.frame().await.unwrap().unwrap().is_trailers());
        assert!(body.frame().await.is_none());
    }

    #[tokio::test]
    async fn it_stops_where_enough_is_gathered() {
        let piece = Bytes::from(vec![7; MOST / 2]);
        let frames = stream::repeat_with(move || Ok::<_, BoxError>(Frame::data(piece.clone())));
        let mut body = Gathered::new(StreamBody::new(frames).boxed_unsync());
        let pieces = body.frame().await.unwrap().unwrap().into_data().ok().unwrap();
        assert_eq!(pieces.remaining(), MOST);
    }
}
