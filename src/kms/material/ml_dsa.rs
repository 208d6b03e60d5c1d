//! ML-DSA keys: messages by aws-lc-rs, the external mu, which that lacks, by the `ml-dsa` crate. Source: FIPS 204.

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::signature::{
    self, KeyPair as _, PqdsaKeyPair, PqdsaSigningAlgorithm, PqdsaVerificationAlgorithm, UnparsedPublicKey,
};
use ml_dsa::{ExpandedSigningKey, MlDsa44, MlDsa65, MlDsa87, MlDsaParams, Signature};

use crate::crypto::{Secret, SecretBytes};
use crate::kms::spec::{KeySpec, SigningAlgorithm};

use super::rng::SystemRng;
use super::{Fault, Message, Unfit};

pub struct MlDsa {
    spec: KeySpec,
    seed: Secret<32>,
    pair: PqdsaKeyPair,
}

/// The seed, the form in which the key is kept.
pub(super) fn draw() -> SecretBytes {
    SecretBytes::random(32)
}

impl MlDsa {
    pub(super) fn decode(spec: KeySpec, encoded: &[u8]) -> Result<Self, Unfit> {
        let seed = Secret::<32>::from_slice(encoded).ok_or(Unfit)?;
        let (signing, _) = algorithms(spec).ok_or(Unfit)?;
        let pair = PqdsaKeyPair::from_seed(signing, seed.expose()).map_err(|_| Unfit)?;
        Ok(Self { spec, seed, pair })
    }

    pub(super) fn public_key(&self) -> Result<Vec<u8>, Fault> {
        let der = AsDer::<PublicKeyX509Der<'_>>::as_der(self.pair.public_key()).map_err(|_| Fault::Internal)?;
        Ok(der.as_ref().to_vec())
    }

    pub(super) fn sign(&self, algorithm: SigningAlgorithm, message: Message<'_>) -> Result<Vec<u8>, Fault> {
        match (algorithm, message) {
            (SigningAlgorithm::MlDsaShake256, Message::Raw(message)) => {
                let mut signature = vec![0; self.pair.algorithm().signature_len()];
                let len = self.pair.sign(message, &mut signature).map_err(|_| Fault::Internal)?;
                signature.truncate(len);
                Ok(signature)
            }
            (SigningAlgorithm::MlDsaShake256, Message::ExternalMu(mu)) => match self.spec {
                KeySpec::MlDsa44 => sign_mu::<MlDsa44>(&self.seed, mu),
                KeySpec::MlDsa65 => sign_mu::<MlDsa65>(&self.seed, mu),
                _ => sign_mu::<MlDsa87>(&self.seed, mu),
            },
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
            (SigningAlgorithm::MlDsaShake256, Message::Raw(message)) => {
                verify(self.spec, self.pair.public_key().as_ref(), message, signature)
            }
            (SigningAlgorithm::MlDsaShake256, Message::ExternalMu(mu)) => match self.spec {
                KeySpec::MlDsa44 => verify_mu::<MlDsa44>(&self.seed, mu, signature),
                KeySpec::MlDsa65 => verify_mu::<MlDsa65>(&self.seed, mu, signature),
                _ => verify_mu::<MlDsa87>(&self.seed, mu, signature),
            },
            _ => Err(Fault::Unsupported),
        }
    }
}

fn sign_mu<P: MlDsaParams>(seed: &Secret<32>, mu: &[u8]) -> Result<Vec<u8>, Fault> {
    let key = ExpandedSigningKey::<P>::from_seed(seed.expose().into());
    let mu = mu.try_into().map_err(|_| Fault::Invalid)?;
    let signature = key.sign_mu_randomized(mu, &mut SystemRng).map_err(|_| Fault::Internal)?;
    Ok(signature.encode().to_vec())
}

/// Of a message, not of its representative.
pub(super) fn verify(spec: KeySpec, public: &[u8], message: &[u8], signature: &[u8]) -> Result<(), Fault> {
    let (_, verification) = algorithms(spec).ok_or(Fault::Internal)?;
    UnparsedPublicKey::new(verification, public).verify(message, signature).map_err(|_| Fault::Invalid)
}

fn verify_mu<P: MlDsaParams>(seed: &Secret<32>, mu: &[u8], signature: &[u8]) -> Result<(), Fault> {
    let key = ExpandedSigningKey::<P>::from_seed(seed.expose().into()).verifying_key();
    let mu = mu.try_into().map_err(|_| Fault::Invalid)?;
    let signature = Signature::<P>::try_from(signature).map_err(|_| Fault::Invalid)?;
    if key.verify_mu(mu, &signature) { Ok(()) } else { Err(Fault::Invalid) }
}

fn algorithms(spec: KeySpec) -> Option<(&'static PqdsaSigningAlgorithm, &'static PqdsaVerificationAlgorithm)> {
    match spec {
        KeySpec::MlDsa44 => Some((&signature::ML_DSA_44_SIGNING, &signature::ML_DSA_44)),
        KeySpec::MlDsa65 => Some((&signature::ML_DSA_65_SIGNING, &signature::ML_DSA_65)),
        KeySpec::MlDsa87 => Some((&signature::ML_DSA_87_SIGNING, &signature::ML_DSA_87)),
        _ => None,
    }
}
