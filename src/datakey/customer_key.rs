//! A key that the customer sends with each request (SSE-C). It lives as long as the request.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::Digest as _;

use crate::crypto::Secret;

/// The customer's KEK and the digest by which S3 names it. Never stored, never printed.
#[derive(Clone)]
pub struct CustomerKey {
    secret: Arc<Secret<32>>,
    /// Base64, as headers carry it.
    md5: Arc<str>,
}

impl CustomerKey {
    pub fn new(secret: Secret<32>) -> Self {
        let md5 = STANDARD.encode(md5::Md5::digest(secret.expose())).into();
        Self { secret: Arc::new(secret), md5 }
    }

    pub fn secret(&self) -> &Arc<Secret<32>> {
        &self.secret
    }

    /// The MD5 of the key in base64: a check against slips of the client, told back to it.
    pub fn md5(&self) -> &str {
        &self.md5
    }
}

impl fmt::Debug for CustomerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CustomerKey(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_neither_key_nor_digest() {
        let key = CustomerKey::new(Secret::new([7; 32]));
        assert_eq!(format!("{key:?}"), "CustomerKey(redacted)");
        assert_eq!(key.md5().len(), 24);
    }
}
