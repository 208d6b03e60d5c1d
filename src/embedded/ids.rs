//! Identifiers that the backend gives out.

use super::blobs::BlobId;

/// `N` random bytes.
pub(super) fn random<const N: usize>() -> [u8; N] {
    crate::crypto::random()
}

/// A version id: the row in 16 hex digits, then 16 random ones. So ids sort by age, and a listing can go on after a version
/// that was deleted meanwhile.
pub(super) fn version_id(row: i64) -> String {
    format!("{row:016x}{}", hex::encode(random::<8>()))
}

/// The row of a version id as [`version_id`] makes it, whether or not the version exists.
pub(super) fn row_of_version_id(version_id: &str) -> Option<i64> {
    if version_id.len() != 32 {
        return None;
    }
    i64::from_str_radix(version_id.get(..16)?, 16).ok()
}

/// An upload id; ids sort by the time of their making.
pub(super) fn upload_id(now: time::OffsetDateTime) -> String {
    let micros = u64::try_from(now.unix_timestamp_nanos() / 1000).unwrap_or(0);
    format!("{micros:016x}{}", hex::encode(random::<16>()))
}

/// An ETag of the form that a single request has on S3, but random: the bytes are not digested.
pub(super) fn etag() -> String {
    hex::encode(random::<16>())
}

pub(super) fn blob_id() -> BlobId {
    BlobId::new(random())
}
