//! Default encryption: kept by the gateway, applied to what says nothing itself.

use crate::support::client::Call;
use crate::support::kms::Kms;
use crate::support::sse::{BUCKET_KEY, CUSTOMER_KEYS, KEY_ID, SSE};
use crate::support::{Answer, Gateway, S3};

fn rule(inner: &str) -> String {
    format!(
        "<ServerSideEncryptionConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Rule>{inner}</Rule>\
         </ServerSideEncryptionConfiguration>"
    )
}

fn by_default(algorithm: &str, key: Option<&str>) -> String {
    let key = key.map(|key| format!("<KMSMasterKeyID>{key}</KMSMasterKeyID>")).unwrap_or_default();
    format!(
        "<ApplyServerSideEncryptionByDefault><SSEAlgorithm>{algorithm}</SSEAlgorithm>{key}\
         </ApplyServerSideEncryptionByDefault>"
    )
}

fn set(s3: &S3, bucket: &str, document: String) -> Call {
    s3.put(bucket, "", document).flag("encryption")
}

/// Every way to a new object that says nothing of encryption.
async fn written(s3: &S3, bucket: &str) -> Vec<Answer> {
    let put = s3.put(bucket, "put", "x").send().await.ok();
    let copy = s3.copy((bucket, "put"), bucket, "copy").send().await.ok();
    let upload = s3.post(bucket, "upload", "").flag("uploads").send().await.ok();
    let get = s3.get(bucket, "put").send().await.ok();
    vec![put, copy, upload, get]
}

#[tokio::test]
async fn without_a_rule_it_is_sse_s3() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("default").await;
    let get = || s3.get(&bucket, "").flag("encryption");
    let answer = get().send().await.xml();
    assert_eq!(answer.name, "ServerSideEncryptionConfiguration");
    assert_eq!(answer.at("Rule/ApplyServerSideEncryptionByDefault/SSEAlgorithm"), "AES256");
    assert_eq!(answer.at("Rule/BucketKeyEnabled"), "false");
    assert_eq!(answer.find("Rule/ApplyServerSideEncryptionByDefault/KMSMasterKeyID"), None);
    assert_eq!(answer.at("Rule/BlockedEncryptionTypes/EncryptionType"), "SSE-C");
    // Deleting what is not there is fine, twice.
    for _ in 0..2 {
        s3.delete(&bucket, "").flag("encryption").send().await.status(204);
    }
    for call in [s3.get("no-such-bucket", ""), s3.delete("no-such-bucket", "")] {
        call.flag("encryption").send().await.error(404, "NoSuchBucket");
    }
    set(&s3, "no-such-bucket", rule(&by_default("AES256", None))).send().await.error(404, "NoSuchBucket");
}

#[tokio::test]
async fn every_rule_comes_back_and_is_applied() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let made = Kms::of(&s3).call("CreateKey", "{}").await.json();
    let key = made["KeyMetadata"]["Arn"].as_str().unwrap().to_owned();
    for (algorithm, named, bucket_key) in [
        ("AES256", None, None),
        ("aws:kms", None, None),
        ("aws:kms", Some(&*key), Some("true")),
        ("aws:kms", Some(&*key), Some("false")),
        ("aws:kms:dsse", Some(&*key), None),
    ] {
        let bucket = s3.bucket("default").await;
        let enabled = bucket_key.map(|flag| format!("<BucketKeyEnabled>{flag}</BucketKeyEnabled>")).unwrap_or_default();
        set(&s3, &bucket, rule(&(by_default(algorithm, named) + &enabled))).send().await.ok();
        let shown = s3.get(&bucket, "").flag("encryption").send().await.xml();
        assert_eq!(shown.at("Rule/ApplyServerSideEncryptionByDefault/SSEAlgorithm"), algorithm);
        assert_eq!(shown.find("Rule/ApplyServerSideEncryptionByDefault/KMSMasterKeyID"), named);
        assert_eq!(shown.at("Rule/BucketKeyEnabled"), bucket_key.unwrap_or("false"));
        for answer in written(&s3, &bucket).await {
            assert_eq!(answer.must(SSE), algorithm, "{}", answer.asked);
            match (algorithm, named) {
                ("AES256", _) => assert_eq!(answer.header(KEY_ID), None),
                (_, Some(named)) => assert_eq!(answer.must(KEY_ID), named),
                (_, None) => assert!(answer.must(KEY_ID) != key),
            }
            assert_eq!(answer.header(BUCKET_KEY), bucket_key.filter(|flag| *flag == "true"), "{}", answer.asked);
        }
    }
}

