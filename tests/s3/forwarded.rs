//! What the backend offers beside objects: forwarded raw, with nothing of ours on the way down or up.

use crate::support::{Gateway, bytes, sums::content_md5};

#[tokio::test]
async fn object_tags() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("forwarded").await;
    s3.put(&bucket, "k", "x").send().await.ok();
    let document = "<Tagging><TagSet><Tag><Key>a</Key><Value>b + c</Value></Tag></TagSet></Tagging>";
    s3.put(&bucket, "k", document)
        .flag("tagging")
        .header("content-md5", &content_md5(document.as_bytes()))
        .send()
        .await
        .ok();
    let seen = s3.get(&bucket, "k").flag("tagging").send().await.xml();
    assert_eq!((seen.at("TagSet/Tag/Key"), seen.at("TagSet/Tag/Value")), ("a", "b + c"));
    s3.delete(&bucket, "k").flag("tagging").send().await.status(204);
    let seen = s3.get(&bucket, "k").flag("tagging").send().await.xml();
    assert_eq!(seen.child("TagSet").unwrap().children.len(), 0);
    assert_eq!(s3.get(&bucket, "k").send().await.ok().body, b"x");
}

#[tokio::test]
async fn a_wrong_digest_is_not_forwarded() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("forwarded").await;
    s3.put(&bucket, "k", "x").send().await.ok();
    let document = "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>";
    let call = s3.put(&bucket, "k", document).flag("tagging").header("content-md5", &content_md5(b"other"));
    call.send().await.error(400, "BadDigest");
    let seen = s3.get(&bucket, "k").flag("tagging").send().await.xml();
    assert_eq!(seen.child("TagSet").unwrap().children.len(), 0);
}

#[tokio::test]
async fn versioning_location_and_acl() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("forwarded").await;
    assert_eq!(s3.get(&bucket, "").flag("versioning").send().await.xml().find("Status"), None);
    super::get::enable_versions(&s3, &bucket).await;
    assert_eq!(s3.get(&bucket, "").flag("versioning").send().await.xml().at("Status"), "Enabled");
    assert_eq!(s3.get(&bucket, "").flag("location").send().await.xml().name, "LocationConstraint");
    s3.get(&bucket, "").flag("acl").send().await.xml();
}

#[tokio::test]
async fn lifecycle_keeps_what_the_gateway_does_not_know() {
    let gateway = Gateway::start().await;
    if !gateway.is_minio() {
        return;
    }
    let s3 = gateway.s3();
    let bucket = s3.bucket("forwarded").await;
    let document = "<LifecycleConfiguration><Rule><ID>old</ID><Status>Enabled</Status><Filter><Prefix>log/</Prefix></Filter><Expiration><Days>9</Days></Expiration></Rule></LifecycleConfiguration>";
    s3.put(&bucket, "", document)
        .flag("lifecycle")
        .header("content-md5", &content_md5(document.as_bytes()))
        .send()
        .await
        .ok();
    let seen = s3.get(&bucket, "").flag("lifecycle").send().await.xml();
    assert_eq!((seen.at("Rule/ID"), seen.at("Rule/Expiration/Days")), ("old", "9"));
}

/// A copy with REPLACE drops retention at the backend (measured): what AWS keeps must be sent again.
#[tokio::test]
async fn object_lock() {
    let gateway = Gateway::start().await;
    if !gateway.is_minio() {
        return;
    }
    let s3 = gateway.s3();
    let bucket = crate::support::data::unique("forwarded-lock");
    s3.call("PUT", &bucket, "").header("x-amz-bucket-object-lock-enabled", "true").send().await.ok();
    let plain = bytes(1, 1000);
    s3.put(&bucket, "k", plain.clone())
        .header("x-amz-object-lock-mode", "GOVERNANCE")
        .header("x-amz-object-lock-retain-until-date", "2099-01-01T00:00:00Z")
        .send()
        .await
        .ok();
    let retention = s3.get(&bucket, "k").flag("retention").send().await.xml();
    assert_eq!(retention.at("Mode"), "GOVERNANCE");
    let head = s3.head(&bucket, "k").send().await.ok();
    assert_eq!(head.must("x-amz-object-lock-mode"), "GOVERNANCE");
    let version = head.must("x-amz-version-id").to_owned();
    assert!(s3.delete(&bucket, "k").query("versionId", &version).send().await.status.is_client_error());
    let hold = "<LegalHold><Status>ON</Status></LegalHold>";
    s3.put(&bucket, "k", hold)
        .flag("legal-hold")
        .header("content-md5", &content_md5(hold.as_bytes()))
        .send()
        .await
        .ok();
    assert_eq!(s3.get(&bucket, "k").flag("legal-hold").send().await.xml().at("Status"), "ON");
    assert!(s3.get(&bucket, "k").send().await.ok().body == plain);
    // A copy with its own retention carries it.
    s3.copy((&bucket, "k"), &bucket, "copy")
        .header("x-amz-object-lock-mode", "GOVERNANCE")
        .header("x-amz-object-lock-retain-until-date", "2098-01-01T00:00:00Z")
        .send()
        .await
        .ok();
    assert_eq!(s3.get(&bucket, "copy").flag("retention").send().await.xml().at("Mode"), "GOVERNANCE");
    let unlock = |key: String, version: String| {
        s3.delete(&bucket, &key).query("versionId", &version).header("x-amz-bypass-governance-retention", "true")
    };
    let off = "<LegalHold><Status>OFF</Status></LegalHold>";
    s3.put(&bucket, "k", off).flag("legal-hold").header("content-md5", &content_md5(off.as_bytes())).send().await.ok();
    unlock("k".into(), version).send().await.status(204);
}

#[tokio::test]
async fn backend_headers_do_not_show_through() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("forwarded").await;
    s3.put(&bucket, "k", "x").send().await.ok();
    for answer in [
        s3.get(&bucket, "k").send().await,
        s3.get(&bucket, "").send().await,
        s3.get(&bucket, "k").flag("tagging").send().await,
        s3.get(&bucket, "none").send().await,
    ] {
        assert!(answer.header("x-amz-request-id").is_some(), "{}", answer.described());
        for (name, value) in &answer.headers {
            let (name, value) = (name.as_str(), String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase());
            assert!(!name.contains("minio") && !value.contains("minio"), "{name}: {value}");
        }
    }
}
