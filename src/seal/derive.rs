//! Every key of the format comes from here: HKDF-SHA256 under a label.

use crate::crypto::{Secret, hkdf_sha256};

use super::DataKey;

/// HKDF-SHA256(`ikm`, `salt`, [`info`] of `label` and `fields`), `N` bytes.
pub(crate) fn derive<const N: usize>(ikm: &[u8], salt: &[u8], label: &str, fields: &[&[u8]]) -> Secret<N> {
    Secret::filled(|out| hkdf_sha256(ikm, salt, &[&info(label, fields)], out))
}

/// [`length_prefixed`] `label` and `fields`.
pub(super) fn info(label: &str, fields: &[&[u8]]) -> Vec<u8> {
    let mut info = Vec::with_capacity(64);
    length_prefixed(&mut info, label.as_bytes());
    fields.iter().for_each(|field| length_prefixed(&mut info, field));
    info
}

/// The key of one layer of a stream: Tink's derivation, whose info is the bare associated data.
pub(super) fn derive_stream_key(dek: &DataKey, salt: &[u8], associated_data: &[u8]) -> Secret<32> {
    Secret::filled(|out| hkdf_sha256(dek.secret().expose(), salt, &[associated_data], out))
}

/// Appends `field` after its length (4 bytes, big endian), so that no two lists of fields are the same bytes.
pub(crate) fn length_prefixed(to: &mut Vec<u8>, field: &[u8]) {
    // Fields are names, labels and one record: all far below 4 GiB.
    to.extend_from_slice(&(field.len() as u32).to_be_bytes());
    to.extend_from_slice(field);
}

/// The commitment to a data key: it tells nothing about the key, and no second key has it.
pub fn key_commitment(dek: &DataKey) -> [u8; 32] {
    *dek.derive::<32>("sealgate/v1/commit", &[]).expose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_cannot_slide_into_each_other() {
        let of = |fields: &[&[u8]]| *derive::<32>(b"ikm", &[], "label", fields).expose();
        assert_ne!(of(&[b"ab", b"c"]), of(&[b"a", b"bc"]));
        assert_ne!(of(&[b"abc"]), of(&[b"abc", b""]));
    }
}
