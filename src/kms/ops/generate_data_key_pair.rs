//! GenerateDataKeyPair.

use crate::crypto::SecretBytes;
use crate::kms::material::Material;
use crate::kms::spec::{EncryptionAlgorithm, KeySpec, KeyUsage};
use crate::names::EncryptionContext;

use super::prelude::*;

pub struct GenerateDataKeyPair;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub key_id: String,
    pub key_pair_spec: KeySpec,
    #[serde(default)]
    pub encryption_context: EncryptionContext,
    #[serde(default)]
    pub grant_tokens: Vec<String>,
    pub recipient: Option<Value>,
    #[serde(default)]
    pub dry_run: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub private_key_ciphertext_blob: Blob,
    #[serde(serialize_with = "wire::hand_out")]
    pub private_key_plaintext: SecretBytes,
    pub public_key: Blob,
    pub key_id: String,
    pub key_pair_spec: KeySpec,
    pub key_material_id: String,
}

impl Operation for GenerateDataKeyPair {
    const NAME: &'static str = "GenerateDataKeyPair";
    const READ_ONLY: bool = true;
    const TRACKED: bool = true;
    type Input = Input;
    type Output = Output;

    fn recorded(input: &Input) -> Value {
        recorded(input)
    }

    async fn run(kms: &Kms, call: &Call, input: Input, trail: &mut Trail) -> Result<Output, Error> {
        generate(kms, call, "kms:GenerateDataKeyPair", &input, trail).await
    }
}

/// Shared with GenerateDataKeyPairWithoutPlaintext, which is another permission and drops the plaintext.
pub(super) fn recorded(input: &Input) -> Value {
    json!({
        "keyId": input.key_id,
        "keyPairSpec": input.key_pair_spec,
        "encryptionContext": input.encryption_context,
    })
}

pub(super) async fn generate(
    kms: &Kms,
    call: &Call,
    action: &'static str,
    input: &Input,
    trail: &mut Trail,
) -> Result<Output, Error> {
    wire::refuse_recipient(input.recipient.as_ref())?;
    let named = kms.resolve(call, &input.key_id, Aliases::Accepted).await?;
    let key = &named.key;
    trail.touch(&key.arn);
    let facts = Facts::of(&named)
        .context(&input.encryption_context)
        .tokens(&input.grant_tokens)
        .with("kms:encryptionalgorithm", EncryptionAlgorithm::SymmetricDefault.as_str())
        .with("kms:datakeypairspec", input.key_pair_spec.as_str());
    kms.quotas.charge_pair(call, input.key_pair_spec, kms.now())?;
    kms.authorise(call, action, key, &facts)?;
    let name = action.trim_start_matches("kms:");
    key.check_usage(KeyUsage::EncryptDecrypt, name)?;
    key.check_usable()?;
    key.check_symmetric(name)?;
    if input.dry_run {
        return Err(Error::dry_run());
    }
    let spec = input.key_pair_spec;
    let (private_key, public_key) =
        tokio::task::spawn_blocking(move || pair(spec)).await.map_err(Error::internal)??;
    let sealed = kms.seal_blob(key, &input.encryption_context, private_key.expose())?;
    trail.additional.insert("keyMaterialId".into(), json!(sealed.material_id));
    Ok(Output {
        private_key_ciphertext_blob: Blob(sealed.blob),
        private_key_plaintext: private_key,
        public_key: Blob(public_key),
        key_id: key.arn.to_string(),
        key_pair_spec: spec,
        key_material_id: sealed.material_id,
    })
}

/// A fresh pair: the private key in PKCS #8, the public key as SubjectPublicKeyInfo.
fn pair(spec: KeySpec) -> Result<(SecretBytes, Vec<u8>), Error> {
    let encoded = Material::draw(spec).ok_or_else(|| Error::internal("no key pair was made"))?;
    let material = Material::decode(spec, encoded.expose()).map_err(Error::internal)?;
    Ok((material.pkcs8().map_err(Error::internal)?, material.public_key().map_err(Error::internal)?))
}
