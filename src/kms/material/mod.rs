//! Key material: the secret part of a KMS key, and the cryptography that it does. With `crypto` the only user of
//! cryptographic libraries.

mod ecc;
mod ed25519;
mod hmac;
mod ml_dsa;
mod ml_kem;
#[cfg(test)]
mod public_half;
mod rng;
mod rsa;
mod sm2;

use std::fmt;

use aws_lc_rs::kdf::{KbkdfCtrHmacAlgorithmId, get_kbkdf_ctr_hmac_algorithm, kbkdf_ctr_hmac};
use base16ct::lower::encode_string as lower_hex;

use crate::crypto::{Secret, SecretBytes, hkdf_sha256};

use super::spec::{EncryptionAlgorithm, KeySpec, SigningAlgorithm};

use ecc::Ecc;
use ed25519::Ed25519;
use ml_dsa::MlDsa;
use ml_kem::MlKem;
use rsa::Rsa;
use sm2::Sm2;

pub use hmac::Hmac;
#[cfg(test)]
pub use public_half::PublicHalf;
pub use rsa::max_plain_len as max_rsa_plain_len;
pub use sm2::DIGEST_LEN as SM2_DIGEST_LEN;

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
    pub fn of(key_id: &str, encoded: &[u8]) -> Self {
        let mut id = [0; 32];
        hkdf_sha256(encoded, b"sealgate/v1/material-id", &[key_id.as_bytes()], &mut id);
        Self(id)
    }
}

impl fmt::Display for MaterialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&lower_hex(&self.0))
    }
}

impl fmt::Debug for MaterialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The material of one key, ready for use. Always behind an `Arc`, so its size in place does not matter.
#[allow(clippy::large_enum_variant)]
pub enum Material {
    Symmetric(Secret<32>),
    Hmac(Hmac),
    Rsa(Box<Rsa>),
    Ecc(Box<Ecc>),
    Ed25519(Box<Ed25519>),
    MlDsa(Box<MlDsa>),
    MlKem(Box<MlKem>),
    Sm2(Box<Sm2>),
    #[cfg(test)]
    PublicHalf(PublicHalf),
}

/// Material whose bytes do not fit its key's spec.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the key material does not fit the key spec")]
pub struct Unfit;

/// Why cryptography failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Caller: the ciphertext, signature, digest or public key is not valid.
    #[error("what was given is not valid")]
    Invalid,
    /// Caller: this material does not do that.
    #[error("the key material does not do that")]
    Unsupported,
    #[error("a cryptographic library failed")]
    Internal,
}

