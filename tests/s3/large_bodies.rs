//! Bodies of 64 KiB and more go past the HTTP library: what surrounds them on their connection must not notice.

use std::time::Duration;

use crate::support::client::Call;
use crate::support::meter::Meter;
use crate::support::raw::Raw;
use crate::support::{Gateway, bytes};

const LARGE: usize = 1_800_000;

/// A request as bytes: head and body.
fn wire(call: Call, body: &[u8]) -> Vec<u8> {
    let head = call.prepare().head_text(Some(body.len() as u64));
    [head.as_bytes(), body].concat()
}

#[tokio::test]
async fn what_follows_on_the_connection_is_the_next_request() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("large").await;
    let bodies = [bytes(1, 64 * 1024), bytes(2, LARGE), bytes(3, 786_432), bytes(4, 70_000)];
    let mut raw = Raw::connect(s3.address).await;
    // All at once, so that every head is read together with the end of the body before it.
    let mut requests = Vec::new();
    for (at, body) in bodies.iter().enumerate() {
        requests.extend(wire(s3.put(&bucket, &at.to_string(), body.clone()), body));
        requests.extend(wire(s3.head(&bucket, &at.to_string()), b""));
    }
    raw.write(&requests).await;
    let heard = raw.hear().await.text;
    assert_eq!(heard.matches("HTTP/1.1 200 OK\r\n").count(), 2 * bodies.len(), "{heard}");
    for (at, body) in bodies.iter().enumerate() {
        assert!(heard.contains(&format!("content-length: {}\r\n", body.len())), "{heard}");
        assert!(s3.get(&bucket, &at.to_string()).send().await.ok().body == *body, "body {at} is another");
    }
}

#[tokio::test]
async fn an_answer_that_is_still_being_sent_is_not_lost() {
    const ROUNDS: usize = 30;
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("large").await;
    let (answer, body) = (vec![b'a'; 700_000], vec![b'b'; 70_000]);
    s3.put(&bucket, "k", answer.clone()).send().await.ok();
    let mut raw = Raw::connect(s3.address).await;
    for _ in 0..ROUNDS {
        raw.write(&wire(s3.get(&bucket, "k"), b"")).await;
        raw.write(&wire(s3.put(&bucket, "other", body.clone()), &body)).await;
    }
    // The client has read nothing so far: all that fits between the two is full, and some answer is half sent.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut heard = raw.hear().await.text;
    for _ in 0..ROUNDS {
        for text in [&answer[..], b""] {
            let (head, rest) = heard.split_once("\r\n\r\n").expect("a further answer");
            assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
            assert!(rest.as_bytes().starts_with(text));
            heard = rest[text.len()..].to_owned();
        }
    }
    assert_eq!(heard, "");
}

#[tokio::test]
async fn a_body_that_waits_to_be_asked_for() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("large").await;
    let body = bytes(5, LARGE);
    let head = |encryption: &str| {
        let call = s3.put(&bucket, "k", body.clone()).header("expect", "100-continue");
        call.header("x-amz-server-side-encryption", encryption).prepare().head_text(Some(body.len() as u64))
    };
    let mut raw = Raw::connect(s3.address).await;
    for _ in 0..2 {
        raw.write(head("AES256").as_bytes()).await;
        assert_eq!(raw.hear().await.text, "HTTP/1.1 100 Continue\r\n\r\n");
        raw.write(&body).await;
        let heard = raw.hear().await;
        assert_eq!(heard.status, 200, "{heard:?}");
    }
    assert!(s3.get(&bucket, "k").send().await.ok().body == body);
    // Refused by its head: not asked for, and the connection ends, since the body may come or not.
    raw.write(head("none-such").as_bytes()).await;
    let refused = raw.hear().await;
    assert_eq!(refused.status, 400, "{refused:?}");
    assert!(refused.text.to_lowercase().contains("connection: close\r\n"), "{refused:?}");
    raw.ended().await;
}

#[tokio::test]
async fn a_body_that_is_refused_before_it_has_come() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let body = bytes(6, 8 << 20);
    let mut raw = Raw::connect(s3.address).await;
    raw.write(&wire(s3.put("no-such-bucket-here", "k", body.clone()), &body)).await;
    let refused = raw.hear().await;
    assert_eq!(refused.status, 404, "{refused:?}");
    assert!(refused.text.contains("NoSuchBucket"), "{refused:?}");
    raw.ended().await;
    // One that is short enough is read to its end, and the connection goes on.
    let mut raw = Raw::connect(s3.address).await;
    let body = bytes(7, 300_000);
    raw.write(&wire(s3.put("no-such-bucket-here", "k", body.clone()), &body)).await;
    raw.write(&wire(s3.call("GET", "", ""), b"")).await;
    let heard = raw.hear().await.text;
    assert!(heard.contains("NoSuchBucket") && heard.contains("ListAllMyBucketsResult"), "{heard}");
}

#[tokio::test]
async fn a_client_that_wants_its_connection_closed() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("large").await;
    let body = bytes(8, LARGE);
    let mut raw = Raw::connect(s3.address).await;
    raw.write(&wire(s3.put(&bucket, "k", body.clone()).unsigned_header("connection", "close"), &body)).await;
    let heard = raw.hear().await;
    assert_eq!(heard.status, 200, "{heard:?}");
    assert!(heard.text.to_lowercase().contains("connection: close\r\n"), "{heard:?}");
    raw.ended().await;
}

#[tokio::test]
async fn a_client_that_stops_half_way_leaves_nothing() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("large").await;
    let body = bytes(9, LARGE);
    let request = wire(s3.put(&bucket, "k", body.clone()), &body);
    for sent in [request.len() - 1, request.len() - LARGE + 1, request.len() - LARGE / 2] {
        let mut raw = Raw::connect(s3.address).await;
        raw.write(&request[..sent]).await;
        raw.finish().await;
        let heard = raw.hear().await;
        assert!(matches!(heard.status, 0 | 400), "{heard:?}");
        s3.get(&bucket, "k").send().await.error(404, "NoSuchKey");
    }
}

#[tokio::test]
async fn connections_to_the_backend_are_used_again() {
    let Some((gateway, meter)) = Meter::gateway(&[]).await else { return };
    let s3 = gateway.s3();
    let bucket = s3.bucket("large").await;
    let body = bytes(10, LARGE);
    let opened = async |times: usize| {
        for _ in 0..times {
            s3.put(&bucket, "k", body.clone()).send().await.ok();
            assert!(s3.get(&bucket, "k").send().await.ok().body == body);
            let part = s3.get(&bucket, "k").range("1000-999999").send().await.status(206);
            assert!(part.body == body[1000..1_000_000]);
        }
        meter.connections()
    };
    let first = opened(3).await;
    // The embedded backend of this test closes none, MinIO neither. One scheduler for each core keeps its own.
    let then = opened(5).await;
    assert!(then - first <= 2, "{first} and then {then}");
}
