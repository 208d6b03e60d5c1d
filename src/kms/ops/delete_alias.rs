//! DeleteAlias: a permission on the alias by the caller's own policies, and one on the key.

use crate::kms::alias;
use crate::kms::store::Change;

use super::prelude::*;

pub struct DeleteAlias;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub alias_name: String,
}

impl Operation for DeleteAlias {
    const NAME: &'static str = "DeleteAlias";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = ();

    fn recorded(input: &Input) -> Value {
        json!({ "aliasName": input.alias_name })
    }

    async fn run(kms: &Kms, call: &Call, input: Input, trail: &mut Trail) -> Result<(), Error> {
        let name = input.alias_name;
        alias::check_name(&name)?;
        let (account, region) = (call.caller.account().clone(), call.region.clone());
        let alias_arn = alias::arn(&account, &region, &name);
        kms.authorise_by_identity(call, "kms:DeleteAlias", &alias_arn, &Facts::default())?;
        loop {
            let key = kms.alias_target(&account, &region, &name).ok_or_else(|| alias::not_found(&alias_arn))?;
            trail.touch(&key.arn);
            kms.authorise(call, "kms:DeleteAlias", &key, &Facts::default())?;
            let (account, region, name) = (account.clone(), region.clone(), name.clone());
            // Decided on this key alone: an alias that was moved meanwhile is asked for anew.
            let deleted = kms.store.change(|memory| {
                let there = memory.partition(&account, &region).and_then(|partition| partition.aliases.get(&name));
                if there.ok_or_else(|| alias::not_found(&alias_arn))?.key_id != *key.arn.key_id {
                    return Ok((Vec::new(), false));
                }
                Ok((vec![Change::DeleteAlias { account, region, name }], true))
            });
            if deleted.await? {
                return Ok(());
            }
        }
    }
}
