//! UploadPartCopy: opens and reseals, streaming.

use crate::support::{Gateway, MIN_PART, bytes};

#[tokio::test]
async fn whole_objects_and_ranges_become_parts() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("part-copy").await;
    let single = bytes(1, MIN_PART + 70_000);
    s3.put(&bucket, "single", single.clone()).send().await.ok();
    let parts = [bytes(2, MIN_PART), bytes(3, MIN_PART + 11)];
    s3.put_parts(&bucket, "multi", &[], &[&parts[0], &parts[1]]).await;
    let multi = parts.concat();
    let upload = s3.start_upload(&bucket, "k", &[]).await;
    let copy = |number: u32, source: &str, range: Option<String>| {
        let call = s3.part(&bucket, "k", &upload, number, "").copy_source((&bucket, source));
        match range {
            Some(range) => call.header("x-amz-copy-source-range", &format!("bytes={range}")),
            None => call,
        }
    };
    let calls = [
        (copy(1, "single", None), single.clone()),
        (copy(2, "multi", Some(format!("100-{}", MIN_PART + 99 + 100))), multi[100..MIN_PART + 200].to_vec()),
        (copy(3, "single", Some("65000-66999".into())), single[65_000..67_000].to_vec()),
    ];
    let mut done = Vec::new();
    let mut whole = Vec::new();
    for (number, (call, plain)) in (1..).zip(calls) {
        let answer = call.send().await.ok();
        assert_eq!(answer.must("x-amz-server-side-encryption"), "AES256");
        let result = answer.xml();
        assert_eq!(result.name, "CopyPartResult");
        done.push((number, result.at("ETag").to_owned()));
        whole.extend_from_slice(&plain);
    }
    let listed = s3.get(&bucket, "k").query("uploadId", &upload).send().await.xml();
    assert_eq!(listed.all("Part").map(|part| part.at("Size").parse::<usize>().unwrap()).sum::<usize>(), whole.len());
    s3.complete(&bucket, "k", &upload, &done).send().await.ok();
    assert!(s3.get(&bucket, "k").send().await.ok().body == whole);
}

#[tokio::test]
async fn wrong_ranges_and_sources_are_refused() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("part-copy").await;
    s3.put(&bucket, "source", bytes(1, 1000)).send().await.ok();
    let upload = s3.start_upload(&bucket, "k", &[]).await;
    let call = |source: &str| s3.part(&bucket, "k", &upload, 1, "").copy_source((&bucket, source));
    for range in ["bytes=0-1000", "bytes=1000-1001"] {
        let answer = call("source").header("x-amz-copy-source-range", range).send().await;
        assert!(matches!(answer.status.as_u16(), 400 | 416), "{range}: {}", answer.described());
    }
    for range in ["bytes=5-", "bytes=-5", "bytes=9-5", "0-5", "bytes=a-b"] {
        call("source").header("x-amz-copy-source-range", range).send().await.error(400, "InvalidArgument");
    }
    call("none").send().await.error(404, "NoSuchKey");
    call("source").header("x-amz-copy-source-if-match", "\"x\"").send().await.error(412, "PreconditionFailed");
    let etag = s3.head(&bucket, "source").send().await.ok().etag();
    call("source").header("x-amz-copy-source-if-match", &etag).send().await.ok();
}
