//! Server-side encryption on the wire: `x-amz-server-side-encryption*` in and out.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::datakey::Protection;
use crate::envelope::Mode;

use crate::front::s3::{DefaultEncryption, Door, S3Error};
use crate::names::EncryptionContext;
use crate::object::Protected;

const SSE: &str = "x-amz-server-side-encryption";
const KEY_ID: &str = "x-amz-server-side-encryption-aws-kms-key-id";
const BUCKET_KEY: &str = "x-amz-server-side-encryption-bucket-key-enabled";
const CONTEXT: &str = "x-amz-server-side-encryption-context";
const CUSTOMER: &str = "x-amz-server-side-encryption-customer-";
const COPY_SOURCE_CUSTOMER: &str = "x-amz-copy-source-server-side-encryption-customer-";

/// What a write asks for.
pub struct Asked {
    pub protection: Protection,
    /// Whether the request says so itself; else the default applies.
    pub named: bool,
}

/// The protection of a new object: the request's, else the gateway's default.
pub fn asked(door: &Door, request: &HeaderMap) -> Result<Asked, S3Error> {
    refuse_customer_keys(request)?;
    let key = single(request, KEY_ID)?.map(str::to_owned);
    let bucket_key = bucket_key(request)?;
    let context = context(request)?;
    let mode = single(request, SSE)?;
    let protection = match mode {
        None if key.is_some() || !context.is_empty() => return Err(needs_kms(mode)),
        None => match door.settings.default_encryption {
            DefaultEncryption::SseS3 => Protection::SseS3,
            DefaultEncryption::SseKms => {
                Protection::SseKms { key: None, bucket_key: bucket_key.unwrap_or(true), context }
            }
        },
        Some("AES256") if key.is_some() || !context.is_empty() => return Err(needs_kms(mode)),
        Some("AES256") => Protection::SseS3,
        Some("aws:kms") => Protection::SseKms { key, bucket_key: bucket_key.unwrap_or(false), context },
        Some("aws:kms:dsse") if bucket_key == Some(true) => {
            return Err(S3Error::invalid_argument(
                "Bucket keys are not supported for dual-layer server-side encryption with AWS KMS keys.",
                BUCKET_KEY,
                "true",
            ));
        }
        Some("aws:kms:dsse") => Protection::DsseKms { key, context },
        Some(other) => {
            return Err(S3Error::invalid_argument("The encryption method specified is not supported", SSE, other));
        }
    };
    Ok(Asked { protection, named: mode.is_some() })
}

/// GET and HEAD take no encryption headers, and customer keys are not kept yet.
pub fn refuse_on_read(request: &HeaderMap) -> Result<(), S3Error> {
    if let Some(value) = request.get(SSE) {
        let value = value.to_str().unwrap_or_default();
        let message = "x-amz-server-side-encryption header is not supported for this operation";
        return Err(S3Error::invalid_argument(message, SSE, value));
    }
    refuse_customer_keys(request)
}

/// Keys of the customer are not supported by this release; taking them silently would store them unused.
pub fn refuse_customer_keys(request: &HeaderMap) -> Result<(), S3Error> {
    let customer =
        |name: &HeaderName| name.as_str().starts_with(CUSTOMER) || name.as_str().starts_with(COPY_SOURCE_CUSTOMER);
    if request.keys().any(customer) { Err(S3Error::not_implemented()) } else { Ok(()) }
}

/// Writes what the reference's table gives each operation: mode, key and bucket key.
pub fn show(protected: &Protected, answer: &mut HeaderMap) {
    let mode = match protected.mode {
        Mode::SseS3 => "AES256",
        Mode::SseKms => "aws:kms",
        Mode::DsseKms => "aws:kms:dsse",
        // Shown by its algorithm and key digest, which the request repeats.
        Mode::SseC => return,
    };
    answer.insert(SSE, HeaderValue::from_static(mode));
    if let Some(value) = protected.key.as_ref().and_then(|key| HeaderValue::from_str(&key.to_string()).ok()) {
        answer.insert(KEY_ID, value);
    }
    if protected.bucket_key {
        answer.insert(BUCKET_KEY, HeaderValue::from_static("true"));
    }
}

/// The client's encryption context, on the operations that return it.
pub fn show_context(protected: &Protected, answer: &mut HeaderMap) {
    if protected.context.is_empty() {
        return;
    }
    if let Ok(json) = serde_json::to_vec(&protected.context) {
        if let Ok(value) = HeaderValue::from_str(&STANDARD.encode(json)) {
            answer.insert(CONTEXT, value);
        }
    }
}

fn bucket_key(request: &HeaderMap) -> Result<Option<bool>, S3Error> {
    match single(request, BUCKET_KEY)? {
        None => Ok(None),
        Some(value) if value.eq_ignore_ascii_case("true") => Ok(Some(true)),
        Some(value) if value.eq_ignore_ascii_case("false") => Ok(Some(false)),
        Some(value) => Err(S3Error::invalid_argument(
            "The value of x-amz-server-side-encryption-bucket-key-enabled must be true or false.",
            BUCKET_KEY,
            value,
        )),
    }
}

fn context(request: &HeaderMap) -> Result<EncryptionContext, S3Error> {
    let Some(value) = single(request, CONTEXT)? else { return Ok(EncryptionContext::new()) };
    let parsed = STANDARD.decode(value).ok().and_then(|json| serde_json::from_slice(&json).ok());
    parsed.ok_or_else(|| {
        let message = "The header 'x-amz-server-side-encryption-context' shall be Base64-encoded UTF-8 string holding JSON \
                       which represents a string-string map";
        S3Error::invalid_argument(message, CONTEXT, value)
    })
}

fn needs_kms(mode: Option<&str>) -> S3Error {
    let message =
        "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms";
    S3Error::invalid_argument(message, SSE, mode.unwrap_or("null"))
}

/// The one value of a header; a repeated or unprintable one is an error.
fn single<'a>(request: &'a HeaderMap, name: &'static str) -> Result<Option<&'a str>, S3Error> {
    super::request::single(request, name)
}
