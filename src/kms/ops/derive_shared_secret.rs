//! DeriveSharedSecret: ECDH with a peer's public key.

use crate::crypto::SecretBytes;
use crate::kms::material::Fault;
use crate::kms::spec::{KeyAgreementAlgorithm, KeyUsage};

use super::prelude::*;

pub struct DeriveSharedSecret;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub key_id: String,
    pub key_agreement_algorithm: KeyAgreementAlgorithm,
    pub public_key: Blob,
    #[serde(default)]
    pub grant_tokens: Vec<String>,
    pub recipient: Option<Value>,
    #[serde(default)]
    pub dry_run: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub key_id: String,
    #[serde(serialize_with = "wire::hand_out")]
    pub shared_secret: SecretBytes,
    pub key_agreement_algorithm: KeyAgreementAlgorithm,
    pub key_origin: &'static str,
}

impl Operation for DeriveSharedSecret {
    const NAME: &'static str = "DeriveSharedSecret";
    const READ_ONLY: bool = true;
    const TRACKED: bool = true;
    type Input = Input;
    type Output = Output;

    fn recorded(input: &Input) -> Value {
        json!({ "keyId": input.key_id, "keyAgreementAlgorithm": input.key_agreement_algorithm })
    }

    async fn run(kms: &Kms, call: &Call, input: Input, trail: &mut Trail) -> Result<Output, Error> {
        let named = kms.resolve(call, &input.key_id, Aliases::Accepted).await?;
        let key = &named.key;
        trail.touch(&key.arn);
        wire::refuse_recipient(input.recipient.as_ref())?;
        let algorithm = input.key_agreement_algorithm;
        let facts = Facts::of(&named).tokens(&input.grant_tokens).with("kms:keyagreementalgorithm", algorithm.as_str());
        kms.authorise(call, "kms:DeriveSharedSecret", key, &facts)?;
        key.check_usage(KeyUsage::KeyAgreement, "DeriveSharedSecret")?;
        key.check_usable()?;
        let peer = input.public_key;
        let derived = kms.with_current_material(key, move |material| match material.agree(&peer.0) {
            Ok(secret) => Ok(secret),
            // AWS's message is empty.
            Err(Fault::Invalid) => Err(Error::validation("")),
            Err(fault) => Err(Error::internal(fault)),
        });
        let shared_secret = derived.await?;
        if input.dry_run {
            return Err(Error::dry_run());
        }
        Ok(Output {
            key_id: key.arn.to_string(),
            shared_secret,
            key_agreement_algorithm: algorithm,
            key_origin: key.origin.as_str(),
        })
    }
}
