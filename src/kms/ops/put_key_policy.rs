//! PutKeyPolicy.

use crate::kms::key::Key;
use crate::kms::key_policy;

use super::prelude::*;

pub struct PutKeyPolicy;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub key_id: String,
    pub policy: String,
    pub policy_name: Option<String>,
    #[serde(default)]
    pub bypass_policy_lockout_safety_check: bool,
}

impl Operation for PutKeyPolicy {
    const NAME: &'static str = "PutKeyPolicy";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = ();

    fn recorded(input: &Input) -> Value {
        json!({
            "keyId": input.key_id,
            "policyName": input.policy_name.as_deref().unwrap_or(key_policy::NAME),
            "policy": input.policy,
            "bypassPolicyLockoutSafetyCheck": input.bypass_policy_lockout_safety_check,
        })
    }

    async fn run(kms: &Kms, call: &Call, input: Input, trail: &mut Trail) -> Result<(), Error> {
        let named = kms.resolve(call, &input.key_id, Aliases::Refused).await?;
        let key = &named.key;
        trail.touch(&key.arn);
        let name = input.policy_name.as_deref().unwrap_or(key_policy::NAME);
        let bypass = input.bypass_policy_lockout_safety_check;
        let facts = Facts::of(&named)
            .with("kms:policyname", name)
            .with("kms:bypasspolicylockoutsafetycheck", bypass.to_string());
        kms.authorise(call, "kms:PutKeyPolicy", key, &facts)?;
        if name == "AWS_RAM" {
            return Err(Error::validation("The AWS_RAM policy can only be managed by the RAM service."));
        }
        if name != key_policy::NAME {
            return Err(Error::new(Code::NotFound, "No such policy exists"));
        }
        key_policy::check(kms, &input.policy)?;
        let mut with_policy = Key::clone(key);
        with_policy.policy = input.policy.clone();
        if !bypass && !kms.would_allow(call, "kms:PutKeyPolicy", &with_policy) {
            return Err(Error::locked_out());
        }
        kms.update_key(&key.arn, |key| {
            key.policy = input.policy;
            Ok(())
        })
        .await
        .map(drop)
    }
}
