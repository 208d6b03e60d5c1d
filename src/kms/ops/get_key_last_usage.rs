//! GetKeyLastUsage.

use crate::kms::last_use::LastUse;

use super::prelude::*;

pub struct GetKeyLastUsage;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub key_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub key_id: String,
    pub key_last_usage: Usage,
    pub tracking_start_date: Moment,
    pub key_creation_date: Moment,
}

impl Operation for GetKeyLastUsage {
    const NAME: &'static str = "GetKeyLastUsage";
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
        kms.authorise(call, "kms:GetKeyLastUsage", key, &Facts::of(&named))?;
        Ok(Output {
            key_id: key.arn.to_string(),
            key_last_usage: kms.last_uses.of(&key.arn).map(Usage::from).unwrap_or_default(),
            tracking_start_date: Moment(key.created),
            key_creation_date: Moment(key.created),
        })
    }
}

/// Empty for a key that was never used.
#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Usage {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cloud_trail_event_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kms_request_id: Option<String>,
}

impl From<LastUse> for Usage {
    fn from(last: LastUse) -> Self {
        Self {
            operation: Some(last.operation),
            timestamp: Some(Moment(last.time)),
            cloud_trail_event_id: Some(last.event_id),
            kms_request_id: Some(last.request_id),
        }
    }
}
