//! CompleteMultipartUpload: the tail becomes backend part 10,000, and the backend joins the parts.
//!
//! Equal Completes write equal bytes, so that a repeated or racing one does no harm. A Complete of an upload that is
//! gone answers as the first did when the object that stands there came from the same parts.

use bytes::Bytes;
use futures::StreamExt;
use http::HeaderMap;
use http_body::Frame;
use http_body_util::{BodyExt, BodyStream, StreamBody};

use super::super::conditions::Conditions;
use super::super::error::{Error, Fault};
use super::super::protection::Protected;
use super::super::put::client_etag;
use super::super::read::{ChecksumMode, Read, Section};
use super::super::stored::Kind;
use super::super::{Objects, attributes};
use super::part_record::{PartRecord, Whereabouts};
use super::upload_keys::UploadKeys;
use super::upload_part::no_such_upload;
use super::upload_record::{UploadName, UploadRecord};
use super::{TAIL_PART, part_etag};
use crate::checksum::{self, Algorithm, ChecksumKind};
use crate::datakey::CustomerKey;
use crate::identity::Permit;
use crate::seal::{FullChecksum, Manifest, PartEntry, SealsManifests, layout};
use crate::upstream::{Body, BoxError};

/// How often the tail is written again because a racing Complete wrote it in between.
const ATTEMPTS: usize = 4;

/// A part as the client's document names it.
#[derive(Clone, Debug)]
pub struct NamedPart {
    pub number: u16,
    /// Without quotes.
    pub etag: String,
    pub checksum: Option<(Algorithm, Vec<u8>)>,
}

/// The client's Complete.
pub struct Complete {
    pub permit: Permit,
    pub upload_id: String,
    pub parts: Vec<NamedPart>,
    /// The checksum of the whole that the request states in its headers.
    pub stated_checksum: Option<(Algorithm, Vec<u8>)>,
    /// `x-amz-checksum-type`.
    pub stated_kind: Option<ChecksumKind>,
    /// `x-amz-mp-object-size`.
    pub stated_len: Option<u64>,
    pub conditions: Conditions,
    /// Under SSE-C, if the client sends it: then it must be the upload's.
    pub customer_key: Option<CustomerKey>,
}

/// What a Complete answers.
pub struct Completed {
    /// As clients see it, without quotes.
    pub etag: String,
    pub headers: HeaderMap,
    pub protected: Protected,
    pub checksum: Option<FullChecksum>,
    pub parts: usize,
}

impl Objects {
    /// Makes an object of an upload's parts.
    pub async fn complete_upload(&self, complete: &Complete) -> Result<Completed, Error> {
        if complete.parts.windows(2).any(|pair| pair[0].number >= pair[1].number) {
            return Err(Fault::InvalidPartOrder.into());
        }
        let (name, record, keys) =
            self.open_upload_again(&complete.permit, &complete.upload_id, complete.customer_key.as_ref()).await?;
        let parts = self.named_records(complete, &name, &keys).await;
        // The backend knows whether the upload lives. Asked behind the records, it explains those that another Complete has
        // just removed.
        match self.list_backend_parts(name.place(), &name.upload_id, 0, 1).await.map_err(no_such_upload) {
            Err(Error::Caller(Fault::NoSuchUpload)) => {
                return self.completed_before(complete, &name, &record, &keys).await;
            }
            answer => answer?,
        };
        let parts = parts?;
        let manifest = manifest(complete, &record, &keys, &parts)?;
        for attempt in 1.. {
            match self.complete_with(complete, (&name, &record), &keys, &parts, &manifest).await {
                Err(Error::Backend(error)) if error.is_code("InvalidPart") && attempt < ATTEMPTS => continue,
                Err(error) => match no_such_upload(error) {
                    Error::Caller(Fault::NoSuchUpload) => {
                        return self.completed_before(complete, &name, &record, &keys).await;
                    }
                    error => return Err(error),
                },
                Ok(answer) => {
                    self.clear_parts(&name, &record).await;
                    return Ok(Completed {
                        etag: client_etag(&answer)?,
                        headers: attributes::to_client(&answer),
                        protected: Protected::of(&record.envelope),
                        checksum: manifest.checksum.clone(),
                        parts: parts.len(),
                    });
                }
            }
        }
        Err(Error::Changed)
    }

