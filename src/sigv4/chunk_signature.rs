//! The chain of chunk signatures: each covers the one before it, the first covers the request's.

use std::sync::Arc;

use base16ct::lower::encode_string as lower_hex;

use crate::crypto::sha256;

use super::Error;
use super::error::SignatureMismatch;
use super::key::SigningKey;

/// Knows the signature before the next chunk.
#[derive(Clone, Debug)]
pub(super) struct ChunkSigner {
    pub key: Arc<SigningKey>,
    pub access_key_id: String,
    /// `20130524T000000Z`.
    pub date: String,
    pub scope: String,
    /// Hex; at first the request's own signature.
    pub previous: String,
}

impl ChunkSigner {
    /// Verifies a chunk by the SHA-256 of its data, and moves on.
    pub fn chunk(&mut self, data_sha256: &[u8], signature: &str) -> Result<(), Error> {
        let empty = lower_hex(&sha256(&[]));
        let text = format!(
            "AWS4-HMAC-SHA256-PAYLOAD\n{}\n{}\n{}\n{empty}\n{}",
            self.date,
            self.scope,
            self.previous,
            lower_hex(data_sha256)
        );
        self.advance(text, signature)
    }

    /// Verifies the trailer: its lines `name:value`, each ended by a line feed.
    pub fn trailer(&mut self, lines: &[u8], signature: &str) -> Result<(), Error> {
        let text = format!(
            "AWS4-HMAC-SHA256-TRAILER\n{}\n{}\n{}\n{}",
            self.date,
            self.scope,
            self.previous,
            lower_hex(&sha256(&[lines]))
        );
        self.advance(text, signature)
    }

    fn advance(&mut self, string_to_sign: String, signature: &str) -> Result<(), Error> {
        if !self.key.verifies(&string_to_sign, signature) {
            return Err(Error::SignatureMismatch(Box::new(SignatureMismatch {
                access_key_id: self.access_key_id.clone(),
                signature_provided: signature.to_owned(),
                string_to_sign,
                canonical_request: None,
            })));
        }
        signature.clone_into(&mut self.previous);
        Ok(())
    }
}
