use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::room::Room;

#[tokio::test]
async fn by_id_arn_and_alias() {
    let room = Room::open().await;
    let arn = room.symmetric().await;
    let id = arn.rsplit('/').next().unwrap();
    for name in [arn.as_str(), id] {
        let sealed = room.call("admin", "Encrypt", json!({ "KeyId": name, "Plaintext": "c2VjcmV0" })).await.ok();
        assert_eq!(sealed["KeyId"], arn);
        assert_eq!(sealed["EncryptionAlgorithm"], "SYMMETRIC_DEFAULT");
        let blob = STANDARD.decode(sealed["CiphertextBlob"].as_str().unwrap()).unwrap();
        assert!(!blob.windows(6).any(|window| window == b"secret"));
        let opened = room.call("admin", "Decrypt", json!({ "CiphertextBlob": sealed["CiphertextBlob"] })).await.ok();
        assert_eq!(opened["Plaintext"], "c2VjcmV0");
    }
}

#[tokio::test]
async fn the_longest_plaintext_fits_and_one_more_byte_does_not() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    let body = |len: usize| json!({ "KeyId": key, "Plaintext": STANDARD.encode(vec![7; len]) });
    let sealed = room.call("admin", "Encrypt", body(4096)).await.ok();
    assert!(STANDARD.decode(sealed["CiphertextBlob"].as_str().unwrap()).unwrap().len() <= 6144);
    room.call("admin", "Encrypt", body(4097)).await.fails(
        "ValidationException",
        "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length less than \
         or equal to 4096",
    );
}

#[tokio::test]
async fn what_is_no_key_of_that_kind() {
    let room = Room::open().await;
    let encrypt = async |key: &str| room.call("admin", "Encrypt", json!({ "KeyId": key, "Plaintext": "AA==" })).await;
    encrypt("fake-key-id").await.fails("NotFoundException", "Invalid keyId 'fake-key-id'");
    let absent = "1234abcd-12ab-34cd-56ef-1234567890ab";
    let arn = format!("arn:aws:kms:us-east-1:000000000000:key/{absent}");
    encrypt(absent).await.fails("NotFoundException", &format!("Key '{arn}' does not exist"));
    encrypt(&arn).await.fails("NotFoundException", &format!("Key '{arn}' does not exist"));
    encrypt(&absent.replace('-', "")).await.code();
    let elsewhere = format!("arn:aws:kms:eu-west-1:000000000000:key/{absent}");
    encrypt(&elsewhere).await.fails("NotFoundException", "Invalid arn eu-west-1");
    encrypt("alias/none")
        .await
        .fails("NotFoundException", "Alias arn:aws:kms:us-east-1:000000000000:alias/none is not found.");
    let signing = room.key(json!({ "KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY" })).await;
    encrypt(&signing).await.fails(
        "InvalidKeyUsageException",
        &format!("{signing} key usage is SIGN_VERIFY which is not valid for Encrypt."),
    );
}

#[tokio::test]
async fn a_dry_run_never_succeeds() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    let body = json!({ "KeyId": key, "Plaintext": "AA==", "DryRun": true });
    room.call("admin", "Encrypt", body.clone())
        .await
        .fails("DryRunOperationException", "The request would have succeeded, but the DryRun option is set.");
    assert_eq!(room.call("nobody", "Encrypt", body).await.code(), "AccessDeniedException");
}

#[tokio::test]
async fn who_may() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    let body = json!({ "KeyId": key, "Plaintext": "AA==" });
    assert_eq!(room.call("reader", "Encrypt", body.clone()).await.code(), "AccessDeniedException");
    assert_eq!(room.call("guest", "Encrypt", body.clone()).await.code(), "AccessDeniedException");
    room.call("root", "Encrypt", body).await.ok();
}
