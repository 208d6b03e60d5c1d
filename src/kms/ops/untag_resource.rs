//! UntagResource. A tag that is not there is no error.

use crate::kms::tags;

use super::prelude::*;

pub struct UntagResource;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub key_id: String,
    pub tag_keys: Vec<String>,
}

impl Operation for UntagResource {
    const NAME: &'static str = "UntagResource";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = ();

    fn recorded(input: &Input) -> Value {
        json!({ "keyId": input.key_id, "tagKeys": input.tag_keys })
    }

    async fn run(kms: &Kms, call: &Call, input: Input, trail: &mut Trail) -> Result<(), Error> {
        let named = kms.resolve(call, &input.key_id, Aliases::Refused).await?;
        let key = &named.key;
        trail.touch(&key.arn);
        kms.authorise(call, "kms:UntagResource", key, &Facts::of(&named).request_tag_keys(&input.tag_keys))?;
        tags::check_removable(&input.tag_keys)?;
        kms.update_key(&key.arn, |key| {
            key.check_not_pending_deletion()?;
            key.tags.retain(|name, _| !input.tag_keys.contains(name));
            Ok(())
        })
        .await
        .map(drop)
    }
}
