//! The ciphertext blob of the symmetric operations: what Encrypt and GenerateDataKey hand out, and Decrypt takes.
//!
//! Version 1, for a plaintext of n bytes:
//!
//! | bytes | what |
//! |---|---|
//! | 1 | version, 1 |
//! | 1 | form of the key id: 0 a UUID, 1 `mrk-` and 32 hex digits |
//! | 16 | key id |
//! | 32 | key material id |
//! | 24 | N, random, fresh for every encryption |
//! | n | ciphertext |
//! | 16 | tag |
//!
//! So a blob is n + 90 bytes; 122 for a 32-byte data key, 4,186 for the longest plaintext.
//!
//! - blob key (32 bytes) and nonce (12) = SP 800-108 in counter mode with HMAC-SHA256, keyed by the material, of info =
//!   "sealgate/v1/blob" | N. A key serves one encryption, so no count of encryptions wears the material out.
//! - AES-256-GCM; associated data = everything before the ciphertext | the number of context pairs | each pair in byte order
//!   of its name, name and value with their lengths before them (all 4 bytes, big endian). So no two contexts, and no
//!   header and context, make equal associated data.
//! - Neither Region nor account is bound: a replica of the key in another Region opens the blob.

use std::fmt::Write;

use crate::crypto::{Gcm, Secret, SecretBytes, Unauthentic, random};
use crate::names::EncryptionContext;

use super::material::MaterialId;

const VERSION: u8 = 1;
const N_LEN: usize = 24;
const TAG_LEN: usize = 16;
const HEADER_LEN: usize = 2 + 16 + 32 + N_LEN;
const LABEL: &[u8] = b"sealgate/v1/blob";

/// By how much a blob is longer than its plaintext.
pub const OVERHEAD: usize = HEADER_LEN + TAG_LEN;

/// What a blob says of itself in the clear. Read before anything is authorised or opened, so not to be trusted until the
/// blob has opened.
#[derive(Debug, PartialEq, Eq)]
pub struct Header {
    pub key_id: String,
    pub material_id: MaterialId,
}

/// Seals `plaintext` for `key_id`, whose current material is `material`. `None`: the key id is not of our making.
pub fn seal(
    key_id: &str,
    material_id: &MaterialId,
    material: &Secret<32>,
    context: &EncryptionContext,
    plaintext: &[u8],
) -> Option<Vec<u8>> {
    let (form, id) = compact_key_id(key_id)?;
    let n: [u8; N_LEN] = random();
    let mut blob = Vec::with_capacity(plaintext.len() + OVERHEAD);
    blob.extend_from_slice(&[VERSION, form]);
    blob.extend_from_slice(&id);
    blob.extend_from_slice(material_id.as_bytes());
    blob.extend_from_slice(&n);
    let aad = associated_data(&blob, context);
    blob.extend_from_slice(plaintext);
    let (cipher, nonce) = derive(material, &n);
    let tag = cipher.seal_in_place(nonce, &aad, &mut blob[HEADER_LEN..]);
    blob.extend_from_slice(&tag);
    Some(blob)
}

/// Which key a blob names. `None`: not a blob of ours.
pub fn header(blob: &[u8]) -> Option<Header> {
    if blob.len() < OVERHEAD || blob[0] != VERSION {
        return None;
    }
    let id: [u8; 16] = blob[2..18].try_into().ok()?;
    Some(Header {
        key_id: full_key_id(blob[1], id)?,
        material_id: MaterialId::from_bytes(blob[18..50].try_into().ok()?),
    })
}

/// Opens a blob whose header was read. Every failure is the same.
pub fn open(material: &Secret<32>, context: &EncryptionContext, blob: &[u8]) -> Result<SecretBytes, Unauthentic> {
    if blob.len() < OVERHEAD {
        return Err(Unauthentic);
    }
    let (header, sealed) = blob.split_at(HEADER_LEN);
    let (cipher, nonce) = derive(material, &header[HEADER_LEN - N_LEN..]);
    let mut buffer = sealed.to_vec();
    let plain_len = cipher.open_in_place(nonce, &associated_data(header, context), &mut buffer)?.len();
    buffer.truncate(plain_len);
    Ok(SecretBytes::new(buffer))
}

fn derive(material: &Secret<32>, n: &[u8]) -> (Gcm, [u8; 12]) {
    let output = Secret::<44>::filled(|output| super::material::derive(material, &[LABEL, n], output));
    let (key, nonce) = output.expose().split_at(32);
    let key = Secret::<32>::filled(|copy| copy.copy_from_slice(key));
    let mut array = [0; 12];
    array.copy_from_slice(nonce);
    (Gcm::new(key.expose()), array)
}

