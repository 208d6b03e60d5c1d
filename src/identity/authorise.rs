//! The one decision of the S3 door: the caller's own policies and the bucket's, together.
//!
//! An explicit deny on either side goes before everything. Within the bucket's account either side may allow; anybody else
//! needs the bucket's word, and one of another account that account's word too. Source: the IAM user guide, "policy
//! evaluation logic".

use time::OffsetDateTime;

use crate::policy::{Decision, Document, Facts, Reason, Request, Whom, evaluate};

use super::facts::{RequestFacts, Through};
use super::identities::Membership;
use super::verdict::{Layer, Verdict};
use super::{Caller, CallerKind, Origin, Permit, Target};

/// What is decided upon.
pub struct Question<'a> {
    pub caller: &'a Caller,
    /// `s3:GetObject`.
    pub action: &'static str,
    pub target: &'a Target,
    pub origin: &'a Origin,
    pub now: OffsetDateTime,
    pub bucket: BucketPolicy<'a>,
    /// The condition keys of S3.
    pub facts: &'a dyn Facts,
}

/// What the bucket itself says.
#[derive(Clone, Copy, Debug)]
pub enum BucketPolicy<'a> {
    Absent,
    Kept {
        document: &'a Document,
        audience: Audience,
    },
    /// One is kept that cannot be read: it denies.
    Unreadable,
}

/// To whom a bucket policy may open the bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    AsWritten,
    /// The policy is public, and RestrictPublicBuckets keeps it to the bucket's account.
    OwnAccount,
}

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
    /// No signature, and nothing opens the target to everyone.
    Anonymous,
    /// The target belongs to another account, and no resource policy says otherwise.
    OtherAccount,
    /// A resource policy says otherwise, but Block Public Access does not let it.
    Restricted,
    /// Allowed, but such an action is the bucket's own account's alone.
    OwnersAlone,
    ExplicitDeny(Layer),
    NoMatch(Layer),
    /// A statement of the bucket's policy denies.
    BucketDenies,
}

impl Denied {
    fn sentence(&self) -> String {
        let Self { caller_arn, action, resource, reason } = self;
        let why = match reason {
            _ if caller_arn == "*" => return "Access Denied".to_owned(),
            DeniedReason::Anonymous => return "Access Denied".to_owned(),
            DeniedReason::OwnersAlone => {
                return "The specified method is not allowed against this resource.".to_owned();
            }
            DeniedReason::OtherAccount => format!("because no resource-based policy allows the {action} action"),
            DeniedReason::Restricted => {
                "because public access is prevented by the RestrictPublicBuckets setting in S3 Block Public Access"
                    .to_owned()
            }
            DeniedReason::BucketDenies => "with an explicit deny in a resource-based policy".to_owned(),
            DeniedReason::ExplicitDeny(layer) => Verdict::ExplicitDeny(*layer).because(action),
            DeniedReason::NoMatch(layer) => Verdict::NoMatch(*layer).because(action),
        };
        format!("User: {caller_arn} is not authorized to perform: {action} on resource: \"{resource}\" {why}")
    }
}

/// Decides whether the caller may do the action to the target. Every bucket belongs to the gateway's account.
pub fn authorise(question: &Question<'_>) -> Result<Permit, Denied> {
    let Question { caller, action, target, origin, .. } = *question;
    match decide(question) {
        Ok(()) => Ok(Permit::new(caller.clone(), action, target.clone(), origin.clone())),
        Err(reason) => Err(Denied { caller_arn: caller.arn().to_owned(), action, resource: target.arn(), reason }),
    }
}

/// What a bucket policy cannot give to other accounts.
const OWNERS_ALONE: &[&str] =
    &["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy", "s3:GetBucketPolicyStatus"];

/// What no bucket policy can keep from the root user of its account, so that nobody locks himself out for good.
const ROOTS_ALWAYS: &[&str] = &["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"];

/// The decision itself.
fn decide(question: &Question<'_>) -> Result<(), DeniedReason> {
    let Question { caller, action, target, origin, now, bucket, facts } = *question;
    let resource = target.arn();
    let facts = RequestFacts { caller, origin, through: Through::Itself, now, service: facts };
    let principal = caller.principal();
    let request = Request { principal: &principal, action, resource: &resource, facts: &facts };
    let party = Party::of(caller, target);
    let whom = match by_bucket(&request, bucket) {
        _ if caller.kind() == CallerKind::Root && party == Party::Own && ROOTS_ALWAYS.contains(&action) => None,
        Decision::Deny { reason: Reason::Explicit { .. } } => return Err(DeniedReason::BucketDenies),
        Decision::Deny { reason: Reason::NoMatch } => None,
        Decision::Allow { whom, .. } => Some(whom),
    };
    let by_identity = caller.decide(action, &resource, &facts);
    if let Verdict::ExplicitDeny(layer) = by_identity {
        return Err(DeniedReason::ExplicitDeny(layer));
    }
    match party {
        Party::Own => within_account(caller, whom, by_identity, caller.decide_session(&request)),
        Party::Foreign | Party::Nobody => {
            let restricted = matches!(bucket, BucketPolicy::Kept { audience: Audience::OwnAccount, .. });
            from_outside(party, whom, restricted, by_identity)?;
            if OWNERS_ALONE.contains(&action) { Err(DeniedReason::OwnersAlone) } else { Ok(()) }
        }
    }
}

/// Who asks, as seen from the bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Party {
    Own,
    Foreign,
    Nobody,
}

