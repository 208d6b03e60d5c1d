//! The one way in: a request's head becomes a [`Verified`], an anonymous request, or an error.

use std::sync::Arc;

use http::request::Parts;
use time::{Duration, OffsetDateTime};

use crate::names::Region;

use super::chunk_signature::ChunkSigner;
use super::{Error, Payload, SecretKeyText};

/// How far a signed date may lie from the gateway's clock.
pub(super) const MAX_SKEW: Duration = Duration::minutes(15);

/// Finds the secret of an access key id.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<Arc<SecretKeyText>>;

/// The service whose scope a signature must name.
#[derive(Clone, Copy, Debug)]
pub enum Endpoint {
    /// S3: the body's hash is what the request states.
    S3,
    /// Any other service (`kms`, `sts`): the body was read first, and its hash is this.
    Service { name: &'static str, body_sha256: [u8; 32] },
}

/// A request whose signature holds.
#[derive(Debug)]
pub struct Verified {
    pub access_key_id: String,
    pub region: Region,
    pub service: String,
    /// When the request was signed.
    pub date: OffsetDateTime,
    pub payload: Payload,
    /// Lower case, sorted.
    pub signed_headers: Vec<String>,
    /// `x-amz-security-token`, not yet checked: who issues sessions compares it.
    pub session_token: Option<String>,
    /// Set for presigned URLs: when the URL lapses.
    pub expires: Option<OffsetDateTime>,
    pub(super) chunk_signer: Option<ChunkSigner>,
}

impl Verified {
    /// The hash that the plain body must have, where the signature covers one.
    pub fn payload_sha256(&self) -> Option<[u8; 32]> {
        match self.payload {
            Payload::Sha256(hash) => Some(hash),
            Payload::Unsigned | Payload::ChunkedSigned { .. } | Payload::ChunkedUnsigned => None,
        }
    }

    /// Whether the signature came in the query string.
    pub fn is_presigned(&self) -> bool {
        self.expires.is_some()
    }
}

/// Verifies a request's head. None: the request carries no signature at all, it is anonymous.
pub fn verify(head: &Parts, endpoint: Endpoint, now: OffsetDateTime, lookup: Lookup<'_>) -> Result<Option<Verified>, Error> {
    let _ = (head, endpoint, now, lookup);
    todo!()
}
