//! What can go wrong with an envelope.

use crate::crypto::Unauthentic;

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Error {
    /// Stored data, or the customer's key: a wrap, a commitment, a checksum or a binding does not hold.
    #[error(transparent)]
    Unauthentic(#[from] Unauthentic),
    /// Stored data: no envelope of any version.
    #[error("the envelope is malformed")]
    Malformed,
    /// Stored data: made by a newer release.
    #[error("the envelope has version {0}, and this release reads version 1")]
    Version(u8),
    /// Client: metadata and envelope together exceed what backends keep.
    #[error("user metadata takes {have} bytes together with the envelope, and the limit is {limit}")]
    TooLarge { have: usize, limit: usize },
    /// Caller: not one key encryption key for each layer that the mode demands.
    #[error("{keks} key encryption keys and {deks} data keys for {layers} layers")]
    Layers { keks: usize, deks: usize, layers: usize },
}
