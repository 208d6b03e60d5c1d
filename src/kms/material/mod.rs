//! Key material: the secret part of a KMS key, and the cryptography that it does. With `crypto` the only user of
//! cryptographic libraries.

use std::fmt;

use aws_lc_rs::kdf::{KbkdfCtrHmacAlgorithmId, get_kbkdf_ctr_hmac_algorithm, kbkdf_ctr_hmac};

use crate::crypto::{Secret, SecretBytes, hkdf_sha256};

use super::spec::KeySpec;

/// Names one material of a key: 32 bytes, 64 hex digits on the wire. The same material of the same key has the same id,
/// so that an import of what was there before is recognised.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct MaterialId([u8; 32]);

impl MaterialId {
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        Some(Self(bytes))
    }

    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// One-way, and keyed by the material itself.
    fn of(key_id: &str, encoded: &[u8]) -> Self {
        let mut id = [0; 32];
        hkdf_sha256(encoded, b"sealgate/v1/material-id", &[key_id.as_bytes()], &mut id);
        Self(id)
    }
}

impl fmt::Display for MaterialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for MaterialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The material of one key, ready for use.
pub enum Material {
    Symmetric(Secret<32>),
}

/// Material whose bytes do not fit its key's spec.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the key material does not fit the key spec")]
pub struct Unfit;

impl fmt::Debug for Material {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Material(redacted)")
    }
}

impl Material {
    /// Fresh material for a key of `spec`, encoded as it is kept, and its id. `None`: no material of this spec is made
    /// here.
    pub fn draw(spec: KeySpec, key_id: &str) -> Option<(MaterialId, SecretBytes)> {
        let encoded = match spec {
            KeySpec::SymmetricDefault => SecretBytes::random(32),
            _ => return None,
        };
        Some((MaterialId::of(key_id, encoded.expose()), encoded))
    }

    /// Reads what `draw` encoded.
    pub fn decode(spec: KeySpec, encoded: &[u8]) -> Result<Self, Unfit> {
        match spec {
            KeySpec::SymmetricDefault => Secret::from_slice(encoded).map(Self::Symmetric).ok_or(Unfit),
            _ => Err(Unfit),
        }
    }
}

/// SP 800-108 in counter mode with HMAC-SHA256: fills `output` from `material` and the concatenated `info`.
pub fn derive(material: &Secret<32>, info: &[&[u8]], output: &mut [u8]) {
    let algorithm = get_kbkdf_ctr_hmac_algorithm(KbkdfCtrHmacAlgorithmId::Sha256);
    let done = algorithm.map(|algorithm| kbkdf_ctr_hmac(algorithm, material.expose(), &info.concat(), output));
    // The library refuses an empty or an overlong output only; every caller's length is a constant.
    assert!(matches!(done, Some(Ok(()))), "SP 800-108 derives these lengths");
}
