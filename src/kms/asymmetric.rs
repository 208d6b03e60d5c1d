//! The work that asymmetric and HMAC material does for the actions.

use super::Kms;
use super::error::Error;
use super::key::Key;
use super::material::{Fault, Hmac, Material, max_rsa_plain_len};
use super::spec::{EncryptionAlgorithm, KeySpec};
use crate::crypto::SecretBytes;

/// The longest plaintext of SM2PKE in bytes.
const MAX_SM2_PLAIN_LEN: usize = 1024;

impl Kms {
    /// Does something with the key's current material. RSA and ML-DSA take their time, so they do it away from the tasks
    /// that serve others.
    pub(crate) async fn with_current_material<T: Send + 'static>(
        &self,
        key: &Key,
        work: impl FnOnce(&Material) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let material = self.current(key)?;
        match &*material {
            Material::Rsa(_) | Material::MlDsa(_) => {
                tokio::task::spawn_blocking(move || work(&material)).await.map_err(Error::internal)?
            }
            _ => work(&material),
        }
    }

    pub(crate) fn with_hmac<T>(&self, key: &Key, work: impl FnOnce(&Hmac) -> Result<T, Error>) -> Result<T, Error> {
        match &*self.current(key)? {
            Material::Hmac(hmac) => work(hmac),
            _ => Err(Error::internal("an HMAC key with other material")),
        }
    }

    pub(crate) async fn encrypt_asymmetric(
        &self,
        key: &Key,
        algorithm: EncryptionAlgorithm,
        plaintext: SecretBytes,
    ) -> Result<Vec<u8>, Error> {
        check_plain_len(key.spec, algorithm, plaintext.len())?;
        self.with_current_material(key, move |material| {
            material.encrypt(algorithm, plaintext.expose()).map_err(Error::internal)
        })
        .await
    }

    pub(crate) async fn decrypt_asymmetric(
        &self,
        key: &Key,
        algorithm: EncryptionAlgorithm,
        ciphertext: Vec<u8>,
    ) -> Result<SecretBytes, Error> {
        self.with_current_material(key, move |material| match material.decrypt(algorithm, &ciphertext) {
            Ok(plaintext) => Ok(plaintext),
            Err(Fault::Invalid) => Err(Error::invalid_ciphertext()),
            Err(fault) => Err(Error::internal(fault)),
        })
        .await
    }

    fn current(&self, key: &Key) -> Result<std::sync::Arc<Material>, Error> {
        let record = key.current_material().ok_or_else(|| Error::internal("an enabled key without material"))?;
        self.material(key, &record.id)?.ok_or_else(|| Error::internal("the current material is missing"))
    }
}

fn check_plain_len(spec: KeySpec, algorithm: EncryptionAlgorithm, len: usize) -> Result<(), Error> {
    let longest = match algorithm {
        EncryptionAlgorithm::Sm2Pke => Some(MAX_SM2_PLAIN_LEN),
        _ => max_rsa_plain_len(spec, algorithm),
    };
    match longest {
        Some(longest) if len > longest => Err(Error::validation(format!(
            "Algorithm {algorithm} and key spec {spec} cannot encrypt data larger than {longest} bytes."
        ))),
        _ => Ok(()),
    }
}
