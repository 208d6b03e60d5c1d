//! What uploads leave behind, and when it goes.

use std::time::Duration;

use crate::support::{Gateway, MIN_PART, bytes};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The names in the system bucket that belong to uploads.
async fn left(gateway: &Gateway) -> usize {
    gateway.backend().objects(&gateway.system_bucket(), "uploads/").await.len()
}

#[tokio::test]
async fn what_nobody_ends_goes_when_the_backend_has_forgotten_it() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("janitor").await;
    let lost = s3.start_upload(&bucket, "lost", &[]).await;
    s3.part(&bucket, "lost", &lost, 1, bytes(1, 100)).send().await.ok();
    let kept = left(&gateway).await;
    assert_eq!(gateway.clear_abandoned_uploads(2 * DAY).await, 0);
    assert_eq!(left(&gateway).await, kept);

    // Aborted by a lifecycle rule of the backend.
    gateway.backend().send("DELETE", (&bucket, "lost"), &[("uploadId", &lost)], &[], "").await.ok();
    assert_eq!(gateway.clear_abandoned_uploads(DAY / 2).await, 0);
    // A record that nobody can read stands before it and behind it.
    for name in ["uploads/0/record", "uploads/z/record"] {
        gateway.backend().put(&gateway.system_bucket(), name, &[], "of a later version").await;
    }
    assert_eq!(gateway.clear_abandoned_uploads(2 * DAY).await, 1);
    assert_eq!(left(&gateway).await, 2);
    s3.get(&bucket, "lost").query("uploadId", &lost).send().await.error(404, "NoSuchUpload");
}

/// A client that did not hear the answer may ask for a day, counted from the first Complete.
#[tokio::test]
async fn a_completed_upload_is_known_for_a_day() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("janitor").await;
    let upload = s3.start_upload(&bucket, "k", &[]).await;
    let begun = std::time::Instant::now();
    // Backends tell times in whole seconds, rounded down.
    tokio::time::sleep(Duration::from_millis(2500)).await;
    let part = s3.part(&bucket, "k", &upload, 1, bytes(1, MIN_PART)).send().await.ok();
    let parts = [(1, part.etag())];
    let first = s3.complete(&bucket, "k", &upload, &parts).send().await.ok();
    let since = begun.elapsed();
    assert_eq!(gateway.clear_abandoned_uploads(DAY - since + Duration::from_secs(1)).await, 0);
    let again = s3.complete(&bucket, "k", &upload, &parts).send().await.ok();
    assert_eq!(again.xml().at("ETag"), first.xml().at("ETag"));
    assert_eq!(gateway.clear_abandoned_uploads(2 * DAY).await, 1);
}
