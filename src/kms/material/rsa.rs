//! RSA keys, by aws-lc-rs: signatures (PSS, PKCS #1 v1.5) and encryption (OAEP). Source: RFC 8017.

use aws_lc_rs::digest::{self, Digest};
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{
    KeyPair, KeySize, OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepAlgorithm, OaepPrivateDecryptingKey,
    OaepPublicEncryptingKey, PrivateDecryptingKey,
};
use aws_lc_rs::signature::{self, KeyPair as _, RsaEncoding, RsaParameters, UnparsedPublicKey};

use crate::crypto::SecretBytes;
use crate::kms::spec::{EncryptionAlgorithm, KeySpec, SigningAlgorithm};

use super::{Fault, Message, Unfit};

pub struct Rsa {
    signing: KeyPair,
    decrypting: PrivateDecryptingKey,
}

/// PKCS #8, the form in which an RSA key is kept.
pub(super) fn draw(spec: KeySpec) -> Option<SecretBytes> {
    let key = PrivateDecryptingKey::generate(key_size(spec)?).ok()?;
    let der = AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&key).ok()?;
    Some(SecretBytes::new(der.as_ref().to_vec()))
}

fn key_size(spec: KeySpec) -> Option<KeySize> {
    match spec {
        KeySpec::Rsa2048 => Some(KeySize::Rsa2048),
        KeySpec::Rsa3072 => Some(KeySize::Rsa3072),
        KeySpec::Rsa4096 => Some(KeySize::Rsa4096),
        _ => None,
    }
}

/// The longest plaintext in bytes. Source: RFC 8017, section 7.1.1.
pub fn max_plain_len(spec: KeySpec, algorithm: EncryptionAlgorithm) -> Option<usize> {
    let hash_len = match algorithm {
        EncryptionAlgorithm::RsaesOaepSha1 => 20,
        EncryptionAlgorithm::RsaesOaepSha256 => 32,
        _ => return None,
    };
    Some(key_size(spec)?.len() - 2 * hash_len - 2)
}

impl Rsa {
    pub(super) fn decode(spec: KeySpec, encoded: &[u8]) -> Result<Self, Unfit> {
        let decrypting = PrivateDecryptingKey::from_pkcs8(encoded).map_err(|_| Unfit)?;
        if Some(decrypting.key_size_bytes()) != key_size(spec).map(KeySize::len) {
            return Err(Unfit);
        }
        Ok(Self { signing: KeyPair::from_pkcs8(encoded).map_err(|_| Unfit)?, decrypting })
    }

    pub(super) fn public_key(&self) -> Result<Vec<u8>, Fault> {
        let der = self.decrypting.public_key();
        let der = AsDer::<aws_lc_rs::encoding::PublicKeyX509Der<'_>>::as_der(&der).map_err(|_| Fault::Internal)?;
        Ok(der.as_ref().to_vec())
    }

