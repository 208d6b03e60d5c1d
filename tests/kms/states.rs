//! EnableKey, DisableKey, UpdateKeyDescription, ScheduleKeyDeletion, CancelKeyDeletion, and what each state forbids.

use serde_json::{Value, json};

use super::room::Room;

async fn state(room: &Room, key: &str) -> Value {
    room.call("root", "DescribeKey", json!({ "KeyId": key })).await.ok()["KeyMetadata"]["KeyState"].clone()
}

#[tokio::test]
async fn a_disabled_key_is_of_no_use_until_it_is_enabled() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    let sealed = room.call("root", "Encrypt", json!({ "KeyId": key, "Plaintext": "AA==" })).await.ok();
    for _ in 0..2 {
        assert_eq!(room.call("root", "DisableKey", json!({ "KeyId": key })).await.ok(), Value::Null);
    }
    assert_eq!(state(&room, &key).await, "Disabled");
    let words = format!("{key} is disabled.");
    room.call("root", "Encrypt", json!({ "KeyId": key, "Plaintext": "AA==" })).await.fails("DisabledException", &words);
    let body = json!({ "CiphertextBlob": sealed["CiphertextBlob"] });
    room.call("root", "Decrypt", body.clone()).await.fails("DisabledException", &words);
    let generate = json!({ "KeyId": key, "KeySpec": "AES_256" });
    room.call("root", "GenerateDataKey", generate).await.fails("DisabledException", &words);
    for _ in 0..2 {
        room.call("root", "EnableKey", json!({ "KeyId": key })).await.ok();
    }
    room.call("root", "Decrypt", body).await.ok();
}

#[tokio::test]
async fn a_key_that_waits_for_its_deletion() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    let body = json!({ "KeyId": key, "PendingWindowInDays": 7 });
    let scheduled = room.call("root", "ScheduleKeyDeletion", body.clone()).await.ok();
    assert_eq!(scheduled["KeyId"], key);
    assert_eq!(scheduled["KeyState"], "PendingDeletion");
    assert_eq!(scheduled["DeletionDate"], (room.now() + 7 * 86_400) as f64);
    assert_eq!(scheduled["PendingWindowInDays"], 7);
    let described = room.call("root", "DescribeKey", json!({ "KeyId": key })).await.ok();
    assert_eq!(described["KeyMetadata"]["DeletionDate"], scheduled["DeletionDate"]);
    assert_eq!(described["KeyMetadata"]["Enabled"], false);
    let words = format!("{key} is pending deletion.");
    for (action, body) in [
        ("ScheduleKeyDeletion", body),
        ("Encrypt", json!({ "KeyId": key, "Plaintext": "AA==" })),
        ("EnableKey", json!({ "KeyId": key })),
        ("DisableKey", json!({ "KeyId": key })),
        ("UpdateKeyDescription", json!({ "KeyId": key, "Description": "x" })),
        ("TagResource", json!({ "KeyId": key, "Tags": [] })),
        ("UntagResource", json!({ "KeyId": key, "TagKeys": [] })),
        ("CreateAlias", json!({ "TargetKeyId": key, "AliasName": "alias/x" })),
        ("EnableKeyRotation", json!({ "KeyId": key })),
        ("RotateKeyOnDemand", json!({ "KeyId": key })),
    ] {
        room.call("root", action, body).await.fails("KMSInvalidStateException", &words);
    }
    for action in
        ["DescribeKey", "GetKeyPolicy", "ListKeyPolicies", "ListGrants", "ListResourceTags", "GetKeyRotationStatus"]
    {
        room.call("root", action, json!({ "KeyId": key })).await.ok();
    }
    room.call("root", "CancelKeyDeletion", json!({ "KeyId": key })).await.ok();
    assert_eq!(state(&room, &key).await, "Disabled");
    room.call("root", "CancelKeyDeletion", json!({ "KeyId": key }))
        .await
        .fails("KMSInvalidStateException", &format!("{key} is not pending deletion."));
}

#[tokio::test]
async fn the_waiting_period_has_7_to_30_days() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    for days in [1, 6, 31, 366] {
        let body = json!({ "KeyId": key, "PendingWindowInDays": days });
        assert_eq!(room.call("root", "ScheduleKeyDeletion", body).await.code(), "ValidationException");
    }
    let scheduled = room.call("root", "ScheduleKeyDeletion", json!({ "KeyId": key })).await.ok();
    assert_eq!(scheduled["PendingWindowInDays"], 30);
}

