//! What a request must be allowed to do: its action, and what its headers do beside it.

use http::HeaderMap;

use super::routes::{Kind, Route, Verb};
use super::{Query, S3Error};
use crate::identity::{Caller, Origin, Permit, Target, authorise};

/// Headers that do something of their own, and the action that each is.
const OBJECT_HEADERS: [(&str, &str); 10] = [
    ("x-amz-acl", "s3:PutObjectAcl"),
    ("x-amz-grant-read", "s3:PutObjectAcl"),
    ("x-amz-grant-read-acp", "s3:PutObjectAcl"),
    ("x-amz-grant-write-acp", "s3:PutObjectAcl"),
    ("x-amz-grant-full-control", "s3:PutObjectAcl"),
    ("x-amz-tagging", "s3:PutObjectTagging"),
    ("x-amz-object-lock-mode", "s3:PutObjectRetention"),
    ("x-amz-object-lock-retain-until-date", "s3:PutObjectRetention"),
    ("x-amz-object-lock-legal-hold", "s3:PutObjectLegalHold"),
    // The gateway's credentials could do it at the backend; whether the client may is decided here.
    ("x-amz-bypass-governance-retention", "s3:BypassGovernanceRetention"),
];

const BUCKET_HEADERS: [(&str, &str); 8] = [
    ("x-amz-acl", "s3:PutBucketAcl"),
    ("x-amz-grant-read", "s3:PutBucketAcl"),
    ("x-amz-grant-read-acp", "s3:PutBucketAcl"),
    ("x-amz-grant-write", "s3:PutBucketAcl"),
    ("x-amz-grant-write-acp", "s3:PutBucketAcl"),
    ("x-amz-grant-full-control", "s3:PutBucketAcl"),
    ("x-amz-object-ownership", "s3:PutBucketOwnershipControls"),
    ("x-amz-bucket-object-lock-enabled", "s3:PutBucketObjectLockConfiguration"),
];

/// The permit for `route`, if the caller may do all that the request asks.
pub fn ask(
    caller: &Caller,
    route: &Route,
    target: &Target,
    query: &Query,
    headers: &HeaderMap,
    origin: &Origin,
) -> Result<Permit, S3Error> {
    let permit = authorise(caller, route.action_for(query), target, origin)?;
    implied_by(implied(route), caller, target, headers, origin)?;
    Ok(permit)
}

/// What the headers of a new object do beside writing it.
pub fn implied_by_headers(
    caller: &Caller,
    target: &Target,
    headers: &HeaderMap,
    origin: &Origin,
) -> Result<(), S3Error> {
    implied_by(&OBJECT_HEADERS, caller, target, headers, origin)
}

fn implied_by(
    implied: &[(&str, &'static str)],
    caller: &Caller,
    target: &Target,
    headers: &HeaderMap,
    origin: &Origin,
) -> Result<(), S3Error> {
    for (_, action) in implied.iter().filter(|(name, _)| asks(headers, name)) {
        authorise(caller, action, target, origin)?;
    }
    Ok(())
}

fn implied(route: &Route) -> &'static [(&'static str, &'static str)] {
    match route.kind {
        Kind::Typed(Verb::CreateBucket) => &BUCKET_HEADERS,
        Kind::Typed(Verb::PutObject | Verb::CopyObject | Verb::CreateMultipartUpload) => &OBJECT_HEADERS,
        _ => &OBJECT_HEADERS[OBJECT_HEADERS.len() - 1..],
    }
}

fn asks(headers: &HeaderMap, name: &str) -> bool {
    headers.get(name).is_some_and(|value| !value.as_bytes().eq_ignore_ascii_case(b"false"))
}
