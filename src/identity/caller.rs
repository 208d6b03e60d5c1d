//! The authenticated principal of one request.

use std::sync::Arc;

use crate::names::AccountId;
use crate::policy::{Decision, Document, Reason, Request, evaluate};

use super::identities::Membership;

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
pub struct Caller(pub(super) Arc<Facts>);

#[derive(Clone)]
pub(super) struct Facts {
    pub kind: CallerKind,
    pub account: AccountId,
    pub arn: String,
    pub principal_id: String,
    pub access_key_id: Option<String>,
    pub user_name: Option<String>,
    pub policies: Vec<Arc<Document>>,
    pub membership: Membership,
}

impl Caller {
    /// A request without a signature. Answers with the gateway's account, though it belongs to none.
    pub fn anonymous(gateways_account: AccountId) -> Self {
        Self(Arc::new(Facts {
            kind: CallerKind::Anonymous,
            account: gateways_account,
            arn: "*".to_owned(),
            principal_id: "Anonymous".to_owned(),
            access_key_id: None,
            user_name: None,
            policies: Vec::new(),
            membership: Membership::Foreign,
        }))
    }

    /// The same principal, by one of its access keys.
    pub(super) fn with_access_key(&self, access_key_id: &str) -> Self {
        Self(Arc::new(Facts { access_key_id: Some(access_key_id.to_owned()), ..Facts::clone(&self.0) }))
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
    pub(super) fn membership(&self) -> Membership {
        self.0.membership
    }

    /// What the caller's identity-based policies say of an action on a resource of its own account. Root: allowed.
    pub fn decide(&self, action: &str, resource: &str) -> Decision {
        match self.kind() {
            CallerKind::Root => Decision::Allow { sid: None },
            CallerKind::Anonymous => Decision::Deny { reason: Reason::NoMatch },
            CallerKind::User | CallerKind::AssumedRole => {
                let documents: Vec<&Document> = self.0.policies.iter().map(Arc::as_ref).collect();
                evaluate(&Request { principal_arn: self.arn(), action, resource }, &documents)
            }
        }
    }
}

impl std::fmt::Debug for Caller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Caller({})", self.0.arn)
    }
}
