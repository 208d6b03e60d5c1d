//! A crash at any step: what was acknowledged is whole, what was not is nothing.

use std::sync::Arc;

use bytes::Bytes;
use futures::StreamExt;
use http_body_util::{BodyExt, StreamBody};
use s3s::dto::StreamingBlob;

use super::support::Backend;
use crate::embedded::blobs::Blobs;
use crate::embedded::index::{Bucket, IfMissing, Index, Version, Wanted};

/// Opens the rooms below the service on a folder, as a process does that will crash.
async fn rooms(backend: &Backend) -> (Arc<Index>, Blobs) {
    let dir = backend.dir.path();
    (Arc::new(Index::open(&dir.join("index.db"), IfMissing::Refuse).await.unwrap()), Blobs::open(dir).unwrap())
}

async fn expect_old_object_only(backend: Backend) {
    let backend = backend.reopen().await;
    assert_eq!(backend.send("GET", "/bkt/key", &[], "").await.text(), "old");
    assert_eq!(backend.blobs(), 1);
    assert_eq!(backend.send("GET", "/bkt?list-type=2", &[], "").await.all("Key"), ["key"]);
}

async fn with_old_object() -> Backend {
    let backend = Backend::with_bucket().await;
    assert_eq!(backend.send("PUT", "/bkt/key", &[], "old").await.status, 200);
    backend
}

fn body(text: &'static str) -> Option<StreamingBlob> {
    Some(StreamingBlob::from(s3s::Body::from(Bytes::from_static(text.as_bytes()))))
}

#[tokio::test]
async fn after_the_blob_and_before_the_transaction() {
    let backend = with_old_object().await;
    let (_, blobs) = rooms(&backend).await;
    let blob = blobs.write(body("new"), 3).await.ok().flatten().unwrap();
    // As a killed process: nothing is cleaned up.
    blob.keep();
    assert_eq!(backend.blobs(), 2);
    expect_old_object_only(backend).await;
}

#[tokio::test]
async fn inside_the_transaction() {
    let backend = with_old_object().await;
    let (index, blobs) = rooms(&backend).await;
    let blob = blobs.write(body("new"), 3).await.ok().flatten().unwrap();
    let mut change = index.change().await.unwrap();
    let bucket = Bucket::find(&mut change, "bkt").await.unwrap().unwrap();
    let old = Version::find(&mut change, &bucket, "key", Wanted::Latest).await.unwrap().unwrap();
    let now = time::OffsetDateTime::now_utc();
    let new = old.insert(&mut change, &bucket, "key", now).await.unwrap();
    new.set_blob(&mut change, blob.id()).await.unwrap();
    blob.keep();
    drop(change);
    index.close().await;
    expect_old_object_only(backend).await;
}

#[tokio::test]
async fn after_the_transaction_and_before_the_old_blob_is_removed() {
    let backend = with_old_object().await;
    let (index, _) = rooms(&backend).await;
    let mut change = index.change().await.unwrap();
    let bucket = Bucket::find(&mut change, "bkt").await.unwrap().unwrap();
    let old = Version::find(&mut change, &bucket, "key", Wanted::Latest).await.unwrap().unwrap();
    old.remove(&mut change, &bucket, "key").await.unwrap();
    let freed = change.commit().await.unwrap();
    assert_eq!((freed.len(), backend.blobs()), (1, 1));
    index.close().await;
    let backend = backend.reopen().await;
    assert_eq!(backend.send("GET", "/bkt/key", &[], "").await.status, 404);
    assert_eq!(backend.blobs(), 0);
}

#[tokio::test]
async fn a_request_dropped_in_the_middle_of_its_body() {
    let backend = with_old_object().await;
    let endless = futures::stream::once(async { Ok(http_body::Frame::data(Bytes::from(vec![0; 700_000]))) })
        .chain(futures::stream::pending());
    let request = http::Request::put("/bkt/key").header("content-length", 1_000_000);
    let call = backend.embedded.call(request.body(BodyExt::boxed_unsync(StreamBody::new(endless))).unwrap());
    assert!(tokio::time::timeout(std::time::Duration::from_millis(200), call).await.is_err());
    assert_eq!(backend.blobs(), 1);
    expect_old_object_only(backend).await;
}

/// A request that goes away at any later moment has either stored its object whole or nothing of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_dropped_at_any_moment() {
    let backend = with_old_object().await;
    for micros in (0..20_000).step_by(1000) {
        let new = format!("after {micros} microseconds");
        let put = backend.send("PUT", "/bkt/key", &[], new.clone());
        let answered = tokio::time::timeout(std::time::Duration::from_micros(micros), put).await.is_ok();
        let got = backend.send("GET", "/bkt/key", &[], "").await;
        assert_eq!(got.status, 200);
        if answered {
            assert_eq!(got.text(), new);
        }
    }
    // Whatever was under way has come to its end by now.
    backend.send("PUT", "/bkt/key", &[], "old").await;
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    backend.send("PUT", "/bkt/key", &[], "old").await;
    expect_old_object_only(backend).await;
}
