//! TagResource.

use crate::kms::tags::{self, Tag};

use super::prelude::*;

pub struct TagResource;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub key_id: String,
    pub tags: Vec<Tag>,
}

impl Operation for TagResource {
    const NAME: &'static str = "TagResource";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = ();

    fn recorded(input: &Input) -> Value {
        json!({ "keyId": input.key_id, "tags": input.tags.iter().map(Tag::recorded).collect::<Vec<_>>() })
    }

    async fn run(kms: &Kms, call: &Call, input: Input, trail: &mut Trail) -> Result<(), Error> {
        let named = kms.resolve(call, &input.key_id, Aliases::Refused).await?;
        let key = &named.key;
        trail.touch(&key.arn);
        kms.authorise(call, "kms:TagResource", key, &Facts::of(&named).request_tags(&input.tags))?;
        kms.update_key(&key.arn, |key| {
            key.check_not_pending_deletion()?;
            key.tags = tags::added(&key.tags, &input.tags)?;
            Ok(())
        })
        .await
        .map(drop)
    }
}
