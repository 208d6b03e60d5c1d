//! Server-side encryption on the wire: `x-amz-server-side-encryption*` in and out.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{HeaderMap, HeaderName, HeaderValue};

use super::customer_key;
use crate::bucket::{CustomerKeys, DefaultAlgorithm, Encryption};
use crate::datakey::{CustomerKey, Protection};
use crate::envelope::Mode;
use crate::front::s3::{DefaultEncryption, Door, S3Error};
use crate::identity::Origin;
use crate::names::{BucketName, EncryptionContext, headers};
use crate::object::Protected;

const SSE: &str = "x-amz-server-side-encryption";
const KEY_ID: &str = "x-amz-server-side-encryption-aws-kms-key-id";
const BUCKET_KEY: &str = "x-amz-server-side-encryption-bucket-key-enabled";
const CONTEXT: &str = "x-amz-server-side-encryption-context";

/// What a write asks for.
pub struct Asked {
    pub protection: Protection,
    /// Whether the request says so itself; else the default applies.
    pub named: bool,
}

impl Asked {
    /// The customer's key, where the object is sealed under one.
    pub fn customer_key(&self) -> Option<CustomerKey> {
        match &self.protection {
            Protection::SseC(key) => Some(key.clone()),
            Protection::SseS3 | Protection::SseKms { .. } | Protection::DsseKms { .. } => None,
        }
    }
}

/// The protection of a new object in `bucket`: the request's, else the bucket's default, else the gateway's.
pub fn asked(door: &Door, bucket: &BucketName, origin: &Origin, request: &HeaderMap) -> Result<Asked, S3Error> {
    let default = door.buckets.encryption(bucket);
    let mode = single(request, SSE)?;
    if let Some(customer) = of_write(door, bucket, origin, request)? {
        return Ok(Asked { protection: Protection::SseC(customer), named: true });
    }
    let key = single(request, KEY_ID)?.map(str::to_owned);
    let bucket_key = bucket_key(request)?;
    let context = context(request)?;
    // A request that names SSE-KMS and says nothing of bucket keys takes the bucket's setting.
    let bucket_keys = bucket_key.or(default.as_ref().and_then(|default| default.bucket_key));
    let protection = match mode {
        None if key.is_some() || !context.is_empty() => return Err(needs_kms(mode)),
        None => by_default(door, default, bucket_keys),
        Some("AES256") if key.is_some() || !context.is_empty() => return Err(needs_kms(mode)),
        Some("AES256") => Protection::SseS3,
        Some("aws:kms") => Protection::SseKms { key, bucket_key: bucket_keys.unwrap_or(false), context },
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

fn by_default(door: &Door, default: Option<Encryption>, bucket_keys: Option<bool>) -> Protection {
    let context = EncryptionContext::new();
    let named = default.and_then(|default| Some((default.algorithm?, default.key)));
    match named {
        None => match door.settings.default_encryption {
            DefaultEncryption::SseS3 => Protection::SseS3,
            DefaultEncryption::SseKms => {
                Protection::SseKms { key: None, bucket_key: bucket_keys.unwrap_or(true), context }
            }
        },
        Some((algorithm, key)) => match algorithm {
            DefaultAlgorithm::SseS3 => Protection::SseS3,
            DefaultAlgorithm::SseKms => Protection::SseKms { key, bucket_key: bucket_keys.unwrap_or(false), context },
            DefaultAlgorithm::DsseKms => Protection::DsseKms { key, context },
        },
    }
}

/// The customer's key of a write. A bucket that blocks them says so before it looks at the key.
pub fn of_write(
    door: &Door,
    bucket: &BucketName,
    origin: &Origin,
    request: &HeaderMap,
) -> Result<Option<CustomerKey>, S3Error> {
    if !customer_key::OBJECT.are_in(request) {
        return Ok(None);
    }
    let rule = door.buckets.encryption(bucket);
    if rule.is_some_and(|rule| rule.customer_keys == Some(CustomerKeys::Blocked)) {
        return Err(S3Error::access_denied());
    }
    if let Some(mode) = single(request, SSE)? {
        let message =
            "Server Side Encryption with Customer provided key is incompatible with the encryption method specified";
        return Err(S3Error::invalid_argument(message, SSE, mode));
    }
    customer_key::read(door, origin, request, &customer_key::OBJECT)
}

/// The customer's key of a part: whether it must have one is its upload's matter.
pub fn of_part(
    door: &Door,
    bucket: &BucketName,
    origin: &Origin,
    request: &HeaderMap,
) -> Result<Option<CustomerKey>, S3Error> {
    match customer_key::OBJECT.are_in(request) {
        true => {
            let customer = of_write(door, bucket, origin, request)?;
            refuse_others(request).map(|()| customer)
        }
        false => refuse_others(request).map(|()| None),
    }
}

/// The customer's key of a read; GET, HEAD and their kind take no other encryption header.
pub fn of_read(door: &Door, origin: &Origin, request: &HeaderMap) -> Result<Option<CustomerKey>, S3Error> {
    refuse_others(request)?;
    customer_key::read(door, origin, request, &customer_key::OBJECT)
}

/// The customer's key of a copy's source.
pub fn of_copy_source(door: &Door, origin: &Origin, request: &HeaderMap) -> Result<Option<CustomerKey>, S3Error> {
    customer_key::read(door, origin, request, &customer_key::COPY_SOURCE)
}

/// What only a new object is asked for.
fn refuse_others(request: &HeaderMap) -> Result<(), S3Error> {
    let Some((name, value)) =
        [SSE, KEY_ID, CONTEXT, BUCKET_KEY].iter().find_map(|name| Some((*name, headers::first(request, name)?)))
    else {
        return Ok(());
    };
    let message = format!("{name} header is not supported for this operation");
    Err(S3Error::invalid_argument(message, name, value.to_str().unwrap_or_default()))
}

/// Writes mode, key and bucket key; under SSE-C what the request said of its key.
pub fn show(protected: &Protected, customer: Option<&CustomerKey>, answer: &mut HeaderMap) {
    let mode = match protected.mode {
        Mode::SseS3 => "AES256",
        Mode::SseKms => "aws:kms",
        Mode::DsseKms => "aws:kms:dsse",
        Mode::SseC => {
            if let Some(customer) = customer {
                customer_key::show(customer, answer);
            }
            return;
        }
    };
    answer.insert(const { HeaderName::from_static(SSE) }, HeaderValue::from_static(mode));
    if let Some(value) = protected.key.as_ref().and_then(|key| HeaderValue::try_from(key.text()).ok()) {
        answer.insert(const { HeaderName::from_static(KEY_ID) }, value);
    }
    if protected.bucket_key {
        answer.insert(const { HeaderName::from_static(BUCKET_KEY) }, HeaderValue::from_static("true"));
    }
}

/// The client's encryption context, on the operations that return it.
pub fn show_context(protected: &Protected, answer: &mut HeaderMap) {
    if protected.context.is_empty() {
        return;
    }
    if let Ok(json) = serde_json::to_vec(&protected.context)
        && let Ok(value) = HeaderValue::from_str(&STANDARD.encode(json))
    {
        answer.insert(CONTEXT, value);
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
