//! UpdateKeyDescription.

use super::prelude::*;

pub struct UpdateKeyDescription;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub key_id: String,
    pub description: String,
}

impl Operation for UpdateKeyDescription {
    const NAME: &'static str = "UpdateKeyDescription";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = ();

    fn recorded(input: &Input) -> Value {
        json!({ "keyId": input.key_id, "description": input.description })
    }

    async fn run(kms: &Kms, call: &Call, input: Input, trail: &mut Trail) -> Result<(), Error> {
        let named = kms.resolve(call, &input.key_id, Aliases::Refused).await?;
        let key = &named.key;
        trail.touch(&key.arn);
        kms.authorise(call, "kms:UpdateKeyDescription", key, &Facts::of(&named))?;
        let description = input.description;
        kms.update_key(&key.arn, |key| {
            key.check_not_pending_deletion()?;
            key.description = description;
            Ok(())
        })
        .await
        .map(drop)
    }
}
