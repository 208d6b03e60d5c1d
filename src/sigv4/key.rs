//! Secret access keys and the keys derived from them.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use base16ct::lower::encode_string as lower_hex;
use zeroize::Zeroizing;

use crate::crypto::{MacKey, Secret, constant_time_eq, hmac_sha256};

use super::credential::Scope;

/// A secret access key as text. Zeroized, never printed.
pub struct SecretKeyText {
    text: Zeroizing<String>,
    /// The last key derived from it: a client signs for one day, Region and service after the other.
    last: Mutex<Option<(/* scope */ String, Arc<SigningKey>)>>,
}

impl SecretKeyText {
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: Zeroizing::new(text.into()), last: Mutex::default() }
    }

    pub fn expose(&self) -> &str {
        &self.text
    }

    /// The key for one day, Region and service.
    pub(super) fn signing_key(&self, scope: &Scope<'_>) -> Arc<SigningKey> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some((known, key)) if known == scope.text => key.clone(),
            _ => {
                let key = Arc::new(SigningKey::derive(self, scope));
                *last = Some((scope.text.to_owned(), key.clone()));
                key
            }
        }
    }
}

impl fmt::Debug for SecretKeyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKeyText(redacted)")
    }
}

/// A key for one day, Region and service.
#[derive(Debug)]
pub(super) struct SigningKey(MacKey);

impl SigningKey {
    pub fn derive(secret_key: &SecretKeyText, scope: &Scope<'_>) -> Self {
        let seed = Zeroizing::new([b"AWS4", secret_key.expose().as_bytes()].concat());
        let date = Secret::new(hmac_sha256(&seed, &[scope.date.as_bytes()]));
        let region = Secret::new(hmac_sha256(date.expose(), &[scope.region.as_str().as_bytes()]));
        let service = Secret::new(hmac_sha256(region.expose(), &[scope.service.as_bytes()]));
        let request = Secret::new(hmac_sha256(service.expose(), &[b"aws4_request"]));
        Self(MacKey::new(request.expose()))
    }

    /// Lower-case hex.
    pub fn signature(&self, string_to_sign: &str) -> String {
        lower_hex(&self.0.sign(&[string_to_sign.as_bytes()]))
    }

    /// Compares in constant time; `signature` is hex as the client sent it.
    pub fn verifies(&self, string_to_sign: &str, signature: &str) -> bool {
        constant_time_eq(self.signature(string_to_sign).as_bytes(), signature.as_bytes())
    }
}
