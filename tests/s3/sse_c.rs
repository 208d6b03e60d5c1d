//! Keys of the customer (SSE-C) on every verb.

use crate::support::sse::{CUSTOMER_ALGORITHM, CUSTOMER_KEY, CUSTOMER_KEYS, CUSTOMER_MD5, SSE, customer_headers};
use crate::support::sums::content_md5;
use crate::support::{Answer, Form, Gateway, MIN_PART, S3, Sum, bytes};

const KEY: [u8; 32] = *b"one customer's key of 32 bytes!!";
const OTHER: [u8; 32] = *b"another customer's key, 32 bytes";

async fn start() -> (Gateway, S3, String) {
    let gateway = Gateway::start_with(&CUSTOMER_KEYS).await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("ssec").await;
    (gateway, s3, bucket)
}

/// The answer tells algorithm and digest, never the key, and no other mode.
#[track_caller]
fn told(answer: &Answer, key: &[u8]) {
    assert_eq!(answer.must(CUSTOMER_ALGORITHM), "AES256");
    assert_eq!(answer.must(CUSTOMER_MD5), content_md5(key));
    assert_eq!((answer.header(CUSTOMER_KEY), answer.header(SSE)), (None, None));
}

#[track_caller]
fn silent(answer: &Answer) {
    assert!(!answer.headers.keys().any(|name| name.as_str().contains("server-side-encryption")), "{answer:?}");
}

#[tokio::test]
async fn an_object_opens_with_its_key_alone() {
    let (gateway, s3, bucket) = start().await;
    for size in [0, 1, 70_000] {
        let plain = bytes(1, size);
        told(&s3.put(&bucket, "k", plain.clone()).customer_key(&KEY).send().await.ok(), &KEY);
        let get = s3.get(&bucket, "k").customer_key(&KEY).send().await.ok();
        assert!(get.body == plain);
        told(&get, &KEY);
        let head = s3.head(&bucket, "k").customer_key(&KEY).send().await.ok();
        assert_eq!((head.etag(), head.must("content-length")), (get.etag(), &*size.to_string()));
        told(&head, &KEY);
        // A listing knows no key and no encryption.
        let listing = s3.get(&bucket, "").query("list-type", "2").send().await.xml();
        assert_eq!(listing.at("Contents/Size"), size.to_string());
        assert!(listing.find("Contents/ServerSideEncryption").is_none());
    }
    let part = s3.get(&bucket, "k").customer_key(&KEY).range("65479-65481").send().await.status(206);
    assert!(part.body == bytes(1, 70_000)[65_479..65_482]);
    told(&part, &KEY);
    let stored = gateway.backend().head(&bucket, "k").await.ok();
    assert!(stored.headers.keys().all(|name| !name.as_str().contains("customer")));
}

#[tokio::test]
async fn a_missing_or_wrong_key_opens_nothing() {
    let (_gateway, s3, bucket) = start().await;
    s3.put(&bucket, "c", bytes(1, 1000)).customer_key(&KEY).send().await.ok();
    s3.put(&bucket, "plain", bytes(1, 1000)).send().await.ok();
    s3.get(&bucket, "c").send().await.error(400, "InvalidRequest");
    s3.get(&bucket, "c").range("0-9").send().await.error(400, "InvalidRequest");
    s3.get(&bucket, "c").range("-9").send().await.error(400, "InvalidRequest");
    s3.get(&bucket, "c").customer_key(&OTHER).send().await.error(403, "AccessDenied");
    s3.get(&bucket, "c").customer_key(&OTHER).range("-9").send().await.error(403, "AccessDenied");
    for (key, status) in [(None, 400), (Some(OTHER), 403)] {
        let mut call = s3.head(&bucket, "c");
        if let Some(key) = key {
            call = call.customer_key(&key);
        }
        let head = call.send().await.status(status);
        assert!(head.body.is_empty());
    }
    // A key for an object that has none.
    s3.get(&bucket, "plain").customer_key(&KEY).send().await.error(400, "InvalidRequest");
    s3.head(&bucket, "plain").customer_key(&KEY).send().await.status(400);
    s3.get(&bucket, "plain")
        .flag("attributes")
        .header("x-amz-object-attributes", "ObjectSize")
        .customer_key(&KEY)
        .send()
        .await
        .error(400, "InvalidRequest");
}

#[tokio::test]
async fn each_version_has_its_own_key() {
    let (_gateway, s3, bucket) = start().await;
    let on = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    s3.put(&bucket, "", on).flag("versioning").send().await.ok();
    let first = s3.put(&bucket, "k", "first").customer_key(&KEY).send().await.ok();
    s3.put(&bucket, "k", "second").customer_key(&OTHER).send().await.ok();
    let version = first.must("x-amz-version-id").to_owned();
    let old = s3.get(&bucket, "k").query("versionId", &version);
    assert_eq!(old.clone().customer_key(&KEY).send().await.ok().body, b"first");
    old.customer_key(&OTHER).send().await.error(403, "AccessDenied");
    assert_eq!(s3.get(&bucket, "k").customer_key(&OTHER).send().await.ok().body, b"second");
}

