//! ListKeys.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::kms::authorise::Facts;
use crate::kms::error::Error;
use crate::kms::page::{Limits, page};
use crate::kms::{Call, Kms, Operation, Trail};

pub struct ListKeys;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub limit: Option<u32>,
    pub marker: Option<String>,
    pub resource_owners: Option<Vec<String>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub keys: Vec<Entry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_marker: Option<String>,
    pub truncated: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Entry {
    pub key_id: String,
    pub key_arn: String,
}

impl Operation for ListKeys {
    const NAME: &'static str = "ListKeys";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn recorded(_: &Input) -> Value {
        Value::Null
    }

    async fn run(kms: &Kms, call: &Call, input: Input, _: &mut Trail) -> Result<Output, Error> {
        kms.authorise_without_key(call, "kms:ListKeys", &Facts::default())?;
        let own = input.resource_owners.as_ref().is_none_or(|owners| owners.iter().any(|owner| owner == "SELF"));
        let memory = kms.store.read();
        // Nothing is shared by way of the Resource Access Manager here.
        let partition = memory.partition(call.caller.account(), &call.region).filter(|_| own);
        let entries = partition
            .into_iter()
            .flat_map(|partition| &partition.keys)
            .map(|(key_id, key)| (&**key_id, Entry { key_id: key_id.to_string(), key_arn: key.arn.to_string() }));
        let page = page(entries, input.marker.as_deref(), input.limit, Limits { usual: 100, largest: 1000 })?;
        Ok(Output { keys: page.items, truncated: page.next_marker.is_some(), next_marker: page.next_marker })
    }
}
