//! skeleton
use super::{Attempt, Error, LayerKeys, Layers, StreamId};
use crate::checksum::Algorithm;
use std::ops::Range;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChecksumKind {
    Composite,
    FullObject,
}

/// The checksum of a whole object over its plaintext.
#[derive(Clone, PartialEq, Eq)]
pub struct FullChecksum {
    pub algorithm: Algorithm,
    pub kind: ChecksumKind,
    pub value: Vec<u8>,
}

#[derive(Clone, PartialEq, Eq)]
pub struct PartEntry {
    pub number: u16,
    pub plain_len: u64,
    pub attempt: Option<Attempt>,
    pub checksum: Option<Vec<u8>>,
    /// The stream stands without padding: part 0, a last part below 5 MiB, part 10,000.
    pub staged: bool,
}

#[derive(Clone, PartialEq, Eq)]
pub struct Manifest {
    pub plain_len: u64,
    pub layers: Layers,
    pub parts: Vec<PartEntry>,
    pub checksum: Option<FullChecksum>,
}

pub enum Opened {
    Manifest(Manifest),
    /// So many last bytes of the object are needed.
    Needs(u64),
}

/// Where a part's stream stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamPlace {
    /// Of the stream's first byte in the object.
    pub offset: u64,
    pub id: StreamId,
    /// In the object's plaintext.
    pub plain: Range<u64>,
}

impl Manifest {
    pub fn seal(&self, _keys: &LayerKeys, _commitments: &[[u8; 32]]) -> Vec<u8> {
        todo!()
    }
    pub fn tail(&self, _keys: &LayerKeys, _commitments: &[[u8; 32]], _written: u64) -> Result<Vec<u8>, Error> {
        todo!()
    }
    pub fn open(
        _keys: &LayerKeys,
        _commitments: &[[u8; 32]],
        _object_tail: &[u8],
        _sealed_len: u64,
    ) -> Result<Opened, Error> {
        todo!()
    }
    pub fn streams(&self) -> impl Iterator<Item = StreamPlace> {
        std::iter::empty()
    }
    pub fn stream_at(&self, index: usize) -> Option<StreamPlace> {
        self.streams().nth(index)
    }
}
