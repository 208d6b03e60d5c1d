//! Ed25519 keys: the plain form by aws-lc-rs, the pre-hash form, which that lacks, by ed25519-dalek. Source: RFC 8032.
//!
//! The pre-hash form takes a digest and hashes it once more, as KMS does: what Ed25519ph signs is SHA-512 of the caller's
//! digest.

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use sha2::{Digest as _, Sha512};

use crate::crypto::{Secret, SecretBytes};
use crate::kms::spec::SigningAlgorithm;

use super::{Fault, Message, Unfit};

pub struct Ed25519 {
    pair: Ed25519KeyPair,
    prehash: ed25519_dalek::SigningKey,
}

/// The seed, the form in which the key is kept.
pub(super) fn draw() -> SecretBytes {
    SecretBytes::random(32)
}

impl Ed25519 {
    pub(super) fn decode(encoded: &[u8]) -> Result<Self, Unfit> {
        let seed = Secret::<32>::from_slice(encoded).ok_or(Unfit)?;
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.expose()).map_err(|_| Unfit)?;
        Ok(Self { pair, prehash: ed25519_dalek::SigningKey::from_bytes(seed.expose()) })
    }

    pub(super) fn public_key(&self) -> Result<Vec<u8>, Fault> {
        let der = AsDer::<PublicKeyX509Der<'_>>::as_der(self.pair.public_key()).map_err(|_| Fault::Internal)?;
        Ok(der.as_ref().to_vec())
    }

    pub(super) fn pkcs8(&self) -> Result<SecretBytes, Fault> {
        let document = self.pair.to_pkcs8v1().map_err(|_| Fault::Internal)?;
        Ok(SecretBytes::new(document.as_ref().to_vec()))
    }

    pub(super) fn sign(&self, algorithm: SigningAlgorithm, message: Message<'_>) -> Result<Vec<u8>, Fault> {
        match (algorithm, message) {
            (SigningAlgorithm::Ed25519Sha512, Message::Raw(message)) => Ok(self.pair.sign(message).as_ref().to_vec()),
            (SigningAlgorithm::Ed25519PhSha512, Message::Digest(digest)) => {
                let hashed = Sha512::new_with_prefix(digest);
                let signature = self.prehash.sign_prehashed(hashed, None).map_err(|_| Fault::Internal)?;
                Ok(signature.to_bytes().to_vec())
            }
            _ => Err(Fault::Unsupported),
        }
    }

    pub(super) fn verify(
        &self,
        algorithm: SigningAlgorithm,
        message: Message<'_>,
        signature: &[u8],
    ) -> Result<(), Fault> {
        match (algorithm, message) {
            (SigningAlgorithm::Ed25519Sha512, Message::Raw(message)) => {
                verify(self.pair.public_key().as_ref(), message, signature)
            }
            (SigningAlgorithm::Ed25519PhSha512, Message::Digest(digest)) => {
                let signature = ed25519_dalek::Signature::from_slice(signature).map_err(|_| Fault::Invalid)?;
                let hashed = Sha512::new_with_prefix(digest);
                let key = self.prehash.verifying_key();
                key.verify_prehashed_strict(hashed, None, &signature).map_err(|_| Fault::Invalid)
            }
            _ => Err(Fault::Unsupported),
        }
    }
}

/// The plain form.
pub(super) fn verify(public: &[u8], message: &[u8], signature: &[u8]) -> Result<(), Fault> {
    UnparsedPublicKey::new(&ED25519, public).verify(message, signature).map_err(|_| Fault::Invalid)
}
