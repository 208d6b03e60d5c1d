//! What a signed request states about its own signature, whichever form it uses.

use std::borrow::Cow;

use http::HeaderMap;
use time::OffsetDateTime;

use super::credential::Credential;
use crate::names::headers;

#[derive(Debug)]
pub(super) struct Stated<'a> {
    pub credential: Credential<'a>,
    /// Lower case, sorted, without repetition.
    pub signed_headers: Vec<&'a str>,
    /// Hex, as sent.
    pub signature: &'a str,
    pub date: OffsetDateTime,
    /// The date as the signature covers it: `20130524T000000Z`.
    pub date_text: Cow<'a, str>,
    /// Set in presigned URLs.
    pub expires_secs: Option<u64>,
    /// The value of `x-amz-content-sha256`.
    pub payload_value: Option<&'a str>,
    pub session_token: Option<&'a str>,
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
