//! The one decision of the S3 door.

use time::OffsetDateTime;

use crate::policy::NoFacts;

use super::facts::{RequestFacts, Through};
use super::identities::Membership;
use super::verdict::{Layer, Verdict};
use super::{Caller, CallerKind, Origin, Permit, Target};

/// A request that is not allowed. `Display` is AWS's sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.sentence())]
pub struct Denied {
    pub caller_arn: String,
    pub action: &'static str,
    pub resource: String,
    pub reason: DeniedReason,
}

/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeniedReason {
    Anonymous,
    /// The target belongs to another account, and no resource policy says otherwise.
    OtherAccount,
    ExplicitDeny(Layer),
    NoMatch(Layer),
}

impl Denied {
    fn sentence(&self) -> String {
        let Self { caller_arn, action, resource, reason } = self;
        let why = match reason {
            DeniedReason::Anonymous => return "Access Denied".to_owned(),
            DeniedReason::OtherAccount => format!("because no resource-based policy allows the {action} action"),
            DeniedReason::ExplicitDeny(layer) => Verdict::ExplicitDeny(*layer).because(action),
            DeniedReason::NoMatch(layer) => Verdict::NoMatch(*layer).because(action),
        };
        format!("User: {caller_arn} is not authorized to perform: {action} on resource: \"{resource}\" {why}")
    }
}

/// Decides whether `caller` may do `action` to `target`. Every bucket belongs to the gateway's account.
pub fn authorise(caller: &Caller, action: &'static str, target: &Target, origin: &Origin) -> Result<Permit, Denied> {
    let resource = target.arn();
    let reason = if caller.kind() == CallerKind::Anonymous {
        DeniedReason::Anonymous
    } else if caller.membership() == Membership::Foreign {
        DeniedReason::OtherAccount
    } else {
        let now = OffsetDateTime::now_utc();
        let facts = RequestFacts { caller, origin, through: Through::Itself, now, service: &NoFacts };
        match caller.decide(action, &resource, &facts) {
            Verdict::Allow => return Ok(Permit::new(caller.clone(), action, target.clone(), origin.clone())),
            Verdict::ExplicitDeny(layer) => DeniedReason::ExplicitDeny(layer),
            Verdict::NoMatch(layer) => DeniedReason::NoMatch(layer),
        }
    };
    Err(Denied { caller_arn: caller.arn().to_owned(), action, resource, reason })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::identities::tests::{load, origin, read_only};
    use crate::names::{AccountId, BucketName, ObjectKey};

    fn object(bucket: &str, object_key: &str) -> Target {
        Target::Object(BucketName::new(bucket).unwrap(), ObjectKey::new(object_key).unwrap())
    }

    #[test]
    fn the_root_user_may_do_everything_in_its_account() {
        let identities = load(read_only()).unwrap();
        let root = identities.caller("AKIAROOT").unwrap();
        let permit = authorise(&root, "s3:DeleteObject", &object("reports", "a"), &origin()).unwrap();
        assert_eq!(permit.action(), "s3:DeleteObject");
        assert_eq!(permit.bucket().unwrap().as_str(), "reports");
        assert_eq!(permit.object_key().unwrap().as_str(), "a");
        assert_eq!(permit.caller().access_key_id(), Some("AKIAROOT"));
        assert!(authorise(&root, "s3:ListAllMyBuckets", &Target::Service, &origin()).is_ok());
    }

    #[test]
    fn a_user_may_do_what_its_policies_allow() {
        let identities = load(read_only()).unwrap();
        let alice = identities.caller("AKIAALICE").unwrap();
        assert!(authorise(&alice, "s3:GetObject", &object("reports", "a"), &origin()).is_ok());
        let bucket = Target::Bucket(BucketName::new("reports").unwrap());
        assert!(authorise(&alice, "s3:ListBucket", &bucket, &origin()).is_ok());

        let denied = authorise(&alice, "s3:PutObject", &object("reports", "a"), &origin()).unwrap_err();
        assert_eq!(
            denied.to_string(),
            "User: arn:aws:iam::000000000000:user/alice is not authorized to perform: s3:PutObject on resource: \
             \"arn:aws:s3:::reports/a\" because no identity-based policy allows the s3:PutObject action"
        );
        let denied = authorise(&alice, "s3:GetObject", &object("reports", "secret/a"), &origin()).unwrap_err();
        assert_eq!(denied.reason, DeniedReason::ExplicitDeny(Layer::Identity));
        assert!(denied.to_string().ends_with("with an explicit deny in an identity-based policy"));
        let denied = authorise(&alice, "s3:ListAllMyBuckets", &Target::Service, &origin()).unwrap_err();
        assert_eq!(denied.reason, DeniedReason::NoMatch(Layer::Identity));
    }

    #[test]
    fn strangers_may_do_nothing() {
        let identities = load(read_only()).unwrap();
        let foreign = identities.caller("AKIAFOREIGN").unwrap();
        let denied = authorise(&foreign, "s3:GetObject", &object("reports", "a"), &origin()).unwrap_err();
        assert_eq!(denied.reason, DeniedReason::OtherAccount);
        let anonymous = Caller::anonymous(AccountId::new("000000000000").unwrap());
        let denied = authorise(&anonymous, "s3:GetObject", &object("reports", "a"), &origin()).unwrap_err();
        assert_eq!((denied.reason, denied.to_string()), (DeniedReason::Anonymous, "Access Denied".to_owned()));
    }
}
