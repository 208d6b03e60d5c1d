//! Secret access keys and the keys derived from them.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};


/// A secret access key as text. Zeroized, never printed.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct SecretKeyText(String);

impl SecretKeyText {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretKeyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKeyText(redacted)")
    }
}
