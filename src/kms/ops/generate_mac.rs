//! GenerateMac.

use crate::crypto::SecretBytes;
use crate::kms::spec::{KeyUsage, MacAlgorithm};

use super::prelude::*;

pub struct GenerateMac;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub key_id: String,
    #[serde(deserialize_with = "wire::take_in")]
    pub message: SecretBytes,
    pub mac_algorithm: MacAlgorithm,
    #[serde(default)]
    pub grant_tokens: Vec<String>,
    #[serde(default)]
    pub dry_run: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub mac: Blob,
    pub mac_algorithm: MacAlgorithm,
    pub key_id: String,
}

impl Operation for GenerateMac {
    const NAME: &'static str = "GenerateMac";
    const READ_ONLY: bool = true;
    const TRACKED: bool = true;
    type Input = Input;
    type Output = Output;

    fn recorded(input: &Input) -> Value {
        json!({ "keyId": input.key_id, "macAlgorithm": input.mac_algorithm })
    }

    async fn run(kms: &Kms, call: &Call, input: Input, trail: &mut Trail) -> Result<Output, Error> {
        let named = kms.resolve(call, &input.key_id, Aliases::Accepted).await?;
        let key = &named.key;
        trail.touch(&key.arn);
        let facts =
            Facts::of(&named).tokens(&input.grant_tokens).with("kms:macalgorithm", input.mac_algorithm.as_str());
        kms.authorise(call, "kms:GenerateMac", key, &facts)?;
        key.check_usage(KeyUsage::GenerateVerifyMac, "GenerateMac")?;
        key.check_usable()?;
        if !key.spec.mac_algorithms().contains(&input.mac_algorithm) {
            return Err(key.incompatible(input.mac_algorithm.as_str()));
        }
        if input.dry_run {
            return Err(Error::dry_run());
        }
        let (algorithm, message) = (input.mac_algorithm, input.message);
        let mac = kms.with_hmac(key, |hmac| hmac.mac(algorithm, message.expose()).map_err(Error::internal))?;
        Ok(Output { mac: Blob(mac), mac_algorithm: algorithm, key_id: key.arn.to_string() })
    }
}
