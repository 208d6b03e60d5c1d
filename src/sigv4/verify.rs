//! The one way in: a request's head becomes a [`Verified`], an anonymous request, or an error.

use std::borrow::Cow;
use std::sync::Arc;

use base16ct::lower::encode_string as lower_hex;
use http::request::Parts;
use time::{Duration, OffsetDateTime};

use crate::names::Region;

use super::chunk_signature::ChunkSigner;
use super::error::SignatureMismatch;
use super::key::SigningKey;
use super::request::{Stated, single};
use super::{Error, Payload, SecretKeyText, canonical, header_form, query_form, signed_headers};

/// How far a signed date may lie from the gateway's clock.
pub(super) const MAX_SKEW: Duration = Duration::minutes(15);

/// Finds the secret of an access key id.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<Arc<SecretKeyText>>;

/// The service whose scope a signature must name.
#[derive(Clone, Copy, Debug)]
pub enum Endpoint {
    /// S3: the body's hash is what the request states.
    S3,
    /// Any other service (`kms`, `sts`): the body was read first, and its hash is this.
    Service { name: &'static str, body_sha256: [u8; 32] },
}

/// A request whose signature holds.
#[derive(Debug)]
pub struct Verified {
    pub access_key_id: String,
    pub region: Region,
    /// When the request was signed.
    pub date: OffsetDateTime,
    pub payload: Payload,
    /// `x-amz-security-token`, not yet checked: who issues sessions compares it.
    pub session_token: Option<String>,
    /// Set for presigned URLs: when the URL lapses.
    pub expires: Option<OffsetDateTime>,
    pub(super) chunk_signer: Option<ChunkSigner>,
}

impl Verified {
    /// The hash that the plain body must have, where the signature covers one.
    pub fn payload_sha256(&self) -> Option<[u8; 32]> {
        match self.payload {
            Payload::Sha256(hash) => Some(hash),
            Payload::Unsigned | Payload::ChunkedSigned { .. } | Payload::ChunkedUnsigned => None,
        }
    }

    /// Whether the signature came in the query string.
    pub fn is_presigned(&self) -> bool {
        self.expires.is_some()
    }
}

/// Verifies a request's head. None: the request carries no signature at all, it is anonymous.
pub fn verify(
    head: &Parts,
    endpoint: Endpoint,
    now: OffsetDateTime,
    lookup: Lookup<'_>,
) -> Result<Option<Verified>, Error> {
    let authorization = single(&head.headers, "authorization")
        .map_err(|()| Error::HeaderMalformed("there is more than one, or it is not ASCII.".to_owned()))?;
    let parameters = query_form::Parameters::find(head.uri.query().unwrap_or_default())?;
    // The one form that the request uses.
    let stated = match (authorization, &parameters) {
        (None, None) => return Ok(None),
        (Some(authorization), None) => header_form::read(head, authorization, endpoint.service())?,
        (None, Some(parameters)) => parameters.read(head, endpoint.service())?,
        (Some(authorization), Some(_)) => {
            let scheme = authorization.split(' ').next().unwrap_or_default();
            return Err(Error::SeveralMechanisms { value: scheme.to_owned() });
        }
    };
    check_time(&stated, now)?;
    let (payload, payload_hash) = endpoint.payload(&stated)?;
    let access_key_id = stated.credential.access_key_id;
    let Some(secret_key) = lookup(access_key_id) else {
        return Err(Error::UnknownAccessKey { access_key_id: access_key_id.to_owned() });
    };
    signed_headers::check(head, &stated.signed_headers)?;
    let key = secret_key.signing_key(&stated.credential.scope);
    check_signature(head, &stated, &payload_hash, &key)?;
    Ok(Some(verified(stated, payload, key)))
}

/// A header lives for the allowed skew; a URL from then to its expiry.
fn check_time(stated: &Stated<'_>, now: OffsetDateTime) -> Result<(), Error> {
    let request_time = || stated.date_text.clone().into_owned();
    // A difference cannot overflow, a sum near the end of the calendar could.
    let age = now - stated.date;
    match stated.expires_secs {
        None if age.abs() > MAX_SKEW => Err(Error::TimeTooSkewed { request_time: request_time(), now }),
        None => Ok(()),
        Some(_) if age < -MAX_SKEW => Err(Error::NotYetValid { request_time: request_time(), now }),
        Some(secs) if age > expiry(secs) => {
            Err(Error::Expired { expires_secs: secs, expired_at: lapse(stated.date, secs), now })
        }
        Some(_) => Ok(()),
    }
}

fn check_signature(head: &Parts, stated: &Stated<'_>, payload_hash: &str, key: &SigningKey) -> Result<(), Error> {
    let mut first = None;
    for path in canonical::paths(head) {
        let request = canonical::request(head, &path, &stated.signed_headers, payload_hash);
        let string_to_sign = canonical::string_to_sign(&stated.date_text, stated.credential.scope.text, &request);
        if key.verifies(&string_to_sign, stated.signature) {
            return Ok(());
        }
        first.get_or_insert((request, string_to_sign));
    }
    let (request, string_to_sign) = first.unwrap_or_default();
    Err(Error::SignatureMismatch(Box::new(SignatureMismatch {
        access_key_id: stated.credential.access_key_id.to_owned(),
        signature_provided: stated.signature.to_owned(),
        string_to_sign,
        canonical_request: Some(String::from_utf8_lossy(&request).into_owned()),
    })))
}

fn verified(stated: Stated<'_>, payload: Payload, key: Arc<SigningKey>) -> Verified {
    let chunk_signer = match payload {
        Payload::ChunkedSigned { .. } => Some(ChunkSigner {
            key,
            access_key_id: stated.credential.access_key_id.to_owned(),
            date: stated.date_text.into_owned(),
            scope: stated.credential.scope.text.to_owned(),
            previous: stated.signature.to_owned(),
        }),
        Payload::Unsigned | Payload::Sha256(_) | Payload::ChunkedUnsigned => None,
    };
    Verified {
        access_key_id: stated.credential.access_key_id.to_owned(),
        region: stated.credential.scope.region,
        date: stated.date,
        payload,
        session_token: stated.session_token.map(str::to_owned),
        expires: stated.expires_secs.map(|secs| lapse(stated.date, secs)),
        chunk_signer,
    }
}

impl Endpoint {
    fn service(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::Service { name, .. } => name,
        }
    }

    /// The payload and its line in the canonical request.
    fn payload<'a>(self, stated: &Stated<'a>) -> Result<(Payload, Cow<'a, str>), Error> {
        match (self, stated.payload_value) {
            (Self::S3, Some(value)) => Ok((Payload::parse(value)?, value.into())),
            (Self::S3, None) => Err(Error::PayloadHashMissing),
            (Self::Service { body_sha256, .. }, value) => {
                let computed = lower_hex(&body_sha256);
                match value {
                    // A presigned URL of another service states nothing, and covers the hash of its body.
                    Some(value) if value != computed && stated.expires_secs.is_none() => {
                        Err(Error::PayloadHashMismatch { stated: value.to_owned(), computed })
                    }
                    _ => Ok((Payload::Sha256(body_sha256), computed.into())),
                }
            }
        }
    }
}

/// At most seven days, so within range.
fn expiry(secs: u64) -> Duration {
    Duration::seconds(i64::try_from(secs).unwrap_or(i64::MAX))
}

fn lapse(date: OffsetDateTime, secs: u64) -> OffsetDateTime {
    date.saturating_add(expiry(secs))
}