    /// The record of each part that the client names, by number and ETag.
    async fn named_records(
        &self,
        complete: &Complete,
        name: &UploadName,
        keys: &UploadKeys,
    ) -> Result<Vec<PartRecord>, Error> {
        let (mut records, _) = self.part_records(name, keys, 0, |_| false).await?;
        let mut named = Vec::with_capacity(complete.parts.len());
        for part in &complete.parts {
            let found = records
                .iter()
                .position(|record| record.number == part.number && part_etag(&record.attempt) == part.etag);
            named.push(records.swap_remove(found.ok_or(Fault::InvalidPart { number: part.number })?));
        }
        Ok(named)
    }

    /// Writes the tail and joins the parts.
    async fn complete_with(
        &self,
        complete: &Complete,
        (name, record): (&UploadName, &UploadRecord),
        keys: &UploadKeys,
        parts: &[PartRecord],
        manifest: &Manifest,
    ) -> Result<HeaderMap, Error> {
        let staged = parts.last().filter(|part| part.whereabouts == Whereabouts::Staged);
        let direct = || parts.iter().filter(|part| part.whereabouts == Whereabouts::InUpload);
        let staged_len = staged.map_or(0, |part| layout::stream_len(part.plain_len, keys.manifest.layers()));
        let written = direct().map(|part| layout::part_sealed_len(part.plain_len)).sum::<u64>() + staged_len;
        let tail = Bytes::from(manifest.tail(&keys.manifest, &record.envelope.commitments(), written)?);
        let len = staged_len + tail.len() as u64;
        let body = match staged {
            None => Body::Bytes(tail),
            Some(part) => {
                let staged = self.read_system_object(&part.staged_key(name)).await?.into_body();
                let frames = BodyStream::new(staged)
                    .chain(futures::stream::once(async { Ok::<_, BoxError>(Frame::data(tail)) }));
                Body::Stream { len, body: StreamBody::new(frames).boxed_unsync() }
            }
        };
        let tail_etag = self.upload_backend_part(name.place(), &name.upload_id, TAIL_PART, body).await?;
        let mut joined: Vec<(u16, String)> = direct().map(|part| (part.number, part.backend_etag.clone())).collect();
        joined.push((TAIL_PART, tail_etag));
        let conditions = complete.conditions.for_backend(self.forms(&name.bucket), None);
        self.complete_backend_upload(name.place(), &name.upload_id, &joined, conditions).await
    }

    /// The answer to a repeated Complete: the object that stands there, if it came from just these parts.
    async fn completed_before(
        &self,
        complete: &Complete,
        name: &UploadName,
        record: &UploadRecord,
        keys: &UploadKeys,
    ) -> Result<Completed, Error> {
        let read = Read {
            permit: complete.permit.clone(),
            version_id: None,
            section: Section::Whole,
            conditions: Conditions::default(),
            checksum: ChecksumMode::Off,
            customer_key: None,
            headers: HeaderMap::new(),
        };
        let gone = || Error::from(Fault::NoSuchUpload);
        let stored = self.stored(&read).await.map_err(|error| if error.is_not_found() { gone() } else { error })?;
        let Kind::Sealed(envelope) = stored.kind.clone() else { return Err(gone()) };
        if envelope.commitments() != record.envelope.commitments() {
            return Err(gone());
        }
        let known = self.manifest(name.place(), &stored, &envelope, &keys.manifest).await?;
        let same = known.manifest.parts.len() == complete.parts.len()
            && known.manifest.parts.iter().zip(&complete.parts).all(|(stands, named)| {
                stands.number == named.number && stands.attempt.is_some_and(|attempt| part_etag(&attempt) == named.etag)
            });
        if !same {
            return Err(gone());
        }
        Ok(Completed {
            etag: stored.client_etag(),
            headers: stored.client_headers(),
            protected: Protected::of(&envelope),
            checksum: known.manifest.checksum.clone(),
            parts: complete.parts.len(),
        })
    }