#[tokio::test]
async fn a_key_whose_time_is_over_is_destroyed() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    room.call("root", "CreateAlias", json!({ "TargetKeyId": key, "AliasName": "alias/gone" })).await.ok();
    let sealed = room.call("root", "Encrypt", json!({ "KeyId": key, "Plaintext": "AA==" })).await.ok();
    room.call("root", "ScheduleKeyDeletion", json!({ "KeyId": key, "PendingWindowInDays": 7 })).await.ok();
    room.pass_days(6);
    room.kms.tend().await.unwrap();
    assert_eq!(state(&room, &key).await, "PendingDeletion");
    room.pass_days(1);
    room.kms.tend().await.unwrap();
    for room in [room] {
        room.call("root", "DescribeKey", json!({ "KeyId": key }))
            .await
            .fails("NotFoundException", &format!("Key '{key}' does not exist"));
        let body = json!({ "CiphertextBlob": sealed["CiphertextBlob"] });
        assert_eq!(room.call("root", "Decrypt", body).await.code(), "AccessDeniedException");
        assert_eq!(
            room.call("root", "DescribeKey", json!({ "KeyId": "alias/gone" })).await.code(),
            "NotFoundException"
        );
        let room = room.reopen().await;
        assert_eq!(room.call("root", "DescribeKey", json!({ "KeyId": key })).await.code(), "NotFoundException");
    }
}

#[tokio::test]
async fn a_description_can_be_changed() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    room.call("root", "UpdateKeyDescription", json!({ "KeyId": key, "Description": "new" })).await.ok();
    let described = room.call("root", "DescribeKey", json!({ "KeyId": key })).await.ok();
    assert_eq!(described["KeyMetadata"]["Description"], "new");
}

/// An AWS-managed key is seen by its account and changed by nobody.
#[tokio::test]
async fn an_aws_managed_key_is_read_only() {
    let room = Room::open().await;
    let key = room.call("root", "DescribeKey", json!({ "KeyId": "alias/aws/s3" })).await.ok();
    let key = key["KeyMetadata"]["Arn"].as_str().unwrap().to_owned();
    for (action, body) in [
        ("DisableKey", json!({ "KeyId": key })),
        ("ScheduleKeyDeletion", json!({ "KeyId": key })),
        ("PutKeyPolicy", json!({ "KeyId": key, "Policy": "{}" })),
        ("EnableKeyRotation", json!({ "KeyId": key })),
        ("TagResource", json!({ "KeyId": key, "Tags": [] })),
        ("Encrypt", json!({ "KeyId": key, "Plaintext": "AA==" })),
        (
            "CreateGrant",
            json!({ "KeyId": key, "GranteePrincipal": "arn:aws:iam::000000000000:user/admin", "Operations": ["Decrypt"] }),
        ),
    ] {
        let (code, message) = room.call("root", action, body).await.error();
        assert_eq!(code, "AccessDeniedException", "{action}");
        let reason = format!("because no resource-based policy allows the kms:{action} action");
        assert!(message.ends_with(&reason), "{message}");
    }
    let policy = room.call("root", "GetKeyPolicy", json!({ "KeyId": key })).await.ok();
    assert!(policy["Policy"].as_str().unwrap().contains("kms:ViaService"));
    assert_eq!(
        room.call("root", "GetKeyRotationStatus", json!({ "KeyId": key })).await.ok()["KeyRotationEnabled"],
        true
    );
}

#[tokio::test]
async fn a_key_that_waits_for_its_material_waits_on_after_a_cancelled_deletion() {
    let room = Room::open().await;
    let key = room.key(json!({ "Origin": "EXTERNAL" })).await;
    room.call("root", "ScheduleKeyDeletion", json!({ "KeyId": key, "PendingWindowInDays": 7 })).await.ok();
    room.call("root", "CancelKeyDeletion", json!({ "KeyId": key })).await.ok();
    let described = room.call("root", "DescribeKey", json!({ "KeyId": key })).await.ok();
    assert_eq!(described["KeyMetadata"]["KeyState"], "PendingImport");
    assert_eq!(room.call("root", "EnableKey", json!({ "KeyId": key })).await.code(), "KMSInvalidStateException");
}

/// A machine that starts with a clock weeks ahead has minutes to hear of the time before a key is destroyed.
#[tokio::test]
async fn a_process_that_has_just_started_destroys_nothing() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    room.call("root", "ScheduleKeyDeletion", json!({ "KeyId": key, "PendingWindowInDays": 7 })).await.ok();
    room.pass_days(30);
    let room = room.reopen().await;
    room.kms.tend().await.unwrap();
    room.call("root", "DescribeKey", json!({ "KeyId": key })).await.ok();
    room.pass_secs(600);
    room.kms.tend().await.unwrap();
    assert_eq!(room.call("root", "DescribeKey", json!({ "KeyId": key })).await.code(), "NotFoundException");
}
