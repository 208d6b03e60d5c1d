//! ML-KEM keys, by aws-lc-rs. Source: FIPS 203; their encodings RFC 9935.

use aws_lc_rs::kem::{
    Algorithm, AlgorithmId, Ciphertext, DecapsulationKey, EncapsulationKey, ML_KEM_512, ML_KEM_768, ML_KEM_1024,
};
use sm2::pkcs8::der::Encode;
use sm2::pkcs8::der::asn1::{BitStringRef, OctetStringRef};
use sm2::pkcs8::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfo};
use sm2::pkcs8::{ObjectIdentifier, PrivateKeyInfoRef};

use crate::crypto::SecretBytes;
use crate::kms::spec::KeySpec;

use super::{Fault, Unfit};

pub struct MlKem {
    parameters: &'static Parameters,
    decapsulation: DecapsulationKey<AlgorithmId>,
    encapsulation: EncapsulationKey<AlgorithmId>,
    /// FIPS 203's expanded decapsulation key.
    expanded: SecretBytes,
}

struct Parameters {
    algorithm: &'static Algorithm<AlgorithmId>,
    /// FIPS 203's k.
    k: usize,
    ciphertext_len: usize,
    oid: &'static str,
}

static PARAMETERS: [Parameters; 3] = [
    Parameters { algorithm: &ML_KEM_512, k: 2, ciphertext_len: 768, oid: "2.16.840.1.101.3.4.4.1" },
    Parameters { algorithm: &ML_KEM_768, k: 3, ciphertext_len: 1088, oid: "2.16.840.1.101.3.4.4.2" },
    Parameters { algorithm: &ML_KEM_1024, k: 4, ciphertext_len: 1568, oid: "2.16.840.1.101.3.4.4.3" },
];

fn parameters(spec: KeySpec) -> Option<&'static Parameters> {
    match spec {
        KeySpec::MlKem512 => Some(&PARAMETERS[0]),
        KeySpec::MlKem768 => Some(&PARAMETERS[1]),
        KeySpec::MlKem1024 => Some(&PARAMETERS[2]),
        _ => None,
    }
}

/// The expanded decapsulation key, the form in which the key is kept.
pub(super) fn draw(spec: KeySpec) -> Option<SecretBytes> {
    let key = DecapsulationKey::generate(parameters(spec)?.algorithm).ok()?;
    Some(SecretBytes::new(key.key_bytes().ok()?.as_ref().to_vec()))
}

impl MlKem {
    pub(super) fn decode(spec: KeySpec, encoded: &[u8]) -> Result<Self, Unfit> {
        let parameters = parameters(spec).ok_or(Unfit)?;
        // dk = dk_pke (384 k) | ek (384 k + 32) | H(ek) | z. The library does not find ek again by itself.
        let pke_len = 384 * parameters.k;
        let ek = encoded.get(pke_len..2 * pke_len + 32).ok_or(Unfit)?;
        Ok(Self {
            parameters,
            decapsulation: DecapsulationKey::new(parameters.algorithm, encoded).map_err(|_| Unfit)?,
            encapsulation: EncapsulationKey::new(parameters.algorithm, ek).map_err(|_| Unfit)?,
            expanded: SecretBytes::new(encoded.to_vec()),
        })
    }

    /// A fresh shared secret and its ciphertext.
    pub(super) fn encapsulate(&self) -> Result<(SecretBytes, Vec<u8>), Fault> {
        let (ciphertext, secret) = self.encapsulation.encapsulate().map_err(|_| Fault::Internal)?;
        Ok((SecretBytes::new(secret.as_ref().to_vec()), ciphertext.as_ref().to_vec()))
    }

    /// A ciphertext of the right length always opens: a damaged one to a secret that nobody knows.
    pub(super) fn decapsulate(&self, ciphertext: &[u8]) -> Result<SecretBytes, Fault> {
        if ciphertext.len() != self.parameters.ciphertext_len {
            return Err(Fault::Invalid);
        }
        let secret = self.decapsulation.decapsulate(Ciphertext::from(ciphertext)).map_err(|_| Fault::Invalid)?;
        Ok(SecretBytes::new(secret.as_ref().to_vec()))
    }

    pub(super) fn public_key(&self) -> Result<Vec<u8>, Fault> {
        let bytes = self.encapsulation.key_bytes().map_err(|_| Fault::Internal)?;
        let key = BitStringRef::from_bytes(bytes.as_ref()).map_err(|_| Fault::Internal)?;
        let info = SubjectPublicKeyInfo { algorithm: self.algorithm()?, subject_public_key: key };
        info.to_der().map_err(|_| Fault::Internal)
    }

    /// With the expanded key alone, the second choice of RFC 9935.
    pub(super) fn pkcs8(&self) -> Result<SecretBytes, Fault> {
        let expanded = OctetStringRef::new(self.expanded.expose()).map_err(|_| Fault::Internal)?;
        let choice = SecretBytes::new(expanded.to_der().map_err(|_| Fault::Internal)?);
        let choice = OctetStringRef::new(choice.expose()).map_err(|_| Fault::Internal)?;
        let info = PrivateKeyInfoRef::new(self.algorithm()?, choice);
        Ok(SecretBytes::new(info.to_der().map_err(|_| Fault::Internal)?))
    }

    fn algorithm(&self) -> Result<AlgorithmIdentifierRef<'static>, Fault> {
        let oid = ObjectIdentifier::new(self.parameters.oid).map_err(|_| Fault::Internal)?;
        Ok(AlgorithmIdentifierRef { oid, parameters: None })
    }
}
