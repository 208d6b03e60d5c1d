//! Sealing a stream: plaintext in pieces of any size becomes sealed segments, one copy and one pass for each layer.

use bytes::{Bytes, BytesMut};

use super::layout::{SEGMENT, TAG};
use super::stream::{End, HEADER_LEN, LayerStream};
use super::{Layer, LayerKeys, StreamId};

/// Seals one stream. The last segment comes out of [`StreamSealer::finish`] only, so that nothing below can complete
/// the stream before everything about the plaintext was verified.
pub struct StreamSealer {
    inner: LayerSealer,
    outer: Option<LayerSealer>,
    /// What the inner layer gave and the outer has not yet taken; empty between calls.
    between: Vec<Bytes>,
    plain_len: u64,
}

impl StreamSealer {
    pub fn new(keys: &LayerKeys, id: &StreamId) -> Self {
        let inner = LayerSealer::new(LayerStream::new(keys.inner(), Layer::Inner, id));
        let outer = keys.outer().map(|dek| LayerSealer::new(LayerStream::new(dek, Layer::Outer, id)));
        Self { inner, outer, between: Vec::new(), plain_len: 0 }
    }

    /// Takes the next piece of plaintext. Sealed pieces of at most 64 KiB are appended to `out` as they become full.
    pub fn push(&mut self, plain: &[u8], out: &mut Vec<Bytes>) {
        self.plain_len += plain.len() as u64;
        let Some(outer) = &mut self.outer else { return self.inner.push(plain, out) };
        // One segment's worth at a time, so that a huge piece is never held sealed once and unsealed.
        for piece in plain.chunks(SEGMENT as usize) {
            self.inner.push(piece, &mut self.between);
            self.between.drain(..).for_each(|sealed| outer.push(&sealed, out));
        }
    }

    /// Seals what is left, the last segment of each layer.
    pub fn finish(mut self, out: &mut Vec<Bytes>) {
        let Some(mut outer) = self.outer else { return self.inner.finish(out) };
        self.inner.finish(&mut self.between);
        self.between.drain(..).for_each(|sealed| outer.push(&sealed, out));
        outer.finish(out);
    }

    /// Plaintext bytes pushed so far.
    pub fn plain_len(&self) -> u64 {
        self.plain_len
    }
}

/// Plaintext that fills a segment, the header counted as such in the first.
const FULL: usize = (SEGMENT - TAG) as usize;

struct LayerSealer {
    stream: LayerStream,
    /// The segment being filled, starting with the header where it is the first; at most [`FULL`] bytes.
    buffer: BytesMut,
    index: u64,
}

impl LayerSealer {
    fn new(stream: LayerStream) -> Self {
        let mut buffer = BytesMut::with_capacity(SEGMENT as usize);
        buffer.extend_from_slice(stream.header());
        Self { stream, buffer, index: 0 }
    }

    fn push(&mut self, mut plain: &[u8], out: &mut Vec<Bytes>) {
        while !plain.is_empty() {
            // A full segment goes out only when more plaintext follows: until then it may be the last.
            if self.buffer.len() == FULL {
                out.push(self.seal(End::More));
            }
            let (taken, rest) = plain.split_at(plain.len().min(FULL - self.buffer.len()));
            self.buffer.extend_from_slice(taken);
            plain = rest;
        }
    }

    fn finish(mut self, out: &mut Vec<Bytes>) {
        let last = self.seal(End::Last);
        out.push(last);
    }

    /// Seals the buffer in place and starts the next one.
    fn seal(&mut self, end: End) -> Bytes {
        let header_len = if self.index == 0 { HEADER_LEN } else { 0 };
        let tag = self.stream.seal(self.index, end, &mut self.buffer[header_len..]);
        self.buffer.extend_from_slice(&tag);
        self.index += 1;
        let next = match end {
            End::More => BytesMut::with_capacity(SEGMENT as usize),
            End::Last => BytesMut::new(),
        };
        std::mem::replace(&mut self.buffer, next).freeze()
    }
}
