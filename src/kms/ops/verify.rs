//! Verify.

use crate::crypto::SecretBytes;
use crate::kms::signing::{self, MessageType};
use crate::kms::spec::{KeyUsage, SigningAlgorithm};

use super::prelude::*;

pub struct Verify;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub key_id: String,
    #[serde(deserialize_with = "wire::take_in")]
    pub message: SecretBytes,
    pub message_type: Option<MessageType>,
    pub signature: Blob,
    pub signing_algorithm: SigningAlgorithm,
    #[serde(default)]
    pub grant_tokens: Vec<String>,
    #[serde(default)]
    pub dry_run: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub key_id: String,
    pub signature_valid: bool,
    pub signing_algorithm: SigningAlgorithm,
}

impl Operation for Verify {
    const NAME: &'static str = "Verify";
    const READ_ONLY: bool = true;
    const TRACKED: bool = true;
    type Input = Input;
    type Output = Output;

    fn recorded(input: &Input) -> Value {
        json!({
            "keyId": input.key_id,
            "messageType": input.message_type.unwrap_or(MessageType::Raw),
            "signingAlgorithm": input.signing_algorithm,
        })
    }

    async fn run(kms: &Kms, call: &Call, input: Input, trail: &mut Trail) -> Result<Output, Error> {
        let named = kms.resolve(call, &input.key_id, Aliases::Accepted).await?;
        let key = &named.key;
        trail.touch(&key.arn);
        let (algorithm, message_type) = (input.signing_algorithm, input.message_type.unwrap_or(MessageType::Raw));
        let facts = Facts::of(&named)
            .tokens(&input.grant_tokens)
            .with("kms:signingalgorithm", algorithm.as_str())
            .with("kms:messagetype", message_type.as_str());
        kms.authorise(call, "kms:Verify", key, &facts)?;
        key.check_usage(KeyUsage::SignVerify, "Verify")?;
        key.check_usable()?;
        signing::check(key, algorithm, message_type, input.message.expose())?;
        let (message, signature) = (input.message, input.signature);
        kms.with_current_material(key, move |material| {
            let verified = material.verify(algorithm, message_type.message(message.expose()), &signature.0);
            verified.map_err(|_| Error::bare(Code::InvalidSignature))
        })
        .await?;
        if input.dry_run {
            return Err(Error::dry_run());
        }
        Ok(Output { key_id: key.arn.to_string(), signature_valid: true, signing_algorithm: algorithm })
    }
}
