//! What can go wrong below the S3 answers.

use std::path::PathBuf;

/// A fault of the embedded backend itself. An S3 error (no such key, precondition failed) is an answer, not an `Error`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the index refused a statement")]
    Index(#[source] sqlx::Error),
    #[error("file access failed at {path}")]
    File {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the index at {path} has layout {found}, this program reads {known}")]
    Layout { path: PathBuf, found: i64, known: i64 },
    #[error("the directory {path} is in use by another process")]
    InUse { path: PathBuf },
    #[error("the S3 service failed")]
    Service(#[source] Box<dyn std::error::Error + Send + Sync>),
}
