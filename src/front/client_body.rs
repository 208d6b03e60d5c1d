//! A client's request body, which the door keeps a hand on while a verb reads it.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::BytesMut;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;

use super::patience::{Pace, Patience, Silent};
use crate::upstream::{BoxError, OwnBody};

/// The body on the wire. Clones read the same bytes: whoever polls takes the next piece.
#[derive(Clone)]
pub struct ClientBody {
    shared: Arc<Mutex<State>>,
    received: Arc<AtomicU64>,
}

struct State {
    body: OwnBody,
    patience: Patience,
    ended: bool,
    polled: bool,
}

impl ClientBody {
    /// `body` fails with [`Silent`] when it does not keep pace.
    pub fn new<B>(body: B, pace: Pace) -> Self
    where
        B: Body<Data: Into<BytesMut>, Error: Into<BoxError>> + Send + Unpin + 'static,
    {
        let ended = body.is_end_stream();
        let body = body.map_frame(|frame| frame.map_data(Into::into)).map_err(Into::into).boxed_unsync();
        let state = State { body, patience: Patience::new(pace), ended, polled: false };
        Self { shared: Arc::new(Mutex::new(state)), received: Arc::default() }
    }

    pub fn boxed(&self) -> OwnBody {
        self.clone().boxed_unsync()
    }

    /// Bytes that have come in.
    pub fn received(&self) -> Arc<AtomicU64> {
        self.received.clone()
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads and drops what is left of a body whose request has failed, so that the client reads the answer rather than a
    /// reset. False: it is not at its end, and the connection cannot be used again. A body that waits for `100 Continue`
    /// was not asked for and is not read.
    pub async fn drain(&self, expects_continue: bool) -> bool {
        {
            let state = self.state();
            if state.ended || (expects_continue && !state.polled) {
                return state.ended;
            }
        }
        let mut body = self.clone();
        let rest = async {
            let mut left = DRAIN_LIMIT;
            while let Some(Ok(frame)) = body.frame().await {
                let len = frame.data_ref().map_or(0, BytesMut::len);
                match left.checked_sub(len) {
                    Some(rest) => left = rest,
                    None => break,
                }
            }
        };
        let _ = tokio::time::timeout(DRAIN_TIME, rest).await;
        self.state().ended
    }
}

/// The most that is read only to be dropped.
const DRAIN_LIMIT: usize = 1 << 20;
const DRAIN_TIME: Duration = Duration::from_secs(2);

impl Body for ClientBody {
    type Data = BytesMut;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<BytesMut>, BoxError>>> {
        let mut state = self.state();
        state.polled = true;
        if state.ended {
            return Poll::Ready(None);
        }
        let polled = Pin::new(&mut state.body).poll_frame(context);
        match &polled {
            Poll::Ready(None) => state.ended = true,
            Poll::Ready(Some(Ok(frame))) => {
                let len = frame.data_ref().map_or(0, BytesMut::len);
                state.patience.moved(len);
                self.received.fetch_add(len as u64, Relaxed);
                state.ended = state.body.is_end_stream();
            }
            Poll::Ready(Some(Err(_))) => {}
            Poll::Pending => {
                return state.patience.poll_end(context).map(|()| Some(Err(Silent.into())));
            }
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.state().ended
    }

    fn size_hint(&self) -> SizeHint {
        self.state().body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use http_body_util::Full;

    const PACE: Pace = Pace { silence: Duration::from_secs(1), least_rate: 0 };

    fn body(len: usize) -> ClientBody {
        ClientBody::new(Full::new(Bytes::from(vec![0; len])), PACE)
    }

    #[tokio::test]
    async fn what_is_left_is_drained_within_bounds() {
        let small = body(10);
        assert!(small.drain(false).await);
        assert_eq!(small.received().load(Relaxed), 10);
        let waiting = body(10);
        assert!(!waiting.drain(true).await);
        assert_eq!(waiting.received().load(Relaxed), 0);
        assert!(body(0).drain(true).await);
        let endless = futures::stream::repeat_with(|| Ok::<_, BoxError>(Frame::data(Bytes::from_static(&[0; 4096]))));
        let endless = ClientBody::new(http_body_util::StreamBody::new(endless), PACE);
        assert!(!endless.drain(false).await);
        assert!(endless.received().load(Relaxed) <= 2 << 20);
    }
}
