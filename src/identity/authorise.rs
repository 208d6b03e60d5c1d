//! The one decision of the S3 door.

use super::{Caller, Origin, Permit, Target};

/// A request that is not allowed. `Display` is AWS's sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("denied")]
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
    ExplicitDeny,
    NoMatch,
}

/// Decides whether `caller` may do `action` to `target`.
pub fn authorise(caller: &Caller, action: &'static str, target: &Target, origin: &Origin) -> Result<Permit, Denied> {
    let _ = (caller, action, target, origin, Permit::new, Denied { caller_arn: String::new(), action, resource: String::new(), reason: DeniedReason::NoMatch });
    todo!()
}
