//! Decrypt.
//!
//! The key that the blob names is authorised before the blob is opened. A caller who may not use it hears the same as of
//! a key that does not exist.

use serde_json::Map;

use crate::crypto::SecretBytes;
use crate::kms::spec::{EncryptionAlgorithm, KeyUsage};
use crate::names::EncryptionContext;

use super::prelude::*;

pub struct Decrypt;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub ciphertext_blob: Option<Blob>,
    pub key_id: Option<String>,
    #[serde(default)]
    pub encryption_context: EncryptionContext,
    #[serde(default)]
    pub grant_tokens: Vec<String>,
    pub encryption_algorithm: Option<EncryptionAlgorithm>,
    pub recipient: Option<Value>,
    #[serde(default)]
    pub dry_run: bool,
    #[serde(default)]
    pub dry_run_modifiers: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub key_id: String,
    #[serde(serialize_with = "wire::hand_out")]
    pub plaintext: SecretBytes,
    pub encryption_algorithm: EncryptionAlgorithm,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_material_id: Option<String>,
}

impl Operation for Decrypt {
    const NAME: &'static str = "Decrypt";
    const READ_ONLY: bool = true;
    const TRACKED: bool = true;
    type Input = Input;
    type Output = Output;

    fn recorded(input: &Input) -> Value {
        let mut recorded = Map::new();
        if let Some(key_id) = &input.key_id {
            recorded.insert("keyId".into(), json!(key_id));
        }
        recorded.insert("encryptionContext".into(), json!(input.encryption_context));
        let algorithm = input.encryption_algorithm.unwrap_or(EncryptionAlgorithm::SymmetricDefault);
        recorded.insert("encryptionAlgorithm".into(), json!(algorithm));
        Value::Object(recorded)
    }

    async fn run(kms: &Kms, call: &Call, input: Input, trail: &mut Trail) -> Result<Output, Error> {
        wire::refuse_recipient(input.recipient.as_ref())?;
        let algorithm = input.encryption_algorithm.unwrap_or(EncryptionAlgorithm::SymmetricDefault);
        let authorisation_only =
            wire::ignores_ciphertext(&input.dry_run_modifiers, input.dry_run, input.key_id.is_some())?;
        let named = kms.key_to_open(call, input.key_id.as_deref(), algorithm, input.ciphertext_blob.as_ref()).await?;
        let key = &named.key;
        trail.touch(&key.arn);
        let facts = Facts::of(&named)
            .context(&input.encryption_context)
            .tokens(&input.grant_tokens)
            .with("kms:encryptionalgorithm", algorithm.as_str());
        kms.authorise(call, "kms:Decrypt", key, &facts).map_err(|denied| match input.key_id {
            Some(_) => denied,
            None => Error::invisible_ciphertext(),
        })?;
        key.check_usage(KeyUsage::EncryptDecrypt, "Decrypt")?;
        key.check_usable()?;
        key.check_algorithm(algorithm)?;
        if authorisation_only {
            return Err(Error::dry_run());
        }
        let blob = input.ciphertext_blob.ok_or_else(|| Error::validation("CiphertextBlob is required."))?;
        let opened = kms.open_ciphertext(key, algorithm, &input.encryption_context, blob).await?;
        if input.dry_run {
            return Err(Error::dry_run());
        }
        if let Some(material_id) = &opened.material_id {
            trail.additional.insert("keyMaterialId".into(), json!(material_id));
        }
        Ok(Output {
            key_id: key.arn.text(),
            plaintext: opened.plaintext,
            encryption_algorithm: algorithm,
            key_material_id: opened.material_id,
        })
    }
}
