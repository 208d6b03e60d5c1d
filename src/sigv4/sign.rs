//! Signs requests to a backend (aws-sigv4).

use aws_sigv4::http_request::{
    self, PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode,
};
use aws_sigv4::sign::v4;
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
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
    let instructions = {
        let headers = signed_headers(&head.headers)?;
        let uri = head.uri.to_string();
        let body = match payload {
            SignedPayload::Unsigned => SignableBody::UnsignedPayload,
            SignedPayload::UnsignedTrailer => SignableBody::StreamingUnsignedPayloadTrailer,
            SignedPayload::Sha256(hash) => SignableBody::Precomputed(hex::encode(hash)),
        };
        let request = SignableRequest::new(head.method.as_str(), uri, headers.into_iter(), body).map_err(fault)?;
        let identity = aws_credentials(credentials).into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(region)
            .name(service)
            .time(now.into())
            .settings(settings())
            .build()
            .map_err(fault)?;
        http_request::sign(request, &params.into()).map_err(fault)?.into_parts().0
    };
    for header in instructions.into_parts().0 {
        let mut value = HeaderValue::from_str(header.value()).map_err(fault)?;
        value.set_sensitive(header.sensitive());
        head.headers.insert(header.name(), value);
    }
    Ok(())
}

/// What S3 wants signed. Others are left out, since the client library and proxies may still change them.
fn signed_headers(headers: &HeaderMap) -> Result<Vec<(&str, &str)>, SignError> {
    let wanted = |name: &str| name.starts_with("x-amz-") || matches!(name, "host" | "content-md5" | "content-type");
    headers
        .iter()
        .filter(|(name, _)| wanted(name.as_str()))
        .map(|(name, value)| Ok((name.as_str(), std::str::from_utf8(value.as_bytes()).map_err(fault)?)))
        .collect()
}

/// S3's rules: one encoding, no normalisation of `//`, `.` and `..`, the hash in a header.
fn settings() -> SigningSettings {
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    settings
}

fn aws_credentials(credentials: &Credentials) -> aws_credential_types::Credentials {
    aws_credential_types::Credentials::new(
        credentials.access_key_id.as_str(),
        credentials.secret_key.expose(),
        credentials.session_token.as_ref().map(|token| token.expose().to_owned()),
        None,
        "settings",
    )
}

fn fault(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> SignError {
    SignError(error.into())
}
