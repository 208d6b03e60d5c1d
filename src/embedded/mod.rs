//! The embedded backend: an S3 service inside the process, for a gateway that has no other backend.
//!
//! Objects are blob files named by a random id; a SQLite index (`<dir>/index.db`) says which blobs make up which version of
//! which object key. A name from a client never reaches the file system.
//!
//! Guarantee: what was acknowledged survives a crash, whole; what was not acknowledged leaves nothing that a client can see.
//! Bytes are synced first (file, then directory), then one transaction makes them an object.
//!
//! It must not know: callers, keys, envelopes. It authenticates nobody: its one caller is the gateway, in process, path style.
//!
//! ```text
//! <dir>/lock                  held while a process uses the directory
//! <dir>/index.db              the index: buckets, versions, uploads, and the extents that point into blobs
//! <dir>/blobs/7f/7f03...      one blob: the body of one PutObject or UploadPart
//! <dir>/lost/7f03...          blobs that the index did not name at a start: the operator's to remove
//! ```
//!
//! Departures from S3: an ETag is random, not an MD5; checksums and signatures are ignored (the gateway verifies them);
//! ACLs are fixed; policies, lifecycle, CORS, replication and object lock cannot be set.

mod aside;
mod blobs;
mod conditions;
mod error;
mod headers;
mod ids;
mod index;
mod range;
mod service;
mod tags;
mod verbs;
mod walk;

#[cfg(test)]
mod tests;

use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;
use s3s::service::{S3Service, S3ServiceBuilder};

use blobs::{Blobs, Swept};
use index::{IfMissing, Index};
use service::Service;

pub use error::Error;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The body of a request or an answer; the same type as the upstream room's.
pub type BoxBody = UnsyncBoxBody<Bytes, BoxError>;

/// An open embedded backend. One process opens a directory at a time.
pub struct Embedded {
    s3: S3Service,
    index: Arc<Index>,
    /// Its lock falls with it.
    _lock: File,
}

impl Embedded {
    /// Opens the backend in `dir`, which is made if absent, and sets aside what a crash left behind.
    pub async fn open(dir: &Path) -> Result<Self, Error> {
        make_folder(dir)?;
        let lock = lock(&dir.join("lock"))?;
        let blobs = Arc::new(Blobs::open(dir)?);
        let missing = if blobs.any()? { IfMissing::Refuse } else { IfMissing::Make };
        let index = Arc::new(Index::open(&dir.join("index.db"), missing).await?);
        blobs::sync_folder(dir)?;
        let Swept { set_aside, restored, lying } = blobs.sweep(&index).await?;
        if lying > 0 || restored > 0 {
            tracing::warn!(set_aside, restored, lying, ?dir, "embedded backend: blobs without an object lie in lost/");
        }
        let s3 = S3ServiceBuilder::new(Service { index: Arc::clone(&index), blobs }).build();
        Ok(Self { s3, index, _lock: lock })
    }

    /// Answers one S3 request in path style. Every S3 error is an answer; an `Err` is a fault of this room or of the body.
    pub async fn call(&self, request: http::Request<BoxBody>) -> Result<http::Response<BoxBody>, Error> {
        let method = request.method().clone();
        let fault = Arc::new(Mutex::new(None));
        let kept = Arc::clone(&fault);
        let watch = move |error: BoxError| {
            *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            BoxError::from("the request body failed")
        };
        let mut request = request.map(|body| s3s::Body::http_body_unsync(body.map_err(watch)));
        aside::set_aside(&mut request);
        let answer = self.s3.call(request).await.map_err(|error| Error::Service(error.into()))?;
        if let Some(source) = fault.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Err(Error::Body(source));
        }
        Ok(aside::finish(&method, answer))
    }

    /// Closes the index; requests after it fail. Not needed for safety.
    pub async fn close(&self) {
        self.index.close().await;
    }
}

/// Makes the folder and those above it, the name of each durable in its parent.
fn make_folder(dir: &Path) -> Result<(), Error> {
    if dir.is_dir() {
        return Ok(());
    }
    let parent = dir.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make_folder(parent)?;
    std::fs::create_dir(dir).map_err(blobs::fault(dir))?;
    blobs::sync_folder(parent)
}

fn lock(path: &Path) -> Result<File, Error> {
    let file = File::options().create(true).truncate(false).write(true).open(path).map_err(blobs::fault(path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(Error::InUse { path: path.into() }),
        Err(std::fs::TryLockError::Error(source)) => Err(Error::File { path: path.into(), source }),
    }
}
