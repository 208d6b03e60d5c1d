//! The body of a sealed object: streams, their layout, and the manifest. (specification follows)

pub mod layout;

mod cipher;
mod derive;
mod error;
mod keys;
mod manifest;
mod manifest_codec;
mod opener;
mod places;
mod reader;
mod sealer;
mod stream;
mod tail;

pub use derive::key_commitment;
pub use error::Error;
pub use keys::{Layer, LayerKeys, Layers};
pub use manifest::{FullChecksum, Manifest, PartEntry};
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
mod vector_tests;
