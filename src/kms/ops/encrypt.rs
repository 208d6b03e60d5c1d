//! Encrypt.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::crypto::SecretBytes;
use crate::kms::authorise::Facts;
use crate::kms::error::Error;
use crate::kms::resolve::Aliases;
use crate::kms::spec::{EncryptionAlgorithm, KeyUsage};
use crate::kms::wire::{self, Blob};
use crate::kms::{Call, Kms, Operation, Trail};
use crate::names::EncryptionContext;

pub struct Encrypt;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub key_id: String,
    #[serde(deserialize_with = "wire::take_in")]
    pub plaintext: SecretBytes,
    #[serde(default)]
    pub encryption_context: EncryptionContext,
    #[serde(default)]
    pub grant_tokens: Vec<String>,
    pub encryption_algorithm: Option<EncryptionAlgorithm>,
    #[serde(default)]
    pub dry_run: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub ciphertext_blob: Blob,
    pub key_id: String,
    pub encryption_algorithm: EncryptionAlgorithm,
}

impl Operation for Encrypt {
    const NAME: &'static str = "Encrypt";
    const READ_ONLY: bool = true;
    const TRACKED: bool = true;
    type Input = Input;
    type Output = Output;

    fn recorded(input: &Input) -> Value {
        json!({
            "keyId": input.key_id,
            "encryptionContext": input.encryption_context,
            "encryptionAlgorithm": input.encryption_algorithm.unwrap_or(EncryptionAlgorithm::SymmetricDefault),
        })
    }

    async fn run(kms: &Kms, call: &Call, input: Input, trail: &mut Trail) -> Result<Output, Error> {
        let algorithm = input.encryption_algorithm.unwrap_or(EncryptionAlgorithm::SymmetricDefault);
        let named = kms.resolve(call, &input.key_id, Aliases::Accepted).await?;
        let key = &named.key;
        trail.touch(&key.arn);
        let facts = Facts::of(&named)
            .context(&input.encryption_context)
            .tokens(&input.grant_tokens)
            .with("kms:encryptionalgorithm", algorithm.as_str());
        kms.authorise(call, "kms:Encrypt", key, &facts)?;
        key.check_usage(KeyUsage::EncryptDecrypt, "Encrypt")?;
        key.check_usable()?;
        key.check_algorithm(algorithm)?;
        if input.dry_run {
            return Err(Error::dry_run());
        }
        let sealed = kms.seal_plaintext(key, algorithm, &input.encryption_context, input.plaintext).await?;
        if let Some(material_id) = sealed.material_id {
            trail.additional.insert("keyMaterialId".into(), json!(material_id));
        }
        Ok(Output {
            ciphertext_blob: Blob(sealed.ciphertext),
            key_id: key.arn.to_string(),
            encryption_algorithm: algorithm,
        })
    }
}
