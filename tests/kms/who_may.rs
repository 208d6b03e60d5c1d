//! Every action is authorised: whoever has no policy is refused, and the refusal is recorded.

use serde_json::{Value, json};

use super::room::Room;

/// Each action with a request that is well formed.
fn requests(key: &str) -> Vec<(&'static str, Value)> {
    let grantee = "arn:aws:iam::000000000000:user/admin";
    let id = "0".repeat(64);
    vec![
        ("CancelKeyDeletion", json!({ "KeyId": key })),
        ("ConnectCustomKeyStore", json!({ "CustomKeyStoreId": "cks-1" })),
        ("CreateAlias", json!({ "AliasName": "alias/x", "TargetKeyId": key })),
        ("CreateCustomKeyStore", json!({ "CustomKeyStoreName": "x" })),
        ("CreateGrant", json!({ "KeyId": key, "GranteePrincipal": grantee, "Operations": ["Decrypt"] })),
        ("CreateKey", json!({})),
        (
            "Decapsulate",
            json!({ "KeyId": key, "EncapsulationAlgorithm": "ML_KEM", "SharedSecretCiphertextBlob": "AA==" }),
        ),
        ("Decrypt", json!({ "KeyId": key, "CiphertextBlob": "AA==" })),
        ("DeleteAlias", json!({ "AliasName": "alias/mine" })),
        ("DeleteCustomKeyStore", json!({ "CustomKeyStoreId": "cks-1" })),
        ("DeleteImportedKeyMaterial", json!({ "KeyId": key })),
        ("DeriveSharedSecret", json!({ "KeyId": key, "KeyAgreementAlgorithm": "ECDH", "PublicKey": "AA==" })),
        ("DescribeCustomKeyStores", json!({})),
        ("DescribeKey", json!({ "KeyId": key })),
        ("DisableKey", json!({ "KeyId": key })),
        ("DisableKeyRotation", json!({ "KeyId": key })),
        ("DisconnectCustomKeyStore", json!({ "CustomKeyStoreId": "cks-1" })),
        ("EnableKey", json!({ "KeyId": key })),
        ("EnableKeyRotation", json!({ "KeyId": key })),
        ("Encapsulate", json!({ "KeyId": key, "EncapsulationAlgorithm": "ML_KEM" })),
        ("Encrypt", json!({ "KeyId": key, "Plaintext": "AA==" })),
        ("GenerateDataKey", json!({ "KeyId": key, "KeySpec": "AES_256" })),
        ("GenerateDataKeyPair", json!({ "KeyId": key, "KeyPairSpec": "ECC_NIST_P256" })),
        ("GenerateDataKeyPairWithoutPlaintext", json!({ "KeyId": key, "KeyPairSpec": "ECC_NIST_P256" })),
        ("GenerateDataKeyWithoutPlaintext", json!({ "KeyId": key, "KeySpec": "AES_256" })),
        ("GenerateMac", json!({ "KeyId": key, "Message": "AA==", "MacAlgorithm": "HMAC_SHA_256" })),
        ("GenerateRandom", json!({ "NumberOfBytes": 1 })),
        ("GetKeyLastUsage", json!({ "KeyId": key })),
        ("GetKeyPolicy", json!({ "KeyId": key })),
        ("GetKeyRotationStatus", json!({ "KeyId": key })),
        (
            "GetParametersForImport",
            json!({ "KeyId": key, "WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_4096" }),
        ),
        ("GetPublicKey", json!({ "KeyId": key })),
        ("ImportKeyMaterial", json!({ "KeyId": key, "ImportToken": "AA==", "EncryptedKeyMaterial": "AA==" })),
        ("ListAliases", json!({})),
        ("ListGrants", json!({ "KeyId": key })),
        ("ListKeyPolicies", json!({ "KeyId": key })),
        ("ListKeyRotations", json!({ "KeyId": key })),
        ("ListKeys", json!({})),
        ("ListResourceTags", json!({ "KeyId": key })),
        ("ListRetirableGrants", json!({ "RetiringPrincipal": grantee })),
        ("PutKeyPolicy", json!({ "KeyId": key, "Policy": "{}" })),
        ("ReEncrypt", json!({ "CiphertextBlob": "AA==", "SourceKeyId": key, "DestinationKeyId": key })),
        ("ReplicateKey", json!({ "KeyId": key, "ReplicaRegion": "eu-west-1" })),
        ("RetireGrant", json!({ "KeyId": key, "GrantId": id })),
        ("RevokeGrant", json!({ "KeyId": key, "GrantId": id })),
        ("RotateKeyOnDemand", json!({ "KeyId": key })),
        ("ScheduleKeyDeletion", json!({ "KeyId": key })),
        ("Sign", json!({ "KeyId": key, "Message": "AA==", "SigningAlgorithm": "ECDSA_SHA_256" })),
        ("TagResource", json!({ "KeyId": key, "Tags": [] })),
        ("UntagResource", json!({ "KeyId": key, "TagKeys": [] })),
        ("UpdateAlias", json!({ "AliasName": "alias/mine", "TargetKeyId": key })),
        ("UpdateCustomKeyStore", json!({ "CustomKeyStoreId": "cks-1" })),
        ("UpdateKeyDescription", json!({ "KeyId": key, "Description": "" })),
        ("UpdatePrimaryRegion", json!({ "KeyId": key, "PrimaryRegion": "eu-west-1" })),
        (
            "Verify",
            json!({ "KeyId": key, "Message": "AA==", "Signature": "AA==", "SigningAlgorithm": "ECDSA_SHA_256" }),
        ),
        ("VerifyMac", json!({ "KeyId": key, "Message": "AA==", "Mac": "AA==", "MacAlgorithm": "HMAC_SHA_256" })),
    ]
}

#[tokio::test]
async fn nobody_may_do_anything() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    room.call("root", "CreateAlias", json!({ "AliasName": "alias/mine", "TargetKeyId": key })).await.ok();
    let requests = requests(&key);
    assert_eq!(requests.len(), 56, "every action of the model");
    for (action, body) in requests {
        let before = room.audit().len();
        let (code, message) = room.call("nobody", action, body).await.error();
        // Who may retire a grant is known from the grant alone.
        if action == "RetireGrant" {
            assert_eq!(code, "NotFoundException");
            continue;
        }
        assert_eq!(code, "AccessDeniedException", "{action}");
        assert!(
            message.starts_with("User: arn:aws:iam::000000000000:user/nobody is not authorized to perform: kms:"),
            "{message}"
        );
        let records = room.audit();
        assert_eq!(records.len(), before + 1, "{action}");
        let record = records.last().unwrap();
        assert_eq!((&record["eventName"], &record["errorCode"]), (&json!(action), &json!("AccessDenied")));
    }
}

/// Another account's administrator, without the key policy's leave.
#[tokio::test]
async fn another_account_may_do_nothing() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    for (action, body) in requests(&key) {
        if body["KeyId"].is_null() || action == "RetireGrant" {
            continue;
        }
        let (code, message) = room.call("guest", action, body).await.error();
        assert_eq!(code, "AccessDeniedException", "{action}");
        assert!(message.ends_with("or a resource-based policy explicitly denies access"), "{message}");
    }
}
