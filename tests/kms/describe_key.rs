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

/// A Region is what a signature says: who may not use the key must not be able to have one made in each.
#[tokio::test]
async fn who_may_not_use_a_predefined_key_does_not_make_it() {
    let room = Room::open().await;
    for (who, action) in [("nobody", "DescribeKey"), ("reader", "GenerateMac")] {
        let answer = room.call_in(
            "made-up-1",
            who,
            action,
            json!({ "KeyId": "alias/aws/s3", "Message": "bQ==",
            "MacAlgorithm": "HMAC_SHA_256" }),
        );
        assert_ne!(answer.await.status, 200, "{who}");
        if who == "nobody" {
            let keys = room.call_in("made-up-1", "root", "ListKeys", json!({})).await.ok();
            assert_eq!(keys["Keys"], json!([]));
        }
    }
    room.call_in("made-up-1", "nobody", "DescribeKey", json!({ "KeyId": "alias/aws/s3" })).await.code();
    room.call_in("made-up-1", "reader", "DescribeKey", json!({ "KeyId": "alias/aws/s3" })).await.ok();
}

#[tokio::test]
async fn who_may() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    assert_eq!(room.call("nobody", "DescribeKey", json!({ "KeyId": key })).await.code(), "AccessDeniedException");
    assert_eq!(room.call("guest", "DescribeKey", json!({ "KeyId": key })).await.code(), "AccessDeniedException");
}
