//! Sealing a stream: plaintext in pieces of any size becomes sealed segments, one pass for each layer. What fills a
//! segment is sealed from where it arrived; only what lies on the border of two pieces is copied.

use bytes::{Buf, Bytes};

use super::buffers::Buffers;
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
    pub fn push(&mut self, mut plain: &[u8], out: &mut Vec<Bytes>) {
        while !plain.is_empty() {
            self.take(&mut plain, out);
        }
    }

    /// Takes the beginning of `plain`, about a segment, and leaves the rest there.
    pub fn push_some(&mut self, plain: &mut Bytes, out: &mut Vec<Bytes>) {
        let mut rest = &plain[..];
        self.take(&mut rest, out);
        let taken = plain.len() - rest.len();
        plain.advance(taken);
    }

    fn take(&mut self, plain: &mut &[u8], out: &mut Vec<Bytes>) {
        let before = plain.len();
        match &mut self.outer {
            None => out.extend(self.inner.next(plain)),
            Some(outer) => {
                let (piece, rest) = plain.split_at(before.min(SEGMENT as usize));
                *plain = rest;
                self.inner.push(piece, &mut self.between);
                self.between.drain(..).for_each(|sealed| outer.push(&sealed, out));
            }
        }
        self.plain_len += (before - plain.len()) as u64;
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
    buffers: Buffers,
    /// The segment being filled, starting with the header where it is the first: its first `held` bytes. What lies
    /// behind them has no meaning.
    buffer: Vec<u8>,
    /// At most [`FULL`].
    held: usize,
    index: u64,
}

impl LayerSealer {
    fn new(stream: LayerStream) -> Self {
        let buffer = stream.header().to_vec();
        let held = buffer.len();
        Self { stream, buffers: Buffers::default(), buffer, held, index: 0 }
    }

    fn push(&mut self, mut plain: &[u8], out: &mut Vec<Bytes>) {
        while let Some(sealed) = self.next(&mut plain) {
            out.push(sealed);
        }
    }

    /// Seals the segment that the beginning of `plain` fills; takes all of it where it fills none. A full segment goes out
    /// only when more plaintext follows: until then it may be the last.
    fn next(&mut self, plain: &mut &[u8]) -> Option<Bytes> {
        match plain.split_at_checked(FULL - self.held) {
            Some((taken, rest)) if !rest.is_empty() => {
                *plain = rest;
                Some(self.seal_full(taken))
            }
            _ => {
                self.hold(std::mem::take(plain));
                None
            }
        }
    }

    /// Keeps what does not fill a segment.
    fn hold(&mut self, plain: &[u8]) {
        let room = self.buffer.len() - self.held;
        let (within, beyond) = plain.split_at(plain.len().min(room));
        self.buffer[self.held..][..within.len()].copy_from_slice(within);
        self.buffer.extend_from_slice(beyond);
        self.held += plain.len();
    }

    /// Seals what is held and `more`, which together are a full segment. `more` is read where it lies.
    fn seal_full(&mut self, more: &[u8]) -> Bytes {
        self.buffer.resize(SEGMENT as usize, 0);
        let header_len = self.header_len();
        let held = self.held - header_len;
        self.stream.seal_joined(self.index, End::More, &mut self.buffer[header_len..], held, more);
        self.index += 1;
        self.held = 0;
        let full = std::mem::replace(&mut self.buffer, self.buffers.take_any());
        self.buffers.lend(full, 0, SEGMENT as usize)
    }

    fn finish(mut self, out: &mut Vec<Bytes>) {
        self.buffer.truncate(self.held);
        let header_len = self.header_len();
        let tag = self.stream.seal(self.index, End::Last, &mut self.buffer[header_len..]);
        self.buffer.extend_from_slice(&tag);
        out.push(self.buffer.into());
    }

    fn header_len(&self) -> usize {
        if self.index == 0 { HEADER_LEN } else { 0 }
    }
}
