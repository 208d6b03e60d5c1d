//! CreateAlias: a permission on the alias by the caller's own policies, and one on the key.

use std::sync::Arc;

use crate::kms::alias;
use crate::kms::store::{Alias, Change};

use super::prelude::*;

pub struct CreateAlias;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub alias_name: String,
    pub target_key_id: String,
}

impl Operation for CreateAlias {
    const NAME: &'static str = "CreateAlias";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = ();

    fn recorded(input: &Input) -> Value {
        json!({ "aliasName": input.alias_name, "targetKeyId": input.target_key_id })
    }

    async fn run(kms: &Kms, call: &Call, input: Input, trail: &mut Trail) -> Result<(), Error> {
        let name = input.alias_name;
        alias::check_name(&name)?;
        let named = kms.resolve(call, &input.target_key_id, Aliases::Refused).await?;
        let key = named.key.clone();
        trail.touch(&key.arn);
        let alias_arn = alias::arn(call.caller.account(), &call.region, &name);
        kms.authorise_by_identity(call, "kms:CreateAlias", &alias_arn, &Facts::default())?;
        kms.authorise(call, "kms:CreateAlias", &key, &Facts::of(&named))?;
        let now = kms.now();
        kms.store
            .change(move |memory| {
                let arn = &key.arn;
                let key = memory.key(arn).ok_or_else(|| Error::key_not_found(arn))?;
                key.check_not_pending_deletion()?;
                let partition = memory.partition(&arn.account, &arn.region);
                if partition.is_some_and(|partition| partition.aliases.contains_key(&name)) {
                    let words = format!("An alias with the name {alias_arn} already exists");
                    return Err(Error::new(Code::AlreadyExists, words));
                }
                alias::check_count(partition, &arn.key_id)?;
                let alias = Arc::new(Alias { key_id: arn.key_id.to_string(), created: now, updated: now });
                let (account, region) = (arn.account.clone(), arn.region.clone());
                Ok((vec![Change::PutAlias { account, region, name, alias }], ()))
            })
            .await
    }
}
