//! AssumeRole.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::identity::{AssumeRole, Caller, Identities, NotAssumed, Origin};

use super::answer::Element;
use super::credentials;
use super::form::Form;

pub fn recorded(form: &Form) -> Value {
    json!({
        "roleArn": form.get("RoleArn"),
        "roleSessionName": form.get("RoleSessionName"),
        "durationSeconds": form.get("DurationSeconds"),
    })
}

pub fn run(
    identities: &Identities,
    caller: &Caller,
    origin: &Origin,
    form: &Form,
    now: OffsetDateTime,
) -> Result<Vec<Element>, NotAssumed> {
    let member = |name: &str| {
        let words = format!(
            "1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null"
        );
        NotAssumed::Validation(words)
    };
    if form.get("PolicyArns.member.1.arn").is_some() || form.get("SerialNumber").is_some() {
        let words = "Managed session policies and second factors are not supported here.".to_owned();
        return Err(NotAssumed::Validation(words));
    }
    let tags = tags(form);
    let request = AssumeRole {
        role_arn: form.get("RoleArn").ok_or_else(|| member("roleArn"))?,
        session_name: form.get("RoleSessionName").ok_or_else(|| member("roleSessionName"))?,
        duration_secs: credentials::duration(form)?,
        policy: form.get("Policy"),
        tags: &tags,
        external_id: form.get("ExternalId"),
    };
    let assumed = identities.assume_role(caller, origin, &request, now)?;
    Ok(vec![
        credentials::element(&assumed.credentials),
        Element::Branch(
            "AssumedRoleUser",
            vec![Element::Leaf("AssumedRoleId", assumed.id), Element::Leaf("Arn", assumed.arn)],
        ),
    ])
}

/// `Tags.member.1.Key`, `Tags.member.1.Value`, and so on until one is missing.
fn tags(form: &Form) -> BTreeMap<String, String> {
    let pair = |number: usize| {
        let key = form.get(&format!("Tags.member.{number}.Key"))?;
        Some((key.to_owned(), form.get(&format!("Tags.member.{number}.Value")).unwrap_or_default().to_owned()))
    };
    (1..).map_while(pair).collect()
}
