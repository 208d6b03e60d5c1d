//! Why no data key was handed out.

use crate::kms;

#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// Caller: the key manager refused; code and message are kept for the client's answer.
    #[error("the key manager refused: {0}")]
    Kms(#[from] kms::Error),
    /// Caller: `aws:s3:arn` in the client's encryption context names another place.
    #[error("the encryption context contradicts the object's place")]
    ContextContradicts,
    /// Stored data: what the envelope records does not open to a key of 32 bytes.
    #[error("the recorded data key is damaged")]
    Damaged,
    /// This program: a permit for one object was used for another.
    #[error("the permit is for another object")]
    OutsidePermit,
}
