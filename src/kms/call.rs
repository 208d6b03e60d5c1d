//! Who calls, from where, into which Region, and in whose service's name.

use crate::identity::{Caller, Origin};
use crate::names::{AccountId, Region};

/// The facts of one call that authorisation and the audit trail need.
#[derive(Clone)]
pub struct Call {
    pub caller: Caller,
    pub origin: Origin,
    /// The Region of the credential scope, or of the service that calls.
    pub region: Region,
    pub via: Option<Via>,
}

/// Set by a service of this gateway that calls in the name of its client; never read from what a client sent.
#[derive(Clone, Debug)]
pub struct Via {
    /// The value of `kms:ViaService`, such as `s3.us-east-1.amazonaws.com`.
    pub service: String,
    /// The value of `aws:SourceArn`: the bucket's ARN.
    pub source_arn: String,
    /// The value of `aws:SourceAccount`.
    pub source_account: AccountId,
}
