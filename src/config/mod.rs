//! Settings: one table, a TOML file and the environment, into types.
//!
//! Guarantee: a setting that is unknown, malformed or at odds with another stops the start with an error that names it,
//! says where it came from and what to do. The environment wins over the file, the file over the default.
//!
//! Must not know: what the rooms do with their settings. Opens no file but the configuration.

mod error;
mod settings;
mod table;
mod values;

#[cfg(test)]
mod tests;

pub use error::Error;
pub use settings::{BucketKeySettings, LogFormat, RootUser, Settings, TlsFiles};
pub use table::{Kind, SETTINGS, Setting};
pub use values::{Source, Values};
