//! What stands behind the streams of a whole read: zeros, then the manifest.

use bytes::{Buf, BytesMut};

use super::error::Error;
use crate::seal::{LayerKeys, Manifest, Opened};

/// The last bytes of an object that are asked for first: the manifests of all but the longest uploads fit.
pub const TAIL_LEN: u64 = 64 * 1024;

/// What the manifest must say.
pub enum Expected {
    /// A single-request object of this length; its manifest is seen here for the first time.
    Single { plain_len: u64 },
    /// The manifest that was read before.
    Known(std::sync::Arc<Manifest>, /* length of its tail, as read */ u64),
}

/// Checks the tail while it passes, holding only its last bytes.
pub struct TailCheck {
    expected: Expected,
    commitments: Vec<[u8; 32]>,
    stored_len: u64,
    held: BytesMut,
    hold: usize,
}

impl TailCheck {
    pub fn new(expected: Expected, commitments: Vec<[u8; 32]>, stored_len: u64) -> Self {
        let hold = match &expected {
            Expected::Single { .. } => TAIL_LEN,
            Expected::Known(_, len) => (*len).max(TAIL_LEN),
        };
        Self {
            expected,
            commitments,
            stored_len,
            held: BytesMut::new(),
            hold: usize::try_from(hold).unwrap_or(usize::MAX),
        }
    }

    /// Takes the next bytes. What falls out of the held window must be padding.
    pub fn push(&mut self, data: &[u8]) -> Result<(), Error> {
        self.held.extend_from_slice(data);
        if self.held.len() > 2 * self.hold {
            let surplus = self.held.len() - self.hold;
            zeros(&self.held[..surplus])?;
            self.held.advance(surplus);
        }
        Ok(())
    }

    /// Opens the manifest and compares it.
    pub fn finish(self, keys: &LayerKeys) -> Result<Manifest, Error> {
        let opened = Manifest::open(keys, &self.commitments, &self.held, self.stored_len)?;
        let Opened::Manifest(manifest) = opened else { return Err(Error::Damaged("its manifest")) };
        let sealed_len = manifest.sealed_len();
        zeros(&self.held[..self.held.len().saturating_sub(sealed_len)])?;
        let agrees = match &self.expected {
            Expected::Single { plain_len } => manifest.plain_len == *plain_len && super::plan::is_single(&manifest),
            Expected::Known(known, _) => manifest == **known,
        };
        if agrees { Ok(manifest) } else { Err(Error::Damaged("its manifest")) }
    }
}

fn zeros(bytes: &[u8]) -> Result<(), Error> {
    // All of them together: to stop at the first would be a question for each.
    let all = bytes.iter().fold(0, |all, byte| all | byte);
    if all == 0 { Ok(()) } else { Err(Error::Damaged("its padding")) }
}
