//! Authenticated encryption, key derivation, randomness and secret bytes: the one door to the crypto libraries.
//!
//! Guarantee: no primitive here is our own. AES-256-GCM, HKDF, HMAC, SHA-256 and the random generator are aws-lc-rs;
//! the second, independent AES-256-GCM is RustCrypto's. Secrets are zeroized when dropped, never printed, never
//! cloned by accident. Every failed authentication is one error without detail.
//!
//! Must not know: formats, labels, what a key is for.

mod aead;
mod derive;
mod random;
mod secret;

pub use aead::{Gcm, GcmPure, NONCE_LEN, TAG_LEN, Unauthentic};
pub use derive::{Extracted, MacKey, constant_time_eq, hkdf_sha256, hmac_sha256, sha256};
pub use random::{random, random_id, seed_early};
pub use secret::{Secret, SecretBytes};
