//! ReEncrypt, and the asymmetric forms of Encrypt and Decrypt.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::room::Room;

#[tokio::test]
async fn a_plaintext_changes_its_key_and_context() {
    let room = Room::open().await;
    let (one, two) = (room.symmetric().await, room.symmetric().await);
    let body = json!({ "KeyId": one, "Plaintext": "c2VjcmV0", "EncryptionContext": { "a": "1" } });
    let sealed = room.call("root", "Encrypt", body).await.ok();
    let body = json!({
        "CiphertextBlob": sealed["CiphertextBlob"],
        "SourceEncryptionContext": { "a": "1" },
        "DestinationKeyId": two,
        "DestinationEncryptionContext": { "b": "2" },
    });
    let moved = room.call("root", "ReEncrypt", body.clone()).await.ok();
    assert_eq!((&moved["SourceKeyId"], &moved["KeyId"]), (&json!(one), &json!(two)));
    assert_eq!(moved["SourceKeyMaterialId"].as_str().unwrap().len(), 64);
    assert_ne!(moved["SourceKeyMaterialId"], moved["DestinationKeyMaterialId"]);
    let record = room.audit().pop().unwrap();
    let touched: Vec<&str> =
        record["resources"].as_array().unwrap().iter().map(|key| key["ARN"].as_str().unwrap()).collect();
    assert_eq!(touched, [&one, &two]);
    let open = json!({ "CiphertextBlob": moved["CiphertextBlob"], "EncryptionContext": { "b": "2" } });
    assert_eq!(room.call("root", "Decrypt", open).await.ok()["Plaintext"], "c2VjcmV0");

    let mut wrong = body.clone();
    wrong["SourceEncryptionContext"] = json!({});
    room.call("root", "ReEncrypt", wrong).await.fails("InvalidCiphertextException", "");
    let mut wrong = body.clone();
    wrong["SourceKeyId"] = json!(two);
    assert_eq!(room.call("root", "ReEncrypt", wrong).await.code(), "IncorrectKeyException");
    assert_eq!(room.call("reader", "ReEncrypt", body.clone()).await.code(), "AccessDeniedException");
    let mut dry = body.clone();
    dry["DryRun"] = json!(true);
    assert_eq!(room.call("root", "ReEncrypt", dry).await.code(), "DryRunOperationException");
    room.call("root", "DisableKey", json!({ "KeyId": two })).await.ok();
    room.call("root", "ReEncrypt", body).await.fails("DisabledException", &format!("{two} is disabled."));
}

#[tokio::test]
async fn asymmetric_encryption() {
    let room = Room::open().await;
    let rsa = room.key(json!({ "KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT" })).await;
    let sm2 = room.key(json!({ "KeySpec": "SM2", "KeyUsage": "ENCRYPT_DECRYPT" })).await;
    for (key, algorithm) in [(&rsa, "RSAES_OAEP_SHA_1"), (&rsa, "RSAES_OAEP_SHA_256"), (&sm2, "SM2PKE")] {
        let body = json!({ "KeyId": key, "Plaintext": "c2VjcmV0", "EncryptionAlgorithm": algorithm });
        let sealed = room.call("root", "Encrypt", body).await.ok();
        assert_eq!(sealed["EncryptionAlgorithm"], algorithm);
        let mut body =
            json!({ "KeyId": key, "CiphertextBlob": sealed["CiphertextBlob"], "EncryptionAlgorithm": algorithm });
        let opened = room.call("root", "Decrypt", body.clone()).await.ok();
        assert_eq!(opened["Plaintext"], "c2VjcmV0");
        assert!(opened["KeyMaterialId"].is_null());
        body["CiphertextBlob"] = json!(STANDARD.encode([1; 256]));
        room.call("root", "Decrypt", body.clone()).await.fails("InvalidCiphertextException", "");
        body["KeyId"] = json!(null);
        assert_eq!(room.call("root", "Decrypt", body).await.code(), "ValidationException");
        // Into a symmetric key.
        let symmetric = room.symmetric().await;
        let body = json!({
            "CiphertextBlob": sealed["CiphertextBlob"],
            "SourceKeyId": key,
            "SourceEncryptionAlgorithm": algorithm,
            "DestinationKeyId": symmetric,
        });
        let moved = room.call("root", "ReEncrypt", body).await.ok();
        let opened = room.call("root", "Decrypt", json!({ "CiphertextBlob": moved["CiphertextBlob"] })).await.ok();
        assert_eq!(opened["Plaintext"], "c2VjcmV0");
    }
    let body =
        json!({ "KeyId": rsa, "Plaintext": STANDARD.encode([1; 215]), "EncryptionAlgorithm": "RSAES_OAEP_SHA_1" });
    room.call("root", "Encrypt", body).await.fails(
        "ValidationException",
        "Algorithm RSAES_OAEP_SHA_1 and key spec RSA_2048 cannot encrypt data larger than 214 bytes.",
    );
    assert_eq!(
        room.call("root", "Encrypt", json!({ "KeyId": rsa, "Plaintext": "AA==" })).await.code(),
        "InvalidKeyUsageException"
    );
}
