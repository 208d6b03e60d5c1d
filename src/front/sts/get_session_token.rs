//! GetSessionToken.

use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::identity::{Caller, Identities, NotAssumed};

use super::answer::Element;
use super::credentials;
use super::form::Form;

pub fn recorded(form: &Form) -> Value {
    json!({ "durationSeconds": form.get("DurationSeconds") })
}

pub fn run(
    identities: &Identities,
    caller: &Caller,
    form: &Form,
    now: OffsetDateTime,
) -> Result<Vec<Element>, NotAssumed> {
    if form.get("SerialNumber").is_some() || form.get("TokenCode").is_some() {
        return Err(NotAssumed::Validation("Second factors are not supported here.".to_owned()));
    }
    let issued = identities.session_token(caller, credentials::duration(form)?, now)?;
    Ok(vec![credentials::element(&issued)])
}
