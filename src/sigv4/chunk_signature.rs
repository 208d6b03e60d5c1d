//! The chain of chunk signatures.

use super::credential::Scope;

/// Knows the signature before the next chunk.
#[derive(Clone)]
pub(super) struct ChunkSigner {
    pub(super) key: [u8; 32],
    pub(super) date: String,
    pub(super) scope: Scope,
    pub(super) previous: String,
}

impl std::fmt::Debug for ChunkSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ChunkSigner(redacted)")
    }
}
