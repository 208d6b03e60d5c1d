//! What may become a key's policy.

use crate::policy::{Document, Kind};

use super::Kms;
use super::error::{Code, Error};

/// The name of the only policy that a key has.
pub const NAME: &str = "default";

/// A policy that is no policy, that says something that is not understood here, or that names a principal who does not
/// exist, is refused: what was accepted is obeyed.
pub fn check(kms: &Kms, policy: &str) -> Result<(), Error> {
    let malformed = |words: String| Error::new(Code::MalformedPolicyDocument, words);
    let document = Document::parse(policy, Kind::Resource).map_err(|error| malformed(error.to_string()))?;
    if let Some(what) = document.unclear() {
        return Err(malformed(format!("Policy contains what is not understood: {what}")));
    }
    // Canonical user ids are S3's alone.
    if document.named().any(|(kind, name)| kind != "AWS" || !kms.principal_exists(name)) {
        return Err(malformed("Policy contains a statement with one or more invalid principals.".to_owned()));
    }
    Ok(())
}

impl Error {
    pub(crate) fn locked_out() -> Self {
        Self::new(
            Code::MalformedPolicyDocument,
            "The new key policy will not allow you to update the key policy in the future.",
        )
    }
}
