//! The authenticated principal of one request.

use std::collections::BTreeMap;
use std::sync::Arc;

use time::OffsetDateTime;

use crate::names::AccountId;
use crate::policy::{Decision, Document, Facts, Principal, Reason, Request, evaluate};

use super::identities::Membership;
use super::verdict::{Layer, Verdict};

/// What kind of principal asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallerKind {
    /// The account's root user: may do everything in its account.
    Root,
    User,
    AssumedRole,
    /// No signature.
    Anonymous,
}

/// A principal; cheap to clone.
#[derive(Clone)]
pub struct Caller(pub(super) Arc<Person>);

#[derive(Clone)]
pub(super) struct Person {
    pub kind: CallerKind,
    pub account: AccountId,
    pub arn: String,
    pub principal_id: String,
    pub access_key_id: Option<String>,
    pub user_name: Option<String>,
    pub policies: Vec<Arc<Document>>,
    pub membership: Membership,
    pub tags: BTreeMap<String, String>,
    /// Of temporary credentials.
    pub session: Option<SessionFacts>,
}

#[derive(Clone)]
pub(super) struct SessionFacts {
    /// Of a role's session.
    pub role_arn: Option<String>,
    pub issued: OffsetDateTime,
    /// Policies that narrow the session: nothing is allowed that these do not allow. `None`: it was not narrowed.
    pub policies: Option<Vec<Arc<Document>>>,
}

impl Caller {
    /// A request without a signature. Answers with the gateway's account, though it belongs to none.
    pub fn anonymous(gateways_account: AccountId) -> Self {
        Self(Arc::new(Person {
            kind: CallerKind::Anonymous,
            account: gateways_account,
            arn: "*".to_owned(),
            principal_id: "Anonymous".to_owned(),
            access_key_id: None,
            user_name: None,
            policies: Vec::new(),
            membership: Membership::Foreign,
            tags: BTreeMap::new(),
            session: None,
        }))
    }

    /// The same principal, by one of its access keys.
    pub(super) fn with_access_key(&self, access_key_id: &str) -> Self {
        Self(Arc::new(Person { access_key_id: Some(access_key_id.to_owned()), ..Person::clone(&self.0) }))
    }

    pub fn kind(&self) -> CallerKind {
        self.0.kind
    }

    pub fn account(&self) -> &AccountId {
        &self.0.account
    }

    /// `arn:aws:iam::<account>:root`, `...:user/<name>`, `arn:aws:sts::<account>:assumed-role/<role>/<session>`, or `*`.
    pub fn arn(&self) -> &str {
        &self.0.arn
    }

    /// The unique id that audit events and GetCallerIdentity name: the account for root, `AIDA...` for users.
    pub fn principal_id(&self) -> &str {
        &self.0.principal_id
    }

    pub fn access_key_id(&self) -> Option<&str> {
        self.0.access_key_id.as_deref()
    }

    pub fn user_name(&self) -> Option<&str> {
        self.0.user_name.as_deref()
    }

    /// The identity-based policies: the user's own and those of its groups.
    pub fn policies(&self) -> &[Arc<Document>] {
        &self.0.policies
    }

    /// Whether the caller belongs to the account that owns the gateway's buckets.
    pub fn is_of_the_gateways_account(&self) -> bool {
        self.0.membership == Membership::Own
    }

    pub(super) fn membership(&self) -> Membership {
        self.0.membership
    }

    /// The ARN that `aws:PrincipalArn` has: of a role's session, the role's.
    pub fn principal_arn(&self) -> &str {
        self.0.session.as_ref().and_then(|session| session.role_arn.as_deref()).unwrap_or(self.arn())
    }

    /// When the temporary credentials were issued.
    pub fn session_issued(&self) -> Option<OffsetDateTime> {
        self.0.session.as_ref().map(|session| session.issued)
    }

    /// The value of a principal tag. Tag names are compared in any case, as condition keys are.
    pub fn tag(&self, name: &str) -> Option<&str> {
        let mut tags = self.0.tags.iter();
        tags.find(|(present, _)| present.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Whether a decision by the caller's own policies can depend on a condition key that begins with `prefix`, in lower
    /// case.
    pub fn asks(&self, prefix: &str) -> bool {
        let narrowed = self.0.session.iter().filter_map(|session| session.policies.as_ref()).flatten();
        self.0.policies.iter().chain(narrowed).any(|document| document.asks(prefix))
    }

    /// As a resource's policy sees it.
    pub fn principal(&self) -> Principal<'_> {
        let known = self.kind() != CallerKind::Anonymous;
        Principal {
            account: known.then(|| self.account().as_str()),
            arn: self.arn(),
            role_arn: self.0.session.as_ref().and_then(|session| session.role_arn.as_deref()),
        }
    }

    /// What the caller's own policies say, those of its session included.
    pub fn decide(&self, action: &str, resource: &str, facts: &dyn Facts) -> Verdict {
        let principal = self.principal();
        let request = Request { principal: &principal, action, resource, facts };
        let identity = match self.kind() {
            CallerKind::Root => Verdict::Allow,
            CallerKind::Anonymous => Verdict::NoMatch(Layer::Identity),
            CallerKind::User | CallerKind::AssumedRole => decide(&request, &self.0.policies, Layer::Identity),
        };
        match identity {
            Verdict::Allow => self.decide_session(&request),
            Verdict::NoMatch(_) => match self.decide_session(&request) {
                // An explicit deny is the better reason.
                deny @ Verdict::ExplicitDeny(_) => deny,
                Verdict::Allow | Verdict::NoMatch(_) => identity,
            },
            Verdict::ExplicitDeny(_) => identity,
        }
    }

    /// What the session's policies leave of a permission that came from elsewhere.
    pub fn decide_session(&self, request: &Request<'_>) -> Verdict {
        match self.0.session.as_ref().and_then(|session| session.policies.as_ref()) {
            None => Verdict::Allow,
            Some(policies) => decide(request, policies, Layer::Session),
        }
    }
}

fn decide(request: &Request<'_>, policies: &[Arc<Document>], layer: Layer) -> Verdict {
    match evaluate(request, policies.iter().map(Arc::as_ref)) {
        Decision::Allow { .. } => Verdict::Allow,
        Decision::Deny { reason: Reason::Explicit { .. } } => Verdict::ExplicitDeny(layer),
        Decision::Deny { reason: Reason::NoMatch } => Verdict::NoMatch(layer),
    }
}

impl std::fmt::Debug for Caller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Caller({})", self.0.arn)
    }
}
