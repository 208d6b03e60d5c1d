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
pub mod xml;

use futures::future::BoxFuture;

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

/// Each on the heap by itself: a small read does not carry the room of the longest verb through the door.
fn carry_out(door: &Door, verb: Verb, incoming: Incoming) -> BoxFuture<'_, Result<Reply, S3Error>> {
    match verb {
        Verb::ListBuckets
        | Verb::ListObjects
        | Verb::ListObjectsV2
        | Verb::ListObjectVersions
        | Verb::ListMultipartUploads => Box::pin(list::list(door, incoming)),
        Verb::CreateBucket => Box::pin(bucket::create(door, incoming)),
        Verb::DeleteBucket => Box::pin(bucket::delete(door, incoming)),
        Verb::PutObject => Box::pin(put::put(door, incoming)),
        Verb::GetObject => Box::pin(read::get(door, incoming)),
        Verb::HeadObject => Box::pin(read::head(door, incoming)),
        Verb::GetObjectAttributes => Box::pin(attributes::get(door, incoming)),
        Verb::CopyObject => Box::pin(copy::copy(door, incoming)),
        Verb::DeleteObject => Box::pin(delete::delete(door, incoming)),
        Verb::CreateMultipartUpload => Box::pin(multipart::create(door, incoming)),
        Verb::UploadPart => Box::pin(multipart::upload_part(door, incoming)),
        Verb::UploadPartCopy => Box::pin(copy::upload_part_copy(door, incoming)),
        Verb::CompleteMultipartUpload => Box::pin(multipart::complete(door, incoming)),
        Verb::AbortMultipartUpload => Box::pin(multipart::abort(door, incoming)),
        Verb::ListParts => Box::pin(multipart::list_parts(door, incoming)),
        Verb::GetBucketEncryption => Box::pin(encryption::get(door, incoming)),
        Verb::PutBucketEncryption => Box::pin(encryption::put(door, incoming)),
        Verb::UpdateObjectEncryption => Box::pin(update_encryption::put(door, incoming)),
        Verb::DeleteBucketEncryption => Box::pin(encryption::delete(door, incoming)),
        Verb::GetBucketPolicy => Box::pin(policy::get(door, incoming)),
        Verb::PutBucketPolicy => Box::pin(policy::put(door, incoming)),
        Verb::DeleteBucketPolicy => Box::pin(policy::delete(door, incoming)),
        Verb::GetBucketPolicyStatus => Box::pin(policy::status(door, incoming)),
        Verb::GetPublicAccessBlock => Box::pin(public_access::get(door, incoming)),
        Verb::PutPublicAccessBlock => Box::pin(public_access::put(door, incoming)),
        Verb::DeletePublicAccessBlock => Box::pin(public_access::delete(door, incoming)),
        // Routed to `dispatch_unpermitted`.
        Verb::DeleteObjects | Verb::PostObject => Box::pin(async { Err(S3Error::internal()) }),
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
