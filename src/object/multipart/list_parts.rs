//! ListParts: the newest attempt of each number that the backend confirms, or that is staged.

use std::collections::BTreeMap;

use super::super::Objects;
use super::super::error::Error;
use super::super::etag::unquote;
use super::part_etag;
use super::part_record::{PartRecord, Whereabouts};
use super::upload_part::no_such_upload;
use crate::checksum::{Algorithm, ChecksumKind};
use crate::datakey::CustomerKey;
use crate::identity::Permit;

/// A page of an upload's parts.
pub struct ListParts {
    pub permit: Permit,
    pub upload_id: String,
    /// Parts with higher numbers are listed.
    pub marker: u16,
    /// At most 1,000.
    pub limit: u16,
    /// Under SSE-C, if the client sends it: then it must be the upload's.
    pub customer_key: Option<CustomerKey>,
}

/// One part as clients see it.
pub struct ListedPart {
    pub number: u16,
    /// Without quotes.
    pub etag: String,
    pub plain_len: u64,
    /// Milliseconds since 1970.
    pub time_ms: u64,
    pub checksum: Option<Vec<u8>>,
}

/// One page.
pub struct PartsPage {
    pub parts: Vec<ListedPart>,
    /// Where the next page begins, if there is one.
    pub next_marker: Option<u16>,
    pub checksum: Option<(Algorithm, ChecksumKind)>,
    pub storage_class: Option<String>,
    /// The ARN of who began the upload, if that is known.
    pub initiator: Option<String>,
}

impl Objects {
    /// Lists parts in order of their numbers.
    pub async fn list_parts(&self, list: &ListParts) -> Result<PartsPage, Error> {
        let (name, record, keys) =
            self.open_upload_again(&list.permit, &list.upload_id, list.customer_key.as_ref()).await?;
        let limit = usize::from(list.limit);
        let backend = self
            .list_backend_parts(name.place(), &name.upload_id, list.marker, list.limit.max(1))
            .await
            .map_err(no_such_upload)?;
        let enough = |records: &[PartRecord]| numbers(records) > limit;
        let (records, more) = self.part_records(&name, &keys, list.marker, enough).await?;
        // Beyond this number not everything is known: the backend's page ends there, or newer records stand behind the cut.
        let of_records = records.last().filter(|_| more).map(|record| record.number.saturating_sub(1));
        let of_backend = backend.parts.last().filter(|_| backend.is_truncated).map(|part| part.part_number);
        let horizon = [of_records, of_backend].into_iter().flatten().min();
        let confirmed: BTreeMap<u16, &str> =
            backend.parts.iter().map(|part| (part.part_number, unquote(&part.etag))).collect();
        let confirms = |record: &PartRecord| match record.whereabouts {
            Whereabouts::Staged => true,
            Whereabouts::InUpload => confirmed.get(&record.number) == Some(&record.backend_etag.as_str()),
        };
        let mut newest: BTreeMap<u16, PartRecord> = BTreeMap::new();
        let known = |record: &PartRecord| horizon.is_none_or(|horizon| record.number <= horizon);
        for record in records.into_iter().filter(|record| known(record) && confirms(record)) {
            let kept = newest.get(&record.number).is_none_or(|kept| kept.time_ms <= record.time_ms);
            if kept {
                newest.insert(record.number, record);
            }
        }
        let full = newest.len() > limit;
        let parts: Vec<ListedPart> = newest.into_values().take(limit).map(listed).collect();
        let next_marker = match full {
            true => Some(parts.last().map_or(list.marker, |part| part.number)),
            false => horizon,
        };
        Ok(PartsPage {
            parts,
            next_marker,
            checksum: record.checksum(&keys)?,
            storage_class: backend.storage_class,
            initiator: record.initiator.clone(),
        })
    }
}

fn listed(record: PartRecord) -> ListedPart {
    ListedPart {
        number: record.number,
        etag: part_etag(&record.attempt),
        plain_len: record.plain_len,
        time_ms: record.time_ms,
        checksum: record.checksum,
    }
}

/// How many part numbers have records.
fn numbers(records: &[PartRecord]) -> usize {
    records.chunk_by(|left, right| left.number == right.number).count()
}
