//! ListAliases. The predefined aliases of this gateway's services are there from the start, without a key until the first
//! use, as on AWS.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::kms::authorise::Facts;
use crate::kms::error::Error;
use crate::kms::managed;
use crate::kms::page::{Limits, page};
use crate::kms::resolve;
use crate::kms::resolve::Aliases;
use crate::kms::store::Alias;
use crate::kms::wire::Moment;
use crate::kms::{Call, Kms, Operation, Trail};

pub struct ListAliases;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub key_id: Option<String>,
    pub limit: Option<u32>,
    pub marker: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub aliases: Vec<Entry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_marker: Option<String>,
    pub truncated: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Entry {
    pub alias_name: String,
    pub alias_arn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_key_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creation_date: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_updated_date: Option<Moment>,
}

impl Operation for ListAliases {
    const NAME: &'static str = "ListAliases";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn recorded(input: &Input) -> Value {
        let mut recorded = Map::new();
        if let Some(key_id) = &input.key_id {
            recorded.insert("keyId".into(), json!(key_id));
        }
        if let Some(limit) = input.limit {
            recorded.insert("limit".into(), json!(limit));
        }
        if recorded.is_empty() { Value::Null } else { Value::Object(recorded) }
    }

    async fn run(kms: &Kms, call: &Call, input: Input, _: &mut Trail) -> Result<Output, Error> {
        kms.authorise_without_key(call, "kms:ListAliases", &Facts::default())?;
        let target = match &input.key_id {
            Some(key_id) => Some(own_key(kms, call, key_id).await?),
            None => None,
        };
        let memory = kms.store.read();
        let predefined: Vec<String> = managed::SERVICES.iter().map(|service| format!("alias/aws/{service}")).collect();
        let mut aliases: BTreeMap<&str, Option<&Alias>> = predefined.iter().map(|name| (name.as_str(), None)).collect();
        if let Some(partition) = memory.partition(call.caller.account(), &call.region) {
            aliases.extend(partition.aliases.iter().map(|(name, alias)| (name.as_str(), Some(&**alias))));
        }
        aliases
            .retain(|_, alias| target.as_ref().is_none_or(|key_id| alias.is_some_and(|alias| alias.key_id == *key_id)));
        let entries = aliases.into_iter().map(|(name, alias)| (name, entry(call, name, alias)));
        let page = page(entries, input.marker.as_deref(), input.limit, Limits { usual: 50, largest: 100 })?;
        Ok(Output { aliases: page.items, truncated: page.next_marker.is_some(), next_marker: page.next_marker })
    }
}

/// The id of a key of the caller's account. Of another's, nothing is said, not even whether there is one.
async fn own_key(kms: &Kms, call: &Call, key_id: &str) -> Result<String, Error> {
    let key = kms.resolve(call, key_id, Aliases::Refused).await?.key;
    if key.account() != call.caller.account() {
        return Err(resolve::hidden(&key.arn));
    }
    Ok(key.arn.key_id.to_string())
}

fn entry(call: &Call, name: &str, alias: Option<&Alias>) -> Entry {
    Entry {
        alias_name: name.to_owned(),
        alias_arn: format!("arn:aws:kms:{}:{}:{name}", call.region, call.caller.account()),
        target_key_id: alias.map(|alias| alias.key_id.clone()),
        creation_date: alias.map(|alias| Moment(alias.created)),
        last_updated_date: alias.map(|alias| Moment(alias.updated)),
    }
}
