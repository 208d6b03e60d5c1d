//! A backend whose connections break: right answers or clean errors, never a wrong body, another request's answer, or
//! silence.

use std::time::Duration;

use crate::support::relay::{Fault, Relay};
use crate::support::{Answer, Gateway, S3, bytes};

/// Longer than every time limit in the way.
const PATIENCE: Duration = Duration::from_secs(30);

struct Broken {
    _gateway: Gateway,
    relay: Relay,
    s3: S3,
    bucket: String,
}

async fn start() -> Broken {
    let (gateway, relay) = Relay::gateway().await;
    // The watch would ask the backend too.
    let s3 = S3 { watch: None, ..gateway.s3() };
    let bucket = s3.bucket("faults").await;
    let broken = Broken { _gateway: gateway, relay, s3, bucket };
    broken.s3.put(&broken.bucket, "k", bytes(1, LEN)).send().await.ok();
    broken.warm().await;
    broken
}

const LEN: usize = 300_000;

impl Broken {
    /// Leaves idle connections on each of the gateway's threads.
    async fn warm(&self) {
        let gets: Vec<_> = (0..8).map(|_| self.get()).collect();
        for got in futures::future::join_all(gets).await {
            assert!(got.ok().body == bytes(1, LEN));
        }
    }

    async fn get(&self) -> Answer {
        let get = self.s3.get(&self.bucket, "k").send();
        tokio::time::timeout(PATIENCE, get).await.expect("an answer")
    }

    /// Nothing is left of a fault: the next requests are answered rightly.
    async fn recovers(&self, fault: Fault) {
        assert_eq!(self.relay.waiting(), 0, "{fault:?} met no request");
        tokio::time::sleep(Duration::from_millis(50)).await;
        for _ in 0..6 {
            let got = self.get().await;
            assert!(got.clone().ok().body == bytes(1, LEN), "after {fault:?}: {}", got.described());
        }
    }
}

/// The answer was whole: the client sees nothing of what came after it.
#[tokio::test]
async fn a_connection_that_ends_after_its_answer_harms_nobody() {
    let broken = start().await;
    for fault in [
        Fault::CloseAfterAnswer,
        Fault::SayClose,
        Fault::Continue,
        Fault::Stray408,
        Fault::Surplus,
        Fault::SurplusLater,
    ] {
        for _ in 0..4 {
            broken.relay.fault("GET", "/k", fault);
            let got = broken.get().await;
            assert!(got.clone().ok().body == bytes(1, LEN), "{fault:?}: {}", got.described());
            broken.recovers(fault).await;
        }
    }
}

/// A backend may close an idle connection just when a request goes out on it.
#[tokio::test]
async fn what_may_be_sent_twice_is_sent_again_on_a_fresh_connection() {
    let broken = start().await;
    let (s3, bucket) = (&broken.s3, broken.bucket.as_str());
    let tags = "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>";
    for fault in [Fault::CloseOnArrival, Fault::ResetOnArrival, Fault::Answer408OnArrival] {
        s3.put(bucket, "gone", "x").send().await.ok();
        broken.warm().await;
        for (method, part, call) in [
            ("GET", "/k", s3.get(bucket, "k")),
            ("HEAD", "/k", s3.head(bucket, "k")),
            ("GET", "list-type", s3.get(bucket, "").query("list-type", "2")),
            ("PUT", "tagging", s3.put(bucket, "k", tags).flag("tagging")),
            ("GET", "tagging", s3.get(bucket, "k").flag("tagging")),
            ("DELETE", "/gone", s3.delete(bucket, "gone")),
        ] {
            broken.relay.fault(method, part, fault);
            broken.relay.seen("", "");
            let answer = tokio::time::timeout(PATIENCE, call.send()).await.expect("an answer").ok();
            assert_eq!(broken.relay.seen(method, part), 2, "{fault:?}: {}", answer.described());
            broken.recovers(fault).await;
        }
        s3.get(bucket, "gone").send().await.error(404, "NoSuchKey");
    }
}

/// A client's body was read once and is gone; what makes something new each time is not repeated; an answer that had begun
/// is no silence.
#[tokio::test]
async fn what_must_not_be_sent_twice_fails_cleanly() {
    let broken = start().await;
    let (s3, bucket) = (&broken.s3, broken.bucket.as_str());
    for fault in [Fault::CloseOnArrival, Fault::ResetOnArrival, Fault::Answer408OnArrival] {
        let part = format!("/{bucket}/k");
        for (method, part, call) in [
            ("PUT", part.as_str(), s3.put(bucket, "k", bytes(2, LEN))),
            ("POST", "uploads", s3.post(bucket, "k", "").flag("uploads")),
            ("DELETE", "/k", s3.delete(bucket, "k").header("if-match", "*")),
        ] {
            broken.relay.fault(method, part, fault);
            broken.relay.seen("", "");
            let refused = tokio::time::timeout(PATIENCE, call.send()).await.expect("an answer");
            refused.error(503, "ServiceUnavailable");
            assert_eq!(broken.relay.seen(method, part), 1, "{fault:?} {method} {part}");
            broken.recovers(fault).await;
        }
    }
    // It goes out again once, and not for ever.
    for _ in 0..8 {
        broken.relay.fault("GET", "/k", Fault::HalfHead);
    }
    let mut left = 8;
    while left > 0 {
        let got = broken.get().await;
        let met = left - broken.relay.waiting();
        left -= met;
        assert!((1..=2).contains(&met), "{met} attempts: {}", got.described());
        // The last fault may meet an idle connection, and its request then goes out again unharmed.
        if got.status.is_success() && met == 1 && left == 0 {
            assert!(got.body == bytes(1, LEN));
        } else {
            got.error(503, "ServiceUnavailable");
        }
    }
    broken.recovers(Fault::HalfHead).await;
}

