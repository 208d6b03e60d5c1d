//! Automatic rotation and rotation on demand.

use serde_json::{Value, json};

use super::room::Room;

async fn status(room: &Room, key: &str) -> Value {
    room.call("root", "GetKeyRotationStatus", json!({ "KeyId": key })).await.ok()
}

async fn current(room: &Room, key: &str) -> Value {
    room.call("root", "DescribeKey", json!({ "KeyId": key })).await.ok()["KeyMetadata"]["CurrentKeyMaterialId"].clone()
}

#[tokio::test]
async fn by_schedule() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    assert_eq!(status(&room, &key).await, json!({ "KeyRotationEnabled": false, "KeyId": key }));
    room.call("root", "EnableKeyRotation", json!({ "KeyId": key, "RotationPeriodInDays": 90 })).await.ok();
    let enabled = status(&room, &key).await;
    assert_eq!(enabled["KeyRotationEnabled"], true);
    assert_eq!(enabled["RotationPeriodInDays"], 90);
    assert_eq!(enabled["NextRotationDate"], (room.now() + 90 * 86_400) as f64);

    let sealed = room.call("root", "Encrypt", json!({ "KeyId": key, "Plaintext": "c2VjcmV0" })).await.ok();
    let first = current(&room, &key).await;
    room.pass_days(89);
    room.kms.tend().await.unwrap();
    assert_eq!(current(&room, &key).await, first);
    room.pass_days(1);
    room.kms.tend().await.unwrap();
    let second = current(&room, &key).await;
    assert_ne!(second, first);
    assert_eq!(status(&room, &key).await["NextRotationDate"], (room.now() + 90 * 86_400) as f64);

    // What was sealed before still opens, and says by what.
    let opened = room.call("root", "Decrypt", json!({ "CiphertextBlob": sealed["CiphertextBlob"] })).await.ok();
    assert_eq!((&opened["Plaintext"], &opened["KeyMaterialId"]), (&json!("c2VjcmV0"), &first));
    let room = room.reopen().await;
    let again = room.call("root", "GenerateDataKey", json!({ "KeyId": key, "KeySpec": "AES_256" })).await.ok();
    assert_eq!(again["KeyMaterialId"], second);
    room.call("root", "Decrypt", json!({ "CiphertextBlob": sealed["CiphertextBlob"] })).await.ok();

    let rotations = room.call("root", "ListKeyRotations", json!({ "KeyId": key })).await.ok();
    let rotations = rotations["Rotations"].as_array().unwrap();
    assert_eq!(rotations.len(), 1);
    assert_eq!(rotations[0]["RotationType"], "AUTOMATIC");
    assert_eq!(rotations[0]["KeyMaterialId"], second);
    assert_eq!(rotations[0]["RotationDate"], room.now() as f64);
    let body = json!({ "KeyId": key, "IncludeKeyMaterial": "ALL_KEY_MATERIAL" });
    let all = room.call("root", "ListKeyRotations", body).await.ok();
    let states: Vec<&Value> = all["Rotations"].as_array().unwrap().iter().map(|one| &one["KeyMaterialState"]).collect();
    assert_eq!(states, ["NON_CURRENT", "CURRENT"]);
    room.call("root", "DisableKeyRotation", json!({ "KeyId": key })).await.ok();
    assert_eq!(status(&room, &key).await["KeyRotationEnabled"], false);
}

#[tokio::test]
async fn a_disabled_key_does_not_rotate() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    room.call("root", "EnableKeyRotation", json!({ "KeyId": key })).await.ok();
    let first = current(&room, &key).await;
    room.call("root", "DisableKey", json!({ "KeyId": key })).await.ok();
    room.pass_days(400);
    room.kms.tend().await.unwrap();
    assert_eq!(current(&room, &key).await, first);
    room.call("root", "EnableKeyRotation", json!({ "KeyId": key }))
        .await
        .fails("DisabledException", &format!("{key} is disabled."));
    room.call("root", "ScheduleKeyDeletion", json!({ "KeyId": key })).await.ok();
    assert_eq!(status(&room, &key).await["KeyRotationEnabled"], false);
    room.call("root", "CancelKeyDeletion", json!({ "KeyId": key })).await.ok();
    assert_eq!(status(&room, &key).await["KeyRotationEnabled"], true);
}

#[tokio::test]
async fn on_demand_25_times() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    room.call("root", "EnableKeyRotation", json!({ "KeyId": key })).await.ok();
    let next = status(&room, &key).await["NextRotationDate"].clone();
    let mut seen = vec![current(&room, &key).await];
    for _ in 0..25 {
        assert_eq!(room.call("root", "RotateKeyOnDemand", json!({ "KeyId": key })).await.ok(), json!({ "KeyId": key }));
        let material = current(&room, &key).await;
        assert!(!seen.contains(&material));
        seen.push(material);
    }
    assert_eq!(status(&room, &key).await["NextRotationDate"], next);
    room.call("root", "RotateKeyOnDemand", json!({ "KeyId": key })).await.fails(
        "LimitExceededException",
        &format!(
            "The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be \
             performed for this key: {key}"
        ),
    );
    let rotations = room.call("root", "ListKeyRotations", json!({ "KeyId": key, "Limit": 20 })).await.ok();
    assert_eq!(rotations["Truncated"], true);
    assert_eq!(rotations["Rotations"][0]["RotationType"], "ON_DEMAND");
}

#[tokio::test]
async fn only_symmetric_keys_of_our_making() {
    let room = Room::open().await;
    let hmac = room.key(json!({ "KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC" })).await;
    for action in
        ["EnableKeyRotation", "DisableKeyRotation", "GetKeyRotationStatus", "RotateKeyOnDemand", "ListKeyRotations"]
    {
        room.call("root", action, json!({ "KeyId": hmac })).await.fails("UnsupportedOperationException", "");
    }
    let external = room.key(json!({ "Origin": "EXTERNAL" })).await;
    let words = format!("{external} origin is EXTERNAL which is not valid for this operation.");
    room.call("root", "EnableKeyRotation", json!({ "KeyId": external }))
        .await
        .fails("UnsupportedOperationException", &words);
    room.call("root", "RotateKeyOnDemand", json!({ "KeyId": external }))
        .await
        .fails("KMSInvalidStateException", &format!("{external} is pending import."));
    let key = room.symmetric().await;
    for days in [89, 2561] {
        let body = json!({ "KeyId": key, "RotationPeriodInDays": days });
        assert_eq!(room.call("root", "EnableKeyRotation", body).await.code(), "ValidationException");
    }
}

#[tokio::test]
async fn aws_managed_keys_rotate_yearly() {
    let room = Room::open().await;
    let first = current(&room, "alias/aws/s3").await;
    room.pass_days(365);
    room.kms.tend().await.unwrap();
    assert_ne!(current(&room, "alias/aws/s3").await, first);
}
