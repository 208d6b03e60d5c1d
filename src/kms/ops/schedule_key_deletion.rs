//! ScheduleKeyDeletion. The key is of no use at once, and destroyed when the waiting period is over.

use time::Duration;

use crate::kms::key::State;

use super::prelude::*;

pub struct ScheduleKeyDeletion;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub key_id: String,
    pub pending_window_in_days: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub key_id: String,
    pub deletion_date: Moment,
    pub key_state: &'static str,
    pub pending_window_in_days: u32,
}

impl Operation for ScheduleKeyDeletion {
    const NAME: &'static str = "ScheduleKeyDeletion";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn recorded(input: &Input) -> Value {
        json!({ "keyId": input.key_id, "pendingWindowInDays": input.pending_window_in_days.unwrap_or(USUAL_DAYS) })
    }

    async fn run(kms: &Kms, call: &Call, input: Input, trail: &mut Trail) -> Result<Output, Error> {
        let named = kms.resolve(call, &input.key_id, Aliases::Refused).await?;
        let key = &named.key;
        trail.touch(&key.arn);
        let days = input.pending_window_in_days.unwrap_or(USUAL_DAYS);
        check_days(days)?;
        let facts = Facts::of(&named).with("kms:schedulekeydeletionpendingwindowindays", days.to_string());
        kms.authorise(call, "kms:ScheduleKeyDeletion", key, &facts)?;
        let due = kms.now() + Duration::days(i64::from(days));
        let key = kms
            .update_key(&key.arn, |key| {
                key.check_not_pending_deletion()?;
                key.state = State::PendingDeletion { due };
                Ok(())
            })
            .await?;
        trail.response_elements =
            json!({ "keyId": key.arn.to_string(), "keyState": key.state.as_str(), "pendingWindowInDays": days });
        Ok(Output {
            key_id: key.arn.to_string(),
            deletion_date: Moment(due),
            key_state: key.state.as_str(),
            pending_window_in_days: days,
        })
    }
}

const USUAL_DAYS: u32 = 30;

/// The model says 1 to 365; 7 to 30 is what is enforced.
fn check_days(days: u32) -> Result<(), Error> {
    let bound = match days {
        0..7 => "greater than or equal to 7",
        7..=30 => return Ok(()),
        _ => "less than or equal to 30",
    };
    Err(Error::validation(format!(
        "1 validation error detected: Value '{days}' at 'pendingWindowInDays' failed to satisfy constraint: Member must have \
         value {bound}"
    )))
}
