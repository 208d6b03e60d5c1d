//! What the S3 door needs of the house.

use std::sync::Arc;

use crate::bucket::{AccessRules, Buckets};
use crate::identity::Identities;
use crate::names::{BucketName, Region};
use crate::object::Objects;
use crate::sigv4;
use crate::upstream::Upstream;

/// The rooms behind the door, and its settings.
pub struct Door {
    pub upstream: Arc<Upstream>,
    pub objects: Arc<Objects>,
    pub buckets: Arc<Buckets>,
    pub access: Arc<AccessRules>,
    pub identities: Arc<Identities>,
    /// Buckets are made and deleted one at a time: in between, the backend and the gateway's settings of a bucket differ.
    pub bucket_turns: tokio::sync::Mutex<()>,
    /// The canonical id of the backend's owner, once it was needed.
    pub backend_owner: tokio::sync::OnceCell<String>,
    pub settings: DoorSettings,
}

/// What an operator chose for the door.
#[derive(Debug, Clone)]
pub struct DoorSettings {
    /// The Region of requests without a scope.
    pub region: Region,
    /// The Regions that signatures may name; empty: all.
    pub regions: Vec<Region>,
    /// Host names whose sub-domains are buckets, in lower case.
    pub domains: Vec<String>,
    /// Never seen by clients.
    pub system_bucket: BucketName,
    pub default_encryption: DefaultEncryption,
    /// Whether keys of the customer (SSE-C) may come over a connection without TLS.
    pub sse_c_over_http: bool,
    /// Whether buckets made here refuse new objects under keys of the customer until they are told otherwise.
    pub new_buckets_block_sse_c: bool,
}

impl DoorSettings {
    /// Refuses a signature for a Region that is not served here, in AWS's words.
    pub fn check_region(&self, region: &Region) -> Result<(), sigv4::Error> {
        match self.regions.is_empty() || self.regions.contains(region) {
            true => Ok(()),
            false => {
                let words = format!("the region '{region}' is wrong; expecting '{}'", self.region);
                Err(sigv4::Error::HeaderMalformed(words))
            }
        }
    }
}

/// How an object is protected when neither the request nor its bucket says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefaultEncryption {
    SseS3,
    SseKms,
}
