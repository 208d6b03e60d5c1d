//! The gateway's own key, the one behind SSE-S3. Its data keys are made and opened without a caller: there is nobody to
//! authorise, and nothing for the audit trail of an account, as with AWS-owned keys.

use crate::crypto::SecretBytes;
use crate::names::{AccountId, EncryptionContext, KeyArn};

use super::Kms;
use super::blob;
use super::error::Error;

/// A fresh data key under the gateway's own key.
pub struct GatewayDataKey {
    pub plaintext: SecretBytes,
    pub blob: Vec<u8>,
    pub key: KeyArn,
}

impl Kms {
    /// The gateway's own account.
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    pub fn generate_gateway_data_key(&self, context: &EncryptionContext) -> Result<GatewayDataKey, Error> {
        let key = self.gateway_key()?;
        let plaintext = SecretBytes::random(32);
        let sealed = self.seal_blob(&key, context, plaintext.expose())?;
        Ok(GatewayDataKey { plaintext, blob: sealed.blob, key: key.arn.clone() })
    }

    pub fn open_gateway_data_key(&self, context: &EncryptionContext, blob: &[u8]) -> Result<SecretBytes, Error> {
        let key = self.gateway_key()?;
        let header = blob::header(blob).filter(|header| header.key_id == *key.arn.key_id);
        self.open_blob(&key, &header.ok_or_else(Error::invalid_ciphertext)?, context, blob)
    }

    fn gateway_key(&self) -> Result<std::sync::Arc<super::Key>, Error> {
        self.store.read().gateway_key().cloned().ok_or_else(|| Error::internal("the gateway's own key is missing"))
    }
}
