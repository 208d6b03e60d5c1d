//! Sealing and opening with a key of whatever spec: what Encrypt, Decrypt and ReEncrypt share.

use std::sync::Arc;

use crate::crypto::SecretBytes;
use crate::names::{EncryptionContext, KeyArn};

use super::blob;
use super::error::{Code, Error};
use super::key::Key;
use super::resolve::{Aliases, Resolved};
use super::spec::EncryptionAlgorithm;
use super::wire::Blob;
use super::{Call, Kms};

pub struct Sealed {
    pub ciphertext: Vec<u8>,
    /// `None` for asymmetric keys, whose ciphertexts name no material.
    pub material_id: Option<String>,
}

pub struct Opened {
    pub plaintext: SecretBytes,
    /// `None` for asymmetric keys.
    pub material_id: Option<String>,
}

impl Kms {
    /// Key, algorithm and state were checked.
    pub(crate) async fn seal_plaintext(
        &self,
        key: &Key,
        algorithm: EncryptionAlgorithm,
        context: &EncryptionContext,
        plaintext: SecretBytes,
    ) -> Result<Sealed, Error> {
        if algorithm == EncryptionAlgorithm::SymmetricDefault {
            let sealed = self.seal_blob(key, context, plaintext.expose())?;
            return Ok(Sealed { ciphertext: sealed.blob, material_id: Some(sealed.material_id) });
        }
        check_no_context(context)?;
        let ciphertext = self.encrypt_asymmetric(key, algorithm, plaintext).await?;
        Ok(Sealed { ciphertext, material_id: None })
    }

    /// Key, algorithm and state were checked.
    pub(crate) async fn open_ciphertext(
        &self,
        key: &Key,
        algorithm: EncryptionAlgorithm,
        context: &EncryptionContext,
        ciphertext: Blob,
    ) -> Result<Opened, Error> {
        if algorithm == EncryptionAlgorithm::SymmetricDefault {
            let header = blob::header(&ciphertext.0).ok_or_else(Error::invalid_ciphertext)?;
            if header.key_id != *key.arn.key_id {
                return Err(Error::incorrect_key());
            }
            let plaintext = self.open_blob(key, &header, context, &ciphertext.0)?;
            return Ok(Opened { plaintext, material_id: Some(header.material_id.to_string()) });
        }
        check_no_context(context)?;
        let plaintext = self.decrypt_asymmetric(key, algorithm, ciphertext.0).await?;
        Ok(Opened { plaintext, material_id: None })
    }

    /// The key that a request to open something means: the one that it names, or else the one that the blob names.
    pub(crate) async fn key_to_open(
        &self,
        call: &Call,
        key_id: Option<&str>,
        algorithm: EncryptionAlgorithm,
        ciphertext: Option<&Blob>,
    ) -> Result<Resolved, Error> {
        if let Some(key_id) = key_id {
            return self.resolve(call, key_id, Aliases::Accepted).await;
        }
        if algorithm != EncryptionAlgorithm::SymmetricDefault {
            return Err(Error::validation("KeyId is required for asymmetric keys."));
        }
        let ciphertext = ciphertext.ok_or_else(|| Error::validation("CiphertextBlob is required."))?;
        let header = blob::header(&ciphertext.0).ok_or_else(Error::invalid_ciphertext)?;
        let key = self.key_of_blob(call, &header.key_id).ok_or_else(Error::invisible_ciphertext)?;
        Ok(Resolved { key, alias: None })
    }

    /// The key that a blob names, in the call's Region.
    fn key_of_blob(&self, call: &Call, key_id: &str) -> Option<Arc<Key>> {
        let memory = self.store.read();
        let account = memory.account_of(key_id)?.clone();
        memory.key(&KeyArn { region: call.region.clone(), account, key_id: key_id.into() }).cloned()
    }
}

fn check_no_context(context: &EncryptionContext) -> Result<(), Error> {
    if context.is_empty() {
        return Ok(());
    }
    Err(Error::validation("An encryption context is not valid with an asymmetric key."))
}

impl Error {
    pub(crate) fn incorrect_key() -> Self {
        Self::new(
            Code::IncorrectKey,
            "The key ID in the request does not identify a CMK that can perform this operation.",
        )
    }

    pub(crate) fn invisible_ciphertext() -> Self {
        Self::new(
            Code::AccessDenied,
            "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you \
             are not allowed to access.",
        )
    }
}
