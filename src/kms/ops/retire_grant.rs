//! RetireGrant: by the retiring principal, by the grantee where the grant says so, or by the account that issued the grant.
//! A key policy has no say in it.

use std::sync::Arc;

use crate::identity::Verdict;
use crate::kms::grant::{self, Grant};
use crate::kms::store::Change;
use crate::names::KeyArn;

use super::prelude::*;

pub struct RetireGrant;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub grant_token: Option<String>,
    pub key_id: Option<String>,
    pub grant_id: Option<String>,
    #[serde(default)]
    pub dry_run: bool,
}

impl Operation for RetireGrant {
    const NAME: &'static str = "RetireGrant";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = ();

    fn recorded(input: &Input) -> Value {
        json!({ "keyId": input.key_id, "grantId": input.grant_id })
    }

    async fn run(kms: &Kms, call: &Call, input: Input, trail: &mut Trail) -> Result<(), Error> {
        let (key, id) = named(kms, call, &input)?;
        trail.touch(&key);
        trail.additional.insert("grantId".into(), json!(id));
        let grant = kms.store.read().grant(&key, &id).cloned().ok_or_else(|| grant::not_found(&id))?;
        if !may_retire(kms, call, &grant) {
            let words =
                format!("User: {} is not authorized to perform: kms:RetireGrant on resource: {key}", call.caller.arn());
            return Err(Error::new(Code::AccessDenied, words));
        }
        if input.dry_run {
            return Err(Error::dry_run());
        }
        kms.store.change(move |_| Ok((vec![Change::DeleteGrant { key, id }], ()))).await
    }
}

/// The key and the grant's id: by token, or by key ARN and id.
fn named(kms: &Kms, call: &Call, input: &Input) -> Result<(KeyArn, String), Error> {
    match (&input.grant_token, &input.key_id, &input.grant_id) {
        (Some(token), None, None) => kms.read_grant_token(token),
        (None, Some(key), Some(id)) => {
            grant::check_id(id)?;
            let key: KeyArn = key.parse().map_err(|_| Error::new(Code::InvalidArn, format!("Invalid arn {key}")))?;
            if key.region != call.region {
                return Err(Error::new(Code::NotFound, format!("Invalid arn {}", key.region)));
            }
            Ok((key, id.clone()))
        }
        _ => Err(Error::validation("Specify either a GrantToken, or a KeyId and a GrantId.")),
    }
}

fn may_retire(kms: &Kms, call: &Call, grant: &Arc<Grant>) -> bool {
    let own = kms.decide_by_identity(call, "kms:RetireGrant", &grant.key.to_string(), &Facts::default());
    if matches!(own, Verdict::ExplicitDeny(_)) {
        return false;
    }
    let principal = call.caller.principal();
    if grant.is_retired_by(&principal) {
        return true;
    }
    if grant.is_for(&principal) && grant.operations.contains("RetireGrant") {
        return true;
    }
    let issued_here = grant.issuing_account == format!("arn:aws:iam::{}:root", call.caller.account());
    issued_here && matches!(own, Verdict::Allow)
}
