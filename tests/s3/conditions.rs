//! If-Match and its kin, on reads and on writes, with the ETags that the client was given.

use crate::support::{Gateway, MIN_PART, bytes};

const PAST: &str = "Thu, 01 Dec 1994 16:00:00 GMT";
const FUTURE: &str = "Thu, 01 Dec 2095 16:00:00 GMT";

#[tokio::test]
async fn on_reads() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("conditions").await;
    let single = s3.put(&bucket, "single", bytes(1, 70_000)).send().await.ok().etag();
    s3.put_parts(&bucket, "multi", &[], &[&bytes(1, MIN_PART), &bytes(2, 10)]).await;
    let multi = s3.head(&bucket, "multi").send().await.ok().etag();
    for (key, etag) in [("single", single), ("multi", multi)] {
        let bare = etag.trim_matches('"').to_owned();
        let other = "\"0123456789abcdef0123456789abcdef-0\"";
        let cases: [(&str, &str, u16); 12] = [
            ("if-match", &etag, 200),
            ("if-match", &bare, 200),
            ("if-match", "*", 200),
            ("if-match", other, 412),
            ("if-none-match", &etag, 304),
            ("if-none-match", &bare, 304),
            ("if-none-match", "*", 304),
            ("if-none-match", other, 200),
            ("if-modified-since", PAST, 200),
            ("if-unmodified-since", PAST, 412),
            ("if-unmodified-since", FUTURE, 200),
            ("if-none-match", "\"x\"", 200),
        ];
        for (name, value, status) in cases {
            println!("{key} {name}: {value}");
            let answer = s3.get(&bucket, key).header(name, value).send().await.status(status);
            if status == 304 {
                assert!(answer.body.is_empty());
                assert_eq!(answer.header("etag"), Some(&*etag));
            }
            s3.head(&bucket, key).header(name, value).send().await.status(status);
        }
        let modified = s3.head(&bucket, key).send().await.ok().must("last-modified").to_owned();
        s3.get(&bucket, key).header("if-modified-since", &modified).send().await.status(304);
        s3.get(&bucket, key).header("if-unmodified-since", &modified).send().await.status(200);
    }
}

/// The backend fails a list of entity tags (measured); the gateway must not turn that into a wrong answer.
#[tokio::test]
async fn lists_of_entity_tags() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("conditions").await;
    let etag = s3.put(&bucket, "k", "x").send().await.ok().etag();
    let other = "\"0123456789abcdef0123456789abcdef-0\"";
    s3.get(&bucket, "k").header("if-match", &format!("{other}, {etag}")).send().await.status(200);
    s3.get(&bucket, "k").header("if-match", &format!("{other}, {other}")).send().await.status(412);
    s3.get(&bucket, "k").header("if-none-match", &format!("{other}, {etag}")).send().await.status(304);
    s3.get(&bucket, "k").header("if-none-match", &format!("{other}, {other}")).send().await.status(200);
}

#[tokio::test]
async fn the_backends_own_etag_is_not_the_clients() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("conditions").await;
    let etag = s3.put(&bucket, "k", "x").send().await.ok().etag();
    let below = gateway.backend().head(&bucket, "k").await.ok().etag();
    assert_eq!(etag, format!("\"{}-0\"", below.trim_matches('"')));
    s3.get(&bucket, "k").header("if-match", &below).send().await.status(412);
}

#[tokio::test]
async fn on_writes() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("conditions").await;
    let put = |body: &'static str| s3.put(&bucket, "k", body);
    put("0").header("if-match", "\"0123456789abcdef0123456789abcdef-0\"").send().await.error(404, "NoSuchKey");
    let first = put("1").header("if-none-match", "*").send().await.ok().etag();
    put("2").header("if-none-match", "*").send().await.error(412, "PreconditionFailed");
    let second = put("3").header("if-match", &first).send().await.ok().etag();
    put("4").header("if-match", &first).send().await.error(412, "PreconditionFailed");
    assert_eq!(s3.get(&bucket, "k").send().await.ok().body, b"3");
    s3.delete(&bucket, "k").header("if-match", &first).send().await.error(412, "PreconditionFailed");
    s3.delete(&bucket, "k").header("if-match", &second).send().await.status(204);
}

#[tokio::test]
async fn on_a_completion() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("conditions").await;
    s3.put(&bucket, "k", "there").send().await.ok();
    let upload = s3.start_upload(&bucket, "k", &[]).await;
    let part = s3.part(&bucket, "k", &upload, 1, bytes(1, 10)).send().await.ok().etag();
    let complete = || s3.complete(&bucket, "k", &upload, &[(1, part.clone())]);
    complete().header("if-none-match", "*").send().await.error(412, "PreconditionFailed");
    assert_eq!(s3.get(&bucket, "k").send().await.ok().body, b"there");
    let stale = "\"0123456789abcdef0123456789abcdef-0\"";
    complete().header("if-match", stale).send().await.error(412, "PreconditionFailed");
    let etag = s3.head(&bucket, "k").send().await.ok().etag();
    complete().header("if-match", &etag).send().await.ok();
    assert!(s3.get(&bucket, "k").send().await.ok().body == bytes(1, 10));
}