impl Party {
    fn of(caller: &Caller, target: &Target) -> Self {
        match (caller.kind(), caller.membership()) {
            (CallerKind::Anonymous, _) => Self::Nobody,
            // The service is everyone's: each account sees its own buckets there.
            _ if *target == Target::Service => Self::Own,
            (_, Membership::Own) => Self::Own,
            (_, Membership::Foreign) => Self::Foreign,
        }
    }
}

fn by_bucket(request: &Request<'_>, bucket: BucketPolicy<'_>) -> Decision {
    match bucket {
        BucketPolicy::Absent => Decision::NO_MATCH,
        BucketPolicy::Kept { document, .. } => evaluate(request, [document]),
        BucketPolicy::Unreadable => Decision::Deny { reason: Reason::Explicit { sid: None } },
    }
}

fn within_account(
    caller: &Caller,
    whom: Option<Whom>,
    by_identity: Verdict,
    by_session: Verdict,
) -> Result<(), DeniedReason> {
    let by_bucket = match whom {
        // What is given to a session by its very ARN, nothing narrows.
        Some(Whom::Itself) if caller.kind() == CallerKind::AssumedRole => true,
        Some(Whom::Itself | Whom::Role) => by_session == Verdict::Allow,
        // Given to the account, which gives it to whom its own policies say.
        Some(Whom::Account) | None => false,
    };
    match by_identity {
        _ if by_bucket => Ok(()),
        Verdict::Allow => Ok(()),
        Verdict::ExplicitDeny(layer) => Err(DeniedReason::ExplicitDeny(layer)),
        Verdict::NoMatch(layer) => Err(DeniedReason::NoMatch(layer)),
    }
}

fn from_outside(party: Party, whom: Option<Whom>, restricted: bool, by_identity: Verdict) -> Result<(), DeniedReason> {
    match (whom, by_identity) {
        (None, _) if party == Party::Nobody => Err(DeniedReason::Anonymous),
        (None, _) => Err(DeniedReason::OtherAccount),
        (Some(_), _) if restricted => Err(DeniedReason::Restricted),
        (Some(_), _) if party == Party::Nobody => Ok(()),
        (Some(_), Verdict::Allow) => Ok(()),
        (Some(_), Verdict::ExplicitDeny(layer)) => Err(DeniedReason::ExplicitDeny(layer)),
        (Some(_), Verdict::NoMatch(layer)) => Err(DeniedReason::NoMatch(layer)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::identities::tests::{load, origin, read_only};
    use crate::names::{AccountId, BucketName, ObjectKey};

    fn ask(caller: &Caller, action: &'static str, target: &Target) -> Result<Permit, Denied> {
        let now = OffsetDateTime::UNIX_EPOCH;
        let (origin, bucket, facts) = (origin(), BucketPolicy::Absent, &crate::policy::NoFacts);
        authorise(&Question { caller, action, target, origin: &origin, now, bucket, facts })
    }

    fn object(bucket: &str, object_key: &str) -> Target {
        Target::Object(BucketName::new(bucket).unwrap(), ObjectKey::new(object_key).unwrap())
    }

    #[test]
    fn the_root_user_may_do_everything_in_its_account() {
        let identities = load(read_only()).unwrap();
        let root = identities.caller("AKIAROOT").unwrap();
        let permit = ask(&root, "s3:DeleteObject", &object("reports", "a")).unwrap();
        assert_eq!(permit.action(), "s3:DeleteObject");
        assert_eq!(permit.bucket().unwrap().as_str(), "reports");
        assert_eq!(permit.object_key().unwrap().as_str(), "a");
        assert_eq!(permit.caller().access_key_id(), Some("AKIAROOT"));
        assert!(ask(&root, "s3:ListAllMyBuckets", &Target::Service).is_ok());
    }

    #[test]
    fn a_user_may_do_what_its_policies_allow() {
        let identities = load(read_only()).unwrap();
        let alice = identities.caller("AKIAALICE").unwrap();
        assert!(ask(&alice, "s3:GetObject", &object("reports", "a")).is_ok());
        let bucket = Target::Bucket(BucketName::new("reports").unwrap());
        assert!(ask(&alice, "s3:ListBucket", &bucket).is_ok());

        let denied = ask(&alice, "s3:PutObject", &object("reports", "a")).unwrap_err();
        assert_eq!(
            denied.to_string(),
            "User: arn:aws:iam::000000000000:user/alice is not authorized to perform: s3:PutObject on resource: \
             \"arn:aws:s3:::reports/a\" because no identity-based policy allows the s3:PutObject action"
        );
        let denied = ask(&alice, "s3:GetObject", &object("reports", "secret/a")).unwrap_err();
        assert_eq!(denied.reason, DeniedReason::ExplicitDeny(Layer::Identity));
        assert!(denied.to_string().ends_with("with an explicit deny in an identity-based policy"));
        let denied = ask(&alice, "s3:ListAllMyBuckets", &Target::Service).unwrap_err();
        assert_eq!(denied.reason, DeniedReason::NoMatch(Layer::Identity));
    }

    #[test]
    fn strangers_may_do_nothing() {
        let identities = load(read_only()).unwrap();
        let foreign = identities.caller("AKIAFOREIGN").unwrap();
        let denied = ask(&foreign, "s3:GetObject", &object("reports", "a")).unwrap_err();
        assert_eq!(denied.reason, DeniedReason::OtherAccount);
        let anonymous = Caller::anonymous(AccountId::new("000000000000").unwrap());
        let denied = ask(&anonymous, "s3:GetObject", &object("reports", "a")).unwrap_err();
        assert_eq!((denied.reason, denied.to_string()), (DeniedReason::Anonymous, "Access Denied".to_owned()));
    }
}
