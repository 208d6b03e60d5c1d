//! What can be wrong with the identities file. The operator's fault.

use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot read the identities file {path}")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("the identities file {path} is not what it should be, line {line}: {message}")]
    Syntax { path: PathBuf, line: usize, message: String },
    /// `place` names the entry: `accounts.000000000000.users.alice`.
    #[error("identities: {place}: {fault}")]
    Content { place: String, fault: String },
}

impl Error {
    pub(super) fn content(place: impl Into<String>, fault: impl Into<String>) -> Self {
        Self::Content { place: place.into(), fault: fault.into() }
    }
}
