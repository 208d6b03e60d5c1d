//! GetPublicKey.

use crate::kms::metadata::Algorithms;
use crate::kms::spec::Family;

use super::prelude::*;

pub struct GetPublicKey;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub key_id: String,
    #[serde(default)]
    pub grant_tokens: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub key_id: String,
    pub public_key: Blob,
    pub customer_master_key_spec: &'static str,
    pub key_spec: &'static str,
    pub key_usage: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub encryption_algorithms: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub signing_algorithms: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub key_agreement_algorithms: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub encapsulation_algorithms: Vec<&'static str>,
}

impl Operation for GetPublicKey {
    const NAME: &'static str = "GetPublicKey";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn recorded(input: &Input) -> Value {
        json!({ "keyId": input.key_id })
    }

    async fn run(kms: &Kms, call: &Call, input: Input, trail: &mut Trail) -> Result<Output, Error> {
        let named = kms.resolve(call, &input.key_id, Aliases::Accepted).await?;
        let key = &named.key;
        trail.touch(&key.arn);
        kms.authorise(call, "kms:GetPublicKey", key, &Facts::of(&named).tokens(&input.grant_tokens))?;
        if key.spec.family() != Family::Asymmetric {
            return Err(Error::bare(Code::UnsupportedOperation));
        }
        key.check_usable()?;
        let public_key =
            kms.with_current_material(key, |material| material.public_key().map_err(Error::internal)).await?;
        let algorithms = Algorithms::of(key);
        Ok(Output {
            key_id: key.arn.to_string(),
            public_key: Blob(public_key),
            customer_master_key_spec: key.spec.as_str(),
            key_spec: key.spec.as_str(),
            key_usage: key.usage.as_str(),
            encryption_algorithms: algorithms.encryption,
            signing_algorithms: algorithms.signing,
            key_agreement_algorithms: algorithms.agreement,
            encapsulation_algorithms: algorithms.encapsulation,
        })
    }
}
