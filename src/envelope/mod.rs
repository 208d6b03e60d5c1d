//! The record beside an object: encode, decode, wrap, bind. (specification follows)

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
