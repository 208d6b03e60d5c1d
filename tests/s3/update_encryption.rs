//! UpdateObjectEncryption and `sealgate rewrap`: new wrapping, the same body, and everything else as it was.

use std::collections::BTreeMap;

use crate::support::client::Call;
use crate::support::kms::Kms;
use crate::support::sse::{BUCKET_KEY, CONTEXT, CUSTOMER_KEYS, KEY_ID, SSE};
use crate::support::sums::content_md5;
use crate::support::{Gateway, MIN_PART, S3, Sum, bytes};

pub async fn key(s3: &S3) -> String {
    let made = Kms::of(s3).call("CreateKey", "{}").await.json();
    made["KeyMetadata"]["Arn"].as_str().unwrap().to_owned()
}

fn document(inner: &str) -> String {
    format!("<ObjectEncryption xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{inner}</ObjectEncryption>")
}

pub fn to_kms(key: &str, bucket_key: bool) -> String {
    document(&format!(
        "<SSE-KMS><KMSKeyArn>{key}</KMSKeyArn><BucketKeyEnabled>{bucket_key}</BucketKeyEnabled></SSE-KMS>"
    ))
}

pub fn update(s3: &S3, bucket: &str, object: &str, document: String) -> Call {
    let md5 = content_md5(document.as_bytes());
    s3.put(bucket, object, document).flag("encryption").header("content-md5", &md5)
}

/// Everything that a client can see of an object, but for what a rewrap is known to change.
async fn seen(s3: &S3, bucket: &str, object: &str, aspects: &[&str]) -> BTreeMap<String, String> {
    const CHANGES: [&str; 9] = [
        "etag",
        "last-modified",
        "date",
        "x-amz-request-id",
        "x-amz-id-2",
        "x-amz-version-id",
        SSE,
        KEY_ID,
        BUCKET_KEY,
    ];
    let get = s3.get(bucket, object).header("x-amz-checksum-mode", "ENABLED").send().await.ok();
    let mut seen: BTreeMap<String, String> = get
        .headers
        .iter()
        .filter(|(name, _)| !CHANGES.contains(&name.as_str()))
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    seen.insert("body".into(), content_md5(&get.body));
    for aspect in aspects {
        let answer = s3.get(bucket, object).flag(aspect).send().await.ok();
        seen.insert((*aspect).into(), String::from_utf8(answer.body).unwrap());
    }
    seen
}

#[tokio::test]
async fn only_the_wrapping_changes() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("update").await;
    let key = key(&s3).await;
    s3.put(&bucket, "k", bytes(1, 200_000))
        .header("content-type", "text/x-test")
        .header("content-encoding", "gzip")
        .header("content-language", "de")
        .header("content-disposition", "attachment")
        .header("cache-control", "max-age=5")
        .header("expires", "Thu, 01 Dec 2033 16:00:00 GMT")
        .header("x-amz-meta-colour", "blue")
        .header("x-amz-tagging", "a=1&b=2")
        .header("x-amz-checksum-sha256", &Sum::Sha256.text(&bytes(1, 200_000)))
        .send()
        .await
        .ok();
    let aspects = ["tagging", "acl"];
    let before = seen(&s3, &bucket, "k", &aspects).await;
    let below = gateway.backend().get(&bucket, "k").await.ok();
    for (bucket_key, expected) in [(false, None), (true, Some("true"))] {
        update(&s3, &bucket, "k", to_kms(&key, bucket_key)).send().await.ok();
        let head = s3.head(&bucket, "k").send().await.ok();
        assert_eq!((head.must(SSE), head.must(KEY_ID), head.header(BUCKET_KEY)), ("aws:kms", &*key, expected));
        assert_eq!(seen(&s3, &bucket, "k", &aspects).await, before);
        let now = gateway.backend().get(&bucket, "k").await.ok();
        assert!(now.body == below.body, "the body was sealed again");
        assert_ne!(now.must("x-amz-meta-sealgate"), below.must("x-amz-meta-sealgate"));
    }
}

#[tokio::test]
async fn a_storage_class_stays() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("update").await;
    let class = if gateway.is_minio() { "REDUCED_REDUNDANCY" } else { "STANDARD" };
    s3.put(&bucket, "k", "x").header("x-amz-storage-class", class).send().await.ok();
    let before = seen(&s3, &bucket, "k", &[]).await;
    update(&s3, &bucket, "k", to_kms(&key(&s3).await, false)).send().await.ok();
    assert_eq!(seen(&s3, &bucket, "k", &[]).await, before);
}

