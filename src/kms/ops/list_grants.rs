//! ListGrants.

use std::sync::Arc;

use crate::kms::grant::{self, Constraints, Grant};
use crate::kms::page::{Limits, page};

use super::prelude::*;

pub struct ListGrants;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub key_id: String,
    pub limit: Option<u32>,
    pub marker: Option<String>,
    pub grant_id: Option<String>,
    pub grantee_principal: Option<String>,
    pub grantee_service_principal: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub grants: Vec<Entry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_marker: Option<String>,
    pub truncated: bool,
}

/// Shared with ListRetirableGrants.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Entry {
    pub key_id: String,
    pub grant_id: String,
    /// Empty where none was given.
    pub name: String,
    pub creation_date: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grantee_principal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retiring_principal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grantee_service_principal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retiring_service_principal: Option<String>,
    pub issuing_account: String,
    pub operations: Vec<String>,
    #[serde(skip_serializing_if = "Constraints::is_empty")]
    pub constraints: Constraints,
}

impl Entry {
    pub fn of(grant: &Grant) -> Self {
        let only = |wanted: bool, text: &Option<String>| text.clone().filter(|_| wanted);
        let grantee = Some(grant.grantee.clone());
        Self {
            key_id: grant.key.to_string(),
            grant_id: grant.id.clone(),
            name: grant.name.clone().unwrap_or_default(),
            creation_date: Moment(grant.created),
            grantee_principal: only(!grant.grantee_is_service, &grantee),
            retiring_principal: only(!grant.retiring_is_service, &grant.retiring),
            grantee_service_principal: only(grant.grantee_is_service, &grantee),
            retiring_service_principal: only(grant.retiring_is_service, &grant.retiring),
            issuing_account: grant.issuing_account.clone(),
            operations: grant.operations.iter().cloned().collect(),
            constraints: grant.constraints.clone(),
        }
    }
}

pub(super) const LIMITS: Limits = Limits { usual: 50, largest: 100 };

impl Operation for ListGrants {
    const NAME: &'static str = "ListGrants";
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
        kms.authorise(call, "kms:ListGrants", key, &Facts::of(&named))?;
        input.grant_id.as_deref().map_or(Ok(()), grant::check_id)?;
        let memory = kms.store.read();
        let asked = |grant: &Arc<Grant>| {
            input.grant_id.as_ref().is_none_or(|id| grant.id == *id)
                && input
                    .grantee_principal
                    .as_ref()
                    .is_none_or(|grantee| !grant.grantee_is_service && grant.grantee == *grantee)
                && input
                    .grantee_service_principal
                    .as_ref()
                    .is_none_or(|grantee| grant.grantee_is_service && grant.grantee == *grantee)
        };
        let grants = memory.grants(&key.arn).filter(|grant| asked(grant));
        let entries = grants.map(|grant| (grant.id.as_str(), Entry::of(grant)));
        let page = page(entries, input.marker.as_deref(), input.limit, LIMITS)?;
        Ok(Output { grants: page.items, truncated: page.next_marker.is_some(), next_marker: page.next_marker })
    }
}
