//! The root key, and the form in which it keeps key material at rest.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | version, 1 |
//! | 32 | salt, random |
//! | n | material, sealed with AES-256-GCM under the row key, zero nonce |
//! | 16 | tag |
//!
//! row key = HKDF-SHA256(root key, salt, info = "sealgate/v1/material" | account | key id | material id), each piece with
//! its length before it. So each row has a key of its own, and opens only as the row that it was written as.

mod file;

use std::fmt;

use crate::crypto::{Gcm, Secret, SecretBytes, Unauthentic, hkdf_sha256, hmac_sha256, random};
use crate::names::AccountId;

pub use file::load_or_make;

const VERSION: u8 = 1;
const SALT_LEN: usize = 32;
const TAG_LEN: usize = 16;
const LABEL: &[u8] = b"sealgate/v1/material";

/// The place of a row of material: what it is bound to.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    pub account: &'a AccountId,
    pub key_id: &'a str,
    pub material_id: &'a str,
}

/// Wraps key material at rest, nothing else.
pub struct RootKey(Secret<32>);

impl fmt::Debug for RootKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RootKey(..)")
    }
}

impl RootKey {
    pub fn new(secret: Secret<32>) -> Self {
        Self(secret)
    }

    /// A value by which a key store recognises its root key. It tells nothing about the key.
    pub fn fingerprint(&self) -> String {
        hex::encode(hmac_sha256(self.0.expose(), &[b"sealgate/v1/root-key-fingerprint"]))
    }

    /// A secret for one purpose of this program, the same as long as the root key is.
    pub fn derive(&self, purpose: &[u8]) -> Secret<32> {
        Secret::filled(|secret| hkdf_sha256(self.0.expose(), b"sealgate/v1/purpose", &[purpose], secret))
    }

    pub fn seal(&self, row: Row<'_>, material: &[u8]) -> Vec<u8> {
        let salt: [u8; SALT_LEN] = random();
        let mut sealed = Vec::with_capacity(1 + SALT_LEN + material.len() + TAG_LEN);
        sealed.push(VERSION);
        sealed.extend_from_slice(&salt);
        sealed.extend_from_slice(material);
        let body = &mut sealed[1 + SALT_LEN..];
        let tag = self.row_cipher(row, &salt).seal_in_place([0; 12], &[], body);
        sealed.extend_from_slice(&tag);
        sealed
    }

    pub fn open(&self, row: Row<'_>, sealed: &[u8]) -> Result<SecretBytes, Unauthentic> {
        let (version, rest) = sealed.split_first().ok_or(Unauthentic)?;
        let (salt, body) = rest.split_at_checked(SALT_LEN).ok_or(Unauthentic)?;
        if *version != VERSION {
            return Err(Unauthentic);
        }
        let mut body = body.to_vec();
        let material = self.row_cipher(row, salt).open_in_place([0; 12], &[], &mut body)?.len();
        body.truncate(material);
        Ok(SecretBytes::new(body))
    }

    fn row_cipher(&self, row: Row<'_>, salt: &[u8]) -> Gcm {
        let mut info = Vec::with_capacity(160);
        for piece in [LABEL, row.account.as_str().as_bytes(), row.key_id.as_bytes(), row.material_id.as_bytes()] {
            info.extend_from_slice(&(piece.len() as u64).to_be_bytes());
            info.extend_from_slice(piece);
        }
        let key = Secret::filled(|key| hkdf_sha256(self.0.expose(), salt, &[&info], key));
        Gcm::new(key.expose())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row<'a>(account: &'a AccountId, key_id: &'a str, material_id: &'a str) -> Row<'a> {
        Row { account, key_id, material_id }
    }

    #[test]
    fn a_row_opens_as_itself_only() {
        let account = AccountId::new("111122223333").unwrap();
        let other = AccountId::new("111122223334").unwrap();
        let root = RootKey::new(Secret::new([7; 32]));
        let sealed = root.seal(row(&account, "key-a", "m1"), b"material");
        assert_eq!(root.open(row(&account, "key-a", "m1"), &sealed).unwrap().expose(), b"material");
        assert!(root.open(row(&other, "key-a", "m1"), &sealed).is_err());
        assert!(root.open(row(&account, "key-b", "m1"), &sealed).is_err());
        assert!(root.open(row(&account, "key-a", "m2"), &sealed).is_err());
        // The boundary between two pieces is part of what is bound.
        assert!(root.open(row(&account, "key-am", "1"), &sealed).is_err());
        let stranger = RootKey::new(Secret::new([8; 32]));
        assert!(stranger.open(row(&account, "key-a", "m1"), &sealed).is_err());
    }

    #[test]
    fn a_damaged_row_does_not_open() {
        let account = AccountId::new("111122223333").unwrap();
        let root = RootKey::new(Secret::new([7; 32]));
        let sealed = root.seal(row(&account, "key-a", "m1"), b"material");
        for position in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[position] ^= 1;
            assert!(root.open(row(&account, "key-a", "m1"), &damaged).is_err(), "byte {position}");
        }
        for len in 0..sealed.len() {
            assert!(root.open(row(&account, "key-a", "m1"), &sealed[..len]).is_err(), "length {len}");
        }
    }
}
