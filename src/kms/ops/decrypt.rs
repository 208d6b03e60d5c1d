//! Decrypt.
//!
//! The key that the blob names is authorised before the blob is opened. A caller who may not use it hears the same as of
//! a key that does not exist.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::crypto::SecretBytes;
use crate::kms::authorise::Facts;
use crate::kms::blob;
use crate::kms::error::{Code, Error};
use crate::kms::key::Key;
use crate::kms::resolve::{Aliases, Resolved};
use crate::kms::spec::{EncryptionAlgorithm, KeyUsage};
use crate::kms::wire::{self, Blob};
use crate::kms::{Call, Kms, Operation, Trail};
use crate::names::{EncryptionContext, KeyArn};

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
        let authorisation_only = ignores_ciphertext(&input)?;
        let header = match (&input.ciphertext_blob, algorithm) {
            (Some(blob), EncryptionAlgorithm::SymmetricDefault) => Some(blob::header(&blob.0)),
            (None, _) if !authorisation_only => return Err(Error::validation("CiphertextBlob is required.")),
            _ => None,
        };
        let named = match &input.key_id {
            Some(key_id) => kms.resolve(call, key_id, Aliases::Accepted).await?,
            None => {
                let header = header.as_ref().and_then(Option::as_ref).ok_or_else(Error::invalid_ciphertext)?;
                let key = kms.key_of_blob(call, &header.key_id).ok_or_else(Error::invisible_ciphertext)?;
                Resolved { key, alias: None }
            }
        };
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
        let blob = input.ciphertext_blob.as_ref().ok_or_else(Error::invalid_ciphertext)?;
        let header = header.flatten().ok_or_else(Error::invalid_ciphertext)?;
        if header.key_id != *key.arn.key_id {
            return Err(Error::incorrect_key());
        }
        let plaintext = kms.open_blob(key, &header, &input.encryption_context, &blob.0)?;
        if input.dry_run {
            return Err(Error::dry_run());
        }
        let material_id = header.material_id.to_string();
        trail.additional.insert("keyMaterialId".into(), json!(material_id));
        Ok(Output {
            key_id: key.arn.to_string(),
            plaintext,
            encryption_algorithm: algorithm,
            key_material_id: Some(material_id),
        })
    }
}

/// `DryRunModifiers: [IGNORE_CIPHERTEXT]` asks for the authorisation alone; it needs a dry run and a key.
fn ignores_ciphertext(input: &Input) -> Result<bool, Error> {
    if input.dry_run_modifiers.is_empty() {
        return Ok(false);
    }
    if !input.dry_run || input.key_id.is_none() {
        return Err(Error::validation("DryRunModifiers requires DryRun and a KeyId."));
    }
    Ok(true)
}

impl Kms {
    /// The key that a blob names, in the call's Region.
    pub(crate) fn key_of_blob(&self, call: &Call, key_id: &str) -> Option<Arc<Key>> {
        let memory = self.store.read();
        let account = memory.account_of(key_id)?.clone();
        memory.key(&KeyArn { region: call.region.clone(), account, key_id: key_id.into() }).cloned()
    }
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