    pub(super) fn pkcs8(&self) -> Result<SecretBytes, Fault> {
        let der = AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&self.decrypting);
        Ok(SecretBytes::new(der.map_err(|_| Fault::Internal)?.as_ref().to_vec()))
    }

    pub(super) fn sign(&self, algorithm: SigningAlgorithm, message: Message<'_>) -> Result<Vec<u8>, Fault> {
        let (encoding, _, hash) = algorithms(algorithm)?;
        let mut signature = vec![0; self.signing.public_modulus_len()];
        match message {
            Message::Raw(message) => self.signing.sign(encoding, &SystemRandom::new(), message, &mut signature),
            Message::Digest(bytes) => {
                let digest = Digest::import_less_safe(bytes, hash).map_err(|_| Fault::Invalid)?;
                self.signing.sign_digest(encoding, &digest, &mut signature)
            }
            Message::ExternalMu(_) => return Err(Fault::Unsupported),
        }
        .map_err(|_| Fault::Internal)?;
        Ok(signature)
    }

    pub(super) fn verify(
        &self,
        algorithm: SigningAlgorithm,
        message: Message<'_>,
        signature: &[u8],
    ) -> Result<(), Fault> {
        verify(self.signing.public_key().as_ref(), algorithm, message, signature)
    }

    pub(super) fn encrypt(&self, algorithm: EncryptionAlgorithm, plaintext: &[u8]) -> Result<Vec<u8>, Fault> {
        let key = OaepPublicEncryptingKey::new(self.decrypting.public_key()).map_err(|_| Fault::Internal)?;
        let mut buffer = vec![0; key.ciphertext_size()];
        let ciphertext = key.encrypt(oaep(algorithm)?, plaintext, &mut buffer, None).map_err(|_| Fault::Invalid)?;
        Ok(ciphertext.to_vec())
    }

    pub(super) fn decrypt(&self, algorithm: EncryptionAlgorithm, ciphertext: &[u8]) -> Result<SecretBytes, Fault> {
        let key = OaepPrivateDecryptingKey::new(self.decrypting.clone()).map_err(|_| Fault::Internal)?;
        let mut buffer = vec![0; key.min_output_size()];
        let plain_len = key.decrypt(oaep(algorithm)?, ciphertext, &mut buffer, None).map_err(|_| Fault::Invalid)?.len();
        buffer.truncate(plain_len);
        Ok(SecretBytes::new(buffer))
    }
}

/// `public` is an RSAPublicKey of RFC 8017.
pub(super) fn verify(
    public: &[u8],
    algorithm: SigningAlgorithm,
    message: Message<'_>,
    signature: &[u8],
) -> Result<(), Fault> {
    let (_, parameters, hash) = algorithms(algorithm)?;
    let key = UnparsedPublicKey::new(parameters, public);
    match message {
        Message::Raw(message) => key.verify(message, signature),
        Message::Digest(bytes) => {
            let digest = Digest::import_less_safe(bytes, hash).map_err(|_| Fault::Invalid)?;
            key.verify_digest(&digest, signature)
        }
        Message::ExternalMu(_) => return Err(Fault::Unsupported),
    }
    .map_err(|_| Fault::Invalid)
}

fn oaep(algorithm: EncryptionAlgorithm) -> Result<&'static OaepAlgorithm, Fault> {
    match algorithm {
        EncryptionAlgorithm::RsaesOaepSha1 => Ok(&OAEP_SHA1_MGF1SHA1),
        EncryptionAlgorithm::RsaesOaepSha256 => Ok(&OAEP_SHA256_MGF1SHA256),
        _ => Err(Fault::Unsupported),
    }
}

type Algorithms = (&'static dyn RsaEncoding, &'static RsaParameters, &'static digest::Algorithm);

fn algorithms(algorithm: SigningAlgorithm) -> Result<Algorithms, Fault> {
    use SigningAlgorithm::*;
    Ok(match algorithm {
        RsassaPssSha256 => (&signature::RSA_PSS_SHA256, &signature::RSA_PSS_2048_8192_SHA256, &digest::SHA256),
        RsassaPssSha384 => (&signature::RSA_PSS_SHA384, &signature::RSA_PSS_2048_8192_SHA384, &digest::SHA384),
        RsassaPssSha512 => (&signature::RSA_PSS_SHA512, &signature::RSA_PSS_2048_8192_SHA512, &digest::SHA512),
        RsassaPkcs1V15Sha256 => (&signature::RSA_PKCS1_SHA256, &signature::RSA_PKCS1_2048_8192_SHA256, &digest::SHA256),
        RsassaPkcs1V15Sha384 => (&signature::RSA_PKCS1_SHA384, &signature::RSA_PKCS1_2048_8192_SHA384, &digest::SHA384),
        RsassaPkcs1V15Sha512 => (&signature::RSA_PKCS1_SHA512, &signature::RSA_PKCS1_2048_8192_SHA512, &digest::SHA512),
        _ => return Err(Fault::Unsupported),
    })
}
