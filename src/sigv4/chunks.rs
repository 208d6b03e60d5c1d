//! A request's body as a stream of verified plaintext.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::BytesMut;
use futures::Stream;
use http::request::Parts;
use http::{HeaderMap, HeaderName};

use super::decoder::Decoder;
use super::request::single;
use super::{Error, Payload, Verified};

pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A body that is not what its request declared, or that broke off.
#[derive(Debug, thiserror::Error)]
pub enum ChunkError {
    /// The connection's own error.
    #[error("the body broke off")]
    Body(#[source] BoxError),
    #[error("You did not provide the number of bytes specified by the Content-Length HTTP header")]
    Incomplete,
    /// The body's real length is not the declared one.
    #[error("You did not provide the number of bytes specified by the x-amz-decoded-content-length HTTP header")]
    WrongLength,
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
            Self::Body(_) | Self::Incomplete | Self::WrongLength => "IncompleteBody",
            Self::Malformed(_) => "InvalidRequest",
            Self::ChunkTooSmall { .. } => "InvalidChunkSizeError",
            Self::Trailer => "MalformedTrailerError",
            Self::Signature(error) => error.code(),
        }
    }

    /// The HTTP status that goes with the code.
    pub fn status(&self) -> u16 {
        match self {
            Self::Body(_) | Self::Incomplete | Self::WrongLength | Self::Malformed(_) | Self::Trailer => 400,
            Self::ChunkTooSmall { .. } => 403,
            Self::Signature(error) => error.status(),
        }
    }

    /// The further fields of AWS's answer.
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Body(_) | Self::Incomplete | Self::WrongLength | Self::Malformed(_) | Self::Trailer => Vec::new(),
            Self::ChunkTooSmall { chunk, size } => {
                vec![("Chunk", chunk.to_string()), ("BadChunkSize", size.to_string())]
            }
            Self::Signature(error) => error.fields(),
        }
    }
}

/// The decoded body: aws-chunked frames removed and verified, or a plain body passed through with its length enforced.
/// Pieces are handed on as they come, whatever the chunk's size. A clean end
/// means that every check held.
pub struct Chunks<B> {
    /// None once the stream has ended or failed.
    body: Option<B>,
    framing: Framing,
    /// What the decoder has not taken yet.
    input: BytesMut,
}

enum Framing {
    /// `left` counts down from the declared length, where there is one.
    Plain {
        declared_len: Option<u64>,
        left: Option<u64>,
        trailers: HeaderMap,
    },
    Chunked(Box<Decoder>),
}

impl<B> Chunks<B> {
    /// Reads the framing from the head; `verified` is None for anonymous requests.
    pub fn new(body: B, head: &Parts, verified: Option<&Verified>) -> Result<Self, Error> {
        let payload = match verified {
            Some(verified) => verified.payload,
            None => anonymous_payload(&head.headers)?,
        };
        let framing = if payload.is_chunked() {
            let declared_len = length(&head.headers, "x-amz-decoded-content-length")?.ok_or(Error::LengthMissing)?;
            let trailers = match payload {
                Payload::ChunkedSigned { trailer: true } | Payload::ChunkedUnsigned => {
                    declared_trailers(&head.headers)?
                }
                Payload::ChunkedSigned { trailer: false } | Payload::Unsigned | Payload::Sha256(_) => Vec::new(),
            };
            let signer = verified.and_then(|verified| verified.chunk_signer.clone());
            Framing::Chunked(Box::new(Decoder::new(signer, trailers, declared_len)))
        } else {
            let declared_len = length(&head.headers, "content-length")?;
            Framing::Plain { declared_len, left: declared_len, trailers: HeaderMap::new() }
        };
        Ok(Self { body: Some(body), framing, input: BytesMut::new() })
    }

    /// The declared length of the decoded body. None: the request declares none.
    pub fn plain_len(&self) -> Option<u64> {
        match &self.framing {
            Framing::Plain { declared_len, .. } => *declared_len,
            Framing::Chunked(decoder) => Some(decoder.declared_len()),
        }
    }

