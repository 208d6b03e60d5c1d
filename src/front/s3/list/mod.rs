//! Listings: the backend's own documents, with the facts of ciphertext put right.
//!
//! Only sizes, ETags, checksum elements and the system bucket change; every other byte passes, known or not. Sizes come from
//! the length law. Whether an object is sealed is known from its bucket's state; in a bucket that may hold both, each
//! object is asked for its envelope.

mod edit;
mod scan;

use bytes::Bytes;
use futures::{FutureExt, StreamExt, TryStreamExt};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use http::{Method, StatusCode};

use super::{Door, Incoming, Reply, S3Error, document, forward, target};
use crate::bucket::State;
use crate::envelope;
use crate::identity::Caller;
use crate::names::BucketName;
use crate::upstream::{self, Request};
use scan::{Entry, Scan};

/// The longest listing: 1,000 versions with the longest keys, encoded, stay below it.
const MAX_LISTING_LEN: usize = 16 << 20;

/// Objects that are asked for their envelopes at once.
const CONCURRENT_HEADS: usize = 16;

/// Answers any of the listing operations.
pub async fn list(door: &Door, incoming: Incoming) -> Result<Reply, S3Error> {
    let (request, incoming) = forward::head_of(incoming);
    if incoming.permit.bucket().is_none() && !incoming.caller.is_of_the_gateways_account() {
        return Ok(no_buckets(&incoming.caller));
    }
    document::read(&incoming.head, incoming.verified.as_ref(), incoming.body, 0).await?;
    let (mut parts, body) = forward::pass(door, request).await?.into_parts();
    let listing = upstream::collect(body, MAX_LISTING_LEN).await?;
    let edited = rewrite(door, incoming.permit.bucket(), listing).await?;
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(edited.len()));
    Ok(Reply::from_parts(parts, upstream::full(edited)))
}

/// All buckets belong to the gateway's account: another one has none.
fn no_buckets(caller: &Caller) -> Reply {
    let id = caller.account();
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListAllMyBucketsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         <Owner><ID>{id}</ID></Owner><Buckets></Buckets></ListAllMyBucketsResult>"
    );
    let mut reply = Reply::new(upstream::full(text));
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    reply
}

async fn rewrite(door: &Door, bucket: Option<&BucketName>, listing: Bytes) -> Result<Bytes, S3Error> {
    let scan = scan::scan(&listing).ok_or_else(|| {
        tracing::error!("the backend's listing is not XML");
        S3Error::internal()
    })?;
    let sealed = match bucket {
        None => Vec::new(),
        Some(bucket) => sealed_entries(door, bucket, &scan).await?,
    };
    let mut edits = edit::hide_bucket(&scan, door.settings.system_bucket.as_str());
    edits.extend(scan.upload_checksums.iter().cloned().map(edit::remove));
    for (entry, _) in scan.entries.iter().zip(sealed).filter(|(_, sealed)| *sealed) {
        edits.extend(edit::put_right(entry));
    }
    Ok(edit::apply(&listing, edits))
}

/// For each entry, whether it is a sealed object.
async fn sealed_entries(door: &Door, bucket: &BucketName, scan: &Scan) -> Result<Vec<bool>, S3Error> {
    match door.buckets.state(bucket) {
        State::Sealed => Ok(vec![true; scan.entries.len()]),
        State::Mixed => {
            let ask = |entry| has_envelope(door, bucket, entry, scan.url_encoded).boxed();
            let asked: Vec<_> = scan.entries.iter().map(ask).collect();
            futures::stream::iter(asked).buffered(CONCURRENT_HEADS).try_collect().await
        }
    }
}

/// Whether an object carries an envelope. One that is gone by now is left as it was listed.
async fn has_envelope(door: &Door, bucket: &BucketName, entry: &Entry, url_encoded: bool) -> Result<bool, S3Error> {
    let Some(key) = entry.decoded_key(url_encoded) else { return Ok(false) };
    let mut request = Request::new(Method::HEAD).object(bucket, &target::object_key_of(&key)?);
    if let Some(version_id) = &entry.version_id {
        request = request.query("versionId", version_id);
    }
    let answer = door.upstream.send(request).await?;
    match answer.status() {
        status if status.is_success() => Ok(answer.headers().contains_key(envelope::HEADER)),
        StatusCode::NOT_FOUND => Ok(false),
        _ => Err(upstream::Failure::read(answer).await.map(|failure| S3Error::from_failure(&failure))?),
    }
}
