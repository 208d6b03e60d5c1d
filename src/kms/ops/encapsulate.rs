//! Encapsulate: a fresh shared secret, and its ciphertext.

use crate::crypto::SecretBytes;
use crate::kms::spec::{EncapsulationAlgorithm, KeyUsage};

use super::prelude::*;

pub struct Encapsulate;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub key_id: String,
    pub encapsulation_algorithm: EncapsulationAlgorithm,
    #[serde(default)]
    pub grant_tokens: Vec<String>,
    #[serde(default)]
    pub dry_run: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub key_id: String,
    #[serde(serialize_with = "wire::hand_out")]
    pub shared_secret: SecretBytes,
    pub shared_secret_ciphertext_blob: Blob,
    pub encapsulation_algorithm: EncapsulationAlgorithm,
}

impl Operation for Encapsulate {
    const NAME: &'static str = "Encapsulate";
    const READ_ONLY: bool = true;
    const TRACKED: bool = true;
    type Input = Input;
    type Output = Output;

    fn recorded(input: &Input) -> Value {
        json!({ "keyId": input.key_id, "encapsulationAlgorithm": input.encapsulation_algorithm })
    }

    async fn run(kms: &Kms, call: &Call, input: Input, trail: &mut Trail) -> Result<Output, Error> {
        let named = kms.resolve(call, &input.key_id, Aliases::Accepted).await?;
        let key = &named.key;
        trail.touch(&key.arn);
        kms.authorise(call, "kms:Encapsulate", key, &Facts::of(&named).tokens(&input.grant_tokens))?;
        key.check_usage(KeyUsage::EncapsulateDecapsulate, "Encapsulate")?;
        key.check_usable()?;
        if input.dry_run {
            return Err(Error::dry_run());
        }
        let (shared_secret, ciphertext) =
            kms.with_current_material(key, |material| material.encapsulate().map_err(Error::internal)).await?;
        Ok(Output {
            key_id: key.arn.to_string(),
            shared_secret,
            shared_secret_ciphertext_blob: Blob(ciphertext),
            encapsulation_algorithm: input.encapsulation_algorithm,
        })
    }
}