#[tokio::test]
async fn a_header_wins_and_what_is_there_stays() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("default").await;
    s3.put(&bucket, "before", "x").send().await.ok();
    let enabled = by_default("aws:kms", None) + "<BucketKeyEnabled>true</BucketKeyEnabled>";
    set(&s3, &bucket, rule(&enabled)).send().await.ok();
    assert_eq!(s3.head(&bucket, "before").send().await.ok().must(SSE), "AES256");
    let put = |headers: &[(&str, &str)]| {
        let mut call = s3.put(&bucket, "k", "x");
        for (name, value) in headers {
            call = call.header(name, value);
        }
        call.send()
    };
    assert_eq!(put(&[(SSE, "AES256")]).await.ok().must(SSE), "AES256");
    assert_eq!(put(&[(SSE, "aws:kms:dsse")]).await.ok().must(SSE), "aws:kms:dsse");
    // The bucket's setting of bucket keys holds until a header says otherwise.
    assert_eq!(put(&[(SSE, "aws:kms")]).await.ok().must(BUCKET_KEY), "true");
    assert_eq!(put(&[(BUCKET_KEY, "false")]).await.ok().header(BUCKET_KEY), None);
    assert_eq!(put(&[(SSE, "aws:kms"), (BUCKET_KEY, "false")]).await.ok().header(BUCKET_KEY), None);
    s3.delete(&bucket, "").flag("encryption").send().await.status(204);
    assert_eq!(put(&[]).await.ok().must(SSE), "AES256");
}

#[tokio::test]
async fn a_form_takes_the_default() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("default").await;
    set(&s3, &bucket, rule(&by_default("aws:kms", None))).send().await.ok();
    let answer = super::post_form::post_simple(&s3, &bucket, "k", &[]).await.ok();
    assert_eq!(answer.must(SSE), "aws:kms");
    let answer = super::post_form::post_simple(&s3, &bucket, "k", &[(SSE, "aws:kms:dsse")]).await.ok();
    assert_eq!(answer.must(SSE), "aws:kms:dsse");
    assert_eq!(s3.head(&bucket, "k").send().await.ok().must(SSE), "aws:kms:dsse");
}

#[tokio::test]
async fn wrong_rules_are_refused_and_change_nothing() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("default").await;
    set(&s3, &bucket, rule(&by_default("aws:kms", None))).send().await.ok();
    let two = rule(&by_default("AES256", None)).replace("</Rule>", "</Rule><Rule></Rule>");
    let none = "<ServerSideEncryptionConfiguration></ServerSideEncryptionConfiguration>".to_owned();
    for document in [two, none, rule(&by_default("AES128", None)), "not xml".to_owned()] {
        set(&s3, &bucket, document).send().await.error(400, "MalformedXML");
    }
    let error = set(&s3, &bucket, rule(&by_default("AES256", Some("k")))).send().await.error(400, "InvalidArgument");
    let message = "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse";
    assert_eq!((error.at("Message"), error.at("ArgumentName")), (message, "ApplyServerSideEncryptionByDefault"));
    assert_eq!(s3.put(&bucket, "k", "x").send().await.ok().must(SSE), "aws:kms");
}

#[tokio::test]
async fn the_key_is_looked_up_by_each_write_and_not_before() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("default").await;
    set(&s3, &bucket, rule(&by_default("aws:kms", Some("alias/later")))).send().await.ok();
    let shown = s3.get(&bucket, "").flag("encryption").send().await.xml();
    assert_eq!(shown.at("Rule/ApplyServerSideEncryptionByDefault/KMSMasterKeyID"), "alias/later");
    s3.put(&bucket, "k", "x").send().await.error(400, "KMS.NotFoundException");
}

