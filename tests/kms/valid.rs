//! For each action a request that the account's root user may make and that succeeds, with all that it needs made before it.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use super::declared_errors;
use super::room::{ACCOUNT, Room};

/// The actions without a success: imports, replicas and custom key stores are not built yet.
pub const NOT_BUILT: &[&str] = &[
    "ConnectCustomKeyStore",
    "CreateCustomKeyStore",
    "DeleteCustomKeyStore",
    "DeleteImportedKeyMaterial",
    "DisconnectCustomKeyStore",
    "GetParametersForImport",
    "ImportKeyMaterial",
    "ReplicateKey",
    "UpdateCustomKeyStore",
    "UpdatePrimaryRegion",
];

/// Which member names the key. Some actions have none.
pub fn key_member(action: &str) -> &'static str {
    match action {
        "CreateAlias" | "UpdateAlias" => "TargetKeyId",
        "ReEncrypt" => "DestinationKeyId",
        _ => "KeyId",
    }
}

/// The permissions that an action takes.
pub fn permissions(action: &str) -> Vec<String> {
    match action {
        "ReEncrypt" => vec!["kms:ReEncryptFrom".into(), "kms:ReEncryptTo".into()],
        _ => vec![format!("kms:{action}")],
    }
}

pub async fn request(room: &Room, action: &str) -> Value {
    match action {
        "ConnectCustomKeyStore" | "DeleteCustomKeyStore" | "DisconnectCustomKeyStore" | "UpdateCustomKeyStore" => {
            json!({ "CustomKeyStoreId": "cks-1" })
        }
        "CreateCustomKeyStore" => json!({ "CustomKeyStoreName": "x" }),
        "CreateKey" | "DescribeCustomKeyStores" | "ListKeys" => json!({}),
        "GenerateRandom" => json!({ "NumberOfBytes": 1 }),
        "ListRetirableGrants" => json!({ "RetiringPrincipal": format!("arn:aws:iam::{ACCOUNT}:user/admin") }),
        "DeleteAlias" => json!({ "AliasName": alias(room).await }),
        "UpdateAlias" => json!({ "AliasName": alias(room).await, "TargetKeyId": room.symmetric().await }),
        "CreateAlias" => json!({ "AliasName": alias_name(), "TargetKeyId": room.symmetric().await }),
        "Sign" | "Verify" | "GetPublicKey" => of_ecdsa(room, action).await,
        "GenerateMac" | "VerifyMac" => of_hmac(room, action).await,
        "Encapsulate" | "Decapsulate" => of_ml_kem(room, action).await,
        "DeriveSharedSecret" => of_ecdh(room).await,
        _ => of_symmetric(room, action).await,
    }
}

async fn of_symmetric(room: &Room, action: &str) -> Value {
    let key = room.symmetric().await;
    let mut request = match action {
        "CancelKeyDeletion" => {
            room.call("root", "ScheduleKeyDeletion", json!({ "KeyId": key })).await.ok();
            json!({})
        }
        "CreateGrant" => json!({
            "GranteePrincipal": format!("arn:aws:iam::{ACCOUNT}:user/nobody"), "Operations": ["Decrypt"] }),
        "Decrypt" => json!({ "CiphertextBlob": sealed(room, &key).await }),
        "ReEncrypt" => json!({ "CiphertextBlob": sealed(room, &key).await, "SourceKeyId": key }),
        "Encrypt" => json!({ "Plaintext": "AA==" }),
        "GenerateDataKey" | "GenerateDataKeyWithoutPlaintext" => json!({ "KeySpec": "AES_256" }),
        "GenerateDataKeyPair" | "GenerateDataKeyPairWithoutPlaintext" => json!({ "KeyPairSpec": "ECC_NIST_P256" }),
        "GetParametersForImport" => json!({ "WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_4096" }),
        "ImportKeyMaterial" => json!({ "ImportToken": "AA==", "EncryptedKeyMaterial": "AA==" }),
        "PutKeyPolicy" => {
            json!({ "Policy": room.call("root", "GetKeyPolicy", json!({ "KeyId": key })).await.ok()["Policy"] })
        }
        "ReplicateKey" => json!({ "ReplicaRegion": "eu-west-1" }),
        "UpdatePrimaryRegion" => json!({ "PrimaryRegion": "eu-west-1" }),
        "RetireGrant" | "RevokeGrant" => json!({ "GrantId": grant(room, &key).await }),
        "TagResource" => json!({ "Tags": [{ "TagKey": "a", "TagValue": "b" }] }),
        "UntagResource" => json!({ "TagKeys": ["a"] }),
        "UpdateKeyDescription" => json!({ "Description": "new" }),
        _ => json!({}),
    };
    request[key_member(action)] = key.into();
    request
}

