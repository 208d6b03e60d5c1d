//! What happens to an object: the hub between the S3 door and everything that seals, wraps and stores.
//!
//! Guarantee: what the backend stores of an object is ciphertext, an envelope and the headers that the client set; what
//! a client reads has verified; every operation takes its place from a [`Permit`](crate::identity::Permit).
//! Must not know: how requests and answers look on the wire.

mod aim;
mod attributes;
mod backend_upload;
mod body;
mod conditions;
mod copy;
mod copy_pieces;
mod delete;
mod error;
mod etag;
mod get;
mod head;
mod manifests;
mod multipart;
mod opening;
mod places;
mod plain;
mod plan;
mod protection;
mod put;
mod put_unsized;
mod range;
mod read;
mod reread;
mod rewrap;
mod sealing;
mod stored;
mod survey;
mod system_bucket;
mod tagging;
mod tail;
mod unfinished;
mod unlock;

use std::collections::HashMap;
use std::sync::Arc;

use crate::bucket::{Buckets, State};
use crate::crypto::Secret;
use crate::datakey::DataKeys;
use crate::names::BucketName;
use crate::upstream::Upstream;

pub use attributes::{from_client, to_client};
pub use body::{BodyFault, PlainBody, PlainStream, Verdict};
pub use conditions::{Conditions, quoted};
pub use copy::{Copied, Copy, MAX_BACKEND_COPY, MetadataDirective, Overtaking, Source};
pub use delete::{DeleteResult, Deleted, Doomed, NotDeleted};
pub use error::{CustomerKeyFault, Error, Fault, RewrapFault};
pub use etag::{Forms, list as etag_list, to_backend as etag_to_backend, to_client as etag_to_client, unquote};
pub use multipart::*;
pub use protection::Protected;
pub use put::{MAX_PUT, Write, Written};
pub use put_unsized::{FORM_SLACK, Remaining};
pub use range::ByteRange;
pub use read::{AttributesRead, ChecksumMode, Read, ReadReply, Section};
pub use rewrap::{Locked, Rewrap};
pub use survey::Survey;
pub use tagging::Tagging;

/// What the hub is told at start.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where upload records and staged parts live; never seen by clients.
    pub system_bucket: BucketName,
    pub metadata_check: MetadataCheck,
    /// For replicas and restored buckets: stored bucket name -> the name that its envelopes are bound to.
    pub bound_names: HashMap<BucketName, BucketName>,
    /// Bytes of opened manifests, and of the places where they were met, that are kept in memory.
    pub manifest_cache: u64,
    /// The longest stored object that is copied in one request; at least a part's least length.
    pub max_backend_copy: u64,
}

/// What a read does when an object's client metadata is not what was sealed with it. A copy refuses it in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetadataCheck {
    Refuse,
    Warn,
}

/// The hub.
pub struct Objects {
    upstream: Arc<Upstream>,
    datakeys: Arc<DataKeys>,
    buckets: Arc<Buckets>,
    settings: Settings,
    manifests: manifests::Manifests,
    places: places::Places,
    uploads: multipart::Uploads,
}

impl Objects {
    /// `upload_secret`: under which keys of uploads that clients' keys protect are kept; the same for all replicas.
    pub fn new(
        upstream: Arc<Upstream>,
        datakeys: Arc<DataKeys>,
        buckets: Arc<Buckets>,
        upload_secret: Secret<32>,
        settings: Settings,
    ) -> Self {
        let for_places = settings.manifest_cache / 4;
        let manifests = manifests::Manifests::new(settings.manifest_cache - for_places);
        let (places, uploads) = (places::Places::new(for_places), multipart::Uploads::new(upload_secret));
        Self { upstream, datakeys, buckets, settings, manifests, places, uploads }
    }

    /// The name that envelopes in `bucket` are bound to.
    fn bound_name<'a>(&'a self, bucket: &'a BucketName) -> &'a BucketName {
        self.settings.bound_names.get(bucket).unwrap_or(bucket)
    }

    /// Which ETags a client may name in `bucket`.
    fn forms(&self, bucket: &BucketName) -> Forms {
        match self.buckets.state(bucket) {
            State::Sealed => Forms::SealedOnly,
            State::Mixed => Forms::SealedAndPlain,
        }
    }
}
