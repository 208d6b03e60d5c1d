//! GetKeyRotationStatus. A key that waits for its deletion does not rotate.

use crate::kms::key::{Manager, State};
use crate::kms::rotation::USUAL_PERIOD_DAYS;

use super::prelude::*;

pub struct GetKeyRotationStatus;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub key_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub key_rotation_enabled: bool,
    pub key_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotation_period_in_days: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_rotation_date: Option<Moment>,
}

impl Operation for GetKeyRotationStatus {
    const NAME: &'static str = "GetKeyRotationStatus";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn recorded(input: &Input) -> Value {
        json!({ "keyId": input.key_id })
    }

    async fn run(kms: &Kms, call: &Call, input: Input, trail: &mut Trail) -> Result<Output, Error> {
        let named = kms.resolve(call, &input.key_id, Aliases::Refused).await?;
        let key = &named.key;
        trail.touch(&key.arn);
        kms.authorise(call, "kms:GetKeyRotationStatus", key, &Facts::of(&named))?;
        key.check_symmetric_rotation()?;
        let next = key.next_rotation().filter(|_| !matches!(key.state, State::PendingDeletion { .. }));
        let period = match key.manager {
            Manager::Customer => key.schedule.map(|schedule| schedule.period_days),
            Manager::Aws { .. } | Manager::Gateway => Some(USUAL_PERIOD_DAYS),
        };
        Ok(Output {
            key_rotation_enabled: next.is_some(),
            key_id: key.arn.to_string(),
            rotation_period_in_days: period.filter(|_| next.is_some()),
            next_rotation_date: next.map(Moment),
        })
    }
}
