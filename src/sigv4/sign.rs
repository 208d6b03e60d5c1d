//! Signs requests to a backend (aws-sigv4).

use http::request::Parts;
use time::OffsetDateTime;

use super::SecretKeyText;

/// Credentials at a backend.
#[derive(Debug)]
pub struct Credentials {
    pub access_key_id: String,
    pub secret_key: SecretKeyText,
    pub session_token: Option<SecretKeyText>,
}

/// What the signature says about the body.
#[derive(Clone, Copy, Debug)]
pub enum SignedPayload {
    /// A stream: `UNSIGNED-PAYLOAD`.
    Unsigned,
    /// A stream in aws-chunked, its checksum last: `STREAMING-UNSIGNED-PAYLOAD-TRAILER`.
    UnsignedTrailer,
    /// Bytes in hand.
    Sha256([u8; 32]),
}

#[derive(Debug, thiserror::Error)]
#[error("the request cannot be signed")]
pub struct SignError(#[source] Box<dyn std::error::Error + Send + Sync>);

/// Adds `x-amz-date`, `x-amz-content-sha256`, the token and `authorization`. The URI must be absolute or `host` set; path and
/// query are signed exactly as they stand, percent-encoded once.
pub fn sign(
    head: &mut Parts,
    credentials: &Credentials,
    region: &str,
    service: &str,
    payload: SignedPayload,
    now: OffsetDateTime,
) -> Result<(), SignError> {
    let _ = (head, credentials, region, service, payload, now, SignError);
    todo!()
}
