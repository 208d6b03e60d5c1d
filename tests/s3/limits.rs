//! What a client may hold: connections, and the time that is spent on waiting for it.

use std::time::{Duration, Instant};

use crate::support::client::Call;
use crate::support::raw::{Heard, Raw};
use crate::support::{Form, Gateway, S3, bytes};

/// The head of a request for a body of so many bytes, on a connection of its own.
async fn begin(s3: &S3, call: Call, len: u64) -> Raw {
    let mut raw = Raw::connect(s3.address).await;
    raw.write(call.prepare().head_text(Some(len)).as_bytes()).await;
    raw
}

/// What comes back, and when; at most ten seconds from now.
async fn heard(raw: &mut Raw) -> (Heard, Duration) {
    let begun = Instant::now();
    loop {
        let heard = raw.hear().await;
        if heard.status != 0 || begun.elapsed() > Duration::from_secs(10) {
            return (heard, begun.elapsed());
        }
    }
}

#[tokio::test]
async fn more_connections_than_may_be_wait_until_one_ends() {
    let gateway = Gateway::start_with(&[("SEALGATE_MAX_CONNECTIONS", "2")]).await;
    let s3 = S3 { watch: None, ..gateway.s3() };
    let bucket = s3.bucket("limits").await;
    s3.put(&bucket, "k", "x").send().await.ok();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let (one, two) = (Raw::connect(s3.address).await, Raw::connect(s3.address).await);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let third = tokio::spawn(s3.get(&bucket, "k").send());
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!third.is_finished());
    drop(one);
    let answer = tokio::time::timeout(Duration::from_secs(10), third).await.expect("its turn").unwrap();
    assert_eq!(answer.ok().body, b"x");
    drop(two);
}

#[tokio::test]
async fn a_head_that_does_not_come_ends_the_connection() {
    let gateway = Gateway::start_with(&[("SEALGATE_HEADER_TIMEOUT_SECS", "1")]).await;
    let s3 = gateway.s3();
    for begun in ["", "GET / HTTP/1.1\r\nhost: s3\r\nx-amz-da"] {
        let mut raw = Raw::connect(s3.address).await;
        raw.write(begun.as_bytes()).await;
        let ended = tokio::time::timeout(Duration::from_secs(5), raw.ended()).await;
        assert!(ended.is_ok(), "{begun:?} is still waited for");
    }
}

/// Each way in which a body is read.
#[tokio::test]
async fn a_client_that_falls_silent_is_told() {
    let gateway = Gateway::start_with(&[("SEALGATE_BODY_TIMEOUT_SECS", "1")]).await;
    let s3 = S3 { watch: None, ..gateway.s3() };
    let bucket = s3.bucket("limits").await;
    let upload = s3.start_upload(&bucket, "m", &[]).await;
    for call in [
        s3.put(&bucket, "k", bytes(1, 200_000)),
        s3.put(&bucket, "k", bytes(1, 200_000)).form(Form::Presigned(60)),
        s3.part(&bucket, "m", &upload, 1, bytes(1, 200_000)),
        s3.put(&bucket, "k", bytes(1, 10_000)).flag("tagging"),
        s3.complete(&bucket, "m", &upload, &[]),
    ] {
        let sent = &bytes(1, 200_000)[..100];
        let asked = call.prepare().target;
        let mut raw = begin(&s3, call, 10_000).await;
        raw.write(sent).await;
        let (heard, after) = heard(&mut raw).await;
        assert!(heard.text.contains("<Code>RequestTimeout</Code>"), "{asked}: {heard:?}");
        assert_eq!((heard.status, after > Duration::from_millis(900)), (400, true), "{asked} after {after:?}");
        assert!(heard.text.to_ascii_lowercase().contains("connection: close"), "{heard:?}");
    }
    s3.get(&bucket, "k").send().await.error(404, "NoSuchKey");
}

/// A byte now and then keeps no connection.
#[tokio::test]
async fn a_client_that_only_stays_is_told() {
    let settings = [("SEALGATE_BODY_TIMEOUT_SECS", "2"), ("SEALGATE_BODY_LEAST_RATE", "1000")];
    let gateway = Gateway::start_with(&settings).await;
    let s3 = S3 { watch: None, ..gateway.s3() };
    let bucket = s3.bucket("limits").await;
    // In each fifth of a second, so much; in all, for more than twice the time limit.
    let send = async |piece: usize| {
        let body = bytes(1, 25 * piece);
        let mut raw = begin(&s3, s3.put(&bucket, "k", body.clone()), body.len() as u64).await;
        for piece in body.chunks(piece) {
            tokio::time::sleep(Duration::from_millis(200)).await;
            raw.write(piece).await;
        }
        raw.hear().await
    };
    let (slow, enough) = tokio::join!(send(20), send(2000));
    assert!(slow.status == 400 && slow.text.contains("<Code>RequestTimeout</Code>"), "{slow:?}");
    assert_eq!(enough.status, 200, "{enough:?}");
}