/// What is signed.
#[derive(Clone, Copy)]
pub enum Message<'a> {
    Raw(&'a [u8]),
    Digest(&'a [u8]),
    /// FIPS 204's message representative, 64 bytes.
    ExternalMu(&'a [u8]),
}

impl fmt::Debug for Material {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Material(redacted)")
    }
}

impl Material {
    /// Fresh material for a key of `spec`, encoded as it is kept. `None`: the library failed. RSA takes seconds.
    pub fn draw(spec: KeySpec) -> Option<SecretBytes> {
        match spec {
            KeySpec::SymmetricDefault => Some(SecretBytes::random(32)),
            KeySpec::Hmac224 | KeySpec::Hmac256 | KeySpec::Hmac384 | KeySpec::Hmac512 => hmac::draw(spec),
            KeySpec::Rsa2048 | KeySpec::Rsa3072 | KeySpec::Rsa4096 => rsa::draw(spec),
            KeySpec::EccNistP256 | KeySpec::EccNistP384 | KeySpec::EccNistP521 | KeySpec::EccSecgP256k1 => {
                ecc::draw(spec)
            }
            KeySpec::EccNistEdwards25519 => Some(ed25519::draw()),
            KeySpec::MlDsa44 | KeySpec::MlDsa65 | KeySpec::MlDsa87 => Some(ml_dsa::draw()),
            KeySpec::MlKem512 | KeySpec::MlKem768 | KeySpec::MlKem1024 => ml_kem::draw(spec),
            KeySpec::Sm2 => Some(sm2::draw()),
        }
    }

    /// Reads what `draw` encoded.
    pub fn decode(spec: KeySpec, encoded: &[u8]) -> Result<Self, Unfit> {
        Ok(match spec {
            KeySpec::SymmetricDefault => Self::Symmetric(Secret::from_slice(encoded).ok_or(Unfit)?),
            KeySpec::Hmac224 | KeySpec::Hmac256 | KeySpec::Hmac384 | KeySpec::Hmac512 => {
                Self::Hmac(Hmac::decode(spec, encoded)?)
            }
            KeySpec::Rsa2048 | KeySpec::Rsa3072 | KeySpec::Rsa4096 => Self::Rsa(Box::new(Rsa::decode(spec, encoded)?)),
            KeySpec::EccNistP256 | KeySpec::EccNistP384 | KeySpec::EccNistP521 | KeySpec::EccSecgP256k1 => {
                Self::Ecc(Box::new(Ecc::decode(spec, encoded)?))
            }
            KeySpec::EccNistEdwards25519 => Self::Ed25519(Box::new(Ed25519::decode(encoded)?)),
            KeySpec::MlDsa44 | KeySpec::MlDsa65 | KeySpec::MlDsa87 => {
                Self::MlDsa(Box::new(MlDsa::decode(spec, encoded)?))
            }
            KeySpec::MlKem512 | KeySpec::MlKem768 | KeySpec::MlKem1024 => {
                Self::MlKem(Box::new(MlKem::decode(spec, encoded)?))
            }
            KeySpec::Sm2 => Self::Sm2(Box::new(Sm2::decode(encoded)?)),
        })
    }

    pub fn sign(&self, algorithm: SigningAlgorithm, message: Message<'_>) -> Result<Vec<u8>, Fault> {
        match self {
            Self::Rsa(key) => key.sign(algorithm, message),
            Self::Ecc(key) => key.sign(algorithm, message),
            Self::Ed25519(key) => key.sign(algorithm, message),
            Self::MlDsa(key) => key.sign(algorithm, message),
            Self::Sm2(key) => key.sign(algorithm, message),
            _ => Err(Fault::Unsupported),
        }
    }

    pub fn verify(&self, algorithm: SigningAlgorithm, message: Message<'_>, signature: &[u8]) -> Result<(), Fault> {
        match self {
            Self::Rsa(key) => key.verify(algorithm, message, signature),
            Self::Ecc(key) => key.verify(algorithm, message, signature),
            Self::Ed25519(key) => key.verify(algorithm, message, signature),
            Self::MlDsa(key) => key.verify(algorithm, message, signature),
            Self::Sm2(key) => key.verify(algorithm, message, signature),
            #[cfg(test)]
            Self::PublicHalf(key) => key.verify(algorithm, message, signature),
            Self::Symmetric(_) | Self::Hmac(_) | Self::MlKem(_) => Err(Fault::Unsupported),
        }
    }

    /// Asymmetric encryption.
    pub fn encrypt(&self, algorithm: EncryptionAlgorithm, plaintext: &[u8]) -> Result<Vec<u8>, Fault> {
        match self {
            Self::Rsa(key) => key.encrypt(algorithm, plaintext),
            Self::Sm2(key) if algorithm == EncryptionAlgorithm::Sm2Pke => key.encrypt(plaintext),
            _ => Err(Fault::Unsupported),
        }
    }

    /// Asymmetric decryption.
    pub fn decrypt(&self, algorithm: EncryptionAlgorithm, ciphertext: &[u8]) -> Result<SecretBytes, Fault> {
        match self {
            Self::Rsa(key) => key.decrypt(algorithm, ciphertext),
            Self::Sm2(key) if algorithm == EncryptionAlgorithm::Sm2Pke => key.decrypt(ciphertext),
            _ => Err(Fault::Unsupported),
        }
    }

    /// The raw shared secret of ECDH with a peer's public key in DER (SubjectPublicKeyInfo).
    pub fn agree(&self, peer: &[u8]) -> Result<SecretBytes, Fault> {
        match self {
            Self::Ecc(key) => key.agree(peer),
            _ => Err(Fault::Unsupported),
        }
    }

    /// A fresh shared secret and its ciphertext.
    pub fn encapsulate(&self) -> Result<(SecretBytes, Vec<u8>), Fault> {
        match self {
            Self::MlKem(key) => key.encapsulate(),
            _ => Err(Fault::Unsupported),
        }
    }

    pub fn decapsulate(&self, ciphertext: &[u8]) -> Result<SecretBytes, Fault> {
        match self {
            Self::MlKem(key) => key.decapsulate(ciphertext),
            _ => Err(Fault::Unsupported),
        }
    }

    /// The public key in DER (SubjectPublicKeyInfo).
    pub fn public_key(&self) -> Result<Vec<u8>, Fault> {
        match self {
            Self::Rsa(key) => key.public_key(),
            Self::Ecc(key) => key.public_key(),
            Self::Ed25519(key) => key.public_key(),
            Self::MlDsa(key) => key.public_key(),
            Self::MlKem(key) => key.public_key(),
            Self::Sm2(key) => key.public_key(),
            _ => Err(Fault::Unsupported),
        }
    }

    /// The private key in PKCS #8, for data key pairs, whose private keys leave.
    pub fn pkcs8(&self) -> Result<SecretBytes, Fault> {
        match self {
            Self::Rsa(key) => key.pkcs8(),
            Self::Ecc(key) => key.pkcs8(),
            Self::Ed25519(key) => key.pkcs8(),
            Self::MlKem(key) => key.pkcs8(),
            Self::Sm2(key) => key.pkcs8(),
            _ => Err(Fault::Unsupported),
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

#[cfg(test)]
mod tests;
#[cfg(test)]
mod wycheproof;
