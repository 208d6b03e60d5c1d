//! The data keys of an object: one for each layer.

use std::sync::OnceLock;

use crate::crypto::{Extracted, Secret};

use super::derive::info;
use super::key_commitment;

/// How many times a body is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layers {
    One,
    /// DSSE-KMS: a stream in a stream, each under its own data key, by two independent AES implementations.
    Two,
}

impl Layers {
    pub const fn count(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Two => 2,
        }
    }

    pub const fn from_count(count: u8) -> Option<Self> {
        match count {
            1 => Some(Self::One),
            2 => Some(Self::Two),
            _ => None,
        }
    }
}

/// One sealing pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// The only layer, or the one next to the plaintext; by aws-lc-rs.
    Inner,
    /// The second layer; by RustCrypto's `aes-gcm`.
    Outer,
}

impl Layer {
    /// The byte that stands for the layer in labels and associated data.
    pub const fn code(self) -> u8 {
        match self {
            Self::Inner => 1,
            Self::Outer => 2,
        }
    }
}

/// The key that seals one layer of an object and of its copies (DEK).
#[derive(Debug)]
pub struct DataKey {
    secret: Secret<32>,
    /// What its derived keys have in common; made when the first is wanted.
    extracted: OnceLock<Box<Extracted>>,
}

impl DataKey {
    pub fn new(secret: Secret<32>) -> Self {
        Self { secret, extracted: OnceLock::new() }
    }

    pub fn secret(&self) -> &Secret<32> {
        &self.secret
    }

    /// [`derive`](super::derive) from this key, without salt.
    pub(crate) fn derive<const N: usize>(&self, label: &str, fields: &[&[u8]]) -> Secret<N> {
        let extracted = self.extracted.get_or_init(|| Box::new(Extracted::new(self.secret.expose())));
        Secret::filled(|out| extracted.expand(&info(label, fields), out))
    }
}

/// The data keys (DEKs) of an object: one for each layer.
#[derive(Debug)]
pub enum LayerKeys {
    One(DataKey),
    Two { inner: DataKey, outer: DataKey },
}

impl LayerKeys {
    pub fn one(only: Secret<32>) -> Self {
        Self::One(DataKey::new(only))
    }

    pub fn two(inner: Secret<32>, outer: Secret<32>) -> Self {
        Self::Two { inner: DataKey::new(inner), outer: DataKey::new(outer) }
    }

    /// Fresh keys.
    pub fn random(layers: Layers) -> Self {
        match layers {
            Layers::One => Self::one(Secret::random()),
            Layers::Two => Self::two(Secret::random(), Secret::random()),
        }
    }

    pub fn count(&self) -> Layers {
        match self {
            Self::One(_) => Layers::One,
            Self::Two { .. } => Layers::Two,
        }
    }

    /// The only key, or the one next to the plaintext.
    pub fn inner(&self) -> &DataKey {
        match self {
            Self::One(inner) | Self::Two { inner, .. } => inner,
        }
    }

    pub fn outer(&self) -> Option<&DataKey> {
        match self {
            Self::One(_) => None,
            Self::Two { outer, .. } => Some(outer),
        }
    }

    /// The keys, the inner one first.
    pub fn iter(&self) -> impl Iterator<Item = (Layer, &DataKey)> {
        std::iter::once((Layer::Inner, self.inner())).chain(self.outer().map(|outer| (Layer::Outer, outer)))
    }

    /// The commitments to the keys, the inner one first.
    pub fn commitments(&self) -> Vec<[u8; 32]> {
        self.iter().map(|(_, dek)| key_commitment(dek)).collect()
    }

    /// A second copy of the keys: explicit, since every copy is one more to lose.
    pub fn duplicate(&self) -> Self {
        match self {
            Self::One(only) => Self::one(only.secret.duplicate()),
            Self::Two { inner, outer } => Self::two(inner.secret.duplicate(), outer.secret.duplicate()),
        }
    }
}
