//! skeleton
use super::{LayerKeys, Layers, StreamId, Unauthentic};
use bytes::Bytes;
use std::ops::Range;

/// Opens a plaintext range of one stream.
pub struct StreamOpener;

impl StreamOpener {
    pub fn new(_keys: &LayerKeys, _id: &StreamId, _stream_plain_len: u64, _plain_range: Range<u64>) -> Self {
        todo!()
    }
    /// The bytes of the stream that must be pushed, relative to its start.
    pub fn cipher_range(&self) -> Range<u64> {
        todo!()
    }
    pub fn push(&mut self, _cipher: &[u8], _out: &mut Vec<Bytes>) -> Result<(), Unauthentic> {
        todo!()
    }
    /// Whether all of `cipher_range` was pushed.
    pub fn finish(self) -> Result<(), Unauthentic> {
        todo!()
    }
}

/// The stored bytes of a single-request object that hold `plain_start..plain_end`: (start, end or None: to the end).
/// With `p` unknown the end may lie beyond the stream: push no more than `StreamOpener::cipher_range` says.
pub fn cipher_range_for(
    _p: Option<u64>,
    _layers: Layers,
    _plain_start: u64,
    _plain_end: Option<u64>,
) -> (u64, Option<u64>) {
    todo!()
}
