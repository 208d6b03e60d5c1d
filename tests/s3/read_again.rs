//! What the gateway remembers of an object never shows: others write below it, and every read is of what stands there.

use crate::support::client::Call;
use crate::support::sse::{CUSTOMER_KEYS, SSE};
use crate::support::{Answer, Gateway, MIN_PART, S3, bytes, data::unique};

/// Sections that are read of every object here; all have at least 9 MB.
const SECTIONS: [fn(Call) -> Call; 7] = [
    |call| call,
    |call| call.range("100-65635"),
    |call| call.range("8500000-8565535"),
    |call| call.range("8700000-"),
    |call| call.range("-9000"),
    |call| call.range("-900000"),
    |call| call.query("partNumber", "1"),
];

/// What stands below, to be stored there again without the gateway: as another gateway's write.
async fn taken(gateway: &Gateway, bucket: &str) -> (Vec<(String, String)>, Vec<u8>) {
    let stored = gateway.backend().get(bucket, "k").await.ok();
    let kept = |name: &str| name.starts_with("x-amz-meta-") || name == "content-type";
    let headers = stored.headers.iter().filter(|(name, _)| kept(name.as_str()));
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    (headers, stored.body)
}

async fn stand(gateway: &Gateway, bucket: &str, (headers, body): &(Vec<(String, String)>, Vec<u8>)) {
    let lent: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    gateway.backend().put(bucket, "k", &lent, body.clone()).await;
}

/// The bytes that an answer to one of the sections must hold.
#[track_caller]
fn is_of(answer: &Answer, plain: &[u8], first_part: usize) {
    assert!(answer.status.is_success() && !answer.broken, "{}", answer.described());
    let total = plain.len();
    let range = match answer.header("content-range") {
        Some(range) => {
            let (range, of) = range.strip_prefix("bytes ").unwrap().split_once('/').unwrap();
            assert_eq!(of, total.to_string(), "{}", answer.asked);
            let (first, last) = range.split_once('-').unwrap();
            first.parse::<usize>().unwrap()..last.parse::<usize>().unwrap() + 1
        }
        None => 0..total,
    };
    if answer.asked.contains("partNumber") {
        assert_eq!(range, 0..first_part);
    }
    assert!(answer.body == plain[range], "{}", answer.asked);
}

#[tokio::test]
async fn what_others_wrote_in_between_is_read() {
    let gateway = Gateway::start().await;
    let s3 = S3 { watch: None, ..gateway.s3() };
    let bucket = s3.bucket("again").await;
    let mut objects = Vec::new();
    for (seed, parts, sse) in [
        (1, vec![9_000_000], "AES256"),
        (2, vec![MIN_PART, 4_000_000], "AES256"),
        (3, vec![MIN_PART, 4_000_000], "AES256"),
        (4, vec![MIN_PART + 300_000, MIN_PART, 99_999], "AES256"),
        (5, vec![9_100_000], "aws:kms:dsse"),
    ] {
        let plain = bytes(seed, parts.iter().sum());
        match parts.as_slice() {
            [_] => _ = s3.put(&bucket, "k", plain.clone()).header(SSE, sse).send().await.ok(),
            parts => {
                let mut rest = plain.as_slice();
                let slices: Vec<&[u8]> = parts.iter().map(|len| rest.split_off(..*len).unwrap()).collect();
                s3.put_parts(&bucket, "k", &[(SSE, sse)], &slices).await;
            }
        }
        objects.push((plain, parts[0], taken(&gateway, &bucket).await));
    }
    let mut turn = 0;
    for (before, _, stood) in &objects {
        for (after, first_part, stands) in &objects {
            stand(&gateway, &bucket, stood).await;
            let old = s3.get(&bucket, "k").range("8600000-8600009").send().await.status(206);
            assert!(old.body == before[8_600_000..8_600_010]);
            stand(&gateway, &bucket, stands).await;
            // Each is the first after the change for one of the pairs.
            for ask in SECTIONS.iter().cycle().skip(turn).take(SECTIONS.len()) {
                is_of(&ask(s3.get(&bucket, "k")).send().await, after, *first_part);
            }
            turn += 1;
        }
    }
}

#[tokio::test]
async fn what_others_deleted_is_gone() {
    let gateway = Gateway::start().await;
    let s3 = S3 { watch: None, ..gateway.s3() };
    let bucket = s3.bucket("again").await;
    let parts = [bytes(1, MIN_PART), bytes(2, 4_000_000)];
    s3.put_parts(&bucket, "k", &[], &[&parts[0], &parts[1]]).await;
    for ask in SECTIONS {
        ask(s3.get(&bucket, "k")).send().await;
    }
    gateway.backend().send("DELETE", (&bucket, "k"), &[], &[], "").await;
    for ask in SECTIONS {
        ask(s3.get(&bucket, "k")).send().await.error(404, "NoSuchKey");
    }
    // Shorter than where the old one was read.
    s3.put(&bucket, "k", "short").send().await.ok();
    s3.get(&bucket, "k").range("8500000-8565535").send().await.error(416, "InvalidRange");
    assert_eq!(s3.get(&bucket, "k").range("-9000").send().await.status(206).body, b"short");
    assert_eq!(s3.get(&bucket, "k").range("-0").send().await.status(416).must("content-range"), "bytes */5");
}

