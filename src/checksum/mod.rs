//! The ten checksum algorithms of S3 (`x-amz-checksum-*`), computed over plaintext while it streams, and the check of
//! everything that a request states about its body: `x-amz-content-sha256`, `Content-MD5`, checksums in headers and trailers.
//!
//! Guarantee: [`Checks::finish`] answers Ok only where every stated value equals the computed one; what is not asked
//! for is not computed; a contradictory or malformed statement is refused before the first byte.
//!
//! Must not know: signatures, objects, who asks.

mod algorithm;
mod checks;
mod combine;
mod error;
mod expectations;
mod hasher;
mod multipart;

pub use algorithm::Algorithm;
pub use checks::Checks;
pub use combine::{combine, composite};
pub use error::{Invalid, InvalidKind, Mismatch};
pub use expectations::{Expectations, decode_value};
pub use hasher::Hasher;
pub use multipart::{ChecksumKind, StatedChecksum, multipart_checksum, stated_checksum, stated_kind};
