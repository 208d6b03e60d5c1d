//! Sealing a stream: plaintext in pieces of any size becomes sealed segments, one pass for each layer. What fills a
//! segment is sealed where it lies; only what lies on the border of two pieces is copied.

use bytes::{Bytes, BytesMut};

use super::layout::{SEGMENT, TAG};
use super::stream::{End, HEADER_LEN, LayerStream};
use super::{Layer, LayerKeys, StreamId};

/// Seals one stream. The last segment comes out of [`StreamSealer::finish`] only, so that nothing below can complete
/// the stream before everything about the plaintext was verified.
pub struct StreamSealer {
    inner: LayerSealer,
    outer: Option<LayerSealer>,
    plain_len: u64,
}

impl StreamSealer {
    pub fn new(keys: &LayerKeys, id: &StreamId) -> Self {
        let inner = LayerSealer::new(LayerStream::new(keys.inner(), Layer::Inner, id));
        let outer = keys.outer().map(|dek| LayerSealer::new(LayerStream::new(dek, Layer::Outer, id)));
        Self { inner, outer, plain_len: 0 }
    }

    /// Takes the next piece of plaintext. Sealed pieces of at most 64 KiB are appended to `out` as segments become full.
    pub fn push(&mut self, mut plain: BytesMut, out: &mut Vec<Bytes>) {
        while !plain.is_empty() {
            self.push_some(&mut plain, out);
        }
    }

    /// Takes the beginning of `plain`, a segment at most, and leaves the rest there.
    pub fn push_some(&mut self, plain: &mut BytesMut, out: &mut Vec<Bytes>) {
        let before = plain.len();
        match &mut self.outer {
            None => self.inner.push(plain, &mut |sealed| out.push(sealed.freeze())),
            Some(outer) => self.inner.push(plain, &mut |sealed| outer.push_all(sealed, out)),
        }
        self.plain_len += (before - plain.len()) as u64;
    }

    /// Seals what is left, the last segment of each layer.
    pub fn finish(self, out: &mut Vec<Bytes>) {
        let last = self.inner.finish();
        match self.outer {
            None => out.push(last.freeze()),
            Some(mut outer) => {
                outer.push_all(last, out);
                out.push(outer.finish().freeze());
            }
        }
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
    /// What does not yet fill a segment: at most [`FULL`], starting with the header where it is the first.
    held: BytesMut,
    index: u64,
}

impl LayerSealer {
    fn new(stream: LayerStream) -> Self {
        let held = BytesMut::from(&stream.header()[..]);
        Self { stream, held, index: 0 }
    }

    /// Seals the segment that the beginning of `plain` fills; takes all of it where it fills none. A full segment goes out
    /// only when more plaintext follows: until then it may be the last.
    fn push(&mut self, plain: &mut BytesMut, out: &mut impl FnMut(BytesMut)) {
        let missing = FULL - self.held.len();
        if plain.len() <= missing {
            let room = if self.index == 0 { plain.len() + TAG as usize } else { SEGMENT as usize - self.held.len() };
            self.held.reserve(room);
            self.held.extend_from_slice(plain);
            plain.clear();
            return;
        }
        let mut segment = plain.split_to(missing);
        let header_len = self.header_len();
        if self.held.len() > header_len {
            self.held.extend_from_slice(&segment);
            segment = std::mem::take(&mut self.held);
            let tag = self.stream.seal(self.index, End::More, &mut segment[header_len..]);
            segment.extend_from_slice(&tag);
            out(segment);
        } else {
            if header_len > 0 {
                out(std::mem::take(&mut self.held));
            }
            let tag = self.stream.seal(self.index, End::More, &mut segment);
            out(segment);
            out(BytesMut::from(&tag[..]));
        }
        self.index += 1;
    }

    fn push_all(&mut self, mut plain: BytesMut, out: &mut Vec<Bytes>) {
        while !plain.is_empty() {
            self.push(&mut plain, &mut |sealed| out.push(sealed.freeze()));
        }
    }

    fn finish(mut self) -> BytesMut {
        let header_len = self.header_len();
        let tag = self.stream.seal(self.index, End::Last, &mut self.held[header_len..]);
        self.held.extend_from_slice(&tag);
        self.held
    }

    fn header_len(&self) -> usize {
        if self.index == 0 { HEADER_LEN } else { 0 }
    }
}
