//! Keys on the NIST curves and on secp256k1, by aws-lc-rs: ECDSA, and ECDH on the former. Source: FIPS 186-5, SP 800-56A.

use aws_lc_rs::agreement::{self, ParsedPublicKey, ParsedPublicKeyFormat, PrivateKey};
use aws_lc_rs::digest::{self, Digest};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    self, EcdsaKeyPair, EcdsaSigningAlgorithm, EcdsaVerificationAlgorithm, KeyPair as _, UnparsedPublicKey,
};

use crate::crypto::SecretBytes;
use crate::kms::spec::{KeySpec, SigningAlgorithm};

use super::{Fault, Message, Unfit};

pub struct Ecc {
    curve: &'static Curve,
    pair: EcdsaKeyPair,
    /// `None` on secp256k1.
    agreement: Option<PrivateKey>,
}

pub(super) struct Curve {
    algorithm: SigningAlgorithm,
    signing: &'static EcdsaSigningAlgorithm,
    verification: &'static EcdsaVerificationAlgorithm,
    hash: &'static digest::Algorithm,
    agreement: Option<&'static agreement::Algorithm>,
}

static P256: Curve = Curve {
    algorithm: SigningAlgorithm::EcdsaSha256,
    signing: &signature::ECDSA_P256_SHA256_ASN1_SIGNING,
    verification: &signature::ECDSA_P256_SHA256_ASN1,
    hash: &digest::SHA256,
    agreement: Some(&agreement::ECDH_P256),
};
static P384: Curve = Curve {
    algorithm: SigningAlgorithm::EcdsaSha384,
    signing: &signature::ECDSA_P384_SHA384_ASN1_SIGNING,
    verification: &signature::ECDSA_P384_SHA384_ASN1,
    hash: &digest::SHA384,
    agreement: Some(&agreement::ECDH_P384),
};
static P521: Curve = Curve {
    algorithm: SigningAlgorithm::EcdsaSha512,
    signing: &signature::ECDSA_P521_SHA512_ASN1_SIGNING,
    verification: &signature::ECDSA_P521_SHA512_ASN1,
    hash: &digest::SHA512,
    agreement: Some(&agreement::ECDH_P521),
};
static P256K1: Curve = Curve {
    algorithm: SigningAlgorithm::EcdsaSha256,
    signing: &signature::ECDSA_P256K1_SHA256_ASN1_SIGNING,
    verification: &signature::ECDSA_P256K1_SHA256_ASN1,
    hash: &digest::SHA256,
    agreement: None,
};

pub(super) fn curve(spec: KeySpec) -> Option<&'static Curve> {
    match spec {
        KeySpec::EccNistP256 => Some(&P256),
        KeySpec::EccNistP384 => Some(&P384),
        KeySpec::EccNistP521 => Some(&P521),
        KeySpec::EccSecgP256k1 => Some(&P256K1),
        _ => None,
    }
}

/// PKCS #8, the form in which the key is kept.
pub(super) fn draw(spec: KeySpec) -> Option<SecretBytes> {
    let pair = EcdsaKeyPair::generate(curve(spec)?.signing).ok()?;
    Some(SecretBytes::new(pair.to_pkcs8v1().ok()?.as_ref().to_vec()))
}

impl Ecc {
    pub(super) fn decode(spec: KeySpec, encoded: &[u8]) -> Result<Self, Unfit> {
        let curve = curve(spec).ok_or(Unfit)?;
        let pair = EcdsaKeyPair::from_pkcs8(curve.signing, encoded).map_err(|_| Unfit)?;
        let agreement = match curve.agreement {
            Some(algorithm) => Some(PrivateKey::from_private_key_der(algorithm, encoded).map_err(|_| Unfit)?),
            None => None,
        };
        Ok(Self { curve, pair, agreement })
    }

    pub(super) fn public_key(&self) -> Result<Vec<u8>, Fault> {
        let der = AsDer::<PublicKeyX509Der<'_>>::as_der(self.pair.public_key()).map_err(|_| Fault::Internal)?;
        Ok(der.as_ref().to_vec())
    }

    pub(super) fn pkcs8(&self) -> Result<SecretBytes, Fault> {
        let document = self.pair.to_pkcs8v1().map_err(|_| Fault::Internal)?;
        Ok(SecretBytes::new(document.as_ref().to_vec()))
    }

    /// A DER-encoded signature.
    pub(super) fn sign(&self, algorithm: SigningAlgorithm, message: Message<'_>) -> Result<Vec<u8>, Fault> {
        self.curve.check(algorithm)?;
        let signature = match message {
            Message::Raw(message) => self.pair.sign(&SystemRandom::new(), message),
            Message::Digest(bytes) => self.pair.sign_digest(&self.curve.digest(bytes)?),
            Message::ExternalMu(_) => return Err(Fault::Unsupported),
        };
        Ok(signature.map_err(|_| Fault::Internal)?.as_ref().to_vec())
    }

    pub(super) fn verify(
        &self,
        algorithm: SigningAlgorithm,
        message: Message<'_>,
        signature: &[u8],
    ) -> Result<(), Fault> {
        self.curve.verify(self.pair.public_key().as_ref(), algorithm, message, signature)
    }

    /// The raw shared secret, with a peer's public key in DER (SubjectPublicKeyInfo).
    pub(super) fn agree(&self, peer: &[u8]) -> Result<SecretBytes, Fault> {
        let (Some(own), Some(algorithm)) = (&self.agreement, self.curve.agreement) else {
            return Err(Fault::Unsupported);
        };
        let peer: ParsedPublicKey =
            agreement::UnparsedPublicKey::new(algorithm, peer).try_into().map_err(|_| Fault::Invalid)?;
        if peer.format() != ParsedPublicKeyFormat::X509 {
            return Err(Fault::Invalid);
        }
        agreement::agree(own, peer, Fault::Invalid, |secret| Ok(SecretBytes::new(secret.to_vec())))
    }
}

impl Curve {
    /// `public` is a point of SEC 1.
    pub(super) fn verify(
        &self,
        public: &[u8],
        algorithm: SigningAlgorithm,
        message: Message<'_>,
        signature: &[u8],
    ) -> Result<(), Fault> {
        self.check(algorithm)?;
        let key = UnparsedPublicKey::new(self.verification, public);
        match message {
            Message::Raw(message) => key.verify(message, signature),
            Message::Digest(bytes) => key.verify_digest(&self.digest(bytes)?, signature),
            Message::ExternalMu(_) => return Err(Fault::Unsupported),
        }
        .map_err(|_| Fault::Invalid)
    }

    fn check(&self, algorithm: SigningAlgorithm) -> Result<(), Fault> {
        if algorithm == self.algorithm { Ok(()) } else { Err(Fault::Unsupported) }
    }

    fn digest(&self, bytes: &[u8]) -> Result<Digest, Fault> {
        Digest::import_less_safe(bytes, self.hash).map_err(|_| Fault::Invalid)
    }
}
