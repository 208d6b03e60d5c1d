use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::room::Room;

#[tokio::test]
async fn the_blob_opens_to_the_plaintext() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    for (asked, len) in [
        (json!({ "KeySpec": "AES_256" }), 32),
        (json!({ "KeySpec": "AES_128" }), 16),
        (json!({ "NumberOfBytes": 1024 }), 1024),
    ] {
        let mut body = asked;
        body["KeyId"] = json!(key);
        body["EncryptionContext"] = json!({ "a": "b" });
        let made = room.call("admin", "GenerateDataKey", body).await.ok();
        assert_eq!(STANDARD.decode(made["Plaintext"].as_str().unwrap()).unwrap().len(), len);
        assert_eq!(made["KeyId"], key);
        let body = json!({ "CiphertextBlob": made["CiphertextBlob"], "EncryptionContext": { "a": "b" } });
        let opened = room.call("admin", "Decrypt", body).await.ok();
        assert_eq!(opened["Plaintext"], made["Plaintext"]);
        assert_eq!(opened["KeyMaterialId"], made["KeyMaterialId"]);
    }
}

#[tokio::test]
async fn exactly_one_of_spec_and_length() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    for body in [json!({ "KeyId": key }), json!({ "KeyId": key, "KeySpec": "AES_256", "NumberOfBytes": 32 })] {
        let answer = room.call("admin", "GenerateDataKey", body).await;
        answer.fails("ValidationException", "Please specify either number of bytes or key spec.");
    }
    for len in [0, 1025] {
        let body = json!({ "KeyId": key, "NumberOfBytes": len });
        assert_eq!(room.call("admin", "GenerateDataKey", body).await.code(), "ValidationException");
    }
}

#[tokio::test]
async fn symmetric_keys_only() {
    let room = Room::open().await;
    let generate =
        async |key: &str| room.call("admin", "GenerateDataKey", json!({ "KeyId": key, "KeySpec": "AES_256" })).await;
    let rsa = room.key(json!({ "KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT" })).await;
    assert_eq!(generate(&rsa).await.code(), "InvalidKeyUsageException");
    let hmac = room.key(json!({ "KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC" })).await;
    let words = format!("{hmac} key usage is GENERATE_VERIFY_MAC which is not valid for GenerateDataKey.");
    generate(&hmac).await.fails("InvalidKeyUsageException", &words);
}

#[tokio::test]
async fn who_may() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    let body = json!({ "KeyId": key, "KeySpec": "AES_256" });
    for who in ["reader", "nobody", "guest", "foreign"] {
        assert_eq!(room.call(who, "GenerateDataKey", body.clone()).await.code(), "AccessDeniedException", "{who}");
    }
    assert_ne!(room.call("root", "GenerateDataKey", body).await.ok(), Value::Null);
}
