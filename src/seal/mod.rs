//! The body of a sealed object: streams, their layout, and the manifest.
//!
//! Guarantee: plaintext comes out of this room only after its tag verified, from the very object, part and place that it
//! was sealed for; whatever a backend answers, nothing panics and nothing is allocated on its word. Arithmetic alone
//! gives every length and offset, so nothing but the object itself has to be kept.
//!
//! Must not know: where keys come from, buckets, requests, HTTP. Data keys come in as [`LayerKeys`].
//!
//! What follows is the format, version 1, to the byte. `tests/vectors/make.py` is a second implementation of it.
//!
//! # Notation
//!
//! Numbers are big endian and lengths are in bytes. P is the plaintext length of an object, p of one stream, L the stored
//! length of an object, DEK a data key of 32 bytes. `u16`, `u32`, `u64` are numbers of 2, 4, 8 bytes. `a | b` is a
//! followed by b.
//!
//! KDF(ikm, salt, label, f1, f2 ..., n) = HKDF-SHA256 (RFC 5869) with input key material `ikm`, salt `salt` (none: empty),
//! `n` bytes of output (32 unless said), and as its info the fields label, f1, f2 ..., each a `u32` length and its bytes.
//!
//! AES-256-GCM has nonces of 12 bytes and tags of 16, and a tag follows its ciphertext.
//!
//! # Layers
//!
//! | layer | code | AES-256-GCM by | which |
//! |---|---|---|---|
//! | inner | 1 | aws-lc-rs | the only layer, or with two layers the one next to the plaintext |
//! | outer | 2 | RustCrypto `aes-gcm` | DSSE-KMS only: its plaintext is the inner layer's ciphertext |
//!
//! Each layer has its own DEK. The commitment to a DEK is KDF(DEK, -, "sealgate/v1/commit").
//!
//! # Stream
//!
//! A stream seals one run of plaintext: a whole single-request object or POST form (part 0, no attempt), or one part of a
//! multipart upload (1 to 10,000) with its `attempt`, 16 random bytes drawn for each UploadPart. One layer of it is one
//! ciphertext of Tink's `AesGcmHkdfStreamingKey`: derived key 32 bytes, HKDF-SHA256, ciphertext segments of 65,536 bytes.
//!
//! | offset | length | content |
//! |---|---|---|
//! | 0 | 1 | 40, the header's length |
//! | 1 | 32 | salt |
//! | 33 | 7 | nonce prefix |
//! | 40 | 65,480 + 16 | segment 0; shorter where it is the last |
//! | 65,536 * i | 65,520 + 16 | segment i = 1, 2 ...; shorter where it is the last |
//!
//! - salt | nonce prefix = KDF(DEK, -, "sealgate/v1/stream", layer code (1), part number (`u16`), attempt (0 or 16), 39)
//! - associated data = 1 (version) | layer code (1) | part number (`u16`)
//! - stream key = HKDF-SHA256(ikm = DEK, salt = salt, info = associated data as it stands, 32), as Tink does it
//! - nonce of segment i = nonce prefix (7) | i (`u32`) | 1 where it is the last segment, else 0 (1); the segments
//!   themselves have no associated data
//! - no segment but that of an empty stream is empty; the last may be full
//! - one layer's length over p bytes: p + 40 + 16 * ceil((p + 40) / 65,520); two layers: the law applied twice
//!
//! A reader derives the header itself and refuses a stream that begins with another one.
//!
//! # The length law
//!
//! L(P) = P + 32 * floor(P / 65,520) + 256 * floor(P / 5 MiB) + 512, for every sealed object. The law grows strictly, so
//! its inverse is exact. The least room that it leaves to the padding is 154 bytes, at P = 65,481 in two layers with a
//! SHA-512 for the object and one for its part. The longest plaintext has 53,658,264,444,672 bytes: the law gives it at
//! most 10,000 backend parts of 5 GiB.
//!
//! # Object
//!
//! | length | content |
//! |---|---|
//! | streams | one after another, by part number |
//! | rest | zeros, so that the object has L(P) bytes |
//! | m | sealed manifest |
//! | 4 | m, `u32`; a reader believes at most 1 MiB, and at most L |
//! | 1 | 1, the version |
//!
//! A stream that is not `staged` has p >= 5 MiB and stands in its own backend part, with zeros after it up to
//! p + 32 * floor(p / 65,520) + 256 * floor(p / 5 MiB) - 96 bytes. A staged stream stands as it is, and only the last one
//! is staged: part 0, a last part below 5 MiB, part 10,000. Zeros prove nothing and a reader skips them.
//!
//! # Manifest
//!
//! | length | content |
//! |---|---|
//! | 1 | layers, 1 or 2 |
//! | 8 | P, `u64` |
//! | 1 | code of the object's checksum algorithm ([`crate::checksum::Algorithm::code`]); 0: no checksum |
//! | 0 or 1 | with a checksum: 1 composite, 2 full object |
//! | 0 to 64 | with a checksum: its value, as long as its algorithm says |
//! | 2 | number of parts, `u16`, at least 1 |
//! | 11 to 92 each | the parts, numbers ascending |
//!
//! | length | content of a part |
//! |---|---|
//! | 2 | part number, `u16` |
//! | 1 | flags: 1 has an attempt, 2 has a checksum, 4 staged; all others zero |
//! | 8 | p, `u64`; they add up to P |
//! | 0 or 16 | attempt; every part but part 0 has one, and part 0 stands alone |
//! | 0 or 1 | with a checksum: its length, at most 64 |
//! | 0 to 64 | with a checksum: its value, by the upload's one algorithm |
//!
//! Sealed once for each layer, the inner first, each sealing the bytes of the one before:
//!
//! | length | content |
//! |---|---|
//! | 12 | nonce: the first bytes of HMAC-SHA256(KDF(DEK, -, "sealgate/v1/manifest-nonce", layer code (1)), text) |
//! | text | ciphertext of the text under KDF(DEK, -, "sealgate/v1/manifest", layer code (1)) |
//! | 16 | tag; associated data = 1 (version) | number of layers (1) | layer code (1) | the commitments, inner first |
//!
//! Equal manifests under equal keys are equal bytes, and different ones share no nonce. Nothing that a copy or a rewrap
//! changes is part of a body: a body moves between names, keys and modes of as many layers as it stands.
//!
//! # What a reader checks
//!
//! L is a value of the law; the manifest opens, keeps its rules, says P as the law does and as many layers as there are
//! data keys; the streams leave room for the tail. Then each stream opens under its own part number and attempt, and
//! its last segment under the last flag at the length that the manifest says. A whole read must not end well before both
//! have happened; a range read relies on its segments' tags and on the envelope's or the manifest's lengths.

