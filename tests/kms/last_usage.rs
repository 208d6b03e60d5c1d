//! GetKeyLastUsage.

use serde_json::json;

use super::room::Room;

#[tokio::test]
async fn the_last_successful_cryptography_is_remembered() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    let body = json!({ "KeyId": key });
    let unused = room.call("root", "GetKeyLastUsage", body.clone()).await.ok();
    assert_eq!(unused["KeyLastUsage"], json!({}));
    assert_eq!(unused["KeyCreationDate"], room.now() as f64);
    room.pass_days(1);
    room.call("root", "Encrypt", json!({ "KeyId": key, "Plaintext": "AA==" })).await.ok();
    let event = room.audit().pop().unwrap();
    // Neither a failure nor a dry run nor a description is a use.
    room.call("nobody", "Encrypt", json!({ "KeyId": key, "Plaintext": "AA==" })).await.code();
    room.call("root", "GenerateDataKey", json!({ "KeyId": key, "KeySpec": "AES_256", "DryRun": true })).await.code();
    room.call("root", "DescribeKey", body.clone()).await.ok();
    let used = room.call("root", "GetKeyLastUsage", body.clone()).await.ok();
    let expected = json!({
        "Operation": "Encrypt",
        "Timestamp": room.now() as f64,
        "CloudTrailEventId": event["eventID"],
        "KmsRequestId": "request-1",
    });
    assert_eq!(used["KeyLastUsage"], expected);
    room.kms.tend().await.unwrap();
    let room = room.reopen().await;
    assert_eq!(room.call("root", "GetKeyLastUsage", body).await.ok(), used);
}
