//! AES-256-GCM twice: by aws-lc-rs, and by RustCrypto for the outer layer of dual-layer encryption.

use std::fmt;

use aes_gcm::aead::inout::InOutBuf;
use aes_gcm::{AeadInOut, Aes256Gcm, KeyInit};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

/// Length of a nonce in bytes.
pub const NONCE_LEN: usize = 12;

/// Length of a tag in bytes.
pub const TAG_LEN: usize = 16;

/// Bytes that failed authentication: altered, misplaced, or made under another key. On purpose without detail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are not authentic")]
pub struct Unauthentic;

/// AES-256-GCM by aws-lc-rs. Nonces are the caller's care: a nonce must never seal twice under one key.
pub struct Gcm(LessSafeKey);

impl Gcm {
    #[expect(clippy::expect_used, reason = "fails for a wrong key length only, which the type rules out")]
    pub fn new(key: &[u8; 32]) -> Self {
        Self(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).expect("the key has 32 bytes")))
    }

    /// Seals `buffer` in place and returns the tag.
    #[expect(clippy::expect_used, reason = "fails beyond 2^36 bytes only; callers seal at most a few MiB at once")]
    pub fn seal_in_place(&self, nonce: [u8; NONCE_LEN], aad: &[u8], buffer: &mut [u8]) -> [u8; TAG_LEN] {
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = self.0.seal_in_place_separate_tag(nonce, Aad::from(aad), buffer).expect("the buffer is short");
        let mut array = [0; TAG_LEN];
        array.copy_from_slice(tag.as_ref());
        array
    }

    /// Opens `buffer`, ciphertext followed by its tag, in place and returns the plaintext, [`TAG_LEN`] bytes shorter.
    pub fn open_in_place<'a>(
        &self,
        nonce: [u8; NONCE_LEN],
        aad: &[u8],
        buffer: &'a mut [u8],
    ) -> Result<&'a mut [u8], Unauthentic> {
        let nonce = Nonce::assume_unique_for_key(nonce);
        self.0.open_in_place(nonce, Aad::from(aad), buffer).map_err(|_| Unauthentic)
    }
}

impl fmt::Debug for Gcm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gcm(redacted)")
    }
}

/// AES-256-GCM by RustCrypto's `aes-gcm`, with the contract of [`Gcm`].
pub struct GcmPure(Box<Aes256Gcm>);

impl GcmPure {
    pub fn new(key: &[u8; 32]) -> Self {
        Self(Box::new(Aes256Gcm::new(key.into())))
    }

    /// Seals `buffer` in place and returns the tag.
    #[expect(clippy::expect_used, reason = "fails beyond 2^36 bytes only; callers seal at most a few MiB at once")]
    pub fn seal_in_place(&self, nonce: [u8; NONCE_LEN], aad: &[u8], buffer: &mut [u8]) -> [u8; TAG_LEN] {
        let buffer = InOutBuf::from(buffer);
        self.0.encrypt_inout_detached(&nonce.into(), aad, buffer).expect("the buffer is short").into()
    }

    /// Opens `buffer`, ciphertext followed by its tag, in place and returns the plaintext, [`TAG_LEN`] bytes shorter.
    pub fn open_in_place<'a>(
        &self,
        nonce: [u8; NONCE_LEN],
        aad: &[u8],
        buffer: &'a mut [u8],
    ) -> Result<&'a mut [u8], Unauthentic> {
        let (text, tag) = buffer.split_last_chunk_mut::<TAG_LEN>().ok_or(Unauthentic)?;
        let tag = (*tag).into();
        self.0.decrypt_inout_detached(&nonce.into(), aad, InOutBuf::from(&mut *text), &tag).map_err(|_| Unauthentic)?;
        Ok(text)
    }
}

impl fmt::Debug for GcmPure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GcmPure(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [1; 32];
    const NONCE: [u8; NONCE_LEN] = [2; NONCE_LEN];

    fn sealed(seal: impl Fn(&mut [u8]) -> [u8; TAG_LEN]) -> Vec<u8> {
        let mut text = b"the plaintext".to_vec();
        let tag = seal(&mut text);
        [text.as_slice(), &tag].concat()
    }

    /// McGrew and Viega, "The Galois/Counter Mode of Operation", test case 14: zero key, nonce and block.
    #[test]
    fn both_libraries_give_the_published_answer() {
        let expected = "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919";
        let mut block = [0; 16];
        let tag = Gcm::new(&[0; 32]).seal_in_place([0; NONCE_LEN], &[], &mut block);
        assert_eq!(hex::encode([block, tag].concat()), expected);
        let mut block = [0; 16];
        let tag = GcmPure::new(&[0; 32]).seal_in_place([0; NONCE_LEN], &[], &mut block);
        assert_eq!(hex::encode([block, tag].concat()), expected);
    }

    #[test]
    fn each_library_opens_what_the_other_sealed() {
        let (one, other) = (Gcm::new(&KEY), GcmPure::new(&KEY));
        let mut by_one = sealed(|text| one.seal_in_place(NONCE, b"aad", text));
        let mut by_other = sealed(|text| other.seal_in_place(NONCE, b"aad", text));
        assert_eq!(by_one, by_other);
        assert_eq!(other.open_in_place(NONCE, b"aad", &mut by_one).unwrap(), b"the plaintext");
        assert_eq!(one.open_in_place(NONCE, b"aad", &mut by_other).unwrap(), b"the plaintext");
    }

    #[test]
    fn nothing_altered_opens() {
        let (one, other) = (Gcm::new(&KEY), GcmPure::new(&KEY));
        let good = sealed(|text| one.seal_in_place(NONCE, b"aad", text));
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1;
            assert_eq!(one.open_in_place(NONCE, b"aad", &mut bad.clone()), Err(Unauthentic));
            assert_eq!(other.open_in_place(NONCE, b"aad", &mut bad), Err(Unauthentic));
        }
        assert_eq!(one.open_in_place(NONCE, b"aaD", &mut good.clone()), Err(Unauthentic));
        assert_eq!(other.open_in_place(NONCE, b"aaD", &mut good.clone()), Err(Unauthentic));
        for short in [0, 1, TAG_LEN - 1] {
            assert_eq!(one.open_in_place(NONCE, b"aad", &mut good[..short].to_vec()), Err(Unauthentic));
            assert_eq!(other.open_in_place(NONCE, b"aad", &mut good[..short].to_vec()), Err(Unauthentic));
        }
    }
}