#[tokio::test]
async fn parts_checksums_and_the_context_stay() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("update").await;
    let (first, second) = (key(&s3).await, key(&s3).await);
    let parts = [bytes(1, MIN_PART), bytes(2, 1000)];
    let slices: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    s3.put_parts(&bucket, "m", &[(SSE, "aws:kms"), (KEY_ID, &first), (CONTEXT, "eyJhIjoiYiJ9")], &slices).await;
    let before = seen(&s3, &bucket, "m", &["tagging"]).await;
    let done = update(&s3, &bucket, "m", to_kms(&second, false)).send().await.ok();
    assert_eq!(done.header(KEY_ID), None);
    assert_eq!(s3.head(&bucket, "m").send().await.ok().must(KEY_ID), second);
    assert_eq!(seen(&s3, &bucket, "m", &["tagging"]).await, before);
    for (number, part) in (1..).zip(&parts) {
        let answer = s3.get(&bucket, "m").query("partNumber", &number.to_string()).send().await.status(206);
        assert!(answer.body == *part);
    }
    // The KMS was asked with the client's pair.
    let trail = std::fs::read_to_string(gateway.data_dir().join("audit.jsonl")).unwrap();
    let last = trail.lines().rfind(|line| line.contains("Decrypt") && line.contains(&second)).unwrap();
    assert!(last.contains("\"a\":\"b\""), "{last}");
}

#[tokio::test]
async fn what_cannot_be_updated_says_why() {
    let gateway = Gateway::start_with(&CUSTOMER_KEYS).await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("update").await;
    let key = key(&s3).await;
    s3.put(&bucket, "k", "x").send().await.ok();
    let sse_kms = |inner: &str| document(&format!("<SSE-KMS>{inner}</SSE-KMS>"));
    let arn = format!("<KMSKeyArn>{key}</KMSKeyArn>");
    let foreign = key.replace("000000000000", "111122223333");
    for (document, status, code, message) in [
        (document(""), 400, "InvalidRequest", "require a valid new encryption type"),
        (document("<SSE-S3/>"), 400, "InvalidRequest", "require a valid new encryption type"),
        (
            document("<DSSE-KMS/>"),
            400,
            "InvalidRequest",
            "doesn't support updating the encryption type to DSSE-KMS or SSE-C",
        ),
        (sse_kms(""), 400, "InvalidRequest", "require an Amazon Web Services KMS key Amazon Resource Name (ARN)."),
        (
            sse_kms("<KMSKeyArn>alias/aws/s3</KMSKeyArn>"),
            400,
            "InvalidRequest",
            "require a valid Amazon Web Services KMS key",
        ),
        (
            sse_kms(&format!("{arn}<BucketKeyEnabled>yes</BucketKeyEnabled>")),
            400,
            "InvalidRequest",
            "BucketKeyEnabled value isn't valid",
        ),
        (to_kms(&foreign, false), 403, "AccessDenied", "must be owned by the same account as the bucket"),
        ("<not xml".to_owned(), 400, "MalformedXML", "well-formed"),
        (
            to_kms(&key.replace(&key[key.len() - 12..], "000000000000"), false),
            400,
            "KMS.NotFoundException",
            "does not exist",
        ),
    ] {
        let error = update(&s3, &bucket, "k", document).send().await.error(status, code);
        assert!(error.at("Message").contains(message), "{error:?}");
    }
    s3.put(&bucket, "k", to_kms(&key, false)).flag("encryption").send().await.error(400, "InvalidRequest");
    update(&s3, &bucket, "none", to_kms(&key, false)).send().await.error(404, "NoSuchKey");
    assert_eq!(s3.head(&bucket, "k").send().await.ok().must(SSE), "AES256");

    s3.put(&bucket, "dsse", "x").header(SSE, "aws:kms:dsse").send().await.ok();
    s3.put(&bucket, "c", "x").customer_key(&[7; 32]).send().await.ok();
    for object in ["dsse", "c"] {
        let error = update(&s3, &bucket, object, to_kms(&key, false)).send().await.error(400, "InvalidRequest");
        assert!(error.at("Message").contains("source objects with the encryption type DSSE-KMS or SSE-C"), "{error:?}");
    }
    let mixed = crate::support::data::unique("mixed");
    gateway.backend().send("PUT", (&mixed, ""), &[], &[], "").await.ok();
    gateway.backend().put(&mixed, "plain", &[], "x").await;
    let error = update(&s3, &mixed, "plain", to_kms(&key, false)).send().await.error(400, "InvalidRequest");
    assert!(error.at("Message").contains("unencrypted source objects"), "{error:?}");
}

