//! RevokeGrant.

use crate::kms::grant;
use crate::kms::store::Change;

use super::prelude::*;

pub struct RevokeGrant;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub key_id: String,
    pub grant_id: String,
    #[serde(default)]
    pub dry_run: bool,
}

impl Operation for RevokeGrant {
    const NAME: &'static str = "RevokeGrant";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = ();

    fn recorded(input: &Input) -> Value {
        json!({ "keyId": input.key_id, "grantId": input.grant_id })
    }

    async fn run(kms: &Kms, call: &Call, input: Input, trail: &mut Trail) -> Result<(), Error> {
        let named = kms.resolve(call, &input.key_id, Aliases::Refused).await?;
        let key = named.key.arn.clone();
        trail.touch(&key);
        kms.authorise(call, "kms:RevokeGrant", &named.key, &Facts::of(&named))?;
        grant::check_id(&input.grant_id)?;
        let id = input.grant_id;
        if kms.store.read().grant(&key, &id).is_none() {
            return Err(grant::not_found(&id));
        }
        if input.dry_run {
            return Err(Error::dry_run());
        }
        kms.store.change(move |_| Ok((vec![Change::DeleteGrant { key, id }], ()))).await
    }
}
