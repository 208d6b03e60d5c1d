//! skeleton
use super::{LayerKeys, StreamId};
use bytes::Bytes;

/// Seals one stream, plaintext pushed in pieces of any size; withholds the last segment until `finish`.
pub struct StreamSealer;

impl StreamSealer {
    pub fn new(_keys: &LayerKeys, _id: &StreamId) -> Self {
        todo!()
    }
    pub fn push(&mut self, _plain: &[u8], _out: &mut Vec<Bytes>) {
        todo!()
    }
    pub fn finish(self, _out: &mut Vec<Bytes>) {
        todo!()
    }
    /// Bytes pushed so far.
    pub fn plain_len(&self) -> u64 {
        todo!()
    }
}
