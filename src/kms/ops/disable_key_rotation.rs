//! DisableKeyRotation.

use super::prelude::*;

pub struct DisableKeyRotation;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub key_id: String,
}

impl Operation for DisableKeyRotation {
    const NAME: &'static str = "DisableKeyRotation";
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
        kms.authorise(call, "kms:DisableKeyRotation", key, &Facts::of(&named))?;
        kms.update_key(&key.arn, |key| {
            key.check_can_rotate()?;
            key.check_usable()?;
            key.schedule = None;
            Ok(())
        })
        .await
        .map(drop)
    }
}
