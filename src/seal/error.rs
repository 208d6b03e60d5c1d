//! What can go wrong with a sealed body.

use crate::crypto::Unauthentic;

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Error {
    /// Stored data: altered, misplaced, truncated, or sealed under another key.
    #[error(transparent)]
    Unauthentic(#[from] Unauthentic),
    /// Stored data: made by a newer release, or no sealed body at all.
    #[error("the sealed body has version {0}, and this release reads version 1")]
    Version(u8),
    /// Caller: the streams, as written, leave no room that the length law demands.
    #[error("{written} bytes were written and the tail takes {tail}, but the sealed object has {sealed_len}")]
    DoesNotFit { written: u64, tail: u64, sealed_len: u64 },
}