#[tokio::test]
async fn attributes_want_the_key() {
    let (_gateway, s3, bucket) = start().await;
    s3.put(&bucket, "k", bytes(1, 1000)).customer_key(&KEY).send().await.ok();
    for wanted in ["ObjectSize", "Checksum,ETag"] {
        let call = s3.get(&bucket, "k").flag("attributes").header("x-amz-object-attributes", wanted);
        let answer = call.clone().customer_key(&KEY).send().await.ok();
        silent(&answer);
        call.clone().send().await.error(400, "InvalidRequest");
        call.customer_key(&OTHER).send().await.error(403, "AccessDenied");
    }
}

#[tokio::test]
async fn an_upload_takes_one_key_for_all_its_parts() {
    let (_gateway, s3, bucket) = start().await;
    let (first, last) = (bytes(1, MIN_PART), bytes(2, 1000));
    let start = s3.post(&bucket, "k", "").flag("uploads").customer_key(&KEY).send().await.ok();
    told(&start, &KEY);
    let upload = start.xml().at("UploadId").to_owned();
    let part = |number, body: &[u8]| s3.part(&bucket, "k", &upload, number, body.to_vec());
    part(1, &last).send().await.error(400, "InvalidRequest");
    part(1, &last).customer_key(&OTHER).send().await.error(400, "InvalidRequest");
    let mut done = Vec::new();
    for (number, body) in [(1, &first), (2, &last)] {
        let answer = part(number, body).customer_key(&KEY).send().await.ok();
        told(&answer, &KEY);
        done.push((number, answer.etag()));
    }
    for call in [s3.get(&bucket, "k").customer_key(&KEY), s3.get(&bucket, "k")] {
        let list = call.query("uploadId", &upload).send().await.ok();
        silent(&list);
        assert_eq!(list.xml().all("Part").count(), 2);
    }
    // A Complete without the key, as old clients send it.
    let complete = s3.complete(&bucket, "k", &upload, &done).send().await.ok();
    silent(&complete);
    assert!(s3.get(&bucket, "k").customer_key(&KEY).send().await.ok().body == [first, last.clone()].concat());
    s3.get(&bucket, "k").send().await.error(400, "InvalidRequest");
    let second = s3.get(&bucket, "k").customer_key(&KEY).query("partNumber", "2").send().await.status(206);
    assert!(second.body == last);
    // The other way round: a key for parts of an upload that has none.
    let bare = s3.start_upload(&bucket, "bare", &[]).await;
    s3.part(&bucket, "bare", &bare, 1, "x").customer_key(&KEY).send().await.error(400, "InvalidRequest");
}

#[tokio::test]
async fn an_upload_needs_no_key_to_be_listed_and_completed() {
    let (gateway, s3, bucket) = start().await;
    let begin = async |s3: &S3, key: &str| {
        let start = s3.post(&bucket, key, "").flag("uploads").customer_key(&KEY).send().await.ok();
        let upload = start.xml().at("UploadId").to_owned();
        let first = s3.part(&bucket, key, &upload, 1, bytes(1, MIN_PART)).customer_key(&KEY).send().await.ok();
        let last = s3.part(&bucket, key, &upload, 2, "last").customer_key(&KEY).send().await.ok();
        (upload, [(1, first.etag()), (2, last.etag())])
    };
    let (upload, parts) = begin(&s3, "k").await;
    let (other, _) = begin(&s3, "other").await;
    drop(s3);
    // Nothing of it is in memory now.
    let gateway = gateway.restart().await;
    let s3 = gateway.s3();
    let list = || s3.get(&bucket, "k").query("uploadId", &upload);
    let complete = || s3.complete(&bucket, "k", &upload, &parts);
    let (without, with) = (list().send().await.ok(), list().customer_key(&KEY).send().await.ok());
    assert_eq!(without.body, with.body);
    assert_eq!(without.xml().all("Part").map(|part| part.at("Size")).collect::<Vec<_>>(), ["5242880", "4"]);
    // A key that is sent all the same is the upload's, and an upload has no other one's parts.
    list().customer_key(&OTHER).send().await.error(400, "InvalidRequest");
    complete().customer_key(&OTHER).send().await.error(400, "InvalidRequest");
    s3.complete(&bucket, "other", &other, &parts).send().await.error(400, "InvalidPart");
    let done = complete().send().await.ok();
    assert!(s3.get(&bucket, "k").customer_key(&KEY).send().await.ok().body.ends_with(b"last"));
    s3.get(&bucket, "k").send().await.error(400, "InvalidRequest");
    drop(s3);
    let gateway = gateway.restart().await;
    let s3 = gateway.s3();
    assert_eq!(s3.complete(&bucket, "k", &upload, &parts).send().await.ok().xml().at("ETag"), done.xml().at("ETag"));
}

