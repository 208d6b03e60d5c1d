//! The buffers of one stream, used again: fresh memory of 64 KiB for every segment costs more than sealing it.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use super::layout::SEGMENT;

/// How many buffers wait for their next use, of each transfer: less than a connection holds unsent.
const KEPT: usize = 4;

/// Gives out buffers of one segment and takes them back when what was sent out of them is dropped.
#[derive(Clone, Default)]
pub(super) struct Buffers(Arc<Mutex<Vec<Vec<u8>>>>);

impl Buffers {
    /// A buffer of any length up to a segment's, its content without meaning.
    pub fn take_any(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// A buffer of exactly `len` bytes, their content without meaning; at most a segment.
    pub fn take(&self, len: usize) -> Vec<u8> {
        let mut buffer = self.take_any();
        buffer.resize(len, 0);
        buffer
    }

    /// What is in `buffer` from `from` to `to`, which must lie in it.
    pub fn lend(&self, buffer: Vec<u8>, from: usize, to: usize) -> Bytes {
        // Small buffers are of small streams, which end before any is used again.
        match buffer.len() == SEGMENT as usize {
            true => Bytes::from_owner(Lent { buffer, home: self.clone() }).slice(from..to),
            false => Bytes::from(buffer).slice(from..to),
        }
    }
}

struct Lent {
    buffer: Vec<u8>,
    home: Buffers,
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        &self.buffer
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let mut waiting = self.home.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() < KEPT {
            waiting.push(std::mem::take(&mut self.buffer));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_piece_gives_its_buffer_back() {
        let buffers = Buffers::default();
        let first = buffers.take(SEGMENT as usize);
        let memory = first.as_ptr();
        let (one, other) = {
            let lent = buffers.lend(first, 0, 100);
            (lent.slice(..10), lent.slice(50..))
        };
        drop(one);
        let fresh = buffers.take(SEGMENT as usize);
        assert_ne!(fresh.as_ptr(), memory);
        drop(other);
        let again = buffers.take(SEGMENT as usize);
        assert_eq!(again.as_ptr(), memory);
        let small = buffers.lend(vec![7; 5], 1, 5);
        assert_eq!(small, [7; 4].as_slice());
    }

    #[test]
    fn few_buffers_wait() {
        let buffers = Buffers::default();
        let lent: Vec<Bytes> = (0..40).map(|_| buffers.lend(buffers.take(SEGMENT as usize), 0, 1)).collect();
        drop(lent);
        assert_eq!(buffers.0.lock().unwrap().len(), KEPT);
    }
}
