//! CreateAlias, UpdateAlias, DeleteAlias.

use serde_json::{Value, json};

use super::room::Room;

async fn create(room: &Room, name: &str, key: &str) -> super::room::Answer {
    room.call("root", "CreateAlias", json!({ "AliasName": name, "TargetKeyId": key })).await
}

#[tokio::test]
async fn an_alias_stands_for_its_key() {
    let room = Room::open().await;
    let (one, two) = (room.symmetric().await, room.symmetric().await);
    assert_eq!(create(&room, "alias/app/key_1-x", &one).await.ok(), Value::Null);
    for name in ["alias/app/key_1-x", "arn:aws:kms:us-east-1:000000000000:alias/app/key_1-x"] {
        let sealed = room.call("root", "Encrypt", json!({ "KeyId": name, "Plaintext": "AA==" })).await.ok();
        assert_eq!(sealed["KeyId"], one);
    }
    room.pass_days(1);
    let body = json!({ "AliasName": "alias/app/key_1-x", "TargetKeyId": two });
    room.call("root", "UpdateAlias", body).await.ok();
    let described = room.call("root", "DescribeKey", json!({ "KeyId": "alias/app/key_1-x" })).await.ok();
    assert_eq!(described["KeyMetadata"]["Arn"], two);
    let listed = room.call("root", "ListAliases", json!({ "KeyId": two })).await.ok();
    let alias = &listed["Aliases"][0];
    assert!(alias["LastUpdatedDate"].as_f64() > alias["CreationDate"].as_f64());
    room.call("root", "DeleteAlias", json!({ "AliasName": "alias/app/key_1-x" })).await.ok();
    let words = "Alias arn:aws:kms:us-east-1:000000000000:alias/app/key_1-x is not found.";
    for (action, body) in [
        ("DescribeKey", json!({ "KeyId": "alias/app/key_1-x" })),
        ("DeleteAlias", json!({ "AliasName": "alias/app/key_1-x" })),
        ("UpdateAlias", json!({ "AliasName": "alias/app/key_1-x", "TargetKeyId": two })),
    ] {
        room.call("root", action, body).await.fails("NotFoundException", words);
    }
}

#[tokio::test]
async fn what_is_no_name() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    create(&room, "app", &key).await.fails(
        "ValidationException",
        "Alias must start with the prefix \"alias/\". Please see \
         https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html",
    );
    create(&room, "alias/a:b", &key)
        .await
        .fails("ValidationException", "alias/a:b contains invalid characters for an alias");
    assert_eq!(create(&room, "alias/", &key).await.code(), "ValidationException");
    assert_eq!(create(&room, "alias/aws/s3", &key).await.code(), "NotAuthorizedException");
    let body = json!({ "AliasName": "alias/aws/s3" });
    assert_eq!(room.call("root", "DeleteAlias", body).await.code(), "NotAuthorizedException");
    create(&room, "alias/a", &key).await.ok();
    create(&room, "alias/a", &key).await.fails(
        "AlreadyExistsException",
        "An alias with the name arn:aws:kms:us-east-1:000000000000:alias/a already exists",
    );
    assert_eq!(create(&room, "alias/b", "alias/a").await.code(), "NotFoundException");
}

#[tokio::test]
async fn a_key_has_at_most_50() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    for number in 0..50 {
        create(&room, &format!("alias/n{number}"), &key).await.ok();
    }
    assert_eq!(create(&room, "alias/one-more", &key).await.code(), "LimitExceededException");
}

#[tokio::test]
async fn an_alias_stays_with_its_kind_of_key() {
    let room = Room::open().await;
    let symmetric = room.symmetric().await;
    let hmac = room.key(json!({ "KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC" })).await;
    create(&room, "alias/a", &symmetric).await.ok();
    let body = json!({ "AliasName": "alias/a", "TargetKeyId": hmac });
    assert_eq!(room.call("root", "UpdateAlias", body).await.code(), "ValidationException");
}

#[tokio::test]
async fn aliases_are_accepted_by_some_actions_only() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    create(&room, "alias/a", &key).await.ok();
    let arn = "arn:aws:kms:us-east-1:000000000000:alias/a";
    for action in ["EnableKey", "GetKeyPolicy", "ListResourceTags", "GetKeyRotationStatus", "GetKeyLastUsage"] {
        room.call("root", action, json!({ "KeyId": "alias/a" }))
            .await
            .fails("NotFoundException", "Invalid keyId 'alias/a'");
        room.call("root", action, json!({ "KeyId": arn }))
            .await
            .fails("InvalidArnException", "Key Aliases are not supported for this operation.");
    }
}
