//! Every error that the model declares for an action is either raised here through the door, or has a reason why it cannot be.

mod never;

use std::collections::BTreeSet;

use sealgate::database::Database;
use serde_json::{Value, json};

use super::room::{ACCOUNT, Answer, REGION, Room};
use super::valid::{self, alias_name, key_member};

/// Each action of the model of botocore 1.44.5 and its errors. `tests/clients/kms_model.py` compares it with the newest.
const DECLARED: &str = include_str!("errors.tsv");

/// Each action with its errors.
pub fn declared() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    DECLARED.lines().map(|line| {
        let (action, errors) = line.split_once('\t').unwrap();
        (action, errors.split(',').collect())
    })
}

#[tokio::test]
async fn every_declared_error_is_raised_or_has_its_reason() {
    let room = Room::open().await;
    // Its audit trail cannot be written: a fault of this side.
    let broken = room.replica_with_trail("/dev/full").await;
    let (mut raised, mut missing) = (BTreeSet::new(), Vec::new());
    for (action, errors) in declared() {
        for error in errors {
            let reason = never::reason(action, error);
            let answer = match error {
                "KMSInternalException" => Some(internal(&room, &broken, action).await),
                _ if reason.is_some() => continue,
                _ => raise(&room, action, error).await,
            };
            let Some(answer) = answer else {
                missing.push(format!("{action}: {error}"));
                continue;
            };
            let status = if error == "KMSInternalException" { 500 } else { 400 };
            if answer.status != status || answer.body["__type"] != *error {
                missing.push(format!("{action}: {error}, but {answer:?}"));
            }
            raised.insert((action, error));
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
    // Neither rows nor reasons went away unnoticed.
    assert_eq!((declared().count(), raised.len(), never::count()), (56, 275, 135));
}

async fn internal(room: &Room, broken: &Room, action: &str) -> Answer {
    let request = valid::request(room, action).await;
    broken.kms.refresh().await.unwrap();
    broken.call("root", action, request).await
}

/// Does what makes the action fail so. `None`: nobody knows how.
async fn raise(room: &Room, action: &'static str, error: &str) -> Option<Answer> {
    let mut request = valid::request(room, action).await;
    let key = key_member(action);
    match (action, error) {
        ("ConnectCustomKeyStore", _) | ("DisconnectCustomKeyStore", _) | ("DeleteCustomKeyStore", _) => {}
        ("UpdateCustomKeyStore", _) | ("CreateCustomKeyStore", "CloudHsmClusterNotFoundException") => {}
        ("CreateCustomKeyStore", _) => request["CustomKeyStoreType"] = json!("EXTERNAL_KEY_STORE"),
        ("DescribeCustomKeyStores" | "GenerateRandom", "CustomKeyStoreNotFoundException") => {
            request["CustomKeyStoreId"] = json!("cks-1");
        }
        ("CreateKey", "CustomKeyStoreNotFoundException") => {
            request = json!({ "Origin": "AWS_CLOUDHSM", "CustomKeyStoreId": "cks-1" });
        }
        ("CreateKey" | "PutKeyPolicy", "MalformedPolicyDocumentException") => request["Policy"] = json!("{}"),
        ("CreateKey" | "TagResource", "TagException") => {
            request["Tags"] = json!([{ "TagKey": "aws:a", "TagValue": "b" }]);
        }
        ("UntagResource", "TagException") => request["TagKeys"] = json!(["aws:a"]),

        ("DeleteAlias" | "UpdateAlias", "NotFoundException") => request["AliasName"] = json!("alias/none"),
        ("CreateAlias", "AlreadyExistsException") => {
            room.call("root", action, request.clone()).await.ok();
        }
        ("CreateAlias" | "UpdateAlias", "LimitExceededException") => fill_with_aliases(room, &request[key]).await,
        ("CreateGrant", "LimitExceededException") => return Some(in_full_room(room, action, request).await),
        ("RotateKeyOnDemand", "LimitExceededException") => {
            for _ in 0..25 {
                room.call("root", action, request.clone()).await.ok();
            }
        }
        ("RotateKeyOnDemand", "ConflictException") => return Some(behind(room, action, request).await),

        ("RetireGrant", "InvalidGrantTokenException") => request = json!({ "GrantToken": "AAAA" }),
        ("ListGrants" | "RetireGrant" | "RevokeGrant", "InvalidGrantIdException") => request["GrantId"] = json!("x"),
        ("ListRetirableGrants", "InvalidArnException") => {
            request["RetiringPrincipal"] = json!("arn:aws:iam::111122223333:user/guest");
        }
        (_, "InvalidGrantTokenException") => request["GrantTokens"] = json!(["AAAA"]),

        ("Decrypt" | "ReEncrypt", "InvalidCiphertextException") => {
            request["EncryptionContext"] = json!({ "a": "b" });
            request["SourceEncryptionContext"] = json!({ "a": "b" });
        }
        ("Decapsulate", "InvalidCiphertextException") => request["SharedSecretCiphertextBlob"] = json!("AA=="),
        ("Decrypt", "IncorrectKeyException") => request["KeyId"] = room.symmetric().await.into(),
        ("ReEncrypt", "IncorrectKeyException") => request["SourceKeyId"] = room.symmetric().await.into(),
        ("Verify", "KMSInvalidSignatureException") | ("VerifyMac", "KMSInvalidMacException") => {
            request["Message"] = json!("AQ==");
        }
        ("GenerateMac" | "VerifyMac", "InvalidKeyUsageException")
        | ("Sign" | "Verify" | "Encapsulate" | "Decapsulate" | "DeriveSharedSecret", "InvalidKeyUsageException")
        | ("GetPublicKey", "UnsupportedOperationException") => request[key] = room.symmetric().await.into(),
        (_, "InvalidKeyUsageException") => request[key] = valid::hmac(room).await.into(),
        (
            "GetParametersForImport" | "ImportKeyMaterial" | "DeleteImportedKeyMaterial",
            "UnsupportedOperationException",
        )
        | ("ReplicateKey" | "UpdatePrimaryRegion", "UnsupportedOperationException") => {}
        (_, "UnsupportedOperationException") => request[key] = valid::hmac(room).await.into(),

        (_, "DryRunOperationException") => request["DryRun"] = json!(true),
        (_, "InvalidMarkerException") => request["Marker"] = json!("%"),
        (_, "NotFoundException") => {
            request[key] = format!("arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000").into();
        }
        (_, "InvalidArnException") => request[key] = format!("arn:aws:kms:{REGION}:{ACCOUNT}:thing/x").into(),
        (_, "DisabledException") => {
            room.call("root", "DisableKey", json!({ "KeyId": request[key] })).await.ok();
        }
        ("CancelKeyDeletion", "KMSInvalidStateException") => request[key] = room.symmetric().await.into(),
        (_, "KMSInvalidStateException") => {
            room.call("root", "ScheduleKeyDeletion", json!({ "KeyId": request[key] })).await.ok();
        }
        _ => return None,
    }
    Some(room.call("root", action, request).await)
}

/// As many aliases as a key may have.
async fn fill_with_aliases(room: &Room, key: &Value) {
    for _ in 0..50 {
        room.call("root", "CreateAlias", json!({ "AliasName": alias_name(), "TargetKeyId": key })).await.ok();
    }
}

/// In a key store where the key has as many grants as it may.
async fn in_full_room(room: &Room, action: &str, request: Value) -> Answer {
    room.call("root", action, request.clone()).await.ok();
    let database = Database::open(room.database.clone()).await.unwrap();
    let fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 49999)
        INSERT INTO kms_grant SELECT account, region, key_id, grant_id || '-' || i,
            replace(record, grant_id, grant_id || '-' || i) FROM kms_grant, n WHERE key_id = $1";
    let key = request["KeyId"].as_str().unwrap();
    let filled = sqlx::query(fill).bind(key.rsplit('/').next()).execute(database.pool()).await.unwrap();
    assert_eq!(filled.rows_affected(), 49_999);
    // Whoever starts reads everything where the journal does not go back so far.
    sqlx::query("DELETE FROM kms_journal").execute(database.pool()).await.unwrap();
    room.replica().await.call("root", action, request).await
}

/// By a gateway that has not heard yet of what another changed.
async fn behind(room: &Room, action: &str, request: Value) -> Answer {
    let replica = room.replica().await;
    room.call("root", action, request.clone()).await.ok();
    replica.call("root", action, request).await
}
