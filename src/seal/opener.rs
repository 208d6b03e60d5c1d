//! Opening any range of a stream: only the segments that hold it are read, and none leaves before its tag verified. A
//! segment is opened from where it arrived; only one that came in two pieces is copied.

use std::ops::Range;

use bytes::Bytes;

use super::buffers::Buffers;
use super::layout::{self, HEADER, SEGMENT, TAG};
use super::stream::{End, HEADER_LEN, LayerStream};
use super::{Layer, LayerKeys, Layers, StreamId, Unauthentic};

/// Opens a plaintext range of one stream. It must be fed exactly the stream's bytes [`StreamOpener::cipher_range`], in
/// pieces of any size, and hands out exactly the plaintext range, segment by segment.
pub struct StreamOpener {
    inner: LayerOpener,
    outer: Option<LayerOpener>,
    /// What the outer layer gave and the inner has not yet taken; empty between calls.
    between: Vec<Bytes>,
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
        Self { inner, outer, between: Vec::new() }
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
    pub fn push(&mut self, cipher: &[u8], out: &mut Vec<Bytes>) -> Result<(), Unauthentic> {
        let Some(outer) = &mut self.outer else { return self.inner.push(cipher, out) };
        // One segment's worth at a time, so that a huge piece is never held opened once and sealed.
        for piece in cipher.chunks(SEGMENT as usize) {
            outer.push(piece, &mut self.between)?;
            for sealed in self.between.drain(..) {
                self.inner.push(&sealed, out)?;
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
    /// The segment being collected, where it came in several pieces.
    buffer: Vec<u8>,
    buffers: Buffers,
}

impl LayerOpener {
    fn new(stream: LayerStream, plain_len: u64, plain: Range<u64>) -> Self {
        let end = plain.end.min(plain_len);
        let plain = plain.start.min(end)..end;
        let cipher = layout::one_layer_range(plain_len, &plain);
        let position = cipher.start;
        Self { stream, plain_len, plain, cipher, position, buffer: Vec::new(), buffers: Buffers::default() }
    }

    fn stream_len(&self) -> u64 {
        layout::stream_len(self.plain_len, Layers::One)
    }

    /// A segment's rest: at most 64 KiB.
    fn missing(&self) -> u64 {
        let segment_end = (self.position / SEGMENT + 1) * SEGMENT;
        segment_end.min(self.cipher.end).saturating_sub(self.position)
    }

    fn push(&mut self, mut cipher: &[u8], out: &mut Vec<Bytes>) -> Result<(), Unauthentic> {
        while !cipher.is_empty() {
            let (index, missing) = (self.position / SEGMENT, self.missing() as usize);
            if missing == 0 {
                return Err(Unauthentic);
            }
            let (taken, rest) = cipher.split_at(cipher.len().min(missing));
            self.position += taken.len() as u64;
            cipher = rest;
            if taken.len() < missing {
                self.buffer.reserve(missing);
                self.buffer.extend_from_slice(taken);
            } else if self.buffer.is_empty() {
                out.extend(self.open(index, taken)?);
            } else {
                let mut segment = std::mem::take(&mut self.buffer);
                segment.extend_from_slice(taken);
                out.extend(self.open(index, &segment)?);
                segment.clear();
                self.buffer = segment;
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<(), Unauthentic> {
        if self.position == self.cipher.end { Ok(()) } else { Err(Unauthentic) }
    }

    /// Opens a segment, read where it lies; what is wanted of it, if anything.
    fn open(&mut self, index: u64, segment: &[u8]) -> Result<Option<Bytes>, Unauthentic> {
        let header_len = if index == 0 { HEADER_LEN } else { 0 };
        let (header, sealed) = segment.split_at_checked(header_len).ok_or(Unauthentic)?;
        if index == 0 && *header != *self.stream.header() {
            return Err(Unauthentic);
        }
        let opened_len = sealed.len().checked_sub(TAG as usize).ok_or(Unauthentic)?;
        let last = layout::segments(self.plain_len) - 1;
        let end = if index == last { End::Last } else { End::More };
        // A full buffer even where the text is shorter by header and tag, so that it can be used again.
        let room = if segment.len() == SEGMENT as usize { segment.len() } else { opened_len };
        let mut opened = self.buffers.take(room);
        self.stream.open_into(index, end, sealed, &mut opened[..opened_len])?;

        // Positions of the segment's plaintext, then of the wanted part of it within the opened bytes.
        let start = layout::segment_plain_start(index);
        let wanted = self.plain.start.max(start)..self.plain.end.min(start + opened_len as u64);
        if wanted.is_empty() {
            return Ok(None);
        }
        let (from, to) = ((wanted.start - start) as usize, (wanted.end - start) as usize);
        Ok(Some(self.buffers.lend(opened, from, to)))
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
