//! Why no data key was handed out.

use crate::kms;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Caller: the key manager refused; code and message are kept for the client's answer.
    #[error("the key manager refused")]
    Kms(#[from] kms::Error),
    /// Caller: `aws:s3:arn` in the client's encryption context names another place.
    #[error("the encryption context contradicts the object's place")]
    ContextContradicts,
    /// Stored data: what the envelope records does not open to a key of 32 bytes.
    #[error("the recorded data key is damaged")]
    Damaged,
    #[error("not built yet")]
    NotBuilt,
}
