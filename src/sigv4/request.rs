//! What a signed request states about its own signature, whichever form it uses.

use http::HeaderMap;
use time::OffsetDateTime;

use super::credential::Credential;
use crate::names::headers;

#[derive(Debug)]
pub(super) struct Stated {
    pub credential: Credential,
    /// Lower case, sorted, without repetition.
    pub signed_headers: Vec<String>,
    /// Hex, as sent.
    pub signature: String,
    pub date: OffsetDateTime,
    /// Set in presigned URLs.
    pub expires_secs: Option<u64>,
    /// The value of `x-amz-content-sha256`.
    pub payload_value: Option<String>,
    pub session_token: Option<String>,
}

/// The only value of a header. Err: it is repeated, or not visible ASCII.
pub(super) fn single<'a>(request: &'a HeaderMap, name: &'a str) -> Result<Option<&'a str>, ()> {
    let mut values = headers::values(request, name);
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| ()),
        (Some(_), Some(_)) => Err(()),
    }
}
