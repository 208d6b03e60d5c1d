//! GenerateDataKeyPair, both without plaintext, and GenerateRandom.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::room::Room;

#[tokio::test]
async fn every_pair_spec() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    for spec in [
        "RSA_2048",
        "ECC_NIST_P256",
        "ECC_NIST_P384",
        "ECC_NIST_P521",
        "ECC_SECG_P256K1",
        "ECC_NIST_EDWARDS25519",
        "SM2",
        "ML_KEM_512",
        "ML_KEM_1024",
    ] {
        let body = json!({ "KeyId": key, "KeyPairSpec": spec, "EncryptionContext": { "a": "b" } });
        let made = room.call("root", "GenerateDataKeyPair", body.clone()).await.ok();
        assert_eq!((&made["KeyId"], &made["KeyPairSpec"]), (&json!(key), &json!(spec)));
        let open = json!({ "CiphertextBlob": made["PrivateKeyCiphertextBlob"], "EncryptionContext": { "a": "b" } });
        let opened = room.call("root", "Decrypt", open).await.ok();
        assert_eq!(opened["Plaintext"], made["PrivateKeyPlaintext"]);
        assert_eq!(STANDARD.decode(made["PublicKey"].as_str().unwrap()).unwrap()[0], 0x30);
        if spec != "RSA_2048" {
            let without = room.call("root", "GenerateDataKeyPairWithoutPlaintext", body).await.ok();
            assert!(without["PrivateKeyPlaintext"].is_null());
            assert_ne!(without["PublicKey"], made["PublicKey"]);
        }
    }
    let body = json!({ "KeyId": key, "KeyPairSpec": "HMAC_256" });
    assert_eq!(room.call("root", "GenerateDataKeyPair", body).await.code(), "ValidationException");
    let body = json!({ "KeyId": key, "KeyPairSpec": "ECC_NIST_P256", "DryRun": true });
    assert_eq!(room.call("root", "GenerateDataKeyPair", body).await.code(), "DryRunOperationException");
}

#[tokio::test]
async fn data_keys_without_plaintext() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    let body = json!({ "KeyId": key, "NumberOfBytes": 16 });
    let made = room.call("root", "GenerateDataKeyWithoutPlaintext", body).await.ok();
    assert!(made["Plaintext"].is_null());
    let opened = room.call("root", "Decrypt", json!({ "CiphertextBlob": made["CiphertextBlob"] })).await.ok();
    assert_eq!(STANDARD.decode(opened["Plaintext"].as_str().unwrap()).unwrap().len(), 16);
}

#[tokio::test]
async fn random_bytes() {
    let room = Room::open().await;
    let made = room.call("root", "GenerateRandom", json!({ "NumberOfBytes": 1024 })).await.ok();
    assert_eq!(STANDARD.decode(made["Plaintext"].as_str().unwrap()).unwrap().len(), 1024);
    room.call("root", "GenerateRandom", json!({})).await.fails("ValidationException", "NumberOfBytes is required.");
    let body = json!({ "NumberOfBytes": 1, "CustomKeyStoreId": "cks-1" });
    assert_eq!(room.call("root", "GenerateRandom", body).await.code(), "CustomKeyStoreNotFoundException");
}
