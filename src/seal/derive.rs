//! Key derivation with labels: every key of the format comes from here.

use crate::crypto::{Secret, hkdf_sha256};

/// HKDF-SHA256(`ikm`, no salt, info = the length-prefixed `label` and `fields`).
pub fn derive<const N: usize>(ikm: &[u8], salt: &[u8], label: &str, fields: &[&[u8]]) -> Secret<N> {
    let mut info = Vec::with_capacity(64);
    for field in std::iter::once(label.as_bytes()).chain(fields.iter().copied()) {
        info.extend_from_slice(&(field.len() as u32).to_be_bytes());
        info.extend_from_slice(field);
    }
    Secret::filled(|out| hkdf_sha256(ikm, salt, &[&info], out))
}

/// The commitment to a data key: it tells nothing about the key, and no second key has it.
pub fn key_commitment(dek: &Secret<32>) -> [u8; 32] {
    *derive::<32>(dek.expose(), &[], "sealgate/v1/commit", &[]).expose()
}
