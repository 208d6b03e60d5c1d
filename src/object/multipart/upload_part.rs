//! UploadPart and UploadPartCopy.
//!
//! The final segment is withheld until the client's checks have verified, so that a bad retry cannot replace a good part.

use std::sync::Arc;

use bytes::Bytes;

use super::super::body::PlainBody;
use super::super::error::{CustomerKeyFault, Error, Fault};
use super::super::protection::Protected;
use super::super::put::place;
use super::super::read::{Read, Section};
use super::super::sealing::{Closing, Sealing};
use super::super::{Objects, copy, reread};
use super::part_record::{PartRecord, Whereabouts, staged_key};
use super::upload_keys::UploadKeys;
use super::upload_record::{UploadName, UploadRecord};
use super::{MAX_PART_NUMBER, part_etag};
use crate::checksum::{Algorithm, ChecksumKind};
use crate::crypto::random;
use crate::datakey::CustomerKey;
use crate::envelope::Mode;
use crate::identity::Permit;
use crate::seal::{Attempt, FullChecksum, LayerKeys, StreamId, StreamSealer, layout};

/// One part.
pub struct UploadPart {
    pub permit: Permit,
    pub upload_id: String,
    pub number: u16,
    /// Under SSE-C.
    pub customer_key: Option<CustomerKey>,
    /// The algorithm that the request names for its body, if any.
    pub named_algorithm: Option<Algorithm>,
    pub body: PlainBody,
    /// Milliseconds since 1970.
    pub now_ms: u64,
}

/// One part that is read from an object.
pub struct UploadPartCopy {
    pub permit: Permit,
    pub upload_id: String,
    pub number: u16,
    pub source: Read,
    /// Under SSE-C, the upload's; the source has its own.
    pub customer_key: Option<CustomerKey>,
    pub now_ms: u64,
}

/// What a part answers.
pub struct UploadedPart {
    /// As clients see it, without quotes.
    pub etag: String,
    pub protected: Protected,
    pub checksum: Option<FullChecksum>,
    /// The version that a copy read.
    pub source_version: Option<String>,
}

impl Objects {
    /// Seals one part into its upload.
    pub async fn upload_part(&self, part: UploadPart) -> Result<UploadedPart, Error> {
        let (name, record, keys) = self.open_upload(&part.permit, &part.upload_id, part.customer_key.as_ref()).await?;
        let checksum = record.checksum(&UploadKeys::of(&keys))?;
        if let (Some((expected, _)), named) = (checksum, part.named_algorithm) {
            // A CRC-64/NVME is computed for a part that names none.
            if named.unwrap_or(Algorithm::Crc64Nvme) != expected {
                let actual = named.map_or("null", Algorithm::name).to_lowercase();
                return Err(Fault::InvalidRequest(format!(
                    "Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum Type: {actual}",
                    expected.name().to_lowercase()
                ))
                .into());
            }
        }
        self.seal_part(name, &record, &keys, part.number, part.body, part.now_ms).await
    }

    /// Opens a range of an object and seals it as a part, streaming.
    pub async fn upload_part_copy(&self, part: UploadPartCopy) -> Result<UploadedPart, Error> {
        let (name, record, keys) = self.open_upload(&part.permit, &part.upload_id, part.customer_key.as_ref()).await?;
        let checksum = record.checksum(&UploadKeys::of(&keys))?;
        let source = self.get(&part.source).await?;
        if let (Section::Range(range), len) = (part.source.section, source.plain_len) {
            copy::within(range, len)?;
        }
        let source_version =
            source.headers.get("x-amz-version-id").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let algorithm = checksum.map_or(Algorithm::Crc64Nvme, |(algorithm, _)| algorithm);
        let body = reread::body(source, algorithm);
        let uploaded = self.seal_part(name, &record, &keys, part.number, body, part.now_ms).await?;
        Ok(UploadedPart { source_version, ..uploaded })
    }

    /// An upload of the caller, with its keys.
    pub(super) async fn open_upload(
        &self,
        permit: &Permit,
        upload_id: &str,
        customer: Option<&CustomerKey>,
    ) -> Result<(UploadName, Arc<UploadRecord>, Arc<LayerKeys>), Error> {
        let (bucket, object_key) = place(permit)?;
        let name = UploadName { bucket, object_key, upload_id: upload_id.to_owned() };
        let record = self.upload_record(&name).await?;
        let sse_c = record.envelope.mode == Mode::SseC;
        if sse_c != customer.is_some() {
            return Err(CustomerKeyFault::UploadDiffers.into());
        }
        let keys = match self.unwrap(permit, name.place(), &record.envelope, customer).await {
            Err(Error::Caller(Fault::CustomerKey(CustomerKeyFault::Wrong))) => {
                return Err(CustomerKeyFault::WrongInUpload.into());
            }
            keys => keys?,
        };
        Ok((name, record, keys))
    }

