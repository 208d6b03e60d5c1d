//! GenerateDataKey.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::crypto::SecretBytes;
use crate::kms::authorise::Facts;
use crate::kms::error::Error;
use crate::kms::resolve::Aliases;
use crate::kms::spec::{EncryptionAlgorithm, KeyUsage, wire_enum};
use crate::kms::wire::{self, Blob};
use crate::kms::{Call, Kms, Operation, Trail};
use crate::names::EncryptionContext;

pub struct GenerateDataKey;

wire_enum!(DataKeySpec { Aes256 => "AES_256", Aes128 => "AES_128" });

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub key_id: String,
    #[serde(default)]
    pub encryption_context: EncryptionContext,
    pub key_spec: Option<DataKeySpec>,
    pub number_of_bytes: Option<usize>,
    #[serde(default)]
    pub grant_tokens: Vec<String>,
    pub recipient: Option<Value>,
    #[serde(default)]
    pub dry_run: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub ciphertext_blob: Blob,
    #[serde(serialize_with = "wire::hand_out")]
    pub plaintext: SecretBytes,
    pub key_id: String,
    pub key_material_id: String,
}

impl Operation for GenerateDataKey {
    const NAME: &'static str = "GenerateDataKey";
    const READ_ONLY: bool = true;
    const TRACKED: bool = true;
    type Input = Input;
    type Output = Output;

    fn recorded(input: &Input) -> Value {
        recorded(input)
    }

    async fn run(kms: &Kms, call: &Call, input: Input, trail: &mut Trail) -> Result<Output, Error> {
        generate(kms, call, "kms:GenerateDataKey", &input, trail).await
    }
}

/// Shared with GenerateDataKeyWithoutPlaintext, which is another permission and drops the plaintext.
pub(super) fn recorded(input: &Input) -> Value {
    let mut recorded = Map::new();
    recorded.insert("keyId".into(), json!(input.key_id));
    recorded.insert("encryptionContext".into(), json!(input.encryption_context));
    if let Some(spec) = input.key_spec {
        recorded.insert("keySpec".into(), json!(spec));
    }
    if let Some(len) = input.number_of_bytes {
        recorded.insert("numberOfBytes".into(), json!(len));
    }
    Value::Object(recorded)
}

pub(super) async fn generate(
    kms: &Kms,
    call: &Call,
    action: &'static str,
    input: &Input,
    trail: &mut Trail,
) -> Result<Output, Error> {
    wire::refuse_recipient(input.recipient.as_ref())?;
    let len = key_len(input)?;
    let named = kms.resolve(call, &input.key_id, Aliases::Accepted).await?;
    let key = &named.key;
    trail.touch(&key.arn);
    let facts = Facts::of(&named)
        .context(&input.encryption_context)
        .tokens(&input.grant_tokens)
        .with("kms:encryptionalgorithm", EncryptionAlgorithm::SymmetricDefault.as_str());
    kms.authorise(call, action, key, &facts)?;
    let name = action.strip_prefix("kms:").unwrap_or(action);
    key.check_usage(KeyUsage::EncryptDecrypt, name)?;
    key.check_usable()?;
    key.check_symmetric(name)?;
    if input.dry_run {
        return Err(Error::dry_run());
    }
    let plaintext = SecretBytes::random(len);
    let sealed = kms.seal_blob(key, &input.encryption_context, plaintext.expose())?;
    trail.additional.insert("keyMaterialId".into(), json!(sealed.material_id));
    Ok(Output {
        ciphertext_blob: Blob(sealed.blob),
        plaintext,
        key_id: key.arn.text(),
        key_material_id: sealed.material_id,
    })
}

/// Exactly one of KeySpec and NumberOfBytes says how long the key is.
fn key_len(input: &Input) -> Result<usize, Error> {
    match (input.key_spec, input.number_of_bytes) {
        (Some(DataKeySpec::Aes256), None) => Ok(32),
        (Some(DataKeySpec::Aes128), None) => Ok(16),
        (None, Some(len)) => Ok(len),
        _ => Err(Error::validation("Please specify either number of bytes or key spec.")),
    }
}
