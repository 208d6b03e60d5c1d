//! POST forms: a signed policy document that says what the form may hold.

use time::OffsetDateTime;

use crate::names::{BucketName, Region};

use super::verify::Lookup;
use super::{Error, PostFields};

/// A form whose policy is signed, has not expired, and allows every field.
#[derive(Debug)]
pub struct VerifiedPost {
    pub access_key_id: String,
    pub region: Region,
    pub session_token: Option<String>,
    /// Smallest and largest length of the file, in bytes.
    pub content_length_range: Option<(u64, u64)>,
    pub expires: OffsetDateTime,
}

/// Verifies a form posted to `bucket`. None: no policy and no signature, an anonymous form. Call after
/// [`PostFields::expand_filename`]. The file's length is compared by whoever reads it.
pub fn verify_post_policy(
    fields: &PostFields,
    bucket: &BucketName,
    now: OffsetDateTime,
    lookup: Lookup<'_>,
) -> Result<Option<VerifiedPost>, Error> {
    let _ = (fields, bucket, now, lookup);
    todo!()
}
