//! The embedded backend: an S3 service inside the process, for a gateway that has no other backend.
//!
//! Objects are blob files named by a random id; a SQLite index (`<dir>/index.db`) says which blobs make up which version of
//! which object key. A name from a client never reaches the file system.
//!
//! Guarantee: what was acknowledged survives a crash, whole; what was not acknowledged leaves nothing that a client can see.
//! Bytes are synced first (file, then directory), then one transaction makes them an object.
//!
//! It must not know: callers, keys, envelopes. It authenticates nobody: its one caller is the gateway, in process, path style.

mod error;

use std::path::Path;

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;

pub use error::Error;

/// The body of a request or an answer; the same type as the upstream room's.
pub type BoxBody = UnsyncBoxBody<Bytes, Box<dyn std::error::Error + Send + Sync>>;

/// An open embedded backend. One process opens a directory at a time.
pub struct Embedded {}

impl Embedded {
    /// Opens the backend in `dir`, which is made if absent, and removes what a crash left behind.
    pub async fn open(_dir: &Path) -> Result<Self, Error> {
        Ok(Self {})
    }

    /// Answers one S3 request in path style. Every S3 error is an answer; an `Err` is a fault of this room.
    pub async fn call(&self, _request: http::Request<BoxBody>) -> Result<http::Response<BoxBody>, Error> {
        Err(Error::Service("not built yet".into()))
    }
}
