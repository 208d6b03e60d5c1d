//! The record beside an object: encode, decode, wrap, bind.
//!
//! Guarantee: data keys unwrap only for the bucket, object key, mode and layer that they were wrapped for, and only to what
//! their commitments say; after [`Envelope::verify_binding`] every field and the client's metadata are those that were
//! sealed. Every envelope has exactly one text. Whatever a backend answers, nothing panics, and nothing is allocated on
//! its word.
//!
//! Must not know: how key encryption keys come about (the KMS, bucket keys, customers), requests, backends.
//!
//! What follows is the format, version 1, to the byte; notation and KDF as in [`crate::seal`]. `tests/vectors/make.py`
//! is a second implementation of it.
//!
//! # Text
//!
//! The value of the header `x-amz-meta-sealgate`: the record in base64url without padding. AWS keeps 2,048 bytes of user
//! metadata, and MinIO counts full header names ([`METADATA_LIMIT`]); [`Envelope::encode_beside`] refuses what exceeds it
//! together with the client's own. With a KMS blob of 120 bytes and a CRC-64 checksum SSE-KMS takes 440 characters,
//! SSE-S3 398, SSE-C 238, DSSE-KMS 772; a SHA-256 takes 32 more.
//!
//! # Record
//!
//! `number` is unsigned, in groups of 7 bits, the lowest first, with the top bit set on all but the last byte, and in as few
//! bytes as it needs; it is below 2^63. `bytes` is a `number` and as many bytes.
//!
//! | length | content |
//! |---|---|
//! | 1 | 1, the version |
//! | 1 | flags, below |
//! | 8 and more | with flag 8: the KMS key, below |
//! | number and pairs | with flag 16: the client's encryption context: how many pairs, then name and value of each as UTF-8 `bytes`, in byte order of the names |
//! | number | without flag 32: P |
//! | layers | for each layer, the inner first: `bytes` KMS ciphertext of the KEK, then 32 salt, 48 wrapped DEK, 32 commitment |
//! | bytes | with flag 64: the sealed checksum, at most 98 bytes |
//! | 32 | the binding |
//!
//! | flag | meaning |
//! |---|---|
//! | 1 and 2 | mode: 0 SSE-S3, 1 SSE-KMS, 2 DSSE-KMS (two layers), 3 SSE-C |
//! | 4 | the KEK is a bucket key |
//! | 8 | a KMS key is named |
//! | 16 | there is a context |
//! | 32 | the manifest says what the object consists of; else it is one stream, part 0, of P bytes |
//! | 64 | there is a checksum |
//! | 128 | zero |
//!
//! | length | content of a KMS key |
//! |---|---|
//! | 5 | account id as a number, big endian |
//! | bytes | Region |
//! | 1 | form of the key id |
//! | 16 | form 0: a UUID in lower case with dashes; form 1: `mrk-` and 32 lower-case hex digits |
//! | bytes | form 2: any other key id |
//!
//! A record that could be written shorter, or whose fields are out of order, is malformed: a reader encodes what it read
//! and compares.
//!
//! # Wrap
//!
//! wrapped DEK = AES-256-GCM of the DEK, ciphertext and tag, by the layer's library, nonce of 12 zeros, no associated data,
//! under KDF(KEK, salt, "sealgate/v1/wrap", layer code (1), mode (1), bucket, object key). The salt is 32 fresh random bytes
//! for each wrap, so that the key seals once and a KEK meets no nonce limit. The commitment is checked after unwrapping,
//! before the DEK is used: KDF(DEK, -, "sealgate/v1/commit").
//!
//! # Sealed checksum
//!
//! algorithm code (1) | 1 composite, 2 full object (1) | value; sealed once for each layer, the inner first, with a nonce of
//! 12 zeros and no associated data under KDF(DEK, salt of the layer's wrap, "sealgate/v1/checksum", layer code (1)). The
//! salt is fresh in every envelope, so this key seals once too, though a rewrap keeps the DEK.
//!
//! # Binding
//!
//! HMAC-SHA256 under KDF(all DEKs, inner first, -, "sealgate/v1/envelope") over these fields, each a `u32` length and its bytes:
//! bucket, object key, the record without the binding, then name and value of each of the client's metadata in
//! byte order of the names, in the canonical form of [`ClientMetadata`]:
//!
//! - bound are `x-amz-meta-*` but the envelope itself, Cache-Control, Content-Disposition, Content-Encoding,
//!   Content-Language, Content-Type, Expires; names are in lower case;
//! - values lose surrounding white space, repeated headers are joined by "," in their order;
//! - Content-Encoding loses `aws-chunked`, and is joined by "," without spaces;
//! - a Content-Type of `binary/octet-stream` or `application/octet-stream` counts as absent, in any case of letters:
//!   backends answer one of them where none was sent;
//! - an empty value counts as absent, but for `x-amz-meta-*`.
//!
//! Not bound, since MinIO drops it: `x-amz-website-redirect-location`. Not detectable without state elsewhere: an older
//! envelope of the same DEK over the same body, a whole older object, exchanged version ids.

mod bind;
mod checksum;
mod codec;
mod error;
mod key_id;
mod metadata;
mod record;
mod varint;
mod wrap;

pub use checksum::SealedChecksum;
pub use codec::{HEADER, METADATA_LIMIT};
pub use error::Error;
pub use metadata::ClientMetadata;
pub use record::{Draft, Envelope, Kek, Mode, Place, Shape, WrappedLayer};
pub use wrap::seal_envelope;

/// The version byte of envelopes.
const VERSION: u8 = 1;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod vector_tests;
