//! CancelKeyDeletion. The key comes back disabled, or waiting for its material as before.

use crate::kms::key::State;

use super::prelude::*;

pub struct CancelKeyDeletion;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub key_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub key_id: String,
}

impl Operation for CancelKeyDeletion {
    const NAME: &'static str = "CancelKeyDeletion";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn recorded(input: &Input) -> Value {
        json!({ "keyId": input.key_id })
    }

    async fn run(kms: &Kms, call: &Call, input: Input, trail: &mut Trail) -> Result<Output, Error> {
        let named = kms.resolve(call, &input.key_id, Aliases::Refused).await?;
        let key = &named.key;
        trail.touch(&key.arn);
        kms.authorise(call, "kms:CancelKeyDeletion", key, &Facts::of(&named))?;
        let key = kms
            .update_key(&key.arn, |key| {
                let State::PendingDeletion { .. } = key.state else {
                    return Err(Error::invalid_state(&key.arn, "not pending deletion"));
                };
                key.state = if key.materials.is_empty() { State::PendingImport } else { State::Disabled };
                Ok(())
            })
            .await?;
        trail.response_elements = json!({ "keyId": key.arn.to_string() });
        Ok(Output { key_id: key.arn.to_string() })
    }
}
