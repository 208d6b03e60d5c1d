//! UpdateObjectEncryption: an object's data key under another KMS key, or under a bucket key.

use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use super::{request, xml};
use crate::checksum::Expectations;
use crate::datakey::Protection;
use crate::front::s3::{Door, Incoming, Reply, S3Error, document};
use crate::names::{AccountId, EncryptionContext, KeyArn};
use crate::object::{Locked, Rewrap};

const MAX_DOCUMENT: usize = 64 * 1024;

/// An extension: `keep` wraps locked objects too. The new version gets the same lock; the old one keeps its wrapping.
const LOCKED: &str = "x-sealgate-locked";

/// Wraps an object anew.
pub async fn put(door: &Door, incoming: Incoming) -> Result<Reply, S3Error> {
    let headers = &incoming.head.headers;
    let stated = Expectations::from_headers(headers, None)?;
    if stated.content_md5.is_none() && stated.algorithm().is_none() {
        let message = "Missing required header for this request: Content-MD5 OR x-amz-checksum-*";
        return Err(S3Error::invalid_request(message));
    }
    let locked = match request::single(headers, LOCKED)? {
        None => Locked::Refuse,
        Some("keep") => Locked::Keep,
        Some(other) => return Err(S3Error::invalid_argument("The value is not `keep`.", LOCKED, other)),
    };
    let version_id = request::version_id(&incoming)?;
    let permit = incoming.permit.clone();
    let text = document::read(&incoming.head, incoming.verified.as_ref(), incoming.body, MAX_DOCUMENT).await?;
    let protection = parse(&text, door.identities.account())?;
    let rewrap = Rewrap { permit, version_id, protection, locked };
    // On its own task: a client that goes away does not leave an object without its ACL.
    let objects = door.objects.clone();
    let done = tokio::spawn(async move { objects.rewrap(&rewrap).await }).await.map_err(|_| S3Error::internal())??;
    let mut answer = HeaderMap::new();
    if let Some(version) = done.headers.get("x-amz-version-id") {
        answer.insert("x-amz-version-id", version.clone());
    }
    request::show_etag(&done.etag, &mut answer);
    Ok(request::bare(StatusCode::OK, answer))
}

#[derive(Deserialize)]
struct ObjectEncryption {
    #[serde(rename = "SSE-KMS")]
    sse_kms: Option<SseKms>,
    #[serde(rename = "DSSE-KMS")]
    dsse_kms: Option<Other>,
    #[serde(rename = "SSE-C")]
    sse_c: Option<Other>,
}

#[derive(Deserialize)]
struct SseKms {
    #[serde(rename = "KMSKeyArn")]
    key: Option<String>,
    #[serde(rename = "BucketKeyEnabled")]
    bucket_key: Option<String>,
}

#[derive(Deserialize)]
struct Other {}

/// The messages are those of botocore's model.
fn parse(text: &[u8], account: &AccountId) -> Result<Protection, S3Error> {
    let asked: ObjectEncryption = xml::parse(text)?;
    let Some(SseKms { key, bucket_key }) = asked.sse_kms else {
        return Err(S3Error::invalid_request(match asked.dsse_kms.or(asked.sse_c) {
            Some(Other {}) => {
                "The UpdateObjectEncryption operation doesn't support updating the encryption type to DSSE-KMS or SSE-C. \
                 Modify the request to specify SSE-KMS for the updated encryption type, and then try again."
            }
            None => {
                "Requests that modify an object encryption configuration require a valid new encryption type. Valid \
                 values are SSEKMS. Modify the request to specify SSE-KMS for the updated encryption type, and then try \
                 again."
            }
        }));
    };
    let key = key.map(|key| key.trim().to_owned()).filter(|key| !key.is_empty()).ok_or_else(|| {
        S3Error::invalid_request(
            "Requests that modify an object's encryption type to SSE-KMS require an Amazon Web Services KMS key Amazon \
             Resource Name (ARN). Modify the request to specify a KMS key ARN, and then try again.",
        )
    })?;
    let arn: KeyArn = key.parse().map_err(|_| {
        S3Error::invalid_request(
            "Requests that modify an object's encryption type to SSE-KMS require a valid Amazon Web Services KMS key \
             Amazon Resource Name (ARN). Confirm that you have a correctly formatted KMS key ARN in your request, and then \
             try again.",
        )
    })?;
    if arn.account != *account {
        let message = "The Amazon Web Services KMS key in the request must be owned by the same account as the bucket. \
                       Modify the request to specify a KMS key from the same account, and then try again.";
        return Err(S3Error::new(StatusCode::FORBIDDEN, "AccessDenied", message));
    }
    let bucket_key = match bucket_key.as_deref().map(str::trim) {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => {
            return Err(S3Error::invalid_request(
                "The BucketKeyEnabled value isn't valid. Valid values are true or false. Modify the request to specify a \
                 valid value, and then try again.",
            ));
        }
    };
    Ok(Protection::SseKms { key: Some(arn.to_string()), bucket_key, context: EncryptionContext::new() })
}
