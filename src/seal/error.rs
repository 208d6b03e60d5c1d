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
    /// Caller: a manifest that breaks its own rules.
    #[error("the manifest is not consistent: {0}")]
    Inconsistent(&'static str),
    /// Caller: other bytes stand before the tail than the manifest says.
    #[error("{written} bytes were written before the tail, and the manifest says {expected}")]
    Written { written: u64, expected: u64 },
    /// Caller: the tail does not fit the length law. No consistent manifest leads here.
    #[error("the tail takes {tail} bytes after {written}, and the sealed object has {sealed_len}")]
    DoesNotFit { written: u64, tail: u64, sealed_len: u64 },
}
