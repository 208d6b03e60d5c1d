//! GetKeyPolicy.

use crate::kms::key_policy;

use super::prelude::*;

pub struct GetKeyPolicy;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub key_id: String,
    pub policy_name: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub policy: String,
    pub policy_name: &'static str,
}

impl Operation for GetKeyPolicy {
    const NAME: &'static str = "GetKeyPolicy";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn recorded(input: &Input) -> Value {
        json!({ "keyId": input.key_id, "policyName": input.policy_name.as_deref().unwrap_or(key_policy::NAME) })
    }

    async fn run(kms: &Kms, call: &Call, input: Input, trail: &mut Trail) -> Result<Output, Error> {
        let named = kms.resolve(call, &input.key_id, Aliases::Refused).await?;
        let key = &named.key;
        trail.touch(&key.arn);
        let name = input.policy_name.as_deref().unwrap_or(key_policy::NAME);
        kms.authorise(call, "kms:GetKeyPolicy", key, &Facts::of(&named).with("kms:policyname", name))?;
        if name != key_policy::NAME {
            return Err(Error::new(Code::NotFound, "No such policy exists"));
        }
        Ok(Output { policy: key.policy.clone(), policy_name: key_policy::NAME })
    }
}
