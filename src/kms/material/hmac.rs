//! HMAC keys, by aws-lc-rs. A key is as long as its hash. Source: FIPS 198-1.

use aws_lc_rs::hmac;

use crate::crypto::SecretBytes;
use crate::kms::spec::{KeySpec, MacAlgorithm};

use super::{Fault, Unfit};

pub struct Hmac {
    key: hmac::Key,
}

pub(super) fn draw(spec: KeySpec) -> Option<SecretBytes> {
    key_len(spec).map(SecretBytes::random)
}

pub(super) fn key_len(spec: KeySpec) -> Option<usize> {
    match spec {
        KeySpec::Hmac224 => Some(28),
        KeySpec::Hmac256 => Some(32),
        KeySpec::Hmac384 => Some(48),
        KeySpec::Hmac512 => Some(64),
        _ => None,
    }
}

impl Hmac {
    pub(super) fn decode(spec: KeySpec, encoded: &[u8]) -> Result<Self, Unfit> {
        let algorithm = match spec {
            KeySpec::Hmac224 => hmac::HMAC_SHA224,
            KeySpec::Hmac256 => hmac::HMAC_SHA256,
            KeySpec::Hmac384 => hmac::HMAC_SHA384,
            KeySpec::Hmac512 => hmac::HMAC_SHA512,
            _ => return Err(Unfit),
        };
        Ok(Self { key: hmac::Key::new(algorithm, encoded) })
    }

    pub fn mac(&self, algorithm: MacAlgorithm, message: &[u8]) -> Result<Vec<u8>, Fault> {
        self.check(algorithm)?;
        Ok(hmac::sign(&self.key, message).as_ref().to_vec())
    }

    /// In constant time.
    pub fn verify(&self, algorithm: MacAlgorithm, message: &[u8], mac: &[u8]) -> Result<(), Fault> {
        self.check(algorithm)?;
        hmac::verify(&self.key, message, mac).map_err(|_| Fault::Invalid)
    }

    fn check(&self, algorithm: MacAlgorithm) -> Result<(), Fault> {
        let own = self.key.algorithm();
        let fits = match algorithm {
            MacAlgorithm::HmacSha224 => own == hmac::HMAC_SHA224,
            MacAlgorithm::HmacSha256 => own == hmac::HMAC_SHA256,
            MacAlgorithm::HmacSha384 => own == hmac::HMAC_SHA384,
            MacAlgorithm::HmacSha512 => own == hmac::HMAC_SHA512,
        };
        if fits { Ok(()) } else { Err(Fault::Unsupported) }
    }
}
