//! SM2 keys, by the `sm2` crate: signatures and public-key encryption. Source: GB/T 32918.

use sm2::dsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
use sm2::dsa::signature::{Signer, Verifier};
use sm2::dsa::{Signature, SigningKey};
use sm2::pkcs8::{EncodePrivateKey, EncodePublicKey};
use sm2::pke::DecryptingKey;
use sm2::{NonZeroScalar, SecretKey};

use crate::crypto::SecretBytes;
use crate::kms::spec::SigningAlgorithm;

use super::rng::SystemRng;
use super::{Fault, Message, Unfit};

/// The signer's identity where none is agreed on. Source: GM/T 0009-2012, section 10.
const IDENTITY: &str = "1234567812345678";

/// Length of a digest in bytes: SM3.
pub const DIGEST_LEN: usize = 32;

pub struct Sm2 {
    secret: SecretKey,
    signing: SigningKey,
}

/// The scalar, the form in which the key is kept.
pub(super) fn draw() -> SecretBytes {
    loop {
        let scalar = SecretBytes::random(32);
        // Fails for zero and beyond the order: once in 2^32.
        if SecretKey::from_slice(scalar.expose()).is_ok() {
            return scalar;
        }
    }
}

impl Sm2 {
    pub(super) fn decode(encoded: &[u8]) -> Result<Self, Unfit> {
        let secret = SecretKey::from_slice(encoded).map_err(|_| Unfit)?;
        let signing = SigningKey::new(IDENTITY, &secret).map_err(|_| Unfit)?;
        Ok(Self { secret, signing })
    }

    pub(super) fn public_key(&self) -> Result<Vec<u8>, Fault> {
        let document = self.secret.public_key().to_public_key_der().map_err(|_| Fault::Internal)?;
        Ok(document.into_vec())
    }

    pub(super) fn pkcs8(&self) -> Result<SecretBytes, Fault> {
        let document = self.secret.to_pkcs8_der().map_err(|_| Fault::Internal)?;
        Ok(SecretBytes::new(document.as_bytes().to_vec()))
    }

    pub(super) fn sign(&self, algorithm: SigningAlgorithm, message: Message<'_>) -> Result<Vec<u8>, Fault> {
        let signature: Signature = match (algorithm, message) {
            (SigningAlgorithm::Sm2Dsa, Message::Raw(message)) => self.signing.try_sign(message),
            (SigningAlgorithm::Sm2Dsa, Message::Digest(digest)) => self.signing.sign_prehash(digest),
            _ => return Err(Fault::Unsupported),
        }
        .map_err(|_| Fault::Internal)?;
        Ok(signature.to_der().to_vec())
    }

    pub(super) fn verify(
        &self,
        algorithm: SigningAlgorithm,
        message: Message<'_>,
        signature: &[u8],
    ) -> Result<(), Fault> {
        let signature = Signature::from_der(signature).map_err(|_| Fault::Invalid)?;
        match (algorithm, message) {
            (SigningAlgorithm::Sm2Dsa, Message::Raw(message)) => {
                self.signing.verifying_key().verify(message, &signature)
            }
            (SigningAlgorithm::Sm2Dsa, Message::Digest(digest)) => {
                self.signing.verifying_key().verify_prehash(digest, &signature)
            }
            _ => return Err(Fault::Unsupported),
        }
        .map_err(|_| Fault::Invalid)
    }

    /// A ciphertext in DER.
    pub(super) fn encrypt(&self, plaintext: &[u8]) -> Result<Vec<u8>, Fault> {
        self.decrypting()?.encrypting_key().encrypt_der(&mut SystemRng, plaintext).map_err(|_| Fault::Internal)
    }

    pub(super) fn decrypt(&self, ciphertext: &[u8]) -> Result<SecretBytes, Fault> {
        self.decrypting()?.decrypt_der(ciphertext).map(SecretBytes::new).map_err(|_| Fault::Invalid)
    }

    fn decrypting(&self) -> Result<DecryptingKey, Fault> {
        let scalar: NonZeroScalar = self.secret.to_nonzero_scalar();
        DecryptingKey::from_nonzero_scalar(scalar).map_err(|_| Fault::Internal)
    }
}
