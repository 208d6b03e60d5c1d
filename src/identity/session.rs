//! Temporary credentials without a table of them: the access key id leads to its secret, and the token, sealed, says whose
//! session it is. Every replica with the same key understands them, and nothing is kept.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::crypto::{Gcm, Secret, hkdf_sha256, hmac_sha256, random};
use crate::names::AccountId;
use crate::sigv4::SecretKeyText;

/// Access key ids of temporary credentials begin so.
pub const PREFIX: &str = "ASIA";

const SALT_LEN: usize = 32;

/// The key under which tokens are sealed.
pub struct SessionKey(Secret<32>);

/// Whose session it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    pub access_key_id: String,
    pub account: String,
    pub principal: SessionPrincipal,
    /// Seconds since 1970.
    pub issued: i64,
    pub expires: i64,
    /// Policies that narrow the session, as JSON.
    pub policies: Vec<String>,
    pub tags: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SessionPrincipal {
    /// AssumeRole.
    Role {
        role: String,
        session_name: String,
    },
    /// GetSessionToken.
    User {
        name: String,
    },
    Root,
}

/// Credentials to hand out.
pub struct Credentials {
    pub access_key_id: String,
    pub secret: SecretKeyText,
    pub token: String,
    pub expires: OffsetDateTime,
}

impl SessionKey {
    pub fn new(secret: Secret<32>) -> Self {
        Self(secret)
    }

    /// A fresh access key id: 20 letters and digits, as IAM's.
    pub fn new_access_key_id() -> String {
        const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let letters = random::<16>().into_iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
        PREFIX.chars().chain(letters).collect()
    }

    /// The secret of a temporary access key id. It is of use only together with a token that names the id.
    pub fn secret(&self, access_key_id: &str) -> SecretKeyText {
        let bytes = hmac_sha256(self.0.expose(), &[b"sealgate/v1/session-secret", access_key_id.as_bytes()]);
        SecretKeyText::new(STANDARD.encode(&bytes[..30]))
    }

    pub fn issue(&self, session: &Session) -> Option<Credentials> {
        let salt: [u8; SALT_LEN] = random();
        let mut text = serde_json::to_vec(session).ok()?;
        let tag = self.cipher(&salt).seal_in_place([0; 12], &[], &mut text);
        let token = URL_SAFE_NO_PAD.encode([&salt[..], &text, &tag].concat());
        Some(Credentials {
            access_key_id: session.access_key_id.clone(),
            secret: self.secret(&session.access_key_id),
            token,
            expires: OffsetDateTime::from_unix_timestamp(session.expires).ok()?,
        })
    }

    /// What a token says. `None`: nobody issued it.
    pub fn open(&self, token: &str) -> Option<Session> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (salt, sealed) = bytes.split_at_checked(SALT_LEN)?;
        let mut sealed = sealed.to_vec();
        let text = self.cipher(salt).open_in_place([0; 12], &[], &mut sealed).ok()?;
        serde_json::from_slice(text).ok()
    }

    fn cipher(&self, salt: &[u8]) -> Gcm {
        let key = Secret::filled(|key| hkdf_sha256(self.0.expose(), salt, &[b"sealgate/v1/session-token"], key));
        Gcm::new(key.expose())
    }
}

impl Session {
    pub fn account(&self) -> Option<AccountId> {
        AccountId::new(&self.account).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_under_its_key_only_and_unaltered() {
        let session = Session {
            access_key_id: SessionKey::new_access_key_id(),
            account: "000000000000".to_owned(),
            principal: SessionPrincipal::Root,
            issued: 1,
            expires: 2,
            policies: Vec::new(),
            tags: BTreeMap::new(),
        };
        let key = SessionKey::new(Secret::new([1; 32]));
        let credentials = key.issue(&session).unwrap();
        assert_eq!(credentials.access_key_id.len(), 20);
        assert_eq!(credentials.secret.expose(), key.secret(&session.access_key_id).expose());
        assert_eq!(key.open(&credentials.token), Some(session));
        assert_eq!(SessionKey::new(Secret::new([2; 32])).open(&credentials.token), None);
        let mut altered = credentials.token.clone().into_bytes();
        altered[50] ^= 1;
        assert_eq!(key.open(std::str::from_utf8(&altered).unwrap()), None);
        assert_eq!(key.open(""), None);
    }
}
