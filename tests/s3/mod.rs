//! The S3 door, one file per verb or theme.

mod attributes;
mod bad_input;
mod bucket_encryption;
mod checksums;
mod chunked;
mod conditions;
mod copy;
mod delete;
mod dsse;
mod forwarded;
mod get;
mod head;
mod identities;
mod legacy_bucket;
mod list;
mod multipart;
mod post_form;
mod presigned;
mod put;
mod range;
mod sealed_bucket;
mod sse_c;
mod sse_errors;
mod update_encryption;
mod upload_part_copy;
mod virtual_host;
