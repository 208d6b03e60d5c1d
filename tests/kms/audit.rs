//! Every call leaves its record, and no record a secret.

use serde_json::{Value, json};

use super::room::Room;

#[tokio::test]
async fn a_call_leaves_one_record_in_the_shape_of_cloudtrail() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    let body = json!({ "KeyId": key, "Plaintext": "c2VjcmV0LXRleHQ=", "EncryptionContext": { "team": "blue" } });
    room.call("admin", "Encrypt", body).await.ok();
    let records = room.audit();
    assert_eq!(records.len(), 2);
    let record = &records[1];
    assert_eq!(record["eventSource"], "kms.amazonaws.com");
    assert_eq!(record["eventName"], "Encrypt");
    assert_eq!(record["eventTime"], "2026-01-01T00:00:00Z");
    assert_eq!(record["awsRegion"], "us-east-1");
    assert_eq!(record["sourceIPAddress"], "127.0.0.1");
    assert_eq!(record["requestID"], "request-1");
    assert_eq!(record["readOnly"], true);
    assert_eq!(record["userIdentity"]["type"], "IAMUser");
    assert_eq!(record["userIdentity"]["userName"], "admin");
    assert_eq!(record["userIdentity"]["arn"], "arn:aws:iam::000000000000:user/admin");
    let parameters =
        json!({ "keyId": key, "encryptionContext": { "team": "blue" }, "encryptionAlgorithm": "SYMMETRIC_DEFAULT" });
    assert_eq!(record["requestParameters"], parameters);
    assert_eq!(record["responseElements"], Value::Null);
    assert_eq!(record["resources"], json!([{ "accountId": "000000000000", "type": "AWS::KMS::Key", "ARN": key }]));
    assert!(record["errorCode"].is_null());
    assert_eq!(records[0]["responseElements"]["keyMetadata"]["aWSAccountId"], "000000000000");
    assert_eq!(records[0]["responseElements"]["keyMetadata"]["creationDate"], "Jan 1, 2026, 12:00:00 AM");
    assert_ne!(records[0]["eventID"], records[1]["eventID"]);
}

#[tokio::test]
async fn refused_calls_are_recorded_too() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    room.call("nobody", "Encrypt", json!({ "KeyId": key, "Plaintext": "AA==" })).await.code();
    room.call("nobody", "Encrypt", json!({ "KeyId": key })).await.code();
    room.call("nobody", "Encrypt", json!({ "KeyId": 1 })).await.code();
    let codes: Vec<Value> = room.audit()[1..].iter().map(|record| record["errorCode"].clone()).collect();
    assert_eq!(codes, ["AccessDenied", "ValidationException", "SerializationException"]);
}

#[tokio::test]
async fn no_record_holds_a_plaintext_or_a_blob() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    let sealed = room.call("admin", "Encrypt", json!({ "KeyId": key, "Plaintext": "c2VjcmV0LXRleHQ=" })).await.ok();
    room.call("admin", "Decrypt", json!({ "CiphertextBlob": sealed["CiphertextBlob"] })).await.ok();
    let made = room.call("admin", "GenerateDataKey", json!({ "KeyId": key, "KeySpec": "AES_256" })).await.ok();
    let trail = std::fs::read_to_string(room.folder().join("audit.jsonl")).unwrap();
    for secret in [
        "c2VjcmV0LXRleHQ=",
        "secret-text",
        sealed["CiphertextBlob"].as_str().unwrap(),
        made["Plaintext"].as_str().unwrap(),
    ] {
        assert!(!trail.contains(secret), "{secret}");
    }
}
