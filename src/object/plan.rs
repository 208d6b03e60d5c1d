//! From a plaintext range to the streams that hold it: pure arithmetic over the manifest.

use std::ops::Range;

use super::error::{Error, Fault};
use super::read::Section;
use crate::seal::{LayerKeys, Layers, Manifest, StreamId, StreamOpener, StreamPlace, cipher_range_for};

/// A range of one stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Where the stream begins in the stored object.
    pub stream_offset: u64,
    pub id: StreamId,
    pub stream_plain_len: u64,
    /// Within the stream.
    pub plain_range: Range<u64>,
}

impl Piece {
    /// The opener of this piece.
    pub fn opener(&self, keys: &LayerKeys) -> StreamOpener {
        StreamOpener::new(keys, &self.id, self.stream_plain_len, self.plain_range.clone())
    }

    /// Its bytes in the stored object, sealed in so many layers.
    fn stored_range(&self, layers: Layers) -> Range<u64> {
        let Range { start, end } = self.plain_range;
        let (start, end) = cipher_range_for(Some(self.stream_plain_len), layers, start, Some(end));
        self.stream_offset + start..self.stream_offset + end.unwrap_or(start)
    }
}

/// What to open, in order, for one range of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Of the object's plaintext.
    pub plain_range: Range<u64>,
    pub pieces: Vec<Piece>,
}

impl Plan {
    /// A range of a single-request object.
    pub fn single(plain_len: u64, plain_range: Range<u64>) -> Self {
        let id = StreamId { part: 0, attempt: None };
        let piece = Piece { stream_offset: 0, id, stream_plain_len: plain_len, plain_range: plain_range.clone() };
        Self { plain_range, pieces: vec![piece] }
    }

    /// A range of an object of parts. A part without a byte of the range is left out, unless the whole is read.
    pub fn of_parts(manifest: &Manifest, plain_range: Range<u64>) -> Self {
        let whole = plain_range == (0..manifest.plain_len);
        let mut pieces = Vec::new();
        for StreamPlace { offset, id, plain } in manifest.streams() {
            let start = plain_range.start.max(plain.start);
            let end = plain_range.end.min(plain.end);
            if start < end || (whole && plain.is_empty()) {
                let plain_range = start - plain.start..end - plain.start;
                pieces.push(Piece {
                    stream_offset: offset,
                    id,
                    stream_plain_len: plain.end - plain.start,
                    plain_range,
                });
            }
        }
        Self { plain_range, pieces }
    }

    /// Either of the two, by what the manifest says. An object that needs none is one stream.
    pub fn of(manifest: Option<&Manifest>, plain_len: u64, plain_range: Range<u64>) -> Self {
        match manifest {
            Some(manifest) if !is_single(manifest) => Self::of_parts(manifest, plain_range),
            Some(_) | None => Self::single(plain_len, plain_range),
        }
    }

    /// The bytes of the stored object from the first piece to the last.
    pub fn stored_range(&self, layers: Layers) -> Option<Range<u64>> {
        let first = self.pieces.first()?.stored_range(layers);
        let last = self.pieces.last()?.stored_range(layers);
        Some(first.start..last.end)
    }
}

/// What of an object's plaintext is read. An object that needs no manifest is one part.
pub fn section_range(section: Section, plain_len: u64, manifest: Option<&Manifest>) -> Result<Range<u64>, Error> {
    match (section, manifest) {
        (Section::Whole, _) | (Section::Part(1), None) => Ok(0..plain_len),
        (Section::Range(range), _) => range.resolve(plain_len),
        (Section::Part(number), Some(manifest)) => part_range(manifest, number),
        (Section::Part(number), None) => Err(Fault::NoSuchPart { number, count: 1 }.into()),
    }
}

/// The plaintext range of part `number` of an object.
pub fn part_range(manifest: &Manifest, number: u16) -> Result<Range<u64>, Error> {
    let count = manifest.parts.len();
    if is_single(manifest) {
        return if number == 1 { Ok(0..manifest.plain_len) } else { Err(Fault::NoSuchPart { number, count }.into()) };
    }
    let place = manifest.streams().find(|place| place.id.part == number).ok_or(Fault::NoSuchPart { number, count })?;
    Ok(place.plain)
}

/// Whether the object is one stream, part 0.
pub fn is_single(manifest: &Manifest) -> bool {
    matches!(manifest.parts.as_slice(), [only] if only.number == 0)
}

/// The optimistic first request: the stored bytes of a range of an object that is assumed sealed, single, one layer.
pub fn optimistic(start: u64, end: Option<u64>) -> (u64, Option<u64>) {
    cipher_range_for(None, Layers::One, start, end)
}
