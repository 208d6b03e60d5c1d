//! What can be wrong with the identities file. The operator's fault.

use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot read the identities file {path}")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("the identities file {path} is not what it should be: {message}")]
    Syntax { path: PathBuf, message: String },
    #[error("{place}: {fault}")]
    Content { place: String, fault: String },
}
