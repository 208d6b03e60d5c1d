//! The full-object checksum in the envelope: sealed, since it tells what the plaintext is.

use crate::crypto::{NONCE_LEN, TAG_LEN, Unauthentic};
use crate::seal::{Cipher, DataKey, FullChecksum, Layer, LayerKeys, Reader, derive};

use super::{Envelope, Error, WrappedLayer};

/// A full-object checksum, sealed once for each layer.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedChecksum(Vec<u8>);

/// Algorithm, kind, 64 bytes of value, two tags.
const MAX_LEN: usize = 2 + 64 + 2 * TAG_LEN;

impl SealedChecksum {
    pub(super) fn new(bytes: &[u8]) -> Option<Self> {
        (bytes.len() <= MAX_LEN).then(|| Self(bytes.to_vec()))
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn seal(checksum: &FullChecksum, deks: &LayerKeys, layers: &[WrappedLayer]) -> Self {
        let mut bytes = Vec::with_capacity(MAX_LEN);
        checksum.encode(&mut bytes);
        for ((layer, dek), wrapped) in deks.iter().zip(layers) {
            let tag = cipher(layer, dek, wrapped).seal([0; NONCE_LEN], &[], &mut bytes);
            bytes.extend_from_slice(&tag);
        }
        Self(bytes)
    }
}

impl Envelope {
    /// The full-object checksum, where the envelope holds one.
    pub fn open_checksum(&self, deks: &LayerKeys) -> Result<Option<FullChecksum>, Error> {
        let Some(SealedChecksum(sealed)) = &self.checksum else { return Ok(None) };
        let mut bytes = sealed.clone();
        let mut layers: Vec<_> = deks.iter().zip(&self.layers).collect();
        layers.reverse();
        for ((layer, dek), wrapped) in layers {
            let len = cipher(layer, dek, wrapped).open([0; NONCE_LEN], &[], &mut bytes)?.len();
            bytes.truncate(len);
        }
        let mut from = Reader::new(&bytes);
        let checksum = from.byte().and_then(|code| FullChecksum::decode(code, &mut from)).ok_or(Unauthentic)?;
        from.end().ok_or(Unauthentic)?;
        Ok(Some(checksum))
    }
}

/// The wrap salt is fresh in every envelope, so this key seals once: hence the zero nonce.
fn cipher(layer: Layer, dek: &DataKey, wrapped: &WrappedLayer) -> Cipher {
    Cipher::new(layer, &derive(dek.secret().expose(), &wrapped.salt, "sealgate/v1/checksum", &[&[layer.code()]]))
}
