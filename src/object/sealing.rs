//! Plaintext in, sealed bytes out: what the backend reads while the client still sends.
//!
//! The last segment and everything behind it leave only after the plaintext has ended cleanly, so that the backend never
//! holds a whole object that the client's checks refused: the request stops short and leaves nothing.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};

use super::body::{BodyFault, PlainBody};
use super::error::Error;
use crate::seal::{FullChecksum, StreamSealer};
use crate::upstream;

/// What follows the stream: given the plaintext's length and checksum, the bytes behind the last segment.
pub type Closing = Box<dyn FnOnce(Ended) -> Result<Vec<Bytes>, Error> + Send>;

/// What is known when the plaintext has ended.
pub struct Ended {
    pub plain_len: u64,
    /// Bytes of sealed stream.
    pub stream_len: u64,
    pub checksum: Option<FullChecksum>,
}

/// A plaintext body being sealed, piece by piece.
pub struct Sealing {
    plain: PlainBody,
    sealer: Option<StreamSealer>,
    closing: Option<Closing>,
    /// What has come and is not yet sealed.
    unsealed: BytesMut,
    ready: VecDeque<Bytes>,
    stream_len: u64,
    plain_len: u64,
    scratch: Vec<Bytes>,
}

impl Sealing {
    pub fn new(plain: PlainBody, sealer: StreamSealer, closing: Closing) -> Self {
        Self {
            plain,
            sealer: Some(sealer),
            closing: Some(closing),
            unsealed: BytesMut::new(),
            ready: VecDeque::new(),
            stream_len: 0,
            plain_len: 0,
            scratch: Vec::new(),
        }
    }

    /// The next sealed piece; `None` after the last. After an error nothing more comes out, the last segment least of all.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        let next = self.read_on().await;
        if next.is_err() {
            (self.sealer, self.closing) = (None, None);
            self.unsealed = BytesMut::new();
            self.ready.clear();
        }
        next
    }

    async fn read_on(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            if let Some(piece) = self.ready.pop_front() {
                return Ok(Some(piece));
            }
            let Some(sealer) = self.sealer.as_mut() else { return Ok(None) };
            if !self.unsealed.is_empty() {
                // One piece after the other: what is sealed before it is wanted takes room beside what it was made of.
                sealer.push_some(&mut self.unsealed, &mut self.scratch);
                self.collect();
                continue;
            }
            match self.plain.stream.next().await {
                Some(bytes) => {
                    let bytes = bytes?;
                    self.plain_len += bytes.len() as u64;
                    if let Some(declared) = self.plain.len.filter(|&declared| declared < self.plain_len) {
                        return Err(BodyFault::Excess { declared }.into());
                    }
                    self.unsealed = bytes;
                }
                None => self.close()?,
            }
        }
    }

    fn close(&mut self) -> Result<(), Error> {
        if let Some(declared) = self.plain.len.filter(|&declared| declared != self.plain_len) {
            return Err(BodyFault::Incomplete { have: self.plain_len, declared }.into());
        }
        let (Some(sealer), Some(closing)) = (self.sealer.take(), self.closing.take()) else { return Ok(()) };
        sealer.finish(&mut self.scratch);
        self.collect();
        let checksum = self.plain.verdict.get().cloned().flatten();
        let ended = Ended { plain_len: self.plain_len, stream_len: self.stream_len, checksum };
        self.ready.extend(closing(ended)?.into_iter().filter(|piece| !piece.is_empty()));
        Ok(())
    }

    fn collect(&mut self) {
        for piece in self.scratch.drain(..) {
            self.stream_len += piece.len() as u64;
            self.ready.push_back(piece);
        }
    }

    /// The whole sealing as one request body of `len` bytes.
    pub fn into_body(self, len: u64) -> upstream::Body {
        Shared::new(self).take(len)
    }
}

/// A sealing that is cut into several request bodies, one after the other.
#[derive(Clone)]
pub struct Shared(Arc<tokio::sync::Mutex<Cut>>);

struct Cut {
    sealing: Sealing,
    /// The rest of a piece that the last body had no room for.
    rest: Bytes,
}

impl Shared {
    pub fn new(sealing: Sealing) -> Self {
        Self(Arc::new(tokio::sync::Mutex::new(Cut { sealing, rest: Bytes::new() })))
    }

    /// The next `len` bytes as a request body. What breaks it comes back as the request's error.
    pub fn take(&self, len: u64) -> upstream::Body {
        let stream = futures::stream::try_unfold((self.clone(), len), |(shared, left)| async move {
            if left == 0 {
                return Ok(None);
            }
            let limit = usize::try_from(left).unwrap_or(usize::MAX);
            let piece = match shared.next(limit).await {
                Ok(Some(piece)) => Ok(piece),
                Ok(None) => Err(Error::Internal("a sealed body is shorter than it was declared")),
                Err(fault) => Err(fault),
            };
            let piece = piece.map_err(|fault| Box::new(fault) as upstream::BoxError)?;
            let left = left - piece.len() as u64;
            Ok(Some((Frame::data(piece), (shared, left))))
        });
        upstream::Body::Stream { len, body: StreamBody::new(stream).boxed_unsync() }
    }

    /// At most `limit` bytes; `None` when the sealing has ended.
    pub async fn next(&self, limit: usize) -> Result<Option<Bytes>, Error> {
        let mut cut = self.0.lock().await;
        if cut.rest.is_empty() {
            match cut.sealing.next().await? {
                Some(piece) => cut.rest = piece,
                None => return Ok(None),
            }
        }
        let len = limit.min(cut.rest.len());
        Ok(Some(cut.rest.split_to(len)))
    }

    /// Plaintext bytes taken so far; all of them once the sealing has ended.
    pub async fn plain_len(&self) -> u64 {
        self.0.lock().await.sealing.plain_len
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checksum::{Algorithm, Mismatch};
    use crate::crypto::Secret;
    use crate::seal::{LayerKeys, StreamId};

    #[tokio::test]
    async fn after_an_error_nothing_comes_out() {
        let pieces =
            [Ok(BytesMut::from(&[7; 100_000][..])), Err(BodyFault::Mismatch(Mismatch::Checksum(Algorithm::Crc32)))];
        let stream = Box::pin(futures::stream::iter(pieces));
        let plain = PlainBody { len: Some(100_000), stream, verdict: Default::default() };
        let sealer = StreamSealer::new(&LayerKeys::one(Secret::new([1; 32])), &StreamId::default());
        let closing: Closing = Box::new(|_| panic!("the stream is closed"));
        let mut sealing = Sealing::new(plain, sealer, closing);
        let mut sealed = 0;
        while let Ok(piece) = sealing.next().await {
            sealed += piece.unwrap().len();
        }
        assert_eq!(sealed, 65_536, "the segment that was full");
        assert!(sealing.next().await.unwrap().is_none());
    }
}
