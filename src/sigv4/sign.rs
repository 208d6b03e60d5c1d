//! Signs requests to a backend, by the canonical form that requests from clients are verified by.

use std::borrow::Cow;

use base16ct::lower::encode_string as lower_hex;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use http::request::Parts;
use time::OffsetDateTime;

use crate::names::Region;

use super::credential::{Scope, scope_text};
use super::timestamp::basic;
use super::{SecretKeyText, canonical};

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
    /// There is none.
    Empty,
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
    region: &Region,
    service: &str,
    payload: SignedPayload,
    now: OffsetDateTime,
) -> Result<(), SignError> {
    let date = basic(now);
    let payload_hash = match payload {
        SignedPayload::Empty => Cow::Borrowed(SHA256_OF_NOTHING),
        SignedPayload::Unsigned => Cow::Borrowed("UNSIGNED-PAYLOAD"),
        SignedPayload::UnsignedTrailer => Cow::Borrowed("STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
        SignedPayload::Sha256(hash) => Cow::Owned(lower_hex(&hash)),
    };
    head.headers.insert(DATE, HeaderValue::from_str(&date).map_err(fault)?);
    let stated = match &payload_hash {
        Cow::Borrowed(text) => HeaderValue::from_static(text),
        Cow::Owned(text) => HeaderValue::from_str(text).map_err(fault)?,
    };
    head.headers.insert(CONTENT_SHA256, stated);
    if let Some(token) = &credentials.session_token {
        head.headers.insert(SECURITY_TOKEN, sensitive(token.expose().to_owned())?);
    }

    let day = date.get(..8).unwrap_or_default();
    let scope_text = scope_text(day, region, service);
    let scope = Scope { text: &scope_text, date: day, region: region.clone(), service };
    let names = signed_headers(head);
    let path = match head.uri.path() {
        "" => "/",
        path => path,
    };
    let request = canonical::request(head, path, &names, &payload_hash);
    let string_to_sign = canonical::string_to_sign(&date, &scope_text, &request);
    let signature = credentials.secret_key.signing_key(&scope).signature(&string_to_sign);
    let (key_id, names) = (&*credentials.access_key_id, &*names.join(";"));
    let authorization = [
        "AWS4-HMAC-SHA256 Credential=",
        key_id,
        "/",
        &scope_text,
        ", SignedHeaders=",
        names,
        ", Signature=",
        &signature,
    ];
    head.headers.insert(AUTHORIZATION, sensitive(authorization.concat())?);
    Ok(())
}

/// Of a request without a body.
const SHA256_OF_NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

const DATE: HeaderName = HeaderName::from_static("x-amz-date");
const CONTENT_SHA256: HeaderName = HeaderName::from_static("x-amz-content-sha256");
const SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

/// What S3 wants signed, sorted. Others are left out, since the client library and proxies may still change them.
fn signed_headers(head: &Parts) -> Vec<&str> {
    let wanted = |name: &&str| name.starts_with("x-amz-") || matches!(*name, "host" | "content-md5" | "content-type");
    let mut names = Vec::with_capacity(head.headers.len() + 1);
    names.extend(head.headers.keys().map(HeaderName::as_str).filter(wanted));
    if !names.contains(&"host") {
        names.push("host");
    }
    names.sort_unstable();
    names
}

fn sensitive(text: String) -> Result<HeaderValue, SignError> {
    let mut value = HeaderValue::try_from(text).map_err(fault)?;
    value.set_sensitive(true);
    Ok(value)
}

fn fault(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> SignError {
    SignError(error.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sigv4::http_request::{self, PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest};
    use aws_sigv4::http_request::{SigningSettings, UriPathNormalizationMode};
    use aws_sigv4::sign::v4;

    /// What AWS's own library says.
    fn expected(head: &Parts, body: SignableBody<'_>, now: OffsetDateTime) -> String {
        let mut settings = SigningSettings::default();
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        let token = Some("the-token".to_owned());
        let identity = aws_credential_types::Credentials::new("AKIDEXAMPLE", "secret", token, None, "tests").into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region("eu-central-1")
            .name("s3")
            .time(now.into())
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let wanted =
            |name: &str| name.starts_with("x-amz-meta") || matches!(name, "host" | "content-md5" | "content-type");
        let headers = head.headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
        let headers = headers.filter(|(name, _)| wanted(name));
        let request = SignableRequest::new(head.method.as_str(), head.uri.to_string(), headers, body).unwrap();
        let signed = http_request::sign(request, &params).unwrap().into_parts().0.into_parts().0;
        signed.iter().find(|header| header.name() == "authorization").unwrap().value().to_owned()
    }

    #[test]
    fn signatures_are_those_of_the_library_of_aws() {
        let secret = |text| SecretKeyText::new(text);
        let credentials = Credentials {
            access_key_id: "AKIDEXAMPLE".into(),
            secret_key: secret("secret"),
            session_token: Some(secret("the-token")),
        };
        let now = time::macros::datetime!(2026-11-24 21:00:00 UTC);
        let later = time::macros::datetime!(2026-11-25 21:00:00 UTC);
        let uris =
            ["/b/k", "/b/a//b/../c", "/b/%C3%A9%20%2B?partNumber=1&uploadId=a%2Fb", "/b?acl", "/b?list-type=2&prefix="];
        for (at, uri) in uris.into_iter().enumerate() {
            let request = http::Request::put(format!("http://127.0.0.1:9000{uri}"))
                .header("host", "127.0.0.1:9000")
                .header("content-type", "text/plain;  charset=utf-8")
                .header("x-amz-meta-a", " padded  value ")
                .header("cache-control", "no-cache");
            let mut head = request.body(()).unwrap().into_parts().0;
            let cases = [
                (SignedPayload::Empty, SignableBody::Bytes(b"")),
                (SignedPayload::Unsigned, SignableBody::UnsignedPayload),
                (SignedPayload::UnsignedTrailer, SignableBody::StreamingUnsignedPayloadTrailer),
                (SignedPayload::Sha256([7; 32]), SignableBody::Precomputed(hex::encode([7; 32]))),
            ];
            for (payload, body) in cases {
                // Two days in turn: a key of the wrong one must not come back.
                let now = if at % 2 == 0 { now } else { later };
                let expected = expected(&head, body, now);
                sign(&mut head, &credentials, &Region::new("eu-central-1").unwrap(), "s3", payload, now).unwrap();
                assert_eq!(head.headers["authorization"], expected, "{uri} {payload:?}");
            }
        }
    }
}
