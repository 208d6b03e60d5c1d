use serde_json::json;

use super::room::Room;

#[tokio::test]
async fn tells_what_create_key_told() {
    let room = Room::open().await;
    let made = room.call("admin", "CreateKey", json!({ "Description": "one" })).await.ok();
    let key = room.call("reader", "DescribeKey", json!({ "KeyId": made["KeyMetadata"]["KeyId"] })).await.ok();
    assert_eq!(key, made);
}

#[tokio::test]
async fn a_predefined_alias_gets_its_key_when_it_is_asked_for() {
    let room = Room::open().await;
    let key = room.call("root", "DescribeKey", json!({ "KeyId": "alias/aws/s3" })).await.ok();
    assert_eq!(key["KeyMetadata"]["KeyManager"], "AWS");
    let again = room.call("root", "DescribeKey", json!({ "KeyId": "alias/aws/s3" })).await.ok();
    assert_eq!(key, again);
    // Another Region and another account have keys of their own.
    let there = room.call_in("eu-west-1", "root", "DescribeKey", json!({ "KeyId": "alias/aws/s3" })).await.ok();
    assert_ne!(there["KeyMetadata"]["Arn"], key["KeyMetadata"]["Arn"]);
    let theirs = room.call("foreign", "DescribeKey", json!({ "KeyId": "alias/aws/s3" })).await.ok();
    assert_eq!(theirs["KeyMetadata"]["AWSAccountId"], "111122223333");
}

#[tokio::test]
async fn who_may() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    assert_eq!(room.call("nobody", "DescribeKey", json!({ "KeyId": key })).await.code(), "AccessDeniedException");
    assert_eq!(room.call("guest", "DescribeKey", json!({ "KeyId": key })).await.code(), "AccessDeniedException");
}
