//! Bodies on the way to and from the backend.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::{Buf, BufMut as _, Bytes, BytesMut};
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::{BodyExt, Empty, Full, combinators::UnsyncBoxBody};

use super::Error;

/// The cause of a broken body.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A body of unknown origin.
pub type BoxBody = UnsyncBoxBody<Bytes, BoxError>;

/// A body whose pieces belong to who takes them, to be sealed or opened where they lie.
pub type OwnBody = UnsyncBoxBody<BytesMut, BoxError>;

/// What a request carries.
pub enum Body {
    Empty,
    /// Held in memory; its hash is signed.
    Bytes(Bytes),
    /// Exactly `len` bytes; fewer or more break the request.
    Stream {
        len: u64,
        body: BoxBody,
    },
}

impl Body {
    /// Length in bytes.
    pub fn len(&self) -> u64 {
        match self {
            Self::Empty => 0,
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Stream { len, .. } => *len,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A body without bytes.
pub fn empty<D: Buf + Send + 'static>() -> UnsyncBoxBody<D, BoxError> {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

/// `body` as it is passed on.
pub fn shared(body: OwnBody) -> BoxBody {
    body.map_frame(|frame| frame.map_data(BytesMut::freeze)).boxed_unsync()
}

/// A body held in memory.
pub fn full<D: Buf + Send + 'static>(bytes: impl Into<D>) -> UnsyncBoxBody<D, BoxError> {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

/// The whole of a body of at most `limit` bytes.
pub async fn collect<D: Buf>(mut body: UnsyncBoxBody<D, BoxError>, limit: usize) -> Result<Bytes, Error> {
    // Before it takes up room: nobody has to be known to send a long one.
    if body.size_hint().lower() > limit as u64 {
        return Err(Error::AnswerTooLong { limit });
    }
    let mut collected = BytesMut::new();
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame.map_err(Error::Answer)?.into_data() {
            if collected.len() + data.remaining() > limit {
                return Err(Error::AnswerTooLong { limit });
            }
            collected.put(data);
        }
    }
    Ok(collected.freeze())
}

/// Why an outgoing body broke, for the one who waits for the answer.
#[derive(Clone, Default)]
pub(super) struct Broken(Arc<Mutex<Option<BoxError>>>);

impl Broken {
    pub fn take(&self) -> Option<BoxError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn set(&self, error: BoxError) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }
}

/// A body was shorter or longer than declared.
#[derive(Debug, thiserror::Error)]
#[error("the body does not have the {declared} bytes that were declared for it")]
pub struct WrongLength {
    pub declared: u64,
}

/// The stream of `body`, whose error or wrong length is kept in the second value.
pub(super) fn watched(body: Body) -> (BoxBody, Broken) {
    let broken = Broken::default();
    let body = match body {
        Body::Empty => empty(),
        Body::Bytes(bytes) => full(bytes),
        Body::Stream { len, body } => Watched { body, declared: len, left: len, broken: broken.clone() }.boxed_unsync(),
    };
    (body, broken)
}

struct Watched {
    body: BoxBody,
    declared: u64,
    left: u64,
    broken: Broken,
}

impl Watched {
    fn fail(&mut self, error: BoxError) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.broken.set(error);
        Poll::Ready(Some(Err("the request body broke off".into())))
    }
}

impl http_body::Body for Watched {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let declared = self.declared;
        loop {
            return match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Err(error)) => self.fail(error),
                None if self.left > 0 => self.fail(Box::new(WrongLength { declared })),
                None => Poll::Ready(None),
                Some(Ok(frame)) => {
                    // Trailers have no place behind a declared length.
                    let Ok(data) = frame.into_data() else { continue };
                    match self.left.checked_sub(data.len() as u64) {
                        Some(left) => self.left = left,
                        None => return self.fail(Box::new(WrongLength { declared })),
                    }
                    Poll::Ready(Some(Ok(Frame::data(data))))
                }
            };
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many bytes, none of which may be asked for.
    struct Declared(u64);

    impl http_body::Body for Declared {
        type Data = Bytes;
        type Error = BoxError;

        fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
            panic!("it is read")
        }

        fn size_hint(&self) -> SizeHint {
            SizeHint::with_exact(self.0)
        }
    }

    #[tokio::test]
    async fn what_says_that_it_is_too_long_is_not_read() {
        let refused = collect(Declared(11).boxed_unsync(), 10).await;
        assert!(matches!(refused, Err(Error::AnswerTooLong { limit: 10 })));
        assert_eq!(collect(full::<Bytes>("0123456789"), 10).await.unwrap(), "0123456789");
    }
}
