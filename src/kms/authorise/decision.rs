//! Authorisation as a pure function: the key policy is the root of trust, IAM policies count where it delegates to the
//! account, grants allow and never deny, an explicit deny goes before everything. Source: the KMS developer guide,
//! "determining access to KMS keys".

use crate::identity::{CallerKind, Verdict};
use crate::policy::{self, Decision, Document, Reason, Request, Whom, evaluate};

/// What is decided upon.
pub(super) struct Question<'a> {
    pub caller: &'a crate::identity::Caller,
    /// With its prefix, such as `kms:Decrypt`.
    pub action: &'a str,
    pub key_arn: &'a str,
    /// Whether the caller's account is the key's.
    pub side: Side,
    /// `None`: a policy that cannot be read.
    pub key_policy: Option<&'a Document>,
    pub facts: &'a dyn policy::Facts,
    /// Whether a grant on the key gives the caller this action now.
    pub granted: &'a dyn Fn() -> bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Own,
    Foreign,
}

/// By what a call is allowed, or why it is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    ByKeyPolicy,
    ByIdentity,
    ByGrant,
    /// The key policy denies.
    KeyPolicyDenies,
    /// The caller's own policies deny, or allow nothing where the key policy leaves it to them.
    Identity(Verdict),
    /// The key policy allows neither the caller nor its account.
    KeyPolicySilent,
}

pub(super) fn decide(question: &Question<'_>) -> Answer {
    let principal = question.caller.principal();
    let request =
        Request { principal: &principal, action: question.action, resource: question.key_arn, facts: question.facts };
    let by_key_policy = match question.key_policy {
        Some(document) => evaluate(&request, [document]),
        None => Decision::Deny { reason: Reason::Explicit { sid: None } },
    };
    let by_identity = question.caller.decide(question.action, question.key_arn, question.facts);
    let whom = match by_key_policy {
        Decision::Deny { reason: Reason::Explicit { .. } } => return Answer::KeyPolicyDenies,
        Decision::Deny { reason: Reason::NoMatch } => None,
        Decision::Allow { whom, .. } => Some(whom),
    };
    if let Verdict::ExplicitDeny(_) = by_identity {
        return Answer::Identity(by_identity);
    }
    // Policies that a session was narrowed with bind whatever is not given to the session by its very ARN.
    let by_session = question.caller.decide_session(&request);
    let answer = match question.side {
        Side::Own => within_account(question, whom, by_identity, by_session),
        Side::Foreign => across_accounts(whom, by_identity),
    };
    match answer {
        Answer::KeyPolicySilent | Answer::Identity(Verdict::NoMatch(_)) if (question.granted)() => {
            match question.side {
                Side::Own if by_session == Verdict::Allow => Answer::ByGrant,
                Side::Foreign if by_identity == Verdict::Allow => Answer::ByGrant,
                Side::Own | Side::Foreign => answer,
            }
        }
        answer => answer,
    }
}

fn within_account(question: &Question<'_>, whom: Option<Whom>, by_identity: Verdict, by_session: Verdict) -> Answer {
    match whom {
        // The session's own ARN is stronger than what narrowed it; so is the root user's, which nothing narrows.
        Some(Whom::Itself) if question.caller.kind() == CallerKind::AssumedRole => Answer::ByKeyPolicy,
        Some(Whom::Itself | Whom::Role) if by_session == Verdict::Allow => Answer::ByKeyPolicy,
        Some(Whom::Itself | Whom::Role) => Answer::Identity(by_session),
        Some(Whom::Account) if by_identity == Verdict::Allow => Answer::ByIdentity,
        Some(Whom::Account) => Answer::Identity(by_identity),
        None => Answer::KeyPolicySilent,
    }
}

/// Both sides: the key's account by its policy, the caller's account by its own.
fn across_accounts(whom: Option<Whom>, by_identity: Verdict) -> Answer {
    match (whom, by_identity) {
        (None, _) => Answer::KeyPolicySilent,
        (Some(_), Verdict::Allow) => Answer::ByIdentity,
        (Some(_), _) => Answer::Identity(by_identity),
    }
}
