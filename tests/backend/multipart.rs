//! Multipart uploads.

use super::port::{Port, refused, texts};
use super::scenarios;
use crate::support::{MIN_PART, bytes};

scenarios! {
    parts_become_an_object
    a_gap_completes
    a_subset_completes
    what_complete_refuses
    a_part_uploaded_twice
    an_aborted_upload_is_gone
    parts_are_listed
    parts_are_copied
    conditions_of_complete
    an_empty_part
}

async fn parts_become_an_object(port: &Port) {
    let bucket = port.bucket().await;
    let body = bytes(3, 2 * MIN_PART + 1234);
    let headers = [("x-amz-meta-a", "1"), ("content-type", "text/plain"), ("x-amz-tagging", "t=1")];
    let upload = port.start_upload(&bucket, "a/key", &headers).await;
    let at = (bucket.as_str(), "a/key", upload.as_str());
    let mut parts = Vec::new();
    for (number, piece) in (1..).zip(body.chunks(MIN_PART)) {
        parts.push((number, port.part(at, number, piece).await));
    }
    refused(&port.get(&bucket, "a/key").await, 404, "NoSuchKey");
    let done = port.complete(at, &parts).await.xml();
    assert_eq!((done.at("Bucket"), done.at("Key")), (bucket.as_str(), "a/key"));
    let got = port.get(&bucket, "a/key").await.ok();
    assert!(got.body == body);
    assert_eq!(got.etag(), done.at("ETag"));
    assert!(got.etag().ends_with("-3\""), "{}", got.etag());
    assert_eq!(
        (got.must("x-amz-meta-a"), got.must("content-type"), got.must("x-amz-tagging-count")),
        ("1", "text/plain", "1")
    );
    let range = format!("{}-{}", MIN_PART - 3, 2 * MIN_PART + 2);
    let part = port.send(port.s3().get(&bucket, "a/key").range(&range)).await.status(206);
    assert!(part.body == body[MIN_PART - 3..2 * MIN_PART + 3]);
    let third = port.send(port.s3().get(&bucket, "a/key").query("partNumber", "3")).await.status(206);
    assert_eq!((third.body.len(), third.must("x-amz-mp-parts-count")), (1234, "3"));
    refused(&port.complete(at, &parts).await, 404, "NoSuchUpload");
}

async fn a_gap_completes(port: &Port) {
    let bucket = port.bucket().await;
    let upload = port.start_upload(&bucket, "key", &[]).await;
    let at = (bucket.as_str(), "key", upload.as_str());
    let last = port.part(at, 10_000, b"last").await;
    let first = port.part(at, 1, &vec![7; MIN_PART]).await;
    port.complete(at, &[(1, first), (10_000, last)]).await.ok();
    let got = port.get(&bucket, "key").await.ok();
    assert!(got.body == [vec![7; MIN_PART], b"last".to_vec()].concat());
    for number in [0, 10_001] {
        let wrong = port.s3().part(&bucket, "key", &upload, number, "x");
        // MinIO calls part 0 an InvalidPart.
        let code = if port.is_minio() && number == 0 { "InvalidPart" } else { "InvalidArgument" };
        refused(&port.send(wrong).await, 400, code);
    }
}

async fn a_subset_completes(port: &Port) {
    let bucket = port.bucket().await;
    let upload = port.start_upload(&bucket, "key", &[]).await;
    let at = (bucket.as_str(), "key", upload.as_str());
    port.part(at, 1, b"one").await;
    let two = port.part(at, 2, b"two").await;
    port.part(at, 3, b"three").await;
    port.complete(at, &[(2, two)]).await.ok();
    assert_eq!(port.get(&bucket, "key").await.ok().body, b"two");
}

async fn what_complete_refuses(port: &Port) {
    let bucket = port.bucket().await;
    let upload = port.start_upload(&bucket, "key", &[]).await;
    let at = (bucket.as_str(), "key", upload.as_str());
    let small = port.part(at, 1, b"small").await;
    let other = port.part(at, 2, b"other").await;
    let complete = |parts: Vec<(u32, String)>| async move { port.complete(at, &parts).await };
    refused(&complete(vec![(1, small.clone()), (2, other.clone())]).await, 400, "EntityTooSmall");
    refused(&complete(vec![(2, other.clone()), (1, small.clone())]).await, 400, "InvalidPartOrder");
    refused(&complete(vec![(1, other.clone())]).await, 400, "InvalidPart");
    refused(&complete(vec![(3, other.clone())]).await, 400, "InvalidPart");
    refused(&complete(vec![]).await, 400, if port.is_minio() { "InvalidRequest" } else { "MalformedXML" });
    if !port.is_minio() {
        refused(&complete(vec![(1, small.clone()), (1, small.clone())]).await, 400, "InvalidPartOrder");
    }
    refused(&port.get(&bucket, "key").await, 404, "NoSuchKey");
    // Nothing of this has hurt the upload.
    complete(vec![(1, small)]).await.ok();
    assert_eq!(port.get(&bucket, "key").await.ok().body, b"small");
}

async fn a_part_uploaded_twice(port: &Port) {
    let bucket = port.bucket().await;
    let upload = port.start_upload(&bucket, "key", &[]).await;
    let at = (bucket.as_str(), "key", upload.as_str());
    let first = port.part(at, 1, b"first").await;
    let second = port.part(at, 1, b"second").await;
    refused(&port.complete(at, &[(1, first)]).await, 400, "InvalidPart");
    port.complete(at, &[(1, second)]).await.ok();
    assert_eq!(port.get(&bucket, "key").await.ok().body, b"second");
}