#[tokio::test]
async fn a_copy_rotates_the_key_and_moves_no_body() {
    let (gateway, s3, bucket) = start().await;
    let plain = bytes(3, 70_000);
    s3.put(&bucket, "k", plain.clone()).customer_key(&KEY).header("x-amz-meta-a", "b").send().await.ok();
    let before = gateway.backend().get(&bucket, "k").await.ok();
    let copied = s3.copy((&bucket, "k"), &bucket, "k").source_customer_key(&KEY).customer_key(&OTHER).send().await.ok();
    told(&copied, &OTHER);
    let after = gateway.backend().get(&bucket, "k").await.ok();
    assert!(before.body == after.body, "the body was sealed again");
    s3.get(&bucket, "k").customer_key(&KEY).send().await.error(403, "AccessDenied");
    let get = s3.get(&bucket, "k").customer_key(&OTHER).send().await.ok();
    assert!(get.body == plain && get.must("x-amz-meta-a") == "b");
    // Into another mode and back.
    let copied =
        s3.copy((&bucket, "k"), &bucket, "kms").source_customer_key(&OTHER).header(SSE, "aws:kms").send().await;
    assert_eq!(copied.ok().must(SSE), "aws:kms");
    s3.copy((&bucket, "kms"), &bucket, "c").customer_key(&KEY).send().await.ok();
    assert!(s3.get(&bucket, "c").customer_key(&KEY).send().await.ok().body == plain);
    for call in [
        s3.copy((&bucket, "c"), &bucket, "x"),
        s3.copy((&bucket, "c"), &bucket, "x").customer_key(&KEY),
        s3.copy((&bucket, "kms"), &bucket, "x").source_customer_key(&KEY),
    ] {
        call.send().await.error(400, "InvalidRequest");
    }
    s3.copy((&bucket, "c"), &bucket, "x").source_customer_key(&OTHER).send().await.error(403, "AccessDenied");
    s3.head(&bucket, "x").send().await.status(404);
}

#[tokio::test]
async fn a_part_copy_has_two_keys() {
    let (_gateway, s3, bucket) = start().await;
    let plain = bytes(4, 100_000);
    s3.put(&bucket, "source", plain.clone()).customer_key(&KEY).send().await.ok();
    let start = s3.post(&bucket, "k", "").flag("uploads").customer_key(&OTHER).send().await.ok();
    let upload = start.xml().at("UploadId").to_owned();
    let part = || {
        s3.part(&bucket, "k", &upload, 1, "")
            .copy_source((&bucket, "source"))
            .header("x-amz-copy-source-range", "bytes=10-99")
    };
    part().source_customer_key(&KEY).send().await.error(400, "InvalidRequest");
    part().source_customer_key(&OTHER).customer_key(&OTHER).send().await.error(403, "AccessDenied");
    let copied = part().source_customer_key(&KEY).customer_key(&OTHER).send().await.ok();
    told(&copied, &OTHER);
    let etag = copied.xml().at("ETag").to_owned();
    s3.complete(&bucket, "k", &upload, &[(1, etag)]).customer_key(&OTHER).send().await.ok();
    assert!(s3.get(&bucket, "k").customer_key(&OTHER).send().await.ok().body == plain[10..100]);
}

#[tokio::test]
async fn every_upload_form_and_presigned_urls_take_it() {
    let (_gateway, s3, bucket) = start().await;
    let plain = bytes(5, 70_000);
    for form in [Form::Chunked(65_536), Form::UnsignedTrailer(65_536, Sum::Crc32), Form::Presigned(60)] {
        s3.put(&bucket, "k", plain.clone()).customer_key(&KEY).form(form).send().await.ok();
        let get = s3.get(&bucket, "k").customer_key(&KEY).form(Form::Presigned(60)).send().await.ok();
        assert!(get.body == plain);
    }
    // Headers that a presigned URL does not cover are refused.
    let mut call = s3.get(&bucket, "k").form(Form::Presigned(60));
    for (name, value) in customer_headers(&KEY) {
        call = call.unsigned_header(&name, &value);
    }
    call.send().await.error(403, "AccessDenied");
}

#[tokio::test]
async fn only_over_tls_unless_a_setting_says_otherwise() {
    const MESSAGE: &str = "Requests specifying Server Side Encryption with Customer provided keys must be made over a \
                           secure connection.";
    let gateway = Gateway::start_with(&[CUSTOMER_KEYS[1], ("SEALGATE_TRUSTED_PROXIES", "127.0.0.0/8")]).await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("ssec").await;
    let put = || s3.put(&bucket, "k", "x").customer_key(&KEY);
    assert_eq!(put().send().await.error(400, "InvalidRequest").at("Message"), MESSAGE);
    put().header("x-forwarded-proto", "http").send().await.error(400, "InvalidRequest");
    put().header("x-forwarded-proto", "https").send().await.ok();
    s3.get(&bucket, "k").customer_key(&KEY).send().await.error(400, "InvalidRequest");
    s3.copy((&bucket, "k"), &bucket, "x").source_customer_key(&KEY).send().await.error(400, "InvalidRequest");
    let untrusting = Gateway::start_with(&CUSTOMER_KEYS[1..]).await;
    let s3 = untrusting.s3();
    let bucket = s3.bucket("ssec").await;
    let forged = s3.put(&bucket, "k", "x").customer_key(&KEY).header("x-forwarded-proto", "https");
    forged.send().await.error(400, "InvalidRequest");
}
