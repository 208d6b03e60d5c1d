//! ListRetirableGrants: the grants that a principal of the caller's account may retire, on whosever keys.

use std::collections::BTreeMap;

use crate::kms::page::page;

use super::list_grants::{Entry, LIMITS, Output};
use super::prelude::*;

pub struct ListRetirableGrants;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub limit: Option<u32>,
    pub marker: Option<String>,
    pub retiring_principal: Option<String>,
    pub retiring_service_principal: Option<String>,
}

impl Operation for ListRetirableGrants {
    const NAME: &'static str = "ListRetirableGrants";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn recorded(input: &Input) -> Value {
        json!({ "retiringPrincipal": input.retiring_principal })
    }

    async fn run(kms: &Kms, call: &Call, input: Input, _: &mut Trail) -> Result<Output, Error> {
        kms.authorise_without_key(call, "kms:ListRetirableGrants", &Facts::default())?;
        let (retiring, is_service) = match (&input.retiring_principal, &input.retiring_service_principal) {
            (Some(principal), None) => (principal, false),
            (None, Some(service)) => (service, true),
            _ => return Err(Error::validation("Specify either RetiringPrincipal or RetiringServicePrincipal.")),
        };
        let account = format!("::{}:", call.caller.account());
        if !is_service && !retiring.contains(&account) {
            let words = format!("The retiring principal {retiring} is not in your account.");
            return Err(Error::new(Code::InvalidArn, words));
        }
        let memory = kms.store.read();
        let own = memory
            .grants_in(&call.region)
            .filter(|grant| grant.retiring.as_ref() == Some(retiring) && grant.retiring_is_service == is_service);
        let sorted: BTreeMap<&str, Entry> = own.map(|grant| (grant.id.as_str(), Entry::of(grant))).collect();
        let page = page(sorted.into_iter(), input.marker.as_deref(), input.limit, LIMITS)?;
        Ok(Output { grants: page.items, truncated: page.next_marker.is_some(), next_marker: page.next_marker })
    }
}