/// What was sent cannot be taken back: the answer breaks off, and no client takes it for whole.
#[tokio::test]
async fn half_a_body_is_never_a_whole_one() {
    let broken = start().await;
    for fault in [Fault::ResetInBody, Fault::EndInBody] {
        for _ in 0..3 {
            broken.relay.fault("GET", "/k", fault);
            let got = broken.get().await;
            assert!(got.broken || got.status.is_server_error(), "{fault:?}: {}", got.described());
            assert!(got.status.is_server_error() || bytes(1, LEN).starts_with(&got.body), "{fault:?}");
            broken.recovers(fault).await;
        }
        broken.relay.fault("GET", "list-type", fault);
        let listed = broken.s3.get(&broken.bucket, "").query("list-type", "2").send();
        let listed = tokio::time::timeout(PATIENCE, listed).await.expect("an answer");
        assert!(listed.status.is_server_error(), "{fault:?}: {}", listed.described());
        listed.error(500, "InternalError");
        broken.recovers(fault).await;
    }
}

/// HTTP/1.0 has no length: only the end of the connection ends the body, and the seal tells whether it is whole.
#[tokio::test]
async fn an_answer_without_a_length_is_whole_or_refused() {
    let broken = start().await;
    broken.relay.fault("GET", "list-type", Fault::Http10);
    broken.s3.get(&broken.bucket, "").query("list-type", "2").send().await.xml();
    broken.recovers(Fault::Http10).await;
    broken.relay.fault("GET", "/k", Fault::Http10);
    let got = broken.get().await;
    assert!(got.status.is_server_error() || got.body == bytes(1, LEN), "{}", got.described());
    broken.recovers(Fault::Http10).await;
}

/// The backend refuses before it has read the body: its connection has the rest of a body on the way.
#[tokio::test]
async fn an_early_refusal_is_the_clients_answer() {
    let broken = start().await;
    let part = format!("/{}/k", broken.bucket);
    for len in [10, LEN, 8 << 20] {
        broken.relay.fault("PUT", &part, Fault::RefuseBeforeBody);
        let put = broken.s3.put(&broken.bucket, "k", bytes(2, len)).send();
        tokio::time::timeout(PATIENCE, put).await.expect("an answer").error(503, "SlowDown");
        broken.recovers(Fault::RefuseBeforeBody).await;
    }
}

/// Many clients, any fault at any time: every answer is the asked object's, whole, or visibly none.
#[tokio::test]
async fn no_answer_is_another_requests() {
    const OBJECTS: usize = 12;
    let broken = start().await;
    let (s3, bucket, relay) = (&broken.s3, broken.bucket.as_str(), &broken.relay);
    let content = |index: usize| bytes(index as u64 + 10, 1000 + index * 7919);
    for index in 0..OBJECTS {
        s3.put(bucket, &format!("o{index}"), content(index)).send().await.ok();
    }
    let mut random = bytes(7, 1000).into_iter().map(usize::from);
    let mut below = |limit: usize| random.next().unwrap() % limit;
    let mut whole = 0;
    for _ in 0..30 {
        for _ in 0..3 {
            // What a backend says unasked while a request is on its way is that request's answer, as HTTP has it.
            let faults = Fault::ALL.iter().filter(|fault| **fault != Fault::SurplusLater);
            let fault = *faults.clone().nth(below(faults.count())).unwrap();
            relay.fault("GET", &format!("/o{}", below(OBJECTS)), fault);
        }
        let ask = async |index: usize| {
            let got = s3.get(bucket, &format!("o{index}")).send();
            let got = tokio::time::timeout(PATIENCE, got).await.expect("an answer");
            match got.status.is_success() && !got.broken {
                true => assert!(got.body == content(index), "o{index} is {} bytes: {}", got.body.len(), got.asked),
                false => assert!(got.broken || got.status.is_server_error(), "{}", got.described()),
            }
            usize::from(got.status.is_success() && !got.broken)
        };
        let asked: Vec<_> = (0..OBJECTS).map(ask).collect();
        whole += futures::future::join_all(asked).await.into_iter().sum::<usize>();
    }
    assert!(whole > 30 * OBJECTS / 2, "{whole} of {} answers were whole", 30 * OBJECTS);
}