#[tokio::test]
async fn noncurrent_versions_stay_as_they_are() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("update").await;
    let key = key(&s3).await;
    let on = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    s3.put(&bucket, "", on).flag("versioning").send().await.ok();
    let version = |answer: crate::support::Answer| answer.must("x-amz-version-id").to_owned();
    let old = version(s3.put(&bucket, "k", "old").send().await.ok());
    let new = version(s3.put(&bucket, "k", "new").send().await.ok());
    let call = |id: &str| update(&s3, &bucket, "k", to_kms(&key, false)).query("versionId", id);
    let error = call(&old).send().await.error(400, "InvalidRequest");
    assert!(error.at("Message").contains("not the current one"), "{error:?}");
    call("00000000-0000-0000-0000-000000000000").send().await.error(404, "NoSuchVersion");
    call(&new).send().await.ok();
    let get = s3.get(&bucket, "k").send().await.ok();
    assert_eq!((get.must(SSE), &*get.body), ("aws:kms", &b"new"[..]));
    assert_eq!(s3.head(&bucket, "k").query("versionId", &old).send().await.ok().must(SSE), "AES256");
    s3.delete(&bucket, "k").send().await.ok();
    call(&new).send().await.error(400, "InvalidRequest");
}

/// MinIO alone: the embedded backend has no object lock.
#[tokio::test]
async fn locked_objects_are_refused_or_keep_their_lock() {
    let gateway = Gateway::start().await;
    if !gateway.is_minio() {
        return;
    }
    let s3 = gateway.s3();
    let bucket = crate::support::data::unique("locked");
    s3.call("PUT", &bucket, "").header("x-amz-bucket-object-lock-enabled", "true").send().await.ok();
    let key = key(&s3).await;
    let put = |object: &str, headers: &[(&str, &str)]| {
        let mut call = s3.put(&bucket, object, "x").header("x-amz-tagging", "a=1");
        for (name, value) in headers {
            call = call.header(name, value);
        }
        call.send()
    };
    let until = ("x-amz-object-lock-retain-until-date", "2099-01-01T00:00:00Z");
    put("governance", &[("x-amz-object-lock-mode", "GOVERNANCE"), until]).await.ok();
    put("compliance", &[("x-amz-object-lock-mode", "COMPLIANCE"), until]).await.ok();
    put("held", &[("x-amz-object-lock-legal-hold", "ON")]).await.ok();
    put("free", &[]).await.ok();
    for object in ["governance", "compliance", "held"] {
        let error = update(&s3, &bucket, object, to_kms(&key, false)).send().await.error(403, "AccessDenied");
        assert!(error.at("Message").contains("protected by S3 Object Lock"), "{error:?}");
        let aspects: &[&str] = if object == "held" { &["legal-hold", "tagging"] } else { &["retention", "tagging"] };
        let before = seen(&s3, &bucket, object, aspects).await;
        update(&s3, &bucket, object, to_kms(&key, false)).header("x-sealgate-locked", "keep").send().await.ok();
        assert_eq!(seen(&s3, &bucket, object, aspects).await, before);
        assert_eq!(s3.head(&bucket, object).send().await.ok().must(SSE), "aws:kms");
    }
    update(&s3, &bucket, "free", to_kms(&key, false)).send().await.ok();
}

