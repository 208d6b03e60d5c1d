//! What can go wrong below the S3 answers.

use std::path::PathBuf;

use s3s::{S3Error, S3ErrorCode};

/// A fault of the embedded backend itself. An S3 error (no such key, precondition failed) is an answer, not an `Error`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the index refused a statement")]
    Index(#[from] sqlx::Error),
    #[error("file access failed at {path}")]
    File {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the index at {path} has layout {found}, this program reads {known}")]
    Layout { path: PathBuf, found: i64, known: i64 },
    /// Its blobs are the data of objects that only the index knows.
    #[error("{path} is missing or empty while there are blobs beside it: put the index back, or move the blobs away")]
    IndexLost { path: PathBuf },
    #[error("the directory {path} is in use by another process")]
    InUse { path: PathBuf },
    #[error("the index holds a value that cannot be: {what}")]
    Corrupt { what: &'static str },
    /// The request's body failed while it was read; nothing of it was kept.
    #[error("the request body failed")]
    Body(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the S3 service failed")]
    Service(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<Error> for S3Error {
    /// The caller learns nothing of the fault; the operator's log does.
    fn from(error: Error) -> Self {
        tracing::error!(error = &error as &dyn std::error::Error, "embedded backend");
        S3Error::with_message(S3ErrorCode::InternalError, "We encountered an internal error. Please try again.")
    }
}
