//! Whether a call may do what it asks.

use std::borrow::Cow;

use crate::names::EncryptionContext;
use crate::policy::{Decision, Reason};

use super::error::{Code, Error};
use super::key::{Key, Manager};
use super::resolve::Resolved;
use super::tags::Tag;
use super::{Call, Kms};

/// What an action knows of its request beyond caller and key.
#[derive(Default)]
pub struct Facts<'a> {
    pub context: Option<&'a EncryptionContext>,
    /// The alias by which the request named the key.
    pub alias: Option<&'a str>,
    pub grant_tokens: &'a [String],
    /// Further condition keys, such as `kms:EncryptionAlgorithm`.
    pub conditions: Vec<(&'static str, Cow<'static, str>)>,
    pub request_tags: &'a [Tag],
}

impl<'a> Facts<'a> {
    pub fn of(named: &'a Resolved) -> Self {
        Self { alias: named.alias.as_deref(), ..Self::default() }
    }

    pub fn context(mut self, context: &'a EncryptionContext) -> Self {
        self.context = Some(context);
        self
    }

    pub fn tokens(mut self, grant_tokens: &'a [String]) -> Self {
        self.grant_tokens = grant_tokens;
        self
    }

    pub fn request_tags(mut self, tags: &'a [Tag]) -> Self {
        self.request_tags = tags;
        self
    }

    /// A further condition key and its value.
    pub fn with(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.conditions.push((name, value.into()));
        self
    }
}

impl Kms {
    /// `action` has its prefix, such as `kms:Decrypt`.
    pub(crate) fn authorise(
        &self,
        call: &Call,
        action: &'static str,
        key: &Key,
        facts: &Facts<'_>,
    ) -> Result<(), Error> {
        let _ = (facts.context, facts.alias, facts.grant_tokens, &facts.conditions, facts.request_tags);
        let arn = key.arn.to_string();
        if key.account() != call.caller.account() {
            return Err(denied(
                call,
                action,
                &arn,
                "because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access",
            ));
        }
        if let Manager::Aws { .. } = key.manager
            && !metadata(action)
        {
            let used = call.via.is_some() && used_by_services(action);
            let because = format!("because no resource-based policy allows the {action} action");
            return if used { Ok(()) } else { Err(denied(call, action, &arn, &because)) };
        }
        by_identity(call, action, &arn)
    }

    /// An action that has no key, such as `kms:ListKeys`.
    pub(crate) fn authorise_without_key(
        &self,
        call: &Call,
        action: &'static str,
        facts: &Facts<'_>,
    ) -> Result<(), Error> {
        let _ = (&facts.conditions, facts.request_tags);
        by_identity(call, action, "*")
    }
}

fn metadata(action: &str) -> bool {
    ["kms:Describe", "kms:Get", "kms:List", "kms:RevokeGrant"].iter().any(|prefix| action.starts_with(prefix))
}

fn used_by_services(action: &str) -> bool {
    ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt", "kms:GenerateDataKey"]
        .iter()
        .any(|prefix| action.starts_with(prefix))
}

fn by_identity(call: &Call, action: &'static str, resource: &str) -> Result<(), Error> {
    match call.caller.decide(action, resource) {
        Decision::Allow { .. } => Ok(()),
        Decision::Deny { reason: Reason::Explicit { .. } } => {
            Err(denied(call, action, resource, "with an explicit deny in an identity-based policy"))
        }
        Decision::Deny { reason: Reason::NoMatch } => {
            let because = format!("because no identity-based policy allows the {action} action");
            Err(denied(call, action, resource, &because))
        }
    }
}

fn denied(call: &Call, action: &str, resource: &str, because: &str) -> Error {
    let principal = call.caller.arn();
    let words = format!("User: {principal} is not authorized to perform: {action} on resource: {resource} {because}");
    Error::new(Code::AccessDenied, words)
}