/// The command, as an operator runs it against a running gateway.
#[tokio::test(flavor = "multi_thread")]
async fn the_command_wraps_a_bucket() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("rewrap").await;
    let key = key(&s3).await;
    let folder = tempfile::tempdir().unwrap();
    for object in ["a", "b c/ü", "d"] {
        s3.put(&bucket, object, bytes(1, 100)).send().await.ok();
    }
    s3.put(&bucket, "dsse", "x").header(SSE, "aws:kms:dsse").send().await.ok();
    let run = async |more: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_sealgate"));
        let endpoint = format!("http://{}", s3.address);
        command.args(["rewrap", "--endpoint-url", &endpoint, "--bucket", &bucket, "--key", &key]).args(more);
        command.env("AWS_ACCESS_KEY_ID", &s3.signer.access_key).env("AWS_SECRET_ACCESS_KEY", &s3.signer.secret_key);
        command.env_remove("AWS_ENDPOINT_URL").current_dir(folder.path());
        let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.success(), text)
    };
    let (ok, text) = run(&["--dry-run"]).await;
    assert!(ok && text.contains("3 to be wrapped, 0 already there, 1 left"), "{text}");
    assert_eq!(s3.head(&bucket, "a").send().await.ok().must(SSE), "AES256");
    // A run that was broken off behind "a".
    let state = format!(
        r#"{{"run":{{"bucket":"{bucket}","prefix":"","key":"{key}","bucket_key":true,"again":false,"locked":false}},"after":"a"}}"#
    );
    let file = folder.path().join(format!("sealgate-rewrap-{bucket}.json"));
    std::fs::write(&file, state).unwrap();
    let (ok, text) = run(&[]).await;
    assert!(!ok && text.contains("another run"), "{text}");
    let (ok, text) = run(&["--bucket-key"]).await;
    assert!(ok && text.contains("going on behind \"a\"") && text.contains("2 wrapped"), "{text}");
    assert!(!file.exists());
    assert_eq!(s3.head(&bucket, "a").send().await.ok().must(SSE), "AES256");
    let (ok, text) = run(&["--bucket-key"]).await;
    assert!(ok && text.contains("1 wrapped, 2 already there, 1 left"), "{text}");
    for object in ["a", "b c/ü", "d"] {
        let get = s3.get(&bucket, object).send().await.ok();
        assert_eq!((get.must(KEY_ID), get.must(BUCKET_KEY)), (&*key, "true"));
        assert!(get.body == bytes(1, 100));
    }
    assert_eq!(s3.head(&bucket, "dsse").send().await.ok().must(SSE), "aws:kms:dsse");
    let (ok, text) = run(&["--bucket-key", "--again"]).await;
    assert!(ok && text.contains("3 wrapped, 0 already there"), "{text}");
    // One object fails. However often the run is repeated, it begins with that one and does not end well.
    let envelope = |value: &'static str| {
        move |headers: &mut Vec<(String, String)>| {
            for (name, text) in headers {
                if name == "x-amz-meta-sealgate" {
                    *text = value.into();
                }
            }
        }
    };
    gateway.backend().replace_headers(&bucket, "b c/ü", envelope("AAAA")).await;
    for behind in ["wrapped", "going on behind \"a\""] {
        let (ok, text) = run(&["--bucket-key", "--again"]).await;
        assert!(!ok && text.contains("1 failed") && text.contains(behind), "{text}");
        assert!(file.exists());
    }
}

/// What a backend does not copy in one request is copied in pieces, onto itself too. The limit is 5 GiB; here 6 MiB.
#[tokio::test]
async fn beyond_the_limit_of_one_copy() {
    let gateway = Gateway::start_changed(&[], |settings| settings.max_backend_copy = 6 << 20).await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("update").await;
    let key = key(&s3).await;
    let put =
        s3.put(&bucket, "one", bytes(1, 17 << 20)).header("x-amz-meta-colour", "blue").header("x-amz-tagging", "a=1");
    put.header("content-type", "text/x-test").header("cache-control", "max-age=5").send().await.ok();
    let parts = [bytes(2, 7 << 20), bytes(3, MIN_PART), bytes(4, 1000)];
    let slices: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    s3.put_parts(&bucket, "parts", &[(SSE, "aws:kms"), ("x-amz-meta-colour", "red")], &slices).await;
    let below = gateway.backend();
    for (object, pieces) in [("one", "-3\""), ("parts", "-3\"")] {
        let aspects = ["tagging", "acl"];
        let before = seen(&s3, &bucket, object, &aspects).await;
        let stored = below.get(&bucket, object).await.ok();
        update(&s3, &bucket, object, to_kms(&key, true)).send().await.ok();
        assert_eq!(seen(&s3, &bucket, object, &aspects).await, before, "{object}");
        let after = below.get(&bucket, object).await.ok();
        assert!(after.body == stored.body, "{object}: the body was sealed again");
        assert!(after.etag().ends_with(pieces), "{object}: {}", after.etag());
        let head = s3.head(&bucket, object).send().await.ok();
        assert_eq!((head.must(KEY_ID), head.must(BUCKET_KEY)), (&*key, "true"));
        // The same way to another place.
        s3.copy((&bucket, object), &bucket, "copy").header(SSE, "aws:kms:dsse").send().await.ok();
        s3.copy((&bucket, object), &bucket, "copy").header(SSE, "AES256").send().await.ok();
        assert!(below.get(&bucket, "copy").await.ok().etag().ends_with(pieces));
        assert_eq!(seen(&s3, &bucket, "copy", &aspects).await, before, "{object}");
    }
    let open = s3.get(&bucket, "").flag("uploads").send().await.xml();
    assert_eq!(open.all("Upload").count(), 0);
}
