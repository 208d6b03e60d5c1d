//! The shape of the identities file, as config/identities.example.toml documents it.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::Deserialize;
use serde::de::{Deserializer, Visitor};

use crate::policy::{Document, Kind};
use crate::sigv4::SecretKeyText;

use super::Error;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(default)]
    pub accounts: BTreeMap<String, Account>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Account {
    /// Of the account's root user.
    #[serde(default)]
    pub access_keys: Vec<AccessKey>,
    #[serde(default)]
    pub groups: BTreeMap<String, Group>,
    #[serde(default)]
    pub users: BTreeMap<String, User>,
    #[serde(default)]
    pub roles: BTreeMap<String, Role>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Group {
    #[serde(default)]
    pub policies: BTreeMap<String, Policy>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct User {
    #[serde(default)]
    pub access_keys: Vec<AccessKey>,
    #[serde(default)]
    pub groups: Vec<String>,
    #[serde(default)]
    pub policies: BTreeMap<String, Policy>,
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Role {
    /// Who may take the role.
    pub trust: Policy,
    #[serde(default)]
    pub policies: BTreeMap<String, Policy>,
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    #[serde(default = "an_hour")]
    pub max_session_secs: u32,
}

fn an_hour() -> u32 {
    3600
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccessKey {
    pub id: String,
    pub secret: Secret,
    #[serde(default)]
    pub status: Status,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub(super) enum Status {
    #[default]
    Active,
    Inactive,
}

/// The JSON of a policy as a string, or the same as a TOML table.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Policy {
    Json(String),
    Table(toml::Table),
}

impl Policy {
    /// The error is a sentence.
    pub fn parse(&self, kind: Kind) -> Result<Document, String> {
        let json = match self {
            Self::Json(json) => json.clone(),
            Self::Table(table) => serde_json::to_string(table).map_err(|error| error.to_string())?,
        };
        Document::parse(&json, kind).map_err(|error| error.to_string())
    }
}

impl File {
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
        warn_if_readable_by_others(path);
        toml::from_str(&text).map_err(|error| {
            // The error's own Display quotes the line, which may hold a secret.
            let line =
                error.span().and_then(|span| text.get(..span.start)).map_or(1, |before| before.lines().count().max(1));
            Error::Syntax { path: path.to_owned(), line, message: error.message().to_owned() }
        })
    }
}

fn warn_if_readable_by_others(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(path).map_or(0, |metadata| metadata.permissions().mode());
    if mode & 0o077 != 0 {
        tracing::warn!(path = %path.display(), mode = format!("{:o}", mode & 0o777), "the identities file is open to others; chmod 600 it");
    }
}

/// A secret access key that no error message quotes.
pub(super) struct Secret(pub SecretKeyText);

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SecretVisitor).map(Self)
    }
}

struct SecretVisitor;

impl Visitor<'_> for SecretVisitor {
    type Value = SecretKeyText;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a secret as a string")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<SecretKeyText, E> {
        Ok(SecretKeyText::new(text))
    }

    // The defaults of these would quote the value.
    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<SecretKeyText, E> {
        Err(E::custom("a secret is a string"))
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<SecretKeyText, E> {
        Err(E::custom("a secret is a string"))
    }
}
