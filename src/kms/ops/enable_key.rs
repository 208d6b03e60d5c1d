//! EnableKey. An enabled key may be enabled again.

use crate::kms::key::State;

use super::prelude::*;

pub struct EnableKey;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub key_id: String,
}

impl Operation for EnableKey {
    const NAME: &'static str = "EnableKey";
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
        kms.authorise(call, "kms:EnableKey", key, &Facts::of(&named))?;
        kms.update_key(&key.arn, |key| {
            key.check_switchable()?;
            key.state = State::Enabled;
            Ok(())
        })
        .await
        .map(drop)
    }
}
