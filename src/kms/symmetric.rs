//! Sealing and opening blobs with a key's material: what Encrypt, Decrypt, ReEncrypt and the data key actions share.

use crate::crypto::SecretBytes;
use crate::names::EncryptionContext;

use super::Kms;
use super::blob::{self, Header};
use super::error::Error;
use super::key::Key;
use super::material::{Material, MaterialId};

/// A blob, and the id of the material that sealed it.
pub struct Sealed {
    pub blob: Vec<u8>,
    pub material_id: String,
}

impl Kms {
    /// Seals under the key's current material. State and usage were checked.
    pub(crate) fn seal_blob(&self, key: &Key, context: &EncryptionContext, plaintext: &[u8]) -> Result<Sealed, Error> {
        let record = key.current_material().ok_or_else(|| Error::internal("an enabled key without material"))?;
        let material =
            self.material(key, &record.id)?.ok_or_else(|| Error::internal("the current material is missing"))?;
        let (Material::Symmetric(secret), Some(id)) = (&*material, MaterialId::parse(&record.id)) else {
            return Err(Error::internal("a symmetric key with other material"));
        };
        let blob = blob::seal(&key.arn.key_id, &id, secret, context, plaintext)
            .ok_or_else(|| Error::internal("a key id that is no key id"))?;
        Ok(Sealed { blob, material_id: record.id.clone() })
    }

    /// Opens a blob that names this key. Whatever is wrong with it, the error is the same.
    pub(crate) fn open_blob(
        &self,
        key: &Key,
        header: &Header,
        context: &EncryptionContext,
        blob: &[u8],
    ) -> Result<SecretBytes, Error> {
        let material_id = header.material_id.to_string();
        let known = key.materials.iter().any(|material| material.id == material_id);
        let material = if known { self.material(key, &material_id)? } else { None };
        let Some(Material::Symmetric(secret)) = material.as_deref() else {
            return Err(Error::invalid_ciphertext());
        };
        blob::open(secret, context, blob).map_err(|_| Error::invalid_ciphertext())
    }
}
