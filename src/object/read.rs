//! What a read asks and what it answers.

use std::ops::Range;
use std::sync::Arc;

use http::HeaderMap;

use super::Objects;
use super::conditions::Conditions;
use super::error::Error;
use super::manifests::Known;
use super::plan;
use super::protection::Protected;
use super::range::ByteRange;
use super::stored::{Kind, Stored};
use crate::datakey::CustomerKey;
use crate::envelope::Envelope;
use crate::identity::Permit;
use crate::seal::{FullChecksum, LayerKeys, Manifest};
use crate::upstream::BoxBody;

/// What is read of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    Whole,
    Range(ByteRange),
    Part(u16),
}

/// Whether the client wants to see the stored checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChecksumMode {
    Enabled,
    Off,
}

/// A read, or with [`Objects::head`] the head of one.
#[derive(Clone)]
pub struct Read {
    pub permit: Permit,
    pub version_id: Option<String>,
    pub section: Section,
    pub conditions: Conditions,
    pub checksum: ChecksumMode,
    /// For objects under SSE-C.
    pub customer_key: Option<CustomerKey>,
    /// Further headers for the backend, such as `x-amz-request-payer`.
    pub headers: HeaderMap,
}

/// What a read answers.
pub struct ReadReply {
    /// The backend's headers for the client.
    pub headers: HeaderMap,
    /// As clients see it, without quotes.
    pub etag: String,
    /// `None` for an object that was there before.
    pub protected: Option<Protected>,
    /// Whether the object's metadata is what was sealed with it. An object that was there before has nothing to compare.
    pub bound: bool,
    /// Length of the whole plaintext.
    pub plain_len: u64,
    /// What of it the body holds; `None` is the whole, status 200.
    pub range: Option<Range<u64>>,
    pub checksum: Option<FullChecksum>,
    /// How many parts' checksums make a composite checksum of the whole.
    pub composite_parts: Option<usize>,
    /// Set when a part of a multipart object was asked for.
    pub parts_count: Option<usize>,
    pub body: BoxBody,
}

/// What GetObjectAttributes is answered from.
pub struct AttributesRead {
    pub reply: ReadReply,
    /// For sealed objects, when it was asked for.
    pub manifest: Option<Arc<Manifest>>,
}

/// A sealed object whose keys are at hand.
pub(super) struct Unlocked {
    pub stored: Stored,
    pub envelope: Arc<Envelope>,
    pub keys: Arc<LayerKeys>,
    /// Whether the metadata is what was sealed with the object. False only where the settings let that pass.
    pub bound: bool,
}

impl Objects {
    /// The answer from what the backend's headers say alone.
    pub(super) fn reply_without_keys(
        stored: Stored,
        plain_len: u64,
        range: Option<Range<u64>>,
        body: BoxBody,
    ) -> ReadReply {
        let protected = match &stored.kind {
            Kind::Plain => None,
            Kind::Sealed(envelope) => Some(Protected::of(envelope)),
        };
        ReadReply {
            headers: stored.client_headers(),
            etag: stored.client_etag(),
            protected,
            bound: true,
            plain_len,
            range,
            checksum: None,
            composite_parts: None,
            parts_count: None,
            body,
        }
    }
}

impl Unlocked {
    /// Metadata that was changed under the gateway may be served where the settings say so, but never sealed anew.
    pub(super) fn check_bound(&self) -> Result<(), Error> {
        if self.bound { Ok(()) } else { Err(Error::Damaged("its metadata")) }
    }

    /// The answer to `read` with `body`.
    pub(super) fn reply(self, read: &Read, known: Option<&Known>, body: BoxBody) -> Result<ReadReply, Error> {
        let plain_len = self.stored.plain_len()?;
        let manifest = known.map(|known| &*known.manifest);
        let range = match read.section {
            Section::Whole => None,
            section => Some(plan::section_range(section, plain_len, manifest)?),
        };
        let checksum = match read.section {
            _ if read.checksum == ChecksumMode::Off => None,
            Section::Whole => match manifest.and_then(|manifest| manifest.checksum.clone()) {
                Some(checksum) => Some(checksum),
                None => self.envelope.open_checksum(&self.keys)?,
            },
            Section::Part(number) => manifest.and_then(|manifest| part_checksum(manifest, number)),
            Section::Range(_) => None,
        };
        let parts_count = match (read.section, manifest) {
            (Section::Part(_), Some(manifest)) if !plan::is_single(manifest) => Some(manifest.parts.len()),
            _ => None,
        };
        let mut reply = Objects::reply_without_keys(self.stored, plain_len, range, body);
        reply.bound = self.bound;
        reply.composite_parts = match read.section {
            Section::Whole => manifest.map(|manifest| manifest.parts.len()),
            Section::Range(_) | Section::Part(_) => None,
        };
        reply.checksum = checksum;
        reply.parts_count = parts_count;
        Ok(reply)
    }
}

/// The checksum of one part, in the algorithm of the upload.
fn part_checksum(manifest: &crate::seal::Manifest, number: u16) -> Option<FullChecksum> {
    let whole = manifest.checksum.as_ref()?;
    if plan::is_single(manifest) {
        return Some(whole.clone());
    }
    let part = manifest.parts.iter().find(|part| part.number == number)?;
    let value = part.checksum.clone()?;
    Some(FullChecksum { algorithm: whole.algorithm, kind: whole.kind, value })
}
