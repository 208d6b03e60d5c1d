//! The policy of one bucket.

use serde_json::Value;

use super::policy_check;
use crate::names::BucketName;
use crate::policy::{Document, Kind};

/// The largest policy in bytes, without the blanks between its members.
const MAX_LEN: usize = 20 * 1024;

/// A policy that is kept: its text as it was put, and what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketPolicy {
    text: String,
    /// `None`: not readable, as of a newer version of this program. It denies.
    document: Option<Document>,
}

/// A policy that is not one for this bucket. `Display` is AWS's sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct MalformedPolicy {
    pub message: String,
    /// What exactly is wrong, where AWS says so.
    pub detail: Option<String>,
}

impl BucketPolicy {
    /// Checks a policy that a client puts. `exists`: whether a principal of this kind (`AWS` with an ARN, or `CanonicalUser`
    /// with an account's id) can be meant.
    pub fn check(
        text: &[u8],
        bucket: &BucketName,
        exists: &dyn Fn(&str, &str) -> bool,
    ) -> Result<Self, MalformedPolicy> {
        let not_json = || MalformedPolicy::new("Policies must be valid JSON and the first byte must be '{'");
        let text = std::str::from_utf8(text).ok().filter(|text| text.starts_with('{')).ok_or_else(not_json)?;
        let value: Value = serde_json::from_str(text).map_err(|_| not_json())?;
        if value.to_string().len() > MAX_LEN {
            let message = format!("Normalized policy document exceeds the maximum allowed size of {MAX_LEN} bytes.");
            return Err(MalformedPolicy::new(message));
        }
        policy_check::check(&value, bucket)?;
        // The words of the check are AWS's; whether the policy is understood whole, its reader decides.
        let document =
            Document::parse(text, Kind::Resource).map_err(|fault| MalformedPolicy::new(fault.to_string()))?;
        if let Some(what) = document.unclear() {
            return Err(MalformedPolicy::new(format!("Policy is not understood: {what}")));
        }
        if let Some((kind, name)) = document.named().find(|(kind, name)| !exists(kind, name)) {
            return Err(MalformedPolicy::invalid_principal(&format!("\"{kind}\" : \"{name}\"")));
        }
        Ok(Self { text: text.to_owned(), document: Some(document) })
    }

    /// A policy as it was kept.
    pub fn load(text: String) -> Self {
        let document = Document::parse(&text, Kind::Resource).ok();
        Self { text, document }
    }

    /// As it was put.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn document(&self) -> Option<&Document> {
        self.document.as_ref()
    }

    /// Whether it gives something to everyone; in doubt it does.
    pub fn is_public(&self) -> bool {
        self.document.as_ref().is_none_or(Document::is_public)
    }
}

impl MalformedPolicy {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), detail: None }
    }

    pub(super) fn invalid_principal(detail: &str) -> Self {
        Self { message: "Invalid principal in policy".to_owned(), detail: Some(detail.to_owned()) }
    }
}
