//! Where a manifest's streams stand, and which of them hold a range.

use std::ops::Range;

use super::{Manifest, PartEntry, StreamId, layout};

/// A part's stream in the object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamPlace {
    /// Of the stream's first byte in the object.
    pub offset: u64,
    pub id: StreamId,
    /// Where the part's plaintext stands in the object's.
    pub plain: Range<u64>,
}

/// What a range needs of one stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Index of the part in [`Manifest::parts`].
    pub part: usize,
    pub place: StreamPlace,
    /// The wanted plaintext, relative to the part's: what [`super::StreamOpener::new`] takes.
    pub plain: Range<u64>,
    /// The bytes of the object that hold it.
    pub cipher: Range<u64>,
}

impl StreamPlace {
    /// Plaintext length of the stream.
    pub fn plain_len(&self) -> u64 {
        self.plain.end - self.plain.start
    }
}

impl Manifest {
    /// Every part's stream, in order.
    pub fn streams(&self) -> impl Iterator<Item = StreamPlace> {
        let next = |(offset, plain_start): &mut (u64, u64), part: &PartEntry| {
            let id = StreamId { part: part.number, attempt: part.attempt };
            let plain = *plain_start..plain_start.saturating_add(part.plain_len);
            let place = StreamPlace { offset: *offset, id, plain };
            *offset = offset.saturating_add(part.stored_len(self.layers));
            *plain_start = place.plain.end;
            Some(place)
        };
        self.parts.iter().scan((0, 0), next)
    }

    /// The stream of the part at `index` in [`Manifest::parts`].
    pub fn stream_at(&self, index: usize) -> Option<StreamPlace> {
        self.streams().nth(index)
    }

    /// What the object's plaintext `range` needs, stream by stream. An empty object's one stream is always needed.
    pub fn pieces(&self, range: Range<u64>) -> impl Iterator<Item = Piece> {
        self.streams().enumerate().filter_map(move |(part, place)| {
            let plain = range.start.max(place.plain.start)..range.end.min(place.plain.end);
            if plain.is_empty() && self.plain_len > 0 {
                return None;
            }
            let plain = plain.start.min(plain.end) - place.plain.start..plain.end - place.plain.start;
            let in_stream = layout::stream_range(place.plain_len(), self.layers, &plain);
            let cipher = place.offset + in_stream.start..place.offset + in_stream.end;
            Some(Piece { part, place, plain, cipher })
        })
    }
}
