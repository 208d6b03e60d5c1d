//! Whether a call may do what it asks.

mod decision;
mod facts;

use crate::identity::{CallerKind, RequestFacts, Through, Verdict};

use super::error::{Code, Error};
use super::key::Key;
use super::{Call, Kms};

use decision::{Answer, Question, Side};
use facts::KmsFacts;

pub use facts::Facts;

/// The actions that work on another account's key; for all others a permission across accounts has no effect.
const ACROSS_ACCOUNTS: &[&str] = &[
    "kms:CreateGrant",
    "kms:Decapsulate",
    "kms:Decrypt",
    "kms:DeriveSharedSecret",
    "kms:DescribeKey",
    "kms:Encapsulate",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyPair",
    "kms:GenerateDataKeyPairWithoutPlaintext",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:GenerateMac",
    "kms:GetKeyRotationStatus",
    "kms:GetPublicKey",
    "kms:ListGrants",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:RetireGrant",
    "kms:RevokeGrant",
    "kms:Sign",
    "kms:Verify",
    "kms:VerifyMac",
];

/// The actions that count against a key spec's request quota.
const CRYPTOGRAPHY: &[&str] = &[
    "kms:Decapsulate",
    "kms:Decrypt",
    "kms:DeriveSharedSecret",
    "kms:Encapsulate",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:GenerateMac",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:Sign",
    "kms:Verify",
    "kms:VerifyMac",
];

/// AWS's words to a caller of another account, whatever is wrong.
const HIDDEN: &str = "because the resource does not exist in this Region, no resource-based policies allow access, or a \
                      resource-based policy explicitly denies access";

/// By what a call was allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    Policy,
    /// A grant alone: what is passed on by it is bound by it.
    Grant,
}

impl Kms {
    /// `action` has its prefix, such as `kms:Decrypt`.
    pub(crate) fn authorise(
        &self,
        call: &Call,
        action: &'static str,
        key: &Key,
        facts: &Facts<'_>,
    ) -> Result<Basis, Error> {
        if CRYPTOGRAPHY.contains(&action) {
            self.quotas.charge_cryptography(call, key.spec, self.now())?;
        }
        self.check_grant_tokens(facts.grant_tokens)?;
        let arn = key.arn.text();
        let side = if key.account() == call.caller.account() { Side::Own } else { Side::Foreign };
        let answer = self.ask(call, action, key, &arn, side, facts);
        let because = match answer {
            Answer::ByKeyPolicy | Answer::ByIdentity => return Ok(Basis::Policy),
            Answer::ByGrant => return Ok(Basis::Grant),
            Answer::Identity(verdict) if side == Side::Own => verdict.because(action),
            Answer::KeyPolicyDenies if side == Side::Own => {
                "with an explicit deny in a resource-based policy".to_owned()
            }
            Answer::KeyPolicySilent if side == Side::Own => {
                format!("because no resource-based policy allows the {action} action")
            }
            Answer::Identity(_) | Answer::KeyPolicyDenies | Answer::KeyPolicySilent => HIDDEN.to_owned(),
        };
        Err(denied(call, action, &arn, &because))
    }

    fn ask(&self, call: &Call, action: &str, key: &Key, arn: &str, side: Side, facts: &Facts<'_>) -> Answer {
        // KMS takes no unsigned requests: who reads a public object under a KMS key has no right on the key, whatever the
        // key policy says of everyone.
        if call.caller.kind() == CallerKind::Anonymous {
            return Answer::KeyPolicySilent;
        }
        if side == Side::Foreign && !ACROSS_ACCOUNTS.contains(&action) {
            return Answer::KeyPolicySilent;
        }
        let aliases = || self.aliases_of(key);
        let kms_facts = KmsFacts { call, key: Some(key), facts, aliases: &aliases };
        let granted = || self.granted(call, action, key, &kms_facts);
        decision::decide(&Question {
            caller: &call.caller,
            action,
            key_arn: arn,
            side,
            key_policy: key.policy_document(),
            facts: &self.request_facts(call, &kms_facts),
            granted: &granted,
        })
    }

    /// An action that has no key, such as `kms:ListKeys`.
    pub(crate) fn authorise_without_key(
        &self,
        call: &Call,
        action: &'static str,
        facts: &Facts<'_>,
    ) -> Result<(), Error> {
        self.authorise_by_identity(call, action, "*", facts)
    }

    /// What the caller's own policies alone decide: actions without a key, and the alias's half of the alias actions.
    pub(crate) fn authorise_by_identity(
        &self,
        call: &Call,
        action: &'static str,
        resource: &str,
        facts: &Facts<'_>,
    ) -> Result<(), Error> {
        match self.decide_by_identity(call, action, resource, facts) {
            Verdict::Allow => Ok(()),
            verdict => Err(denied(call, action, resource, &verdict.because(action))),
        }
    }

    /// What the caller's own policies say.
    pub(crate) fn decide_by_identity(
        &self,
        call: &Call,
        action: &'static str,
        resource: &str,
        facts: &Facts<'_>,
    ) -> Verdict {
        let none = Vec::new;
        let kms_facts = KmsFacts { call, key: None, facts, aliases: &none };
        call.caller.decide(action, resource, &self.request_facts(call, &kms_facts))
    }

    /// Whether the caller could do the action if the key had another policy: the lockout check.
    pub(crate) fn would_allow(&self, call: &Call, action: &'static str, key: &Key) -> bool {
        let facts = Facts::default();
        let answer = self.ask(call, action, key, &key.arn.to_string(), Side::Own, &facts);
        matches!(answer, Answer::ByKeyPolicy | Answer::ByIdentity)
    }

    fn request_facts<'a>(&self, call: &'a Call, service: &'a KmsFacts<'a>) -> RequestFacts<'a> {
        let through = if call.via.is_some() { Through::Service } else { Through::Itself };
        RequestFacts { caller: &call.caller, origin: &call.origin, through, now: self.now(), service }
    }

    fn aliases_of(&self, key: &Key) -> Vec<String> {
        let memory = self.store.read();
        let Some(partition) = memory.partition(key.account(), &key.arn.region) else { return Vec::new() };
        let own = partition.aliases.iter().filter(|(_, alias)| alias.key_id == *key.arn.key_id);
        own.map(|(name, _)| name.clone()).collect()
    }

    fn granted(&self, call: &Call, action: &str, key: &Key, facts: &KmsFacts<'_>) -> bool {
        let operation = action.strip_prefix("kms:").unwrap_or(action);
        let source_arn = call.via.as_ref().map(|via| via.source_arn.as_str());
        let memory = self.store.read();
        memory.grants(&key.arn).any(|grant| {
            grant.is_for(&call.caller.principal())
                && grant.operations.contains(operation)
                && grant.constraints.hold(operation, facts.constrained_context(), source_arn)
        })
    }
}

fn denied(call: &Call, action: &str, resource: &str, because: &str) -> Error {
    let principal = call.caller.arn();
    let words = format!("User: {principal} is not authorized to perform: {action} on resource: {resource} {because}");
    Error::new(Code::AccessDenied, words)
}
