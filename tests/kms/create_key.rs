use serde_json::json;

use super::room::{ACCOUNT, Room};

#[tokio::test]
async fn a_symmetric_key_by_default() {
    let room = Room::open().await;
    let made =
        room.call("admin", "CreateKey", json!({ "Description": "one", "Tags": [{ "TagKey": "a", "TagValue": "b" }] }));
    let made = made.await.ok();
    let key = &made["KeyMetadata"];
    let id = key["KeyId"].as_str().unwrap();
    assert_eq!(key["Arn"], format!("arn:aws:kms:us-east-1:{ACCOUNT}:key/{id}"));
    assert_eq!(key["AWSAccountId"], ACCOUNT);
    assert_eq!(key["CreationDate"], room.now() as f64);
    assert_eq!(key["Enabled"], true);
    assert_eq!(key["KeyState"], "Enabled");
    assert_eq!(key["Description"], "one");
    assert_eq!(key["KeyUsage"], "ENCRYPT_DECRYPT");
    assert_eq!(key["KeySpec"], "SYMMETRIC_DEFAULT");
    assert_eq!(key["CustomerMasterKeySpec"], "SYMMETRIC_DEFAULT");
    assert_eq!(key["EncryptionAlgorithms"], json!(["SYMMETRIC_DEFAULT"]));
    assert_eq!(key["KeyManager"], "CUSTOMER");
    assert_eq!(key["Origin"], "AWS_KMS");
    assert_eq!(key["MultiRegion"], false);
    assert_eq!(key["CurrentKeyMaterialId"].as_str().unwrap().len(), 64);
}

#[tokio::test]
async fn every_spec_with_its_usages() {
    let room = Room::open().await;
    for (spec, usage, algorithms, some) in [
        ("RSA_2048", "ENCRYPT_DECRYPT", "EncryptionAlgorithms", "RSAES_OAEP_SHA_256"),
        ("RSA_2048", "SIGN_VERIFY", "SigningAlgorithms", "RSASSA_PSS_SHA_512"),
        ("ECC_NIST_P256", "SIGN_VERIFY", "SigningAlgorithms", "ECDSA_SHA_256"),
        ("ECC_NIST_P384", "KEY_AGREEMENT", "KeyAgreementAlgorithms", "ECDH"),
        ("ECC_NIST_P521", "SIGN_VERIFY", "SigningAlgorithms", "ECDSA_SHA_512"),
        ("ECC_SECG_P256K1", "SIGN_VERIFY", "SigningAlgorithms", "ECDSA_SHA_256"),
        ("ECC_NIST_EDWARDS25519", "SIGN_VERIFY", "SigningAlgorithms", "ED25519_PH_SHA_512"),
        ("HMAC_224", "GENERATE_VERIFY_MAC", "MacAlgorithms", "HMAC_SHA_224"),
        ("HMAC_512", "GENERATE_VERIFY_MAC", "MacAlgorithms", "HMAC_SHA_512"),
        ("SM2", "ENCRYPT_DECRYPT", "EncryptionAlgorithms", "SM2PKE"),
        ("ML_DSA_65", "SIGN_VERIFY", "SigningAlgorithms", "ML_DSA_SHAKE_256"),
        ("ML_KEM_768", "ENCAPSULATE_DECAPSULATE", "EncapsulationAlgorithms", "ML_KEM"),
    ] {
        let made = room.call("admin", "CreateKey", json!({ "KeySpec": spec, "KeyUsage": usage })).await.ok();
        let key = &made["KeyMetadata"];
        assert_eq!((&key["KeySpec"], &key["KeyUsage"]), (&json!(spec), &json!(usage)));
        assert!(key[algorithms].as_array().unwrap().contains(&json!(some)), "{spec}: {key}");
        assert!(key["CurrentKeyMaterialId"].is_null(), "{spec}");
        assert_eq!(key.as_object().unwrap().keys().filter(|name| name.ends_with("Algorithms")).count(), 1, "{key}");
    }
}

#[tokio::test]
async fn spec_and_usage_must_fit() {
    let room = Room::open().await;
    let create = async |body| room.call("admin", "CreateKey", body).await;
    create(json!({ "KeySpec": "RSA_2048" })).await.fails(
        "ValidationException",
        "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.",
    );
    create(json!({ "KeySpec": "RSA_2048", "KeyUsage": "KEY_AGREEMENT" }))
        .await
        .fails("ValidationException", "KeyUsage KEY_AGREEMENT is not compatible with KeySpec RSA_2048");
    let (code, message) = create(json!({ "KeySpec": "RSA_1024" })).await.error();
    assert_eq!(code, "ValidationException");
    assert!(message.starts_with(
        "1 validation error detected: Value 'RSA_1024' at 'keySpec' failed to satisfy constraint: Member must satisfy \
         enum value set: ["
    ));
    create(json!({ "KeySpec": "SYMMETRIC_DEFAULT", "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT" })).await.code();
    assert_eq!(create(json!({ "Origin": "AWS_CLOUDHSM" })).await.code(), "ValidationException");
    let body = json!({ "Origin": "AWS_CLOUDHSM", "CustomKeyStoreId": "cks-1" });
    assert_eq!(create(body).await.code(), "CustomKeyStoreNotFoundException");
}

#[tokio::test]
async fn tags_are_checked() {
    let room = Room::open().await;
    let tags = |names: &[&str]| json!({ "Tags": names.iter().map(|name| json!({ "TagKey": name, "TagValue": "" })).collect::<Vec<_>>() });
    let create = async |body| room.call("admin", "CreateKey", body).await;
    create(tags(&["a", "a"])).await.fails("TagException", "Duplicate tag keys");
    create(tags(&["aws:a"])).await.fails("TagException", "Tags beginning with aws: are reserved");
    let many: Vec<String> = (0..51).map(|number| format!("t{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    create(tags(&many)).await.fails("TagException", "Too many tags");
}

#[tokio::test]
async fn an_external_key_waits_for_its_material() {
    let room = Room::open().await;
    let made = room.call("admin", "CreateKey", json!({ "Origin": "EXTERNAL" })).await.ok();
    let key = &made["KeyMetadata"];
    assert_eq!((&key["KeyState"], &key["Enabled"]), (&json!("PendingImport"), &json!(false)));
    assert!(key["CurrentKeyMaterialId"].is_null());
    let body = json!({ "KeyId": key["KeyId"], "Plaintext": "AA==" });
    let arn = key["Arn"].as_str().unwrap();
    room.call("admin", "Encrypt", body).await.fails("KMSInvalidStateException", &format!("{arn} is pending import."));
}

#[tokio::test]
async fn a_multi_region_key_has_an_id_of_its_own_kind() {
    let room = Room::open().await;
    let made = room.call("admin", "CreateKey", json!({ "MultiRegion": true })).await.ok();
    let id = made["KeyMetadata"]["KeyId"].as_str().unwrap();
    assert!(id.starts_with("mrk-") && id.len() == 36, "{id}");
    assert_eq!(made["KeyMetadata"]["MultiRegion"], true);
}

#[tokio::test]
async fn who_may() {
    let room = Room::open().await;
    let (code, message) = room.call("nobody", "CreateKey", json!({})).await.error();
    assert_eq!(code, "AccessDeniedException");
    assert_eq!(
        message,
        format!(
            "User: arn:aws:iam::{ACCOUNT}:user/nobody is not authorized to perform: kms:CreateKey on resource: * because \
             no identity-based policy allows the kms:CreateKey action"
        )
    );
    assert!(room.call("root", "ListKeys", json!({})).await.ok()["Keys"].as_array().unwrap().is_empty());
}
