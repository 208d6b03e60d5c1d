//! The record beside an object: encode, decode, wrap, bind. (specification follows)

mod error;
mod metadata;
mod record;

pub use error::Error;
pub use metadata::ClientMetadata;
pub use record::{Draft, Envelope, HEADER, Kek, Mode, Place, SealedChecksum, Shape, WrappedLayer, seal_envelope};
