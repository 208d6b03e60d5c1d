//! Decapsulate. A damaged ciphertext of the right length opens to a secret that nobody knows: FIPS 203's implicit rejection.

use crate::crypto::SecretBytes;
use crate::kms::spec::{EncapsulationAlgorithm, KeyUsage};

use super::prelude::*;

pub struct Decapsulate;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub key_id: String,
    pub shared_secret_ciphertext_blob: Blob,
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
    pub encapsulation_algorithm: EncapsulationAlgorithm,
}

impl Operation for Decapsulate {
    const NAME: &'static str = "Decapsulate";
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
        kms.authorise(call, "kms:Decapsulate", key, &Facts::of(&named).tokens(&input.grant_tokens))?;
        key.check_usage(KeyUsage::EncapsulateDecapsulate, "Decapsulate")?;
        key.check_usable()?;
        let ciphertext = input.shared_secret_ciphertext_blob;
        let opened = kms.with_current_material(key, move |material| {
            material.decapsulate(&ciphertext.0).map_err(|_| Error::invalid_ciphertext())
        });
        let shared_secret = opened.await?;
        if input.dry_run {
            return Err(Error::dry_run());
        }
        Ok(Output {
            key_id: key.arn.to_string(),
            shared_secret,
            encapsulation_algorithm: input.encapsulation_algorithm,
        })
    }
}