pub mod layout;

mod cipher;
mod derive;
mod error;
mod keys;
mod manifest;
mod manifest_codec;
mod manifest_keys;
mod opener;
mod places;
mod reader;
mod sealer;
mod stream;
mod tail;

pub use derive::key_commitment;
pub use error::Error;
pub use keys::{DataKey, Layer, LayerKeys, Layers};
pub use manifest::{FullChecksum, Manifest, PartEntry};
pub use manifest_keys::{ManifestKeys, SealsManifests};
pub use opener::{StreamOpener, cipher_range_for};
pub use places::{Piece, StreamPlace};
pub use sealer::StreamSealer;
pub use stream::{Attempt, StreamId};
pub use tail::Opened;

pub use crate::checksum::ChecksumKind;
pub use crate::crypto::Unauthentic;

pub(crate) use cipher::Cipher;
pub(crate) use derive::{derive, length_prefixed};
pub(crate) use reader::Reader;

/// The version byte of streams and tails.
const VERSION: u8 = 1;

#[cfg(test)]
pub(crate) mod test_bytes;
#[cfg(test)]
mod law_tests;
#[cfg(test)]
mod stream_tests;
#[cfg(test)]
mod tail_tests;
#[cfg(test)]
mod tink_streams;
#[cfg(test)]
pub(crate) mod vector_tests;
