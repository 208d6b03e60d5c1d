//! ListResourceTags.

use crate::kms::page::{Limits, page};
use crate::kms::tags::Tag;

use super::prelude::*;

pub struct ListResourceTags;

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
    pub tags: Vec<Tag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_marker: Option<String>,
    pub truncated: bool,
}

impl Operation for ListResourceTags {
    const NAME: &'static str = "ListResourceTags";
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
        kms.authorise(call, "kms:ListResourceTags", key, &Facts::of(&named))?;
        let entries = key
            .tags
            .iter()
            .map(|(name, value)| (name.as_str(), Tag { tag_key: name.clone(), tag_value: value.clone() }));
        let page = page(entries, input.marker.as_deref(), input.limit, Limits { usual: 50, largest: 50 })?;
        Ok(Output { tags: page.items, truncated: page.next_marker.is_some(), next_marker: page.next_marker })
    }
}