    /// The same for what needs no part opened or sealed, and what S3 does without the customer's key too: a key that is
    /// sent all the same is checked.
    pub(super) async fn open_upload_again(
        &self,
        permit: &Permit,
        upload_id: &str,
        customer: Option<&CustomerKey>,
    ) -> Result<(UploadName, Arc<UploadRecord>, UploadKeys), Error> {
        let (bucket, object_key) = place(permit)?;
        let name = UploadName { bucket, object_key, upload_id: upload_id.to_owned() };
        if customer.is_none() {
            let record = self.upload_record(&name).await?;
            if let Some(keys) = record.kept_keys(&self.uploads.secret)? {
                return Ok((name, record, keys));
            }
        }
        let (name, record, keys) = self.open_upload(permit, upload_id, customer).await?;
        Ok((name, record, UploadKeys::of(&keys)))
    }

    async fn seal_part(
        &self,
        name: UploadName,
        record: &UploadRecord,
        keys: &LayerKeys,
        number: u16,
        body: PlainBody,
        now_ms: u64,
    ) -> Result<UploadedPart, Error> {
        let plain_len = body.len.ok_or(Fault::MissingContentLength)?;
        let verdict = body.verdict.clone();
        let attempt: Attempt = random();
        let id = StreamId { part: number, attempt: Some(attempt) };
        let sealer = StreamSealer::new(keys, &id);
        let direct = plain_len >= layout::MIN_PART && number != MAX_PART_NUMBER;
        let limit = if direct { layout::max_client_part() } else { layout::max_staged_part() };
        if plain_len > limit {
            return Err(Fault::EntityTooLarge { have: plain_len, limit }.into());
        }
        let backend_etag = if direct {
            let sealed_len = layout::part_sealed_len(plain_len);
            let sealing = Sealing::new(body, sealer, padding(sealed_len)).into_body(sealed_len);
            self.upload_backend_part(name.place(), &name.upload_id, number, sealing).await?
        } else {
            // A staged part does not touch the backend's upload: ask whether it still lives.
            self.list_backend_parts(name.place(), &name.upload_id, 0, 1).await.map_err(no_such_upload)?;
            let stream_len = layout::stream_len(plain_len, keys.count());
            let sealing = Sealing::new(body, sealer, padding(stream_len)).into_body(stream_len);
            self.write_system_object(&staged_key(&name, &attempt), sealing).await?;
            String::new()
        };
        let checksum = verdict.get().cloned().flatten();
        let part = PartRecord {
            number,
            attempt,
            plain_len,
            time_ms: now_ms,
            whereabouts: if direct { Whereabouts::InUpload } else { Whereabouts::Staged },
            checksum: checksum.as_ref().map(|checksum| checksum.value.clone()),
            backend_etag,
        };
        let keys = UploadKeys::of(keys);
        self.write_part_record(&name, &part, &keys).await?;
        let kind = record.checksum(&keys)?.map_or(ChecksumKind::FullObject, |(_, kind)| kind);
        Ok(UploadedPart {
            etag: part_etag(&attempt),
            protected: Protected::of(&record.envelope),
            checksum: checksum.map(|checksum| FullChecksum { kind, ..checksum }),
            source_version: None,
        })
    }
}

/// Zeros up to the length that was declared to the backend.
fn padding(sealed_len: u64) -> Closing {
    Box::new(move |ended| {
        let left = sealed_len.checked_sub(ended.stream_len).ok_or(Error::Internal("a part beyond its length"))?;
        let left = usize::try_from(left).map_err(|_| Error::Internal("a part's padding"))?;
        const ZEROS: &[u8] = &[0; 64 * 1024];
        let whole = std::iter::repeat_n(Bytes::from_static(ZEROS), left / ZEROS.len());
        Ok(whole.chain([Bytes::from_static(&ZEROS[..left % ZEROS.len()])]).collect())
    })
}

/// The backend's 404 on an upload.
pub(super) fn no_such_upload(error: Error) -> Error {
    if error.is_not_found() { Fault::NoSuchUpload.into() } else { error }
}
