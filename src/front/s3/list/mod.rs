//! Listings: the backend's own documents, with the facts of ciphertext put right.
//!
//! Only sizes, ETags, checksum elements, owners and the system bucket change; every other byte passes, known or not. Sizes
//! come from the length law. Whether an object is sealed is known from its bucket's state; in a bucket that may hold both, each
//! object is asked for its envelope.

pub mod edit;
mod scan;

use std::ops::Range;

use bytes::Bytes;
use futures::{FutureExt, StreamExt, TryStreamExt};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use http::{Method, StatusCode};

use super::{Door, Incoming, Reply, S3Error, document, forward, owner, target};
use crate::bucket::State;
use crate::envelope;
use crate::identity::Caller;
use crate::names::BucketName;
use crate::object::UploadName;
use crate::upstream::{self, Request};
use scan::{Entry, Scan, Upload};

/// The longest listing: 1,000 versions with the longest keys, encoded, stay below it.
const MAX_LISTING_LEN: usize = 16 << 20;

/// Objects that are asked for their envelopes at once, or uploads for their records.
const CONCURRENT_READS: usize = 16;

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
    let owner = owner::element(caller.account());
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListAllMyBucketsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         {owner}<Buckets></Buckets></ListAllMyBucketsResult>"
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
    let own = door.identities.account();
    edits.extend(scan.owners.iter().map(|range| edit::replace(range.clone(), owner::element(own))));
    if let Some(bucket) = bucket {
        for (range, arn) in initiators(door, bucket, &scan).await? {
            edits.push(edit::replace(range, owner::initiator(arn.as_deref(), own)));
        }
    }
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
            let ask = |entry| has_envelope(door, bucket, scan, entry).boxed();
            let asked: Vec<_> = scan.entries.iter().map(ask).collect();
            futures::stream::iter(asked).buffered(CONCURRENT_READS).try_collect().await
        }
    }
}

/// For each upload that shows who began it, where it does, and the ARN of who did. `None`: not begun here.
async fn initiators(
    door: &Door,
    bucket: &BucketName,
    scan: &Scan,
) -> Result<Vec<(Range<usize>, Option<String>)>, S3Error> {
    let ask = |upload: &Upload| {
        let key = scan.decoded(&upload.key).and_then(|key| target::object_key_of(&key).ok());
        let (initiator, upload_id) = (upload.initiator.clone(), upload.upload_id.clone());
        let name = key.map(|object_key| UploadName { bucket: bucket.clone(), object_key, upload_id });
        async move {
            let Some(range) = initiator else { return Ok(None) };
            let arn = match &name {
                Some(name) => door.objects.initiator(name).await?,
                None => None,
            };
            Ok::<_, S3Error>(Some((range, arn)))
        }
        .boxed()
    };
    let asked: Vec<_> = scan.uploads.iter().map(ask).collect();
    futures::stream::iter(asked).buffered(CONCURRENT_READS).try_filter_map(async |known| Ok(known)).try_collect().await
}

/// The id of the owner that a document names first.
pub fn first_owner(document: &[u8]) -> Option<String> {
    scan::scan(document)?.owner_id.filter(|id| !id.is_empty())
}

/// Whether an object carries an envelope. One that is gone by now is left as it was listed.
async fn has_envelope(door: &Door, bucket: &BucketName, scan: &Scan, entry: &Entry) -> Result<bool, S3Error> {
    let Some(key) = scan.decoded(&entry.key) else { return Ok(false) };
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
