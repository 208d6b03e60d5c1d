//! Silence on the way to and from the backend, measured only while it is the backend's turn.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;
use tokio::time::{Instant, Sleep};

use super::{BoxBody, BoxError, Error, OwnBody};

/// Whose turn it is while a request is sent.
#[derive(Clone)]
pub struct Turn(Arc<Mutex<State>>);

#[derive(Clone, Copy)]
enum State {
    /// The body's source has nothing yet: a slow client is not a slow backend.
    Source,
    /// The backend has taken all that there was, at this time.
    Backend(Instant),
}

impl Turn {
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(State::Backend(Instant::now()))))
    }

    fn set(&self, state: State) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }

    /// Ends when the backend has not moved for `limit` in its own turn.
    pub async fn stalled(&self, limit: Duration) -> Error {
        loop {
            let state = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let deadline = match state {
                State::Source => Instant::now() + limit,
                State::Backend(since) => since + limit,
            };
            if deadline <= Instant::now() {
                return Error::TimedOut(limit);
            }
            tokio::time::sleep_until(deadline).await;
        }
    }

    /// `body`, which notes whose turn it is.
    pub fn note(self, body: BoxBody) -> BoxBody {
        Noted { body, turn: self }.boxed_unsync()
    }
}

struct Noted {
    body: BoxBody,
    turn: Turn,
}

impl http_body::Body for Noted {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        self.turn.set(if polled.is_pending() { State::Source } else { State::Backend(Instant::now()) });
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// An answer's body that fails when it is waited for longer than `limit`. A slow reader is not a stalled backend.
pub fn limited<B>(body: B, limit: Duration) -> OwnBody
where
    B: http_body::Body<Data = BytesMut, Error: Into<BoxError>> + Send + Unpin + 'static,
{
    LimitedWait { body, limit, waiting: None }.boxed_unsync()
}

struct LimitedWait<B> {
    body: B,
    limit: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
}

impl<B> http_body::Body for LimitedWait<B>
where
    B: http_body::Body<Data = BytesMut, Error: Into<BoxError>> + Unpin,
{
    type Data = BytesMut;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<BytesMut>, BoxError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            self.waiting = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let limit = self.limit;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        match waiting.as_mut().poll(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(()) => Poll::Ready(Some(Err(Box::new(Error::TimedOut(limit))))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::StreamBody;

    #[tokio::test]
    async fn a_slow_source_is_not_a_slow_backend() {
        let turn = Turn::new();
        let limit = Duration::from_millis(50);
        let pieces = futures::stream::once(async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            Ok::<_, BoxError>(Frame::data(Bytes::from_static(b"late")))
        });
        let body = turn.clone().note(StreamBody::new(pieces).boxed_unsync());
        let begun = Instant::now();
        let ((), stalled) = tokio::join!(
            async {
                body.collect().await.unwrap();
                assert!(begun.elapsed().as_millis() >= 300);
            },
            turn.stalled(limit)
        );
        assert!(matches!(stalled, Error::TimedOut(_)));
        assert!(begun.elapsed().as_millis() >= 350);
    }

    #[tokio::test]
    async fn a_silent_answer_ends() {
        let body = StreamBody::new(futures::stream::pending::<Result<Frame<BytesMut>, BoxError>>());
        let failed = limited(body, Duration::from_millis(50)).collect().await.unwrap_err();
        assert!(failed.is::<Error>());
    }
}
