use serde_json::json;

use super::room::Room;

#[tokio::test]
async fn the_predefined_alias_is_there_before_its_key() {
    let room = Room::open().await;
    let before = room.call("admin", "ListAliases", json!({})).await.ok();
    let alias = &before["Aliases"][0];
    assert_eq!(alias["AliasName"], "alias/aws/s3");
    assert_eq!(alias["AliasArn"], "arn:aws:kms:us-east-1:000000000000:alias/aws/s3");
    assert!(alias["TargetKeyId"].is_null());
    assert_eq!(before["Truncated"], false);

    let key = room.call("admin", "DescribeKey", json!({ "KeyId": "alias/aws/s3" })).await.ok();
    let after = room.call("admin", "ListAliases", json!({})).await.ok();
    assert_eq!(after["Aliases"].as_array().unwrap().len(), 1);
    assert_eq!(after["Aliases"][0]["TargetKeyId"], key["KeyMetadata"]["KeyId"]);
    let of_key = room.call("admin", "ListAliases", json!({ "KeyId": key["KeyMetadata"]["Arn"] })).await.ok();
    assert_eq!(of_key["Aliases"], after["Aliases"]);
    let other = room.symmetric().await;
    assert_eq!(room.call("admin", "ListAliases", json!({ "KeyId": other })).await.ok()["Aliases"], json!([]));
}

#[tokio::test]
async fn who_may() {
    let room = Room::open().await;
    assert_eq!(room.call("nobody", "ListAliases", json!({})).await.code(), "AccessDeniedException");
    assert_eq!(room.call("root", "ListAliases", json!({ "Marker": "?" })).await.code(), "InvalidMarkerException");
}
