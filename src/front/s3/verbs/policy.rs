//! Bucket policies: kept by the gateway, never sent to the backend.

use http::{HeaderMap, HeaderValue, StatusCode};

use super::{request, xml};
use crate::bucket::{Access, BucketPolicy, MalformedPolicy, PublicAccessBlock};
use crate::front::s3::permission::{About, Asker};
use crate::front::s3::{Door, Incoming, Query, Reply, S3Error, document};
use crate::identity::Target;
use crate::names::{AccountId, BucketName};
use crate::upstream;

/// A policy of the largest size, with blanks.
const MAX_DOCUMENT: usize = 128 * 1024;

/// Sets the policy.
pub async fn put(door: &Door, mut incoming: Incoming) -> Result<Reply, S3Error> {
    let bucket = request::bucket(&incoming)?;
    let body = std::mem::replace(&mut incoming.body, upstream::empty());
    let text = document::read(&incoming.head, incoming.verified.as_ref(), body, MAX_DOCUMENT).await?;
    let policy = BucketPolicy::check(&text, &bucket, &|kind, name| match kind {
        "CanonicalUser" => door.identities.has_canonical_user(name),
        _ => may_exist(door, name),
    })?;
    request::existing(door, &bucket).await?;
    let block = door.access.of(&bucket).public_access.unwrap_or_default();
    if block.block_public_policy && policy.is_public() {
        let (caller, arn) = (incoming.caller.arn(), bucket.arn());
        let message = format!(
            "User: {caller} is not authorized to perform: s3:PutBucketPolicy on resource: \"{arn}\" because public \
             policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access."
        );
        return Err(S3Error::new(StatusCode::FORBIDDEN, "AccessDenied", message));
    }
    let about = (incoming.permit.target(), &incoming.query);
    refuse_lockout(incoming.asker(door), about, &policy, block).await?;
    door.access.set_policy(&bucket, Some(policy)).await.map_err(unsettled)?;
    Ok(request::bare(StatusCode::NO_CONTENT, HeaderMap::new()))
}

const CONFIRM: &str = "x-amz-confirm-remove-self-bucket-access";

/// A policy under which its author could not put the next one, he has to confirm.
async fn refuse_lockout(
    asker: Asker<'_>,
    (target, query): (&Target, &Query),
    policy: &BucketPolicy,
    block: PublicAccessBlock,
) -> Result<(), S3Error> {
    match request::single(asker.headers, CONFIRM)? {
        Some(text) if text.eq_ignore_ascii_case("true") => return Ok(()),
        Some(text) if !text.eq_ignore_ascii_case("false") => {
            return Err(S3Error::invalid_argument("The value must be true or false.", CONFIRM, text));
        }
        _ => {}
    }
    let then = Access { policy: Some(policy.clone()), public_access: Some(block) };
    let about = About { query: Some(query), ..About::default() };
    match asker.permit_under(&then, "s3:PutBucketPolicy", target, about).await {
        Ok(_) => Ok(()),
        Err(_) => {
            let message = format!(
                "The new bucket policy would not let you change the bucket policy again. Confirm that with {CONFIRM}: true."
            );
            Err(S3Error::new(StatusCode::FORBIDDEN, "AccessDenied", message))
        }
    }
}

/// The policy as it was put.
pub async fn get(door: &Door, incoming: Incoming) -> Result<Reply, S3Error> {
    let bucket = request::bucket(&incoming)?;
    let policy = kept(door, &bucket).await?;
    let mut reply = Reply::new(upstream::full(policy.text().to_owned()));
    reply.headers_mut().insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(reply)
}

/// Removes the policy; none to remove is fine.
pub async fn delete(door: &Door, incoming: Incoming) -> Result<Reply, S3Error> {
    let bucket = request::bucket(&incoming)?;
    request::existing(door, &bucket).await?;
    door.access.set_policy(&bucket, None).await.map_err(unsettled)?;
    Ok(request::bare(StatusCode::NO_CONTENT, HeaderMap::new()))
}

/// Whether the policy is public.
pub async fn status(door: &Door, incoming: Incoming) -> Result<Reply, S3Error> {
    let bucket = request::bucket(&incoming)?;
    let policy = kept(door, &bucket).await?;
    let mut document = xml::Document::new("PolicyStatus");
    document.text("IsPublic", policy.is_public());
    Ok(request::document(HeaderMap::new(), document.finish("PolicyStatus")))
}

async fn kept(door: &Door, bucket: &BucketName) -> Result<BucketPolicy, S3Error> {
    request::existing(door, bucket).await?;
    door.access.of(bucket).policy.clone().ok_or_else(|| {
        S3Error::new(StatusCode::NOT_FOUND, "NoSuchBucketPolicy", "The bucket policy does not exist")
            .field("BucketName", bucket.as_str())
    })
}

/// Whether a policy can mean this user, role or session. Of accounts that are not known here anything may exist: nobody of
/// theirs gets in.
fn may_exist(door: &Door, arn: &str) -> bool {
    let mut segments = arn.splitn(6, ':').skip(4);
    let (Some(account), Some(resource)) = (segments.next(), segments.next()) else { return false };
    let known = AccountId::new(account).is_ok_and(|account| door.identities.has_account(&account));
    let role = resource.strip_prefix("assumed-role/").and_then(|rest| rest.split_once('/'));
    !known
        || match role {
            Some((role, _)) => door.identities.exists(&format!("arn:aws:iam::{account}:role/{role}")),
            None => door.identities.exists(arn),
        }
}

pub(super) fn unsettled(error: crate::bucket::Error) -> S3Error {
    crate::object::Error::from(error).into()
}

impl From<MalformedPolicy> for S3Error {
    fn from(malformed: MalformedPolicy) -> Self {
        let error = Self::new(StatusCode::BAD_REQUEST, "MalformedPolicy", malformed.message);
        match malformed.detail {
            Some(detail) => error.field("Detail", detail),
            None => error,
        }
    }
}