    /// Removes the records and staged parts of a completed upload. Its own record stays for a day, counted from now: it is
    /// written again. What cannot be done now is the janitor's.
    async fn clear_parts(&self, name: &UploadName, record: &UploadRecord) {
        let folder = name.folder();
        let own = format!("{folder}record");
        let kept = self.write_upload_record(name, record.encoded()).await;
        if let Err(error) = kept.and(self.clear_folder(&folder, |key| key != own).await) {
            tracing::warn!(error = &error as &dyn std::error::Error, "a completed upload's records were not removed");
        }
    }
}

/// The manifest of these parts, with every check that needs no backend.
fn manifest(
    complete: &Complete,
    record: &UploadRecord,
    keys: &UploadKeys,
    parts: &[PartRecord],
) -> Result<Manifest, Error> {
    let last = parts.len().saturating_sub(1);
    for (index, (part, named)) in parts.iter().zip(&complete.parts).enumerate() {
        if index != last && part.whereabouts == Whereabouts::Staged {
            let (have, limit) = (part.plain_len, layout::MIN_PART);
            let part = Some((part.number, named.etag.clone()));
            return Err(Fault::EntityTooSmall { have, limit, part }.into());
        }
    }
    let plain_len = parts.iter().map(|part| part.plain_len).sum::<u64>();
    if plain_len > layout::MAX_PLAIN_LEN {
        return Err(Fault::EntityTooLarge { have: plain_len, limit: layout::MAX_PLAIN_LEN }.into());
    }
    if complete.stated_len.is_some_and(|stated| stated != plain_len) {
        let message = "The provided 'x-amz-mp-object-size' header value does not match what was computed";
        return Err(Fault::InvalidRequest(message.to_owned()).into());
    }
    let checksum = full_checksum(complete, record.checksum(keys)?, parts)?;
    let entry = |part: &PartRecord| PartEntry {
        number: part.number,
        plain_len: part.plain_len,
        attempt: Some(part.attempt),
        checksum: part.checksum.clone(),
        staged: part.whereabouts == Whereabouts::Staged,
    };
    Ok(Manifest { plain_len, layers: keys.manifest.layers(), parts: parts.iter().map(entry).collect(), checksum })
}

/// The checksum of the whole from those of the parts, compared with everything the client states.
fn full_checksum(
    complete: &Complete,
    upload: Option<(Algorithm, ChecksumKind)>,
    parts: &[PartRecord],
) -> Result<Option<FullChecksum>, Error> {
    let (algorithm, kind) = upload.unwrap_or((Algorithm::Crc64Nvme, ChecksumKind::FullObject));
    if let Some(stated) = complete.stated_kind.filter(|stated| *stated != kind) {
        return Err(Fault::InvalidRequest(format!(
            "The upload was created using the {} checksum type. The complete request must use the same checksum type, \
             not {}.",
            kind.name(),
            stated.name()
        ))
        .into());
    }
    for (part, named) in parts.iter().zip(&complete.parts) {
        if let Some((named_algorithm, value)) = &named.checksum
            && (*named_algorithm != algorithm || part.checksum.as_ref() != Some(value))
        {
            return Err(Fault::InvalidPart { number: part.number }.into());
        }
    }
    let values: Option<Vec<(&[u8], u64)>> =
        parts.iter().map(|part| part.checksum.as_deref().map(|value| (value, part.plain_len))).collect();
    let value = values.and_then(|values| match kind {
        ChecksumKind::Composite => Some(checksum::composite(algorithm, values.iter().map(|(value, _)| *value))),
        ChecksumKind::FullObject => checksum::combine(algorithm, values.into_iter()),
    });
    let computed = value.map(|value| FullChecksum { algorithm, kind, value });
    if let Some((stated_algorithm, stated)) = &complete.stated_checksum {
        let same = computed.as_ref().is_some_and(|full| full.algorithm == *stated_algorithm && full.value == *stated);
        if !same {
            return Err(Fault::BadDigest { algorithm: stated_algorithm.name() }.into());
        }
    }
    Ok(computed)
}
