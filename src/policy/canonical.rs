//! Canonical user ids: the name that S3 gives to an account where it shows owners, and by which a policy may mean it.

use crate::crypto::sha256;

/// An id is stored in policies and ACLs, so what it is derived from must never change.
const DOMAIN: &[u8] = b"sealgate/v1/canonical-user-id\0";

/// 64 lower-case hex digits that stand for an account of twelve digits. Not a secret: who knows the account knows its id.
pub fn canonical_user_id(account: &str) -> String {
    hex::encode(sha256(&[DOMAIN, account.as_bytes()]))
}

/// Whether `text` has the form of an id.
pub(super) fn is_canonical(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed with Python's hashlib.
    #[test]
    fn ids_never_change() {
        assert_eq!(
            canonical_user_id("000000000000"),
            "8e9145113d2a5a9ff0a078b2782a263dd31af35f3705458605f1c0b171523a85"
        );
        assert_eq!(
            canonical_user_id("111122223333"),
            "411ec3afc495fc381188aab324a2bb1d117373eec6b2d438f69390092292a89b"
        );
        assert!(is_canonical(&canonical_user_id("111122223333")));
    }
}