fn associated_data(header: &[u8], context: &EncryptionContext) -> Vec<u8> {
    let mut aad = header.to_vec();
    let push_len = |aad: &mut Vec<u8>, len: usize| aad.extend_from_slice(&(len as u32).to_be_bytes());
    push_len(&mut aad, context.len());
    for (name, value) in context.iter() {
        for text in [name, value] {
            push_len(&mut aad, text.len());
            aad.extend_from_slice(text.as_bytes());
        }
    }
    aad
}

fn compact_key_id(key_id: &str) -> Option<(u8, [u8; 16])> {
    if let Some(digits) = key_id.strip_prefix("mrk-") {
        let mut id = [0; 16];
        hex::decode_to_slice(digits, &mut id).ok()?;
        return Some((1, id));
    }
    uuid::Uuid::try_parse(key_id).ok().map(|id| (0, id.into_bytes()))
}

fn full_key_id(form: u8, id: [u8; 16]) -> Option<String> {
    match form {
        0 => Some(uuid::Uuid::from_bytes(id).hyphenated().to_string()),
        1 => {
            let mut text = String::from("mrk-");
            id.iter().try_for_each(|byte| write!(text, "{byte:02x}")).ok()?;
            Some(text)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY_ID: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";
    const MRK: &str = "mrk-1234abcd12ab34cd56ef1234567890ab";

    fn context(pairs: &[(&str, &str)]) -> EncryptionContext {
        pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
    }

    fn material() -> (MaterialId, Secret<32>) {
        (MaterialId::from_bytes([9; 32]), Secret::new([3; 32]))
    }

    #[test]
    fn a_data_key_takes_122_bytes_and_opens() {
        let (id, secret) = material();
        for key_id in [KEY_ID, MRK] {
            let blob = seal(key_id, &id, &secret, &context(&[("a", "b")]), &[5; 32]).unwrap();
            assert_eq!(blob.len(), 122);
            assert_eq!(header(&blob).unwrap(), Header { key_id: key_id.into(), material_id: id });
            assert_eq!(open(&secret, &context(&[("a", "b")]), &blob).unwrap().expose(), &[5; 32]);
        }
    }

    #[test]
    fn contexts_that_run_together_are_different() {
        let (id, secret) = material();
        let blob = seal(KEY_ID, &id, &secret, &context(&[("ab", "c")]), b"x").unwrap();
        for other in [&[("a", "bc")][..], &[], &[("ab", "c"), ("d", "")], &[("AB", "c")], &[("ab", "C")]] {
            assert!(open(&secret, &context(other), &blob).is_err());
        }
    }

    #[test]
    fn every_byte_counts() {
        let (id, secret) = material();
        let blob = seal(KEY_ID, &id, &secret, &EncryptionContext::new(), b"plain").unwrap();
        for position in 0..blob.len() {
            let mut damaged = blob.clone();
            damaged[position] ^= 0x10;
            assert!(open(&secret, &EncryptionContext::new(), &damaged).is_err(), "byte {position}");
        }
        for len in 0..blob.len() {
            assert!(open(&secret, &EncryptionContext::new(), &blob[..len]).is_err(), "length {len}");
        }
    }

    #[test]
    fn equal_plaintexts_make_different_blobs() {
        let (id, secret) = material();
        let [one, two] = [(); 2].map(|()| seal(KEY_ID, &id, &secret, &EncryptionContext::new(), b"plain").unwrap());
        assert_ne!(one[HEADER_LEN..], two[HEADER_LEN..]);
    }

    proptest! {
        /// Bytes from anywhere never panic, and never open.
        #[test]
        fn foreign_bytes_do_not_open(mut bytes in proptest::collection::vec(any::<u8>(), 0..400), ours in any::<bool>()) {
            let (_, secret) = material();
            if let (true, Some(version)) = (ours, bytes.first_mut()) {
                *version = VERSION;
            }
            let _ = header(&bytes);
            prop_assert!(open(&secret, &EncryptionContext::new(), &bytes).is_err());
        }

        #[test]
        fn what_was_sealed_opens(plain in proptest::collection::vec(any::<u8>(), 0..4097), name in ".{0,20}", value in ".{0,20}") {
            let (id, secret) = material();
            let context = context(&[(&name, &value)]);
            let blob = seal(KEY_ID, &id, &secret, &context, &plain).unwrap();
            prop_assert_eq!(blob.len(), plain.len() + OVERHEAD);
            let opened = open(&secret, &context, &blob).unwrap();
            prop_assert_eq!(opened.expose(), &plain[..]);
        }
    }
}
