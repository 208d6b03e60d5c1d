//! A parsed policy document.

/// A policy document that has been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {}

/// A document that is not a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed policy: {0}")]
pub struct Malformed(pub(super) String);

impl Document {
    pub fn parse(json: &str) -> Result<Self, Malformed> {
        let _ = (json, Malformed);
        todo!()
    }
}
