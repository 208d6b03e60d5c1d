//! CreateBucket and DeleteBucket: forwarded, with the mark that makes a new bucket a sealed one.

use http::{Method, StatusCode};

use super::request;
use crate::bucket::{CustomerKeys, PublicAccessBlock, State};
use crate::front::s3::{Door, Incoming, Reply, S3Error, document, forward};
use crate::upstream::{self, Request};

/// Creates a bucket. It is marked sealed before it exists, so that no moment is left in which it is not.
pub async fn create(door: &Door, incoming: Incoming) -> Result<Reply, S3Error> {
    let incoming = with_document(incoming).await?;
    let _turn = door.bucket_turns.lock().await;
    let bucket = request::bucket(&incoming)?;
    let known = door.buckets.state(&bucket) == State::Sealed;
    // Creating a bucket that one owns succeeds in some Regions: it may hold plain objects.
    let head = door.upstream.send(Request::new(Method::HEAD).bucket(&bucket)).await?;
    let new = head.status() == StatusCode::NOT_FOUND;
    if new {
        // Whatever a bucket of this name once said, this one does not. If it is not made after all, nothing speaks by it.
        let customer_keys = door.settings.new_buckets_block_sse_c.then_some(CustomerKeys::Blocked);
        door.buckets.begin(&bucket, customer_keys).await.map_err(unsettled)?;
        door.access.forget(&bucket).await.map_err(unsettled)?;
        door.access.set_public_access(&bucket, Some(PublicAccessBlock::OF_NEW_BUCKETS)).await.map_err(unsettled)?;
    }
    let reply = forward::forward(door, incoming).await;
    let created = reply.as_ref().is_ok_and(|reply| reply.status().is_success());
    if new && !known && !created {
        door.buckets.forget(&bucket).await.map_err(unsettled)?;
    }
    reply
}

/// Deletes a bucket and forgets its settings.
pub async fn delete(door: &Door, incoming: Incoming) -> Result<Reply, S3Error> {
    let incoming = with_document(incoming).await?;
    let _turn = door.bucket_turns.lock().await;
    let bucket = request::bucket(&incoming)?;
    let reply = forward::forward(door, incoming).await?;
    if reply.status().is_success() {
        door.buckets.forget(&bucket).await.map_err(unsettled)?;
        door.access.forget(&bucket).await.map_err(unsettled)?;
    }
    Ok(reply)
}

/// Reads the body first: no client's silence holds up the others.
async fn with_document(mut incoming: Incoming) -> Result<Incoming, S3Error> {
    const MAX_LEN: usize = 64 * 1024;
    if incoming.document.is_none() {
        let body = std::mem::replace(&mut incoming.body, upstream::empty());
        let document = document::read(&incoming.head, incoming.verified.as_ref(), body, MAX_LEN).await?;
        incoming.document = Some(document);
    }
    Ok(incoming)
}

fn unsettled(error: crate::bucket::Error) -> S3Error {
    crate::object::Error::from(error).into()
}
