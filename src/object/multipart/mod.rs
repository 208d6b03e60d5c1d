//! Clients' multipart uploads: no state but what the backend holds.
//!
//! Parts of at least 5 MiB go straight into the backend's upload. A shorter one, which only the last may be, and part
//! 10,000 wait in the system bucket until the upload completes. The tail is always backend part 10,000.

mod abort;
mod complete;
mod create;
mod declared;
mod janitor;
mod list_parts;
mod part_record;
mod upload_keys;
mod upload_part;
mod upload_record;

pub use complete::{Complete, Completed, NamedPart};
pub use create::{Create, Created};
pub use list_parts::{ListParts, ListedPart, PartsPage};
pub use upload_part::{UploadPart, UploadPartCopy, UploadedPart};
pub use upload_record::{UploadName, Uploads};

/// The highest part number, S3 user guide, "Multipart upload limits".
pub const MAX_PART_NUMBER: u16 = 10_000;

/// The backend part that the tail is.
const TAIL_PART: u16 = MAX_PART_NUMBER;

/// The ETag of a part as clients see it: it pins the attempt and is no MD5.
fn part_etag(attempt: &crate::seal::Attempt) -> String {
    format!("{}-1", hex::encode(attempt))
}
