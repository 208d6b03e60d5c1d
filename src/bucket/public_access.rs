//! Block Public Access of one bucket.

use serde::{Deserialize, Serialize};

/// What of public access is kept out. Source: the S3 user guide, "blocking public access".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicAccessBlock {
    /// Requests that set a public ACL are refused.
    pub block_public_acls: bool,
    /// Public ACLs count for nothing. The gateway grants nothing by ACLs anyway.
    pub ignore_public_acls: bool,
    /// Public bucket policies are refused.
    pub block_public_policy: bool,
    /// A public bucket policy opens the bucket to its own account only.
    pub restrict_public_buckets: bool,
}

impl PublicAccessBlock {
    /// What a new bucket begins with, as on AWS since April 2023.
    pub const OF_NEW_BUCKETS: Self = Self {
        block_public_acls: true,
        ignore_public_acls: true,
        block_public_policy: true,
        restrict_public_buckets: true,
    };
}
