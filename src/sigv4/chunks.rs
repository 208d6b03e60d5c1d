//! A request's body as a stream of verified plaintext.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::Stream;
use http::HeaderMap;
use http::request::Parts;

use super::{Error, Verified};

pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A body that is not what its request declared, or that broke off.
#[derive(Debug, thiserror::Error)]
pub enum ChunkError {
    /// The connection's own error.
    #[error("the body broke off")]
    Body(#[source] BoxError),
    #[error("You did not provide the number of bytes specified by the Content-Length HTTP header")]
    Incomplete,
    #[error("The request body is not well-formed aws-chunked: {0}")]
    Malformed(&'static str),
    #[error("Only the last chunk is allowed to have a size less than 8192 bytes")]
    ChunkTooSmall { chunk: u64, size: u64 },
    #[error("The request contained trailing data that was not well-formed or did not conform to our published schema.")]
    Trailer,
    #[error(transparent)]
    Signature(#[from] Error),
}

impl ChunkError {
    /// AWS's error code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Body(_) | Self::Incomplete => "IncompleteBody",
            Self::Malformed(_) => "InvalidRequest",
            Self::ChunkTooSmall { .. } => "InvalidChunkSizeError",
            Self::Trailer => "MalformedTrailerError",
            Self::Signature(error) => error.code(),
        }
    }

    /// The HTTP status that goes with the code.
    pub fn status(&self) -> u16 {
        match self {
            Self::Body(_) | Self::Incomplete | Self::Malformed(_) | Self::Trailer => 400,
            Self::ChunkTooSmall { .. } => 403,
            Self::Signature(error) => error.status(),
        }
    }

    /// The further fields of AWS's answer.
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Body(_) | Self::Incomplete | Self::Malformed(_) | Self::Trailer => Vec::new(),
            Self::ChunkTooSmall { chunk, size } => {
                vec![("Chunk", chunk.to_string()), ("BadChunkSize", size.to_string())]
            }
            Self::Signature(error) => error.fields(),
        }
    }
}

/// The decoded body: aws-chunked frames removed and verified, or a plain body passed through with its length enforced.
/// Pieces are handed on as they come, whatever the chunk's size. A clean end means that every check held.
pub struct Chunks<B> {
    body: B,
}

impl<B> Chunks<B> {
    /// Reads the framing from the head; `verified` is None for anonymous requests.
    pub fn new(body: B, head: &Parts, verified: Option<&Verified>) -> Result<Self, Error> {
        let _ = (head, verified);
        Ok(Self { body })
    }

    /// The declared length of the decoded body. None: the request declares none.
    pub fn plain_len(&self) -> Option<u64> {
        todo!()
    }

    /// The trailer, complete once the stream has ended.
    pub fn trailers(&self) -> &HeaderMap {
        todo!()
    }
}

impl<B> Stream for Chunks<B>
where
    B: http_body::Body<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    type Item = Result<Bytes, ChunkError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let _ = (cx, &self.body);
        todo!()
    }
}
