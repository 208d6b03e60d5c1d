//! Values as the JSON protocol spells them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serializer};
use time::OffsetDateTime;

use crate::crypto::SecretBytes;

use super::error::Error;

/// Seconds since 1970 with milliseconds, such as `1700000000.123`.
pub fn epoch(time: OffsetDateTime) -> serde_json::Value {
    let milliseconds = (time.unix_timestamp_nanos() / 1_000_000) as f64;
    serde_json::Value::from(milliseconds / 1000.0)
}

/// A moment in an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment(pub OffsetDateTime);

impl serde::Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        epoch(self.0).serialize(serializer)
    }
}

/// A moment in a request: seconds since 1970, whole or not.
impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        let nanoseconds = (seconds * 1000.0).round() as i128 * 1_000_000;
        OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).map(Self).map_err(serde::de::Error::custom)
    }
}

/// Bytes that are no secret, in base64.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob(pub Vec<u8>);

impl serde::Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        STANDARD.decode(text.as_bytes()).map(Self).map_err(serde::de::Error::custom)
    }
}

/// A secret that this member of an answer hands out on purpose. For `serialize_with`.
pub fn hand_out<S: Serializer>(secret: &SecretBytes, serializer: S) -> Result<S::Ok, S::Error> {
    let text = zeroize::Zeroizing::new(STANDARD.encode(secret.expose()));
    serializer.serialize_str(&text)
}

/// A secret that a request brings. For `deserialize_with`.
pub fn take_in<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretBytes, D::Error> {
    Blob::deserialize(deserializer).map(|blob| SecretBytes::new(blob.0))
}

/// No attestation document is verified here, so nothing is encrypted to one.
pub fn refuse_recipient(recipient: Option<&serde_json::Value>) -> Result<(), Error> {
    match recipient {
        None => Ok(()),
        Some(_) => Err(Error::validation("Recipient is not supported: attestation documents are not verified here.")),
    }
}

/// `DryRunModifiers: [IGNORE_CIPHERTEXT]` asks for the authorisation alone; it needs a dry run and a key.
pub fn ignores_ciphertext(modifiers: &[String], dry_run: bool, has_key: bool) -> Result<bool, Error> {
    if modifiers.is_empty() {
        return Ok(false);
    }
    if !dry_run || !has_key {
        return Err(Error::validation("DryRunModifiers requires DryRun and a KeyId."));
    }
    Ok(true)
}
