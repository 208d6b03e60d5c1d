//! EnableKeyRotation. The period counts from now, on an enabled rotation too.

use crate::kms::rotation::{Schedule, USUAL_PERIOD_DAYS};

use super::prelude::*;

pub struct EnableKeyRotation;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub key_id: String,
    pub rotation_period_in_days: Option<u32>,
}

impl Operation for EnableKeyRotation {
    const NAME: &'static str = "EnableKeyRotation";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = ();

    fn recorded(input: &Input) -> Value {
        json!({ "keyId": input.key_id, "rotationPeriodInDays": input.rotation_period_in_days.unwrap_or(USUAL_PERIOD_DAYS) })
    }

    async fn run(kms: &Kms, call: &Call, input: Input, trail: &mut Trail) -> Result<(), Error> {
        let named = kms.resolve(call, &input.key_id, Aliases::Refused).await?;
        let key = &named.key;
        trail.touch(&key.arn);
        let days = input.rotation_period_in_days.unwrap_or(USUAL_PERIOD_DAYS);
        let facts = Facts::of(&named).with("kms:rotationperiodindays", days.to_string());
        kms.authorise(call, "kms:EnableKeyRotation", key, &facts)?;
        let now = kms.now();
        kms.update_key(&key.arn, |key| {
            key.check_can_rotate()?;
            key.check_usable()?;
            key.schedule = Some(Schedule::from(now, days));
            Ok(())
        })
        .await
        .map(drop)
    }
}
