//! skeleton
use http::HeaderMap;
use std::collections::BTreeMap;

/// What the client set on an object, in the one form that the binding covers.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ClientMetadata(BTreeMap<String, Vec<u8>>);

impl ClientMetadata {
    /// Picks and normalises the bound headers of a request or of a backend's answer.
    pub fn from_headers(_headers: &HeaderMap) -> Self {
        todo!()
    }
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_slice()))
    }
}
