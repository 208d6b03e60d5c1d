//! A request against documents: explicit deny, else allow, else deny.

use super::Document;

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    pub principal_arn: &'a str,
    /// `s3:GetObject`.
    pub action: &'a str,
    /// An ARN.
    pub resource: &'a str,
}

/// The answer, with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The `Sid` of the statement that allows, if it has one.
    Allow { sid: Option<String> },
    Deny { reason: Reason },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A statement denies.
    Explicit { sid: Option<String> },
    /// No statement allows.
    NoMatch,
}

/// Decides. The order of documents and statements does not matter.
pub fn evaluate(request: &Request<'_>, documents: &[&Document]) -> Decision {
    let _ = (request, documents);
    todo!()
}
