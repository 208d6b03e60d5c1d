//! Request quotas: off unless switched on; for each account, Region and group.

use serde_json::json;

use super::room::Room;

#[tokio::test]
async fn beyond_the_quota_calls_are_throttled() {
    let room = Room::with_quotas().await;
    let words = "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.";
    for _ in 0..5 {
        room.call("root", "CreateKey", json!({})).await.ok();
    }
    room.call("root", "CreateKey", json!({})).await.fails("ThrottlingException", words);
    assert_eq!(room.audit().pop().unwrap()["errorCode"], "ThrottlingException");
    // Another account, Region and action have their own.
    room.call("foreign", "CreateKey", json!({})).await.ok();
    room.call_in("eu-west-1", "root", "CreateKey", json!({})).await.ok();
    room.call("root", "ListKeys", json!({})).await.ok();
    room.pass_secs(1);
    let key = room.symmetric().await;

    let pair = json!({ "KeyId": key, "KeyPairSpec": "RSA_2048", "DryRun": true });
    assert_eq!(room.call("root", "GenerateDataKeyPair", pair.clone()).await.code(), "DryRunOperationException");
    assert_eq!(room.call("root", "GenerateDataKeyPair", pair).await.code(), "ThrottlingException");
    let signing = room.key(json!({ "KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY" })).await;
    let body = json!({ "KeyId": signing, "Message": "AA==", "SigningAlgorithm": "ECDSA_SHA_256", "DryRun": true });
    for _ in 0..300 {
        assert_eq!(room.call("root", "Sign", body.clone()).await.code(), "DryRunOperationException");
    }
    room.call("root", "Sign", body).await.fails("ThrottlingException", words);
    room.call("root", "Encrypt", json!({ "KeyId": key, "Plaintext": "AA==" })).await.ok();
}

#[tokio::test]
async fn they_are_off_by_default() {
    let room = Room::open().await;
    for _ in 0..10 {
        room.call("root", "CreateKey", json!({})).await.ok();
    }
}
