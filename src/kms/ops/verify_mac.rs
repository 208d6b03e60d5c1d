//! VerifyMac.

use crate::crypto::SecretBytes;
use crate::kms::spec::{KeyUsage, MacAlgorithm};

use super::prelude::*;

pub struct VerifyMac;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub key_id: String,
    #[serde(deserialize_with = "wire::take_in")]
    pub message: SecretBytes,
    pub mac_algorithm: MacAlgorithm,
    pub mac: Blob,
    #[serde(default)]
    pub grant_tokens: Vec<String>,
    #[serde(default)]
    pub dry_run: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub key_id: String,
    pub mac_valid: bool,
    pub mac_algorithm: MacAlgorithm,
}

impl Operation for VerifyMac {
    const NAME: &'static str = "VerifyMac";
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
        kms.authorise(call, "kms:VerifyMac", key, &facts)?;
        key.check_usage(KeyUsage::GenerateVerifyMac, "VerifyMac")?;
        key.check_usable()?;
        if !key.spec.mac_algorithms().contains(&input.mac_algorithm) {
            return Err(key.incompatible(input.mac_algorithm.as_str()));
        }
        let (algorithm, message, mac) = (input.mac_algorithm, input.message, input.mac);
        kms.with_hmac(key, |hmac| {
            hmac.verify(algorithm, message.expose(), &mac.0).map_err(|_| Error::bare(Code::InvalidMac))
        })?;
        if input.dry_run {
            return Err(Error::dry_run());
        }
        Ok(Output { key_id: key.arn.to_string(), mac_valid: true, mac_algorithm: algorithm })
    }
}
