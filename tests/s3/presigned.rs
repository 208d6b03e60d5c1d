//! Signatures: presigned URLs, wrong ones, unknown keys, skewed clocks, unsigned headers.

use crate::support::kms::Kms;
use crate::support::sse::{BUCKET_KEY, CONTEXT, CUSTOMER_KEYS, KEY_ID, SSE, customer_headers};
use crate::support::{Form, Gateway, S3, bytes};

#[tokio::test]
async fn get_put_head_and_delete_by_url() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("presigned").await;
    let url = Form::Presigned(60);
    s3.put(&bucket, "a b/c", bytes(1, 70_000)).form(url.clone()).send().await.ok();
    assert!(s3.get(&bucket, "a b/c").form(url.clone()).send().await.ok().body == bytes(1, 70_000));
    assert!(
        s3.get(&bucket, "a b/c").range("5-9").form(url.clone()).send().await.status(206).body
            == bytes(1, 70_000)[5..10]
    );
    s3.head(&bucket, "a b/c").form(url.clone()).send().await.ok();
    s3.delete(&bucket, "a b/c").form(url).send().await.ok();
}

#[tokio::test]
async fn an_expired_url_is_refused() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("presigned").await;
    s3.put(&bucket, "k", "x").send().await.ok();
    let error = s3.get(&bucket, "k").form(Form::Presigned(60)).skew(-120).send().await.error(403, "AccessDenied");
    assert_eq!(error.at("Message"), "Request has expired");
    s3.get(&bucket, "k").form(Form::Presigned(300)).skew(-120).send().await.ok();
    let future = s3.get(&bucket, "k").form(Form::Presigned(60)).skew(3600).send().await;
    future.error(403, "AccessDenied");
    let long = s3.get(&bucket, "k").form(Form::Presigned(8 * 24 * 3600)).send().await;
    assert!(long.status.is_client_error(), "{}", long.described());
}

#[tokio::test]
async fn a_changed_request_is_not_the_signed_one() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("presigned").await;
    s3.put(&bucket, "k", "x").send().await.ok();
    s3.put(&bucket, "other", "y").send().await.ok();
    for form in [Form::Presigned(60), Form::Header] {
        let mut prepared = s3.get(&bucket, "k").form(form.clone()).prepare();
        prepared.target = prepared.target.replace("/k", "/other");
        prepared.send(s3.address).await.error(403, "SignatureDoesNotMatch");
        let mut prepared = s3.get(&bucket, "k").form(form).prepare();
        prepared.method = http::Method::DELETE;
        prepared.send(s3.address).await.error(403, "SignatureDoesNotMatch");
    }
    s3.head(&bucket, "k").send().await.ok();
}

#[tokio::test]
async fn a_wrong_secret_an_unknown_key_and_a_skewed_clock() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("presigned").await;
    let with = |access: &str, secret: &str| S3::new(s3.address, access, secret);
    for form in [Form::Header, Form::Presigned(60)] {
        let wrong = with(&s3.signer.access_key, "wrong");
        wrong.get(&bucket, "").form(form.clone()).send().await.error(403, "SignatureDoesNotMatch");
        with("AKIANOBODY", "secret").get(&bucket, "").form(form).send().await.error(403, "InvalidAccessKeyId");
    }
    for seconds in [-1000, 1000] {
        s3.get(&bucket, "").skew(seconds).send().await.error(403, "RequestTimeTooSkewed");
    }
    s3.get(&bucket, "").skew(-600).send().await.ok();
}

#[tokio::test]
async fn every_amz_header_must_be_signed() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("presigned").await;
    for form in [Form::Header, Form::Presigned(60)] {
        let call = s3.put(&bucket, "k", "x").form(form).unsigned_header("x-amz-server-side-encryption", "aws:kms");
        call.send().await.error(403, "AccessDenied");
    }
    s3.head(&bucket, "k").send().await.status(404);
}

#[tokio::test]
async fn any_region_and_no_other_service() {
    let gateway = Gateway::start().await;
    let mut s3 = gateway.s3();
    let bucket = s3.bucket("presigned").await;
    s3.signer.region = "eu-central-1".into();
    s3.put(&bucket, "k", "x").send().await.ok();
    assert_eq!(s3.get(&bucket, "k").form(Form::Presigned(9)).send().await.ok().body, b"x");
    s3.signer.service = "ec2";
    let answer = s3.get(&bucket, "k").send().await;
    assert!(answer.status.is_client_error(), "{}", answer.described());
}

#[tokio::test]
async fn version_2_signatures_are_refused() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("presigned").await;
    let header =
        s3.get(&bucket, "").form(Form::Anonymous).header("authorization", "AWS AKIA:c2lnbmF0dXJl").send().await;
    assert!(header.status.is_client_error(), "{}", header.described());
    let url = s3
        .get(&bucket, "")
        .form(Form::Anonymous)
        .query("AWSAccessKeyId", "AKIA")
        .query("Expires", "9999999999")
        .query("Signature", "c2lnbmF0dXJl");
    let answer = url.send().await;
    assert!(answer.status.is_client_error(), "{}", answer.described());
}

const NOT_SIGNED: &str = "There were headers present in the request which were not signed";

/// Each header of encryption counts in a URL's signature, as a header or in the query, and is refused beside it.
#[tokio::test]
async fn encryption_headers_of_a_url() {
    let gateway = Gateway::start_with(&CUSTOMER_KEYS).await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("presigned").await;
    let made = Kms::of(&s3).call("CreateKey", "{}").await.json();
    let key = made["KeyMetadata"]["Arn"].as_str().unwrap();
    let all = [(SSE, "aws:kms"), (KEY_ID, key), (BUCKET_KEY, "true"), (CONTEXT, "eyJhIjoiYiJ9")];
    let put = || s3.put(&bucket, "k", "x").form(Form::Presigned(60));
    for in_query in [false, true] {
        let call = all.iter().fold(put(), |call, (name, value)| match in_query {
            true => call.query(name, value),
            false => call.header(name, value),
        });
        let answer = call.send().await.ok();
        for (name, value) in all {
            assert_eq!(answer.must(name), value);
        }
        assert_eq!(s3.get(&bucket, "k").form(Form::Presigned(60)).send().await.ok().must(KEY_ID), key);
    }
    for (name, value) in all {
        let mut call = put();
        if name != SSE {
            call = call.header(SSE, "aws:kms");
        }
        let error = call.unsigned_header(name, value).send().await.error(403, "AccessDenied");
        assert_eq!(error.at("Message"), NOT_SIGNED, "{name}");
    }
    // Of a customer's key, all three must be signed, and the key itself stays out of the URL.
    let trio = customer_headers(&[7; 32]);
    put().headers(&trio).send().await.ok();
    assert_eq!(s3.get(&bucket, "k").headers(&trio).form(Form::Presigned(60)).send().await.ok().body, b"x");
    for beside in 0..trio.len() {
        let mut call = put();
        for (at, (name, value)) in trio.iter().enumerate() {
            call = if at == beside { call.unsigned_header(name, value) } else { call.header(name, value) };
        }
        assert_eq!(call.send().await.error(403, "AccessDenied").at("Message"), NOT_SIGNED);
    }
    let in_url = trio.iter().fold(put(), |call, (name, value)| call.query(name, value));
    in_url.send().await.error(400, "InvalidRequest");
}