async fn of_ecdsa(room: &Room, action: &str) -> Value {
    let key = room.key(json!({ "KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY" })).await;
    let mut request = json!({ "KeyId": key, "Message": "AA==", "SigningAlgorithm": "ECDSA_SHA_256" });
    match action {
        "GetPublicKey" => return json!({ "KeyId": key }),
        "Verify" => request["Signature"] = room.call("root", "Sign", request.clone()).await.ok()["Signature"].take(),
        _ => {}
    }
    request
}

async fn of_hmac(room: &Room, action: &str) -> Value {
    let mut request = json!({ "KeyId": hmac(room).await, "Message": "AA==", "MacAlgorithm": "HMAC_SHA_256" });
    if action == "VerifyMac" {
        request["Mac"] = room.call("root", "GenerateMac", request.clone()).await.ok()["Mac"].take();
    }
    request
}

async fn of_ml_kem(room: &Room, action: &str) -> Value {
    let key = room.key(json!({ "KeySpec": "ML_KEM_512", "KeyUsage": "ENCAPSULATE_DECAPSULATE" })).await;
    let mut request = json!({ "KeyId": key, "EncapsulationAlgorithm": "ML_KEM" });
    if action == "Decapsulate" {
        let mut made = room.call("root", "Encapsulate", request.clone()).await.ok();
        request["SharedSecretCiphertextBlob"] = made["SharedSecretCiphertextBlob"].take();
    }
    request
}

async fn of_ecdh(room: &Room) -> Value {
    let pair = async || room.key(json!({ "KeySpec": "ECC_NIST_P256", "KeyUsage": "KEY_AGREEMENT" })).await;
    let peer = room.call("root", "GetPublicKey", json!({ "KeyId": pair().await })).await.ok();
    json!({ "KeyId": pair().await, "KeyAgreementAlgorithm": "ECDH", "PublicKey": peer["PublicKey"] })
}

pub async fn hmac(room: &Room) -> String {
    room.key(json!({ "KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC" })).await
}

async fn sealed(room: &Room, key: &str) -> Value {
    room.call("root", "Encrypt", json!({ "KeyId": key, "Plaintext": "AA==" })).await.ok()["CiphertextBlob"].take()
}

async fn grant(room: &Room, key: &str) -> Value {
    let grantee = format!("arn:aws:iam::{ACCOUNT}:user/admin");
    let request = json!({ "KeyId": key, "GranteePrincipal": grantee, "Operations": ["Decrypt"] });
    room.call("root", "CreateGrant", request).await.ok()["GrantId"].take()
}

async fn alias(room: &Room) -> String {
    let name = alias_name();
    let request = json!({ "AliasName": name, "TargetKeyId": room.symmetric().await });
    room.call("root", "CreateAlias", request).await.ok();
    name
}

pub fn alias_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("alias/{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Every action of the model, and whether it succeeds.
#[tokio::test]
async fn every_action_succeeds() {
    let room = Room::open().await;
    for (action, _) in declared_errors::declared() {
        let request = request(&room, action).await;
        let answer = room.call("root", action, request).await;
        assert_eq!(answer.status == 200, !NOT_BUILT.contains(&action), "{action}: {answer:?}");
    }
}
