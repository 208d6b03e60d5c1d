//! DisableKey. A disabled key may be disabled again.

use crate::kms::key::State;

use super::prelude::*;

pub struct DisableKey;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub key_id: String,
}

impl Operation for DisableKey {
    const NAME: &'static str = "DisableKey";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = ();

    fn recorded(input: &Input) -> Value {
        json!({ "keyId": input.key_id })
    }

    async fn run(kms: &Kms, call: &Call, input: Input, trail: &mut Trail) -> Result<(), Error> {
        let named = kms.resolve(call, &input.key_id, Aliases::Refused).await?;
        let key = &named.key;
        trail.touch(&key.arn);
        kms.authorise(call, "kms:DisableKey", key, &Facts::of(&named))?;
        kms.update_key(&key.arn, |key| {
            key.check_switchable()?;
            key.state = State::Disabled;
            Ok(())
        })
        .await
        .map(drop)
    }
}
