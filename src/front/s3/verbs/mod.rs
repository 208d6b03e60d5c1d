//! The operations that the gateway carries out itself, one file each: from a request to the hub's words, and back.

mod attributes;
mod body;
mod bounded;
mod bucket;
mod copy;
mod customer_key;
mod delete;
mod encryption;
mod fault;
mod form;
mod multipart;
mod policy;
mod post;
mod public_access;
mod put;
mod read;
mod request;
mod sse;
mod update_encryption;
mod xml;

use crate::identity::Target;

use super::{Door, Incoming, Reply, S3Error, Unpermitted, Verb, list};

/// Carries out `verb`, which `incoming`'s permit allows.
pub async fn dispatch(door: &Door, verb: Verb, incoming: Incoming) -> Result<Reply, S3Error> {
    let target = incoming.permit.target().clone();
    carry_out(door, verb, incoming).await.map_err(|error| about(error, &target))
}

/// Names what is missing, as AWS does.
fn about(error: S3Error, target: &Target) -> S3Error {
    let (name, value) = match (&*error.code, target) {
        ("NoSuchKey", Target::Object(_, object_key)) => ("Key", object_key.as_str()),
        ("NoSuchBucket", Target::Object(bucket, _) | Target::Bucket(bucket)) => ("BucketName", bucket.as_str()),
        _ => return error,
    };
    if error.fields.iter().any(|(known, _)| known == name) { error } else { error.field(name, value) }
}

async fn carry_out(door: &Door, verb: Verb, incoming: Incoming) -> Result<Reply, S3Error> {
    match verb {
        Verb::ListBuckets
        | Verb::ListObjects
        | Verb::ListObjectsV2
        | Verb::ListObjectVersions
        | Verb::ListMultipartUploads => list::list(door, incoming).await,
        Verb::CreateBucket => bucket::create(door, incoming).await,
        Verb::DeleteBucket => bucket::delete(door, incoming).await,
        Verb::PutObject => put::put(door, incoming).await,
        Verb::GetObject => read::get(door, incoming).await,
        Verb::HeadObject => read::head(door, incoming).await,
        Verb::GetObjectAttributes => attributes::get(door, incoming).await,
        Verb::CopyObject => copy::copy(door, incoming).await,
        Verb::DeleteObject => delete::delete(door, incoming).await,
        Verb::CreateMultipartUpload => multipart::create(door, incoming).await,
        Verb::UploadPart => multipart::upload_part(door, incoming).await,
        Verb::UploadPartCopy => copy::upload_part_copy(door, incoming).await,
        Verb::CompleteMultipartUpload => multipart::complete(door, incoming).await,
        Verb::AbortMultipartUpload => multipart::abort(door, incoming).await,
        Verb::ListParts => multipart::list_parts(door, incoming).await,
        Verb::GetBucketEncryption => encryption::get(door, incoming).await,
        Verb::PutBucketEncryption => encryption::put(door, incoming).await,
        Verb::UpdateObjectEncryption => update_encryption::put(door, incoming).await,
        Verb::DeleteBucketEncryption => encryption::delete(door, incoming).await,
        Verb::GetBucketPolicy => policy::get(door, incoming).await,
        Verb::PutBucketPolicy => policy::put(door, incoming).await,
        Verb::DeleteBucketPolicy => policy::delete(door, incoming).await,
        Verb::GetBucketPolicyStatus => policy::status(door, incoming).await,
        Verb::GetPublicAccessBlock => public_access::get(door, incoming).await,
        Verb::PutPublicAccessBlock => public_access::put(door, incoming).await,
        Verb::DeletePublicAccessBlock => public_access::delete(door, incoming).await,
        // Routed to `dispatch_unpermitted`.
        Verb::DeleteObjects | Verb::PostObject => Err(S3Error::internal()),
    }
}

/// Carries out DeleteObjects or PostObject, which ask for their permits themselves.
pub async fn dispatch_unpermitted(door: &Door, verb: Verb, asked: Unpermitted) -> Result<Reply, S3Error> {
    match verb {
        Verb::DeleteObjects => delete::delete_many(door, asked).await,
        Verb::PostObject => post::post(door, asked).await,
        _ => Err(S3Error::internal()),
    }
}