async fn an_aborted_upload_is_gone(port: &Port) {
    let bucket = port.bucket().await;
    let upload = port.start_upload(&bucket, "key", &[]).await;
    let at = (bucket.as_str(), "key", upload.as_str());
    let etag = port.part(at, 1, b"one").await;
    port.send(port.s3().delete(&bucket, "key").query("uploadId", &upload)).await.status(204);
    refused(&port.complete(at, &[(1, etag)]).await, 404, "NoSuchUpload");
    refused(&port.send(port.s3().part(&bucket, "key", &upload, 1, "x")).await, 404, "NoSuchUpload");
    refused(&port.send(port.s3().get(&bucket, "key").query("uploadId", &upload)).await, 404, "NoSuchUpload");
    let again = port.send(port.s3().delete(&bucket, "key").query("uploadId", &upload)).await;
    if !port.is_minio() {
        refused(&again, 404, "NoSuchUpload");
    }
}

async fn parts_are_listed(port: &Port) {
    let bucket = port.bucket().await;
    let upload = port.start_upload(&bucket, "key", &[]).await;
    let at = (bucket.as_str(), "key", upload.as_str());
    let mut etags = Vec::new();
    for number in [1, 5, 9] {
        etags.push(port.part(at, number, &vec![0; number as usize]).await);
    }
    let all = port.send(port.s3().get(&bucket, "key").query("uploadId", &upload)).await.xml();
    assert_eq!(texts(&all, "Part", "PartNumber"), ["1", "5", "9"]);
    assert_eq!(texts(&all, "Part", "Size"), ["1", "5", "9"]);
    assert_eq!(texts(&all, "Part", "ETag"), etags);
    assert_eq!(all.at("IsTruncated"), "false");
    let page = |marker: &'static str| {
        let call = port.s3().get(&bucket, "key").query("uploadId", &upload).query("max-parts", "2");
        port.send(call.query("part-number-marker", marker))
    };
    let first = page("0").await.xml();
    assert_eq!((texts(&first, "Part", "PartNumber"), first.at("IsTruncated")), (vec!["1".into(), "5".into()], "true"));
    assert_eq!(first.at("NextPartNumberMarker"), "5");
    let second = page("5").await.xml();
    assert_eq!((texts(&second, "Part", "PartNumber"), second.at("IsTruncated")), (vec!["9".into()], "false"));
}

async fn parts_are_copied(port: &Port) {
    let bucket = port.bucket().await;
    let source = bytes(9, MIN_PART + 1000);
    port.put(&bucket, "from", &source).await;
    let upload = port.start_upload(&bucket, "to", &[]).await;
    let copy = |number: u32, range: Option<&str>| {
        let call = port.s3().part(&bucket, "to", &upload, number, "").copy_source((&bucket, "from"));
        match range {
            Some(range) => port.send(call.header("x-amz-copy-source-range", range)),
            None => port.send(call),
        }
    };
    let whole = copy(1, None).await.xml();
    let piece = copy(2, Some("bytes=10-19")).await.xml();
    for wrong in ["bytes=10-", "bytes=-5", "10-19", "bytes=0-99999999"] {
        let answer = copy(3, Some(wrong)).await;
        assert_eq!(answer.status.as_u16() / 100, 4, "{wrong}: {}", answer.described());
    }
    let parts = [(1, whole.at("ETag").to_owned()), (2, piece.at("ETag").to_owned())];
    port.complete((&bucket, "to", &upload), &parts).await.ok();
    port.send(port.s3().delete(&bucket, "from")).await.status(204);
    assert!(port.get(&bucket, "to").await.ok().body == [&source[..], &source[10..20]].concat());

    // A range that crosses the parts of its source.
    let upload = port.start_upload(&bucket, "third", &[]).await;
    let range = format!("bytes=5-{}", source.len() + 4);
    let call = port.s3().part(&bucket, "third", &upload, 1, "").copy_source((&bucket, "to"));
    let etag = port.send(call.header("x-amz-copy-source-range", &range)).await.xml().at("ETag").to_owned();
    port.complete((&bucket, "third", &upload), &[(1, etag)]).await.ok();
    assert!(port.get(&bucket, "third").await.ok().body == [&source[5..], &source[10..15]].concat());
}

async fn conditions_of_complete(port: &Port) {
    let bucket = port.bucket().await;
    let current = port.put(&bucket, "key", b"old").await.etag();
    let upload = port.start_upload(&bucket, "key", &[]).await;
    let etag = port.part((&bucket, "key", &upload), 1, b"new").await;
    let complete = |name: &str, value: &str| {
        port.send(port.s3().complete(&bucket, "key", &upload, &[(1, etag.clone())]).header(name, value))
    };
    refused(&complete("if-none-match", "*").await, 412, "PreconditionFailed");
    refused(&complete("if-match", "\"0123456789abcdef0123456789abcdef\"").await, 412, "PreconditionFailed");
    complete("if-match", &current).await.ok();
    assert_eq!(port.get(&bucket, "key").await.ok().body, b"new");
}

async fn an_empty_part(port: &Port) {
    let bucket = port.bucket().await;
    let upload = port.start_upload(&bucket, "key", &[]).await;
    let etag = port.part((&bucket, "key", &upload), 1, b"").await;
    port.complete((&bucket, "key", &upload), &[(1, etag)]).await.ok();
    assert_eq!(port.get(&bucket, "key").await.ok().must("content-length"), "0");
}
