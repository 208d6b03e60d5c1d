//! Plaintext on its way in: a stream that ends cleanly only when everything the client claimed of it has verified.

use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use bytes::BytesMut;
use futures::Stream;

use crate::seal::FullChecksum;
use crate::{checksum, sigv4};

/// Why a body did not arrive whole and as claimed.
#[derive(Debug, thiserror::Error)]
pub enum BodyFault {
    #[error("the aws-chunked framing or a chunk signature is wrong")]
    Chunk(#[from] sigv4::ChunkError),
    #[error("the body does not match what the request says of it")]
    Mismatch(#[from] checksum::Mismatch),
    #[error("the body ended after {have} of {declared} bytes")]
    Incomplete { have: u64, declared: u64 },
    #[error("the body is longer than the {declared} bytes declared")]
    Excess { declared: u64 },
    #[error("the client's connection failed")]
    Disconnected(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the source of a copy failed")]
    Source(#[source] Box<super::Error>),
}

/// The stream of a [`PlainBody`]. Its pieces belong to who takes them, to be sealed where they lie.
pub type PlainStream = Pin<Box<dyn Stream<Item = Result<BytesMut, BodyFault>> + Send>>;

/// Set when the stream has ended cleanly: the checksum that was verified or computed on the way, if any.
pub type Verdict = Arc<OnceLock<Option<FullChecksum>>>;

/// A plaintext body.
pub struct PlainBody {
    /// Length in bytes; `None` for a form or an undeclared body.
    pub len: Option<u64>,
    pub stream: PlainStream,
    pub verdict: Verdict,
}

impl PlainBody {
    /// A body without bytes and without a checksum.
    pub fn empty() -> Self {
        let verdict = Verdict::default();
        let _ = verdict.set(None);
        Self { len: Some(0), stream: Box::pin(futures::stream::empty()), verdict }
    }
}
