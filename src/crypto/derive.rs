//! Key derivation and digests: HKDF, HMAC and SHA-256, by aws-lc-rs.

use std::fmt;
use std::sync::LazyLock;

use aws_lc_rs::{constant_time, digest, hkdf, hmac};
use zeroize::{Zeroize, Zeroizing};

/// An output length, as aws-lc-rs wants it said.
struct OutputLen(usize);

impl hkdf::KeyType for OutputLen {
    fn len(&self) -> usize {
        self.0
    }
}

/// HKDF-SHA256 (RFC 5869): extracts with `salt`, expands with the concatenation of `info`, fills `out`.
///
/// Any `salt`, empty too; `out` holds at most 8,160 bytes (255 blocks), else this panics: every caller's length is
/// a constant.
#[expect(clippy::expect_used, reason = "the only failure is an output over 255 blocks, and all lengths are constants")]
pub fn hkdf_sha256(ikm: &[u8], salt: &[u8], info: &[&[u8]], out: &mut [u8]) {
    hkdf::Salt::new(hkdf::HKDF_SHA256, salt)
        .extract(ikm)
        .expand(info, OutputLen(out.len()))
        .and_then(|okm| okm.fill(out))
        .expect("the output has at most 255 blocks");
}

/// HKDF-SHA256 without salt, stopped half way: one secret, extracted once, from which many keys are expanded.
pub struct Extracted(hmac::Key);

impl Extracted {
    pub fn new(ikm: &[u8]) -> Self {
        static NO_SALT: LazyLock<MacKey> = LazyLock::new(|| MacKey::new(&[0; 32]));
        let mut extracted = NO_SALT.sign(&[ikm]);
        let key = hmac::Key::new(hmac::HMAC_SHA256, &extracted);
        extracted.zeroize();
        Self(key)
    }

    /// Expands with `info` and fills `out`: what [`hkdf_sha256`] gives for the same secret and no salt.
    pub fn expand(&self, info: &[u8], out: &mut [u8]) {
        let mut block = Zeroizing::new([0; 32]);
        for (at, piece) in out.chunks_mut(32).enumerate() {
            let mut context = hmac::Context::with_key(&self.0);
            if at > 0 {
                context.update(block.as_slice());
            }
            context.update(info);
            // Every output is a constant and short.
            context.update(&[at as u8 + 1]);
            block.copy_from_slice(context.sign().as_ref());
            piece.copy_from_slice(&block[..piece.len()]);
        }
    }
}

impl fmt::Debug for Extracted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Extracted(redacted)")
    }
}

/// A key of HMAC-SHA256, made ready once for many messages.
pub struct MacKey(hmac::Key);

impl MacKey {
    pub fn new(key: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// HMAC-SHA256 over the concatenation of `parts`.
    pub fn sign(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.0);
        for part in parts {
            context.update(part);
        }
        array(context.sign().as_ref())
    }
}

impl fmt::Debug for MacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MacKey(redacted)")
    }
}

/// HMAC-SHA256 over the concatenation of `parts`.
pub fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    MacKey::new(key).sign(parts)
}

/// SHA-256 over the concatenation of `parts`.
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    if let [whole] = parts {
        return array(digest::digest(&digest::SHA256, whole).as_ref());
    }
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }
    array(context.finish().as_ref())
}

/// Whether `a` and `b` are equal, in a time that depends on their lengths only.
pub fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(a, b).is_ok()
}

/// A 32-byte output of the library as an array.
fn array(bytes: &[u8]) -> [u8; 32] {
    let mut array = [0; 32];
    array.copy_from_slice(bytes);
    array
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 5869, test case 1.
    #[test]
    fn hkdf_known_answer() {
        let salt = hex::decode("000102030405060708090a0b0c").unwrap();
        let info = hex::decode("f0f1f2f3f4f5f6f7f8f9").unwrap();
        let mut out = [0; 42];
        hkdf_sha256(&[0x0b; 22], &salt, &[&info[..4], &info[4..]], &mut out);
        assert_eq!(
            hex::encode(out),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
        );
    }

    /// RFC 5869, test case 3: neither salt nor info.
    #[test]
    fn hkdf_without_salt() {
        let mut out = [0; 42];
        hkdf_sha256(&[0x0b; 22], &[], &[], &mut out);
        assert_eq!(
            hex::encode(out),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
        );
    }

    /// An info that outgrows the library's inline buffer.
    #[test]
    fn hkdf_takes_a_long_info() {
        let (mut whole, mut pieces) = ([0; 32], [0; 32]);
        hkdf_sha256(b"key", b"salt", &[&[9; 4000]], &mut whole);
        hkdf_sha256(b"key", b"salt", &[&[9; 1000][..]; 4], &mut pieces);
        assert_eq!(whole, pieces);
    }

    #[test]
    fn both_ways_to_derive_agree() {
        for len in [1, 32, 39, 64, 65] {
            let (mut whole, mut halves) = (vec![0; len], vec![0; len]);
            hkdf_sha256(b"the secret", &[], &[b"the info"], &mut whole);
            Extracted::new(b"the secret").expand(b"the info", &mut halves);
            assert_eq!(whole, halves, "{len}");
        }
    }

    /// RFC 4231, test case 2.
    #[test]
    fn hmac_known_answer() {
        assert_eq!(
            hex::encode(hmac_sha256(b"Jefe", &[b"what do ya want ", b"for nothing?"])),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn sha256_known_answer() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hex::encode(sha256(&[b"a", b"bc"])), expected);
    }

    #[test]
    fn constant_time_comparison() {
        assert!(constant_time_eq(b"same", b"same"));
        assert!(!constant_time_eq(b"same", b"sama"));
        assert!(!constant_time_eq(b"same", b"sam"));
    }
}
