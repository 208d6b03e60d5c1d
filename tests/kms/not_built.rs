//! Imports, replicas and custom key stores: answered as AWS answers where there is none.

use serde_json::json;

use super::room::Room;

#[tokio::test]
async fn imports_and_replicas() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    let words = format!("{key} origin is AWS_KMS which is not valid for this operation.");
    for (action, body) in [
        (
            "GetParametersForImport",
            json!({ "KeyId": key, "WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_4096" }),
        ),
        ("ImportKeyMaterial", json!({ "KeyId": key, "ImportToken": "AA==", "EncryptedKeyMaterial": "AA==" })),
        ("DeleteImportedKeyMaterial", json!({ "KeyId": key })),
    ] {
        room.call("root", action, body).await.fails("UnsupportedOperationException", &words);
    }
    let words = format!("{key} is not a multi-region primary key.");
    for (action, body) in [
        ("ReplicateKey", json!({ "KeyId": key, "ReplicaRegion": "eu-west-1" })),
        ("UpdatePrimaryRegion", json!({ "KeyId": key, "PrimaryRegion": "eu-west-1" })),
    ] {
        room.call("root", action, body).await.fails("UnsupportedOperationException", &words);
    }
}

#[tokio::test]
async fn custom_key_stores() {
    let room = Room::open().await;
    let none = room.call("root", "DescribeCustomKeyStores", json!({})).await.ok();
    assert_eq!(none, json!({ "CustomKeyStores": [], "Truncated": false }));
    for action in [
        "ConnectCustomKeyStore",
        "DisconnectCustomKeyStore",
        "DeleteCustomKeyStore",
        "UpdateCustomKeyStore",
        "DescribeCustomKeyStores",
    ] {
        let body = json!({ "CustomKeyStoreId": "cks-1" });
        assert_eq!(room.call("root", action, body).await.code(), "CustomKeyStoreNotFoundException", "{action}");
    }
    let body = json!({ "CustomKeyStoreName": "x" });
    assert_eq!(room.call("root", "CreateCustomKeyStore", body).await.code(), "CloudHsmClusterNotFoundException");
}
