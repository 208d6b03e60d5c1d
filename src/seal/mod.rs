//! The body of a sealed object: streams, their layout, and the manifest. (specification follows)

pub mod layout;

mod derive;
mod error;
mod keys;
mod manifest;
mod opener;
mod sealer;
mod stream;

pub use derive::{derive, key_commitment};
pub use error::Error;
pub use keys::{Layer, LayerKeys, Layers};
pub use manifest::{ChecksumKind, FullChecksum, Manifest, Opened, PartEntry, StreamPlace};
pub use opener::{StreamOpener, cipher_range_for};
pub use sealer::StreamSealer;
pub use stream::{Attempt, StreamId};

pub use crate::crypto::Unauthentic;
