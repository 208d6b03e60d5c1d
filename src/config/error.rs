//! Why a configuration is not one.

use std::path::PathBuf;

use super::Source;

/// Every variant is the operator's to mend.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot read the configuration file {path}: {source}")]
    Unreadable {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the configuration file {path} is not TOML: {reason}")]
    NotToml { path: PathBuf, reason: String },
    #[error("unknown setting `{name}` in {source_of_it}{hint}")]
    Unknown { name: String, source_of_it: Source, hint: String },
    #[error("setting `{name}` in {source_of_it}: {reason}")]
    Invalid { name: &'static str, source_of_it: Source, reason: String },
    #[error("{0}")]
    Contradiction(String),
}