#[tokio::test]
async fn a_rule_survives_a_restart_and_goes_with_its_bucket() {
    let gateway = Gateway::start().await;
    let bucket = gateway.s3().bucket("default").await;
    set(&gateway.s3(), &bucket, rule(&by_default("aws:kms", None))).send().await.ok();
    let gateway = gateway.restart().await;
    let s3 = gateway.s3();
    assert_eq!(s3.put(&bucket, "k", "x").send().await.ok().must(SSE), "aws:kms");
    s3.delete(&bucket, "k").send().await.ok();
    s3.delete(&bucket, "").send().await.ok();
    s3.call("PUT", &bucket, "").send().await.ok();
    assert_eq!(s3.put(&bucket, "k", "x").send().await.ok().must(SSE), "AES256");
}

/// As on AWS since April 2026: a new bucket takes no keys of the customer until it is told to, and then keeps to that
/// whatever becomes of its other rules.
#[tokio::test]
async fn a_new_bucket_blocks_customer_keys_until_it_is_told_otherwise() {
    const KEY: [u8; 32] = *b"one customer's key of 32 bytes!!";
    let gateway = Gateway::start_with(&[("SEALGATE_SSE_C_OVER_HTTP", "true")]).await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("default").await;
    let blocked = async || {
        let shown = s3.get(&bucket, "").flag("encryption").send().await.xml();
        shown.find("Rule/BlockedEncryptionTypes/EncryptionType").map(str::to_owned)
    };
    let put = || s3.put(&bucket, "k", "x").customer_key(&KEY).send();
    let blocks = |kind: &str| {
        format!("<BlockedEncryptionTypes><EncryptionType>{kind}</EncryptionType></BlockedEncryptionTypes>")
    };
    put().await.error(403, "AccessDenied");
    s3.post(&bucket, "k", "").flag("uploads").customer_key(&KEY).send().await.error(403, "AccessDenied");
    // A rule that does not speak of it, and the end of that rule, leave it as it is.
    set(&s3, &bucket, rule(&by_default("aws:kms", None))).send().await.ok();
    assert_eq!(blocked().await.as_deref(), Some("SSE-C"));
    s3.delete(&bucket, "").flag("encryption").send().await.status(204);
    assert_eq!(blocked().await.as_deref(), Some("SSE-C"));
    put().await.error(403, "AccessDenied");
    set(&s3, &bucket, rule(&(by_default("AES256", None) + &blocks("NONE")))).send().await.ok();
    put().await.ok();
    s3.delete(&bucket, "").flag("encryption").send().await.status(204);
    assert_eq!(blocked().await.as_deref(), Some("NONE"));
    put().await.ok();
    // What is there can be read under a block, and the next bucket of the name begins blocked.
    set(&s3, &bucket, rule(&(by_default("AES256", None) + &blocks("SSE-C")))).send().await.ok();
    assert_eq!(s3.get(&bucket, "k").customer_key(&KEY).send().await.ok().body, b"x");
    set(&s3, &bucket, rule(&(by_default("AES256", None) + &blocks("NONE")))).send().await.ok();
    s3.delete(&bucket, "k").send().await.ok();
    s3.delete(&bucket, "").send().await.ok();
    s3.call("PUT", &bucket, "").send().await.ok();
    put().await.error(403, "AccessDenied");
    // Making it once more changes nothing of it.
    set(&s3, &bucket, rule(&(by_default("aws:kms", None) + &blocks("NONE")))).send().await.ok();
    s3.call("PUT", &bucket, "").send().await;
    put().await.ok();
    assert_eq!(s3.put(&bucket, "k", "x").send().await.ok().must(SSE), "aws:kms");
}

#[tokio::test]
async fn a_setting_lets_new_buckets_take_customer_keys() {
    let gateway = Gateway::start_with(&CUSTOMER_KEYS).await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("default").await;
    s3.put(&bucket, "k", "x").customer_key(&[7; 32]).send().await.ok();
    let shown = s3.get(&bucket, "").flag("encryption").send().await.xml();
    assert_eq!(shown.find("Rule/BlockedEncryptionTypes/EncryptionType"), None);
}
