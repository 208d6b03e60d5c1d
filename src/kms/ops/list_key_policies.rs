//! ListKeyPolicies. A key has one policy.

use crate::kms::key_policy;
use crate::kms::page::{Limits, page};

use super::prelude::*;

pub struct ListKeyPolicies;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub key_id: String,
    pub limit: Option<u32>,
    pub marker: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub policy_names: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_marker: Option<String>,
    pub truncated: bool,
}

impl Operation for ListKeyPolicies {
    const NAME: &'static str = "ListKeyPolicies";
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
        kms.authorise(call, "kms:ListKeyPolicies", key, &Facts::of(&named))?;
        let entries = [(key_policy::NAME, key_policy::NAME)].into_iter();
        let page = page(entries, input.marker.as_deref(), input.limit, Limits { usual: 100, largest: 1000 })?;
        Ok(Output { policy_names: page.items, truncated: page.next_marker.is_some(), next_marker: page.next_marker })
    }
}
