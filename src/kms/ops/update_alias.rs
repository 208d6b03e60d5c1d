//! UpdateAlias: a permission on the alias by the caller's own policies, and one on each of the two keys.

use std::sync::Arc;

use crate::kms::alias;
use crate::kms::store::{Alias, Change};
use crate::names::KeyArn;

use super::prelude::*;

pub struct UpdateAlias;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub alias_name: String,
    pub target_key_id: String,
}

impl Operation for UpdateAlias {
    const NAME: &'static str = "UpdateAlias";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = ();

    fn recorded(input: &Input) -> Value {
        json!({ "aliasName": input.alias_name, "targetKeyId": input.target_key_id })
    }

    async fn run(kms: &Kms, call: &Call, input: Input, trail: &mut Trail) -> Result<(), Error> {
        let name = input.alias_name;
        alias::check_name(&name)?;
        let (account, region) = (call.caller.account().clone(), call.region.clone());
        let alias_arn = alias::arn(&account, &region, &name);
        kms.authorise_by_identity(call, "kms:UpdateAlias", &alias_arn, &Facts::default())?;
        let named = kms.resolve(call, &input.target_key_id, Aliases::Refused).await?;
        let after = named.key.clone();
        loop {
            let before = kms.alias_target(&account, &region, &name).ok_or_else(|| alias::not_found(&alias_arn))?;
            trail.touch(&before.arn);
            trail.touch(&after.arn);
            kms.authorise(call, "kms:UpdateAlias", &before, &Facts::default())?;
            kms.authorise(call, "kms:UpdateAlias", &after, &Facts::of(&named))?;
            if before.spec.family() != after.spec.family() || before.usage != after.usage {
                return Err(Error::validation(format!(
                    "Alias {alias_arn} cannot be changed to key {}, whose type or key usage differs.",
                    after.arn
                )));
            }
            let now = kms.now();
            let (account, region, name) = (account.clone(), region.clone(), name.clone());
            let updated = kms.store.change(|memory| {
                let arn = KeyArn { account: account.clone(), ..after.arn.clone() };
                memory.key(&arn).ok_or_else(|| Error::key_not_found(&arn))?.check_not_pending_deletion()?;
                let partition = memory.partition(&account, &region);
                let present = partition.and_then(|partition| partition.aliases.get(&name));
                let present = present.ok_or_else(|| alias::not_found(&alias_arn))?;
                // Decided on this key alone: an alias that was moved meanwhile is asked for anew.
                if present.key_id != *before.arn.key_id {
                    return Ok((Vec::new(), false));
                }
                if present.key_id != *arn.key_id {
                    alias::check_count(partition, &arn.key_id)?;
                }
                let created = present.created;
                let alias = Arc::new(Alias { key_id: arn.key_id.to_string(), created, updated: now });
                Ok((vec![Change::PutAlias { account, region, name, alias }], true))
            });
            if updated.await? {
                return Ok(());
            }
        }
    }
}