    /// The trailer, complete once the stream has ended.
    pub fn trailers(&self) -> &HeaderMap {
        match &self.framing {
            Framing::Plain { trailers, .. } => trailers,
            Framing::Chunked(decoder) => decoder.trailers(),
        }
    }
}

impl Framing {
    /// The next piece of the decoded body out of `input`.
    fn next(&mut self, input: &mut BytesMut) -> Result<Option<BytesMut>, ChunkError> {
        match self {
            Self::Chunked(decoder) => decoder.next(input),
            Self::Plain { .. } if input.is_empty() => Ok(None),
            Self::Plain { left, .. } => {
                if let Some(left) = left {
                    *left = left.checked_sub(input.len() as u64).ok_or(ChunkError::WrongLength)?;
                }
                Ok(Some(std::mem::take(input)))
            }
        }
    }

    fn finish(&self) -> Result<(), ChunkError> {
        match self {
            Self::Chunked(decoder) => decoder.finish(),
            Self::Plain { left: Some(0) | None, .. } => Ok(()),
            Self::Plain { left: Some(_), .. } => Err(ChunkError::Incomplete),
        }
    }
}

impl<B> Stream for Chunks<B>
where
    B: http_body::Body<Data = BytesMut> + Unpin,
    B::Error: Into<BoxError>,
{
    type Item = Result<BytesMut, ChunkError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            let Some(body) = &mut this.body else { return Poll::Ready(None) };
            let item = match this.framing.next(&mut this.input) {
                Ok(Some(piece)) => return Poll::Ready(Some(Ok(piece))),
                Err(error) => Err(error),
                Ok(None) => match ready!(Pin::new(body).poll_frame(cx)) {
                    Some(Ok(frame)) => {
                        // Trailers of HTTP itself mean nothing to S3.
                        this.input = frame.into_data().unwrap_or_default();
                        continue;
                    }
                    Some(Err(error)) => Err(ChunkError::Body(error.into())),
                    None => this.framing.finish(),
                },
            };
            this.body = None;
            return Poll::Ready(item.err().map(Err));
        }
    }
}

/// Without a signature the framing is what the headers say; a signed one cannot be.
fn anonymous_payload(headers: &HeaderMap) -> Result<Payload, Error> {
    let value = single(headers, "x-amz-content-sha256")
        .map_err(|()| Error::PayloadHashInvalid { value: String::new() })?
        .map(Payload::parse)
        .transpose()?;
    let encoded = || headers.get_all("content-encoding").iter().any(|value| names_aws_chunked(value.as_bytes()));
    match value {
        Some(Payload::ChunkedSigned { .. }) => Err(Error::StreamingRequest("A signed payload needs a signed request.")),
        Some(payload) => Ok(payload),
        None if encoded() => Ok(Payload::ChunkedUnsigned),
        None => Ok(Payload::Unsigned),
    }
}

fn names_aws_chunked(value: &[u8]) -> bool {
    value.split(|byte| *byte == b',').any(|coding| coding.trim_ascii().eq_ignore_ascii_case(b"aws-chunked"))
}

/// A length header: digits, once.
fn length(headers: &HeaderMap, name: &'static str) -> Result<Option<u64>, Error> {
    let invalid = || Error::LengthInvalid { name };
    let Some(text) = single(headers, name).map_err(|()| invalid())? else { return Ok(None) };
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits).map(Some).ok_or_else(invalid)
}

/// The names in `x-amz-trailer`, each once.
fn declared_trailers(headers: &HeaderMap) -> Result<Vec<HeaderName>, Error> {
    const FAULT: Error = Error::StreamingRequest("The value specified in the x-amz-trailer header is not supported");
    let mut names = Vec::new();
    for value in headers.get_all("x-amz-trailer") {
        for name in value.to_str().map_err(|_| FAULT)?.split(',') {
            let name: HeaderName = name.trim().parse().map_err(|_| FAULT)?;
            if names.contains(&name) {
                return Err(FAULT);
            }
            names.push(name);
        }
    }
    Ok(names)
}