#[tokio::test]
async fn conditions_answer_as_they_do_of_an_unread_object() {
    let gateway = Gateway::start().await;
    let s3 = S3 { watch: None, ..gateway.s3() };
    let bucket = s3.bucket("again").await;
    let parts = [bytes(1, MIN_PART), bytes(2, 4_000_000)];
    s3.put_parts(&bucket, "k", &[], &[&parts[0], &parts[1]]).await;
    let first = taken(&gateway, &bucket).await;
    s3.put(&bucket, "k", bytes(3, 9_200_000)).send().await.ok();
    let second = taken(&gateway, &bucket).await;
    for ask in SECTIONS {
        stand(&gateway, &bucket, &first).await;
        let old = s3.get(&bucket, "k").range("8500000-8565535").send().await.status(206).etag();
        stand(&gateway, &bucket, &second).await;
        let now = s3.head(&bucket, "k").send().await.ok().etag();
        let call = || ask(s3.get(&bucket, "k"));
        call().header("if-match", &old).send().await.error(412, "PreconditionFailed");
        call().header("if-none-match", &now).send().await.status(304);
        for (name, value) in [("if-match", &now), ("if-none-match", &old), ("if-match", &format!("{old}, {now}"))] {
            assert_eq!(call().header(name, value).send().await.etag(), now, "{name}");
        }
    }
}

#[tokio::test]
async fn versions_are_told_apart() {
    let gateway = Gateway::start().await;
    let s3 = S3 { watch: None, ..gateway.s3() };
    let bucket = s3.bucket("again").await;
    let document = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    s3.put(&bucket, "", document).flag("versioning").send().await.ok();
    let (first, second) = ([bytes(1, MIN_PART), bytes(2, 4_000_000)], bytes(3, 9_200_000));
    let slices = [first[0].as_slice(), &first[1]];
    let old = s3.put_parts(&bucket, "k", &[], &slices).await.must("x-amz-version-id").to_owned();
    let new = s3.put(&bucket, "k", second.clone()).send().await.ok().must("x-amz-version-id").to_owned();
    let first = first.concat();
    for _ in 0..2 {
        for ask in SECTIONS {
            let get = |version: &str| ask(s3.get(&bucket, "k").query("versionId", version)).send();
            is_of(&get(&old).await, &first, MIN_PART);
            is_of(&get(&new).await, &second, second.len());
            is_of(&ask(s3.get(&bucket, "k")).send().await, &second, second.len());
        }
    }
    s3.delete(&bucket, "k").query("versionId", &new).send().await.status(204);
    for ask in SECTIONS {
        is_of(&ask(s3.get(&bucket, "k")).send().await, &first, MIN_PART);
    }
}

#[tokio::test]
async fn a_customers_key_is_asked_for_again() {
    let gateway = Gateway::start_with(&CUSTOMER_KEYS).await;
    let s3 = S3 { watch: None, ..gateway.s3() };
    let bucket = s3.bucket("again").await;
    let (key, other) = ([7; 32], [8; 32]);
    let plain = bytes(1, 9_200_000);
    s3.put(&bucket, "k", plain.clone()).customer_key(&key).send().await.ok();
    for ask in SECTIONS {
        for _ in 0..2 {
            is_of(&ask(s3.get(&bucket, "k")).customer_key(&key).send().await, &plain, plain.len());
        }
        ask(s3.get(&bucket, "k")).customer_key(&other).send().await.error(403, "AccessDenied");
        ask(s3.get(&bucket, "k")).send().await.error(400, "InvalidRequest");
    }
}

#[tokio::test]
async fn what_became_plain_is_served_where_plain_objects_are_and_refused_elsewhere() {
    let gateway = Gateway::start().await;
    let s3 = S3 { watch: None, ..gateway.s3() };
    let mixed = unique("legacy");
    gateway.backend().send("PUT", (&mixed, ""), &[], &[], "").await.ok();
    let sealed = s3.bucket("again").await;
    let plain = bytes(2, 9_500_000);
    for bucket in [&mixed, &sealed] {
        s3.put(bucket, "k", bytes(1, 9_200_000)).send().await.ok();
        for ask in SECTIONS {
            ask(s3.get(bucket, "k")).send().await;
        }
        gateway.backend().put(bucket, "k", &[], plain.clone()).await;
        for ask in SECTIONS {
            let answer = ask(s3.get(bucket, "k")).send().await;
            if *bucket == mixed {
                is_of(&answer, &plain, plain.len());
            } else {
                answer.error(403, "InvalidObjectState");
            }
        }
    }
}
