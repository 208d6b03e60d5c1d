//! The AES-256-GCM of a layer: two libraries, so that one library's fault does not open both layers.

use crate::crypto::{Gcm, GcmPure, NONCE_LEN, Secret, TAG_LEN, Unauthentic};

use super::Layer;

/// An AES-256-GCM key of one layer.
pub(crate) enum Cipher {
    Inner(Gcm),
    Outer(GcmPure),
}

impl Cipher {
    pub(crate) fn new(layer: Layer, key: &Secret<32>) -> Self {
        match layer {
            Layer::Inner => Self::Inner(Gcm::new(key.expose())),
            Layer::Outer => Self::Outer(GcmPure::new(key.expose())),
        }
    }

    /// Seals `buffer` in place and returns the tag. A nonce must never seal twice.
    pub(crate) fn seal(&self, nonce: [u8; NONCE_LEN], aad: &[u8], buffer: &mut [u8]) -> [u8; TAG_LEN] {
        match self {
            Self::Inner(gcm) => gcm.seal_in_place(nonce, aad, buffer),
            Self::Outer(gcm) => gcm.seal_in_place(nonce, aad, buffer),
        }
    }

    /// Opens `buffer` (ciphertext, tag) in place.
    pub(crate) fn open<'a>(
        &self,
        nonce: [u8; NONCE_LEN],
        aad: &[u8],
        buffer: &'a mut [u8],
    ) -> Result<&'a mut [u8], Unauthentic> {
        match self {
            Self::Inner(gcm) => gcm.open_in_place(nonce, aad, buffer),
            Self::Outer(gcm) => gcm.open_in_place(nonce, aad, buffer),
        }
    }
}
