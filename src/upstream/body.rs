//! Bodies on the way to and from the backend.

use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Full, Limited, combinators::UnsyncBoxBody};

use super::Error;

/// The cause of a broken body.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A body of unknown origin.
pub type BoxBody = UnsyncBoxBody<Bytes, BoxError>;

/// What a request carries.
pub enum Body {
    Empty,
    /// Held in memory; its hash is signed.
    Bytes(Bytes),
    /// Exactly `len` bytes; fewer or more break the request.
    Stream { len: u64, body: BoxBody },
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
pub fn empty() -> BoxBody {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

/// A body held in memory.
pub fn full(bytes: impl Into<Bytes>) -> BoxBody {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

/// The whole of a body of at most `limit` bytes.
pub async fn collect(body: BoxBody, limit: usize) -> Result<Bytes, Error> {
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(Error::AnswerTooLong { limit }),
        Err(error) => Err(Error::Answer(error)),
    }
}
