//! Opening any range of a stream: only the segments that hold it are read, and none leaves before its tag verified. A
//! segment is opened where it arrived; only one that came in two pieces is copied.

use std::ops::Range;

use bytes::{Buf, Bytes, BytesMut};

use super::layout::{self, HEADER, SEGMENT};
use super::stream::{End, HEADER_LEN, LayerStream};
use super::{Layer, LayerKeys, Layers, StreamId, Unauthentic};

/// Opens a plaintext range of one stream. It must be fed exactly the stream's bytes [`StreamOpener::cipher_range`], in
/// pieces of any size, and hands out exactly the plaintext range, segment by segment.
pub struct StreamOpener {
    inner: LayerOpener,
    outer: Option<LayerOpener>,
}

impl StreamOpener {
    /// `stream_plain_len` is the whole stream's plaintext length: a wrong one fails at the last segment. `plain_range`
    /// is cut to it.
    pub fn new(keys: &LayerKeys, id: &StreamId, stream_plain_len: u64, plain_range: Range<u64>) -> Self {
        let inner = LayerOpener::new(
            LayerStream::new(keys.inner(), Layer::Inner, id),
            stream_plain_len.min(layout::MAX_PLAIN_LEN),
            plain_range,
        );
        let outer = keys.outer().map(|dek| {
            LayerOpener::new(LayerStream::new(dek, Layer::Outer, id), inner.stream_len(), inner.cipher.clone())
        });
        Self { inner, outer }
    }

    /// The bytes of the stream that must be pushed, relative to its start: whole segments, the header with the first.
    /// Empty where the plaintext range is empty, except in an empty stream, whose one segment is always opened.
    pub fn cipher_range(&self) -> Range<u64> {
        self.outer.as_ref().unwrap_or(&self.inner).cipher.clone()
    }

    /// How many bytes are missing to the end of the segment that is next.
    pub fn missing(&self) -> u64 {
        self.outer.as_ref().unwrap_or(&self.inner).missing()
    }

    /// Takes the next bytes of the range and appends the plaintext of every segment that became complete.
    /// Bytes beyond the range are refused.
    pub fn push(&mut self, mut cipher: BytesMut, out: &mut Vec<Bytes>) -> Result<(), Unauthentic> {
        while !cipher.is_empty() {
            let Some(outer) = &mut self.outer else {
                out.extend(self.inner.push(&mut cipher)?.map(BytesMut::freeze));
                continue;
            };
            let mut sealed = outer.push(&mut cipher)?.unwrap_or_default();
            while !sealed.is_empty() {
                out.extend(self.inner.push(&mut sealed)?.map(BytesMut::freeze));
            }
        }
        Ok(())
    }

    /// Whether all of the range was seen: a truncated one is not authentic.
    pub fn finish(self) -> Result<(), Unauthentic> {
        self.outer.map_or(Ok(()), LayerOpener::finish)?;
        self.inner.finish()
    }
}

struct LayerOpener {
    stream: LayerStream,
    plain_len: u64,
    /// The plaintext wanted.
    plain: Range<u64>,
    /// The bytes of the stream that hold it.
    cipher: Range<u64>,
    /// Of the next byte to come.
    position: u64,
    /// The beginning of a segment that comes in several pieces.
    held: BytesMut,
}

impl LayerOpener {
    fn new(stream: LayerStream, plain_len: u64, plain: Range<u64>) -> Self {
        let end = plain.end.min(plain_len);
        let plain = plain.start.min(end)..end;
        let cipher = layout::one_layer_range(plain_len, &plain);
        let position = cipher.start;
        Self { stream, plain_len, plain, cipher, position, held: BytesMut::new() }
    }

    fn stream_len(&self) -> u64 {
        layout::stream_len(self.plain_len, Layers::One)
    }

    /// A segment's rest: at most 64 KiB.
    fn missing(&self) -> u64 {
        let segment_end = (self.position / SEGMENT + 1) * SEGMENT;
        segment_end.min(self.cipher.end).saturating_sub(self.position)
    }

    /// Takes the next bytes, up to the end of a segment, and opens that if it is whole.
    fn push(&mut self, cipher: &mut BytesMut) -> Result<Option<BytesMut>, Unauthentic> {
        let (index, missing) = (self.position / SEGMENT, self.missing() as usize);
        if missing == 0 {
            return Err(Unauthentic);
        }
        let mut taken = cipher.split_to(cipher.len().min(missing));
        self.position += taken.len() as u64;
        if taken.len() < missing || !self.held.is_empty() {
            self.held.reserve(missing);
            self.held.extend_from_slice(&taken);
            if taken.len() < missing {
                return Ok(None);
            }
            taken = std::mem::take(&mut self.held);
        }
        self.open(index, taken)
    }

    fn finish(self) -> Result<(), Unauthentic> {
        if self.position == self.cipher.end { Ok(()) } else { Err(Unauthentic) }
    }

    /// Opens a segment in place; what is wanted of it, if anything.
    fn open(&mut self, index: u64, mut segment: BytesMut) -> Result<Option<BytesMut>, Unauthentic> {
        if index == 0 {
            if !segment.starts_with(self.stream.header()) {
                return Err(Unauthentic);
            }
            segment.advance(HEADER_LEN);
        }
        let last = layout::segments(self.plain_len) - 1;
        let end = if index == last { End::Last } else { End::More };
        let opened_len = self.stream.open(index, end, &mut segment)?.len() as u64;

        // Positions of the segment's plaintext, then of the wanted part of it within the opened bytes.
        let start = layout::segment_plain_start(index);
        let wanted = self.plain.start.max(start)..self.plain.end.min(start + opened_len);
        if wanted.is_empty() {
            return Ok(None);
        }
        segment.truncate((wanted.end - start) as usize);
        segment.advance((wanted.start - start) as usize);
        Ok(Some(segment))
    }
}

/// The stored bytes of a single-request object that hold its plaintext `plain_start..plain_end` (`None`: to the end),
/// as start and end (exclusive). Such an object begins with its stream, so these are offsets in the object too.
///
/// With `p`, its plaintext length, unknown the start is exact all the same; an end of `None` means the object's end, and
/// any other may lie beyond the stream: push no more than [`StreamOpener::cipher_range`].
pub fn cipher_range_for(
    p: Option<u64>,
    layers: Layers,
    plain_start: u64,
    plain_end: Option<u64>,
) -> (u64, Option<u64>) {
    let one_layer = |p: Option<u64>, start: u64, end: Option<u64>| match p {
        Some(p) => {
            let end = end.unwrap_or(p).min(p);
            let range = layout::one_layer_range(p, &(start.min(end)..end));
            (range.start, Some(range.end))
        }
        None => {
            let last = end.map(|end| layout::segment_of(end.max(1) - 1));
            (layout::segment_of(start) * SEGMENT, last.map(|last| (last + 1) * SEGMENT))
        }
    };
    // Names beyond the longest plaintext come from clients only; cut, they cannot overflow.
    let cut = |offset: u64| offset.min(layout::MAX_PLAIN_LEN);
    let (start, end) = one_layer(p.map(cut), cut(plain_start), plain_end.map(cut));
    match layers {
        Layers::One => (start, end),
        Layers::Two => one_layer(p.map(|p| layout::stream_len(p, Layers::One)), start, end),
    }
}

// The header counts as plaintext of the first segment in `layout`, and as bytes before it here.
const _: () = assert!(HEADER as usize == HEADER_LEN);
