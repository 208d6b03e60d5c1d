//! Buckets.

use super::port::{Port, refused, texts};
use super::scenarios;

scenarios! {
    a_buckets_life
    configurations_that_were_never_set
    owners_and_grants
}

async fn a_buckets_life(port: &Port) {
    let bucket = port.bucket().await;
    refused(&port.send(port.s3().call("PUT", &bucket, "")).await, 409, "BucketAlreadyOwnedByYou");
    let head = port.send(port.s3().head(&bucket, "")).await.status(200);
    assert!(head.body.is_empty());
    let listed = port.send(port.s3().get("", "")).await.xml();
    assert!(texts(listed.child("Buckets").unwrap(), "Bucket", "Name").contains(&bucket));
    let location = port.send(port.s3().get(&bucket, "").flag("location")).await.xml();
    assert_eq!((location.name.as_str(), location.text.trim()), ("LocationConstraint", ""));
    port.put(&bucket, "key", b"x").await;
    refused(&port.send(port.s3().delete(&bucket, "")).await, 409, "BucketNotEmpty");
    port.send(port.s3().delete(&bucket, "key")).await.status(204);
    port.start_upload(&bucket, "unfinished", &[]).await;
    port.send(port.s3().delete(&bucket, "")).await.status(204);
    refused(&port.send(port.s3().get(&bucket, "")).await, 404, "NoSuchBucket");
    refused(&port.send(port.s3().delete(&bucket, "")).await, 404, "NoSuchBucket");
    for wrong in ["ab", "UPPER", "under_score"] {
        refused(&port.send(port.s3().call("PUT", wrong, "")).await, 400, "InvalidBucketName");
    }
}

async fn configurations_that_were_never_set(port: &Port) {
    let bucket = port.bucket().await;
    let absent = [
        ("cors", "NoSuchCORSConfiguration"),
        ("lifecycle", "NoSuchLifecycleConfiguration"),
        ("policy", "NoSuchBucketPolicy"),
        ("encryption", "ServerSideEncryptionConfigurationNotFoundError"),
        ("replication", "ReplicationConfigurationNotFoundError"),
        ("website", "NoSuchWebsiteConfiguration"),
        ("object-lock", "ObjectLockConfigurationNotFoundError"),
    ];
    for (name, code) in absent {
        refused(&port.send(port.s3().get(&bucket, "").flag(name)).await, 404, code);
    }
    for name in ["notification", "logging", "requestPayment", "accelerate"] {
        port.send(port.s3().get(&bucket, "").flag(name)).await.xml();
    }
}

async fn owners_and_grants(port: &Port) {
    let bucket = port.bucket().await;
    port.put(&bucket, "key", b"x").await;
    for key in ["", "key"] {
        let acl = port.send(port.s3().get(&bucket, key).flag("acl")).await.xml();
        assert_eq!(acl.at("AccessControlList/Grant/Permission"), "FULL_CONTROL");
        port.send(port.s3().put(&bucket, key, "").flag("acl").header("x-amz-acl", "private")).await.ok();
        let public = port.s3().put(&bucket, key, "").flag("acl").header("x-amz-acl", "public-read");
        assert!(port.send(public).await.status.as_u16() >= 400);
    }
}
