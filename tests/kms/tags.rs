//! TagResource, UntagResource, ListResourceTags.

use serde_json::json;

use super::room::Room;

#[tokio::test]
async fn tags_come_and_go() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    let tags = json!([{ "TagKey": "b", "TagValue": "2" }, { "TagKey": "a", "TagValue": "" }]);
    room.call("root", "TagResource", json!({ "KeyId": key, "Tags": tags })).await.ok();
    let replaced = json!([{ "TagKey": "b", "TagValue": "3" }]);
    room.call("root", "TagResource", json!({ "KeyId": key, "Tags": replaced })).await.ok();
    let listed = room.call("root", "ListResourceTags", json!({ "KeyId": key })).await.ok();
    assert_eq!(listed["Tags"], json!([{ "TagKey": "a", "TagValue": "" }, { "TagKey": "b", "TagValue": "3" }]));
    let page = room.call("root", "ListResourceTags", json!({ "KeyId": key, "Limit": 1 })).await.ok();
    assert_eq!(page["Truncated"], true);
    let body = json!({ "KeyId": key, "Limit": 1, "Marker": page["NextMarker"] });
    assert_eq!(room.call("root", "ListResourceTags", body).await.ok()["Tags"][0]["TagKey"], "b");
    room.call("root", "UntagResource", json!({ "KeyId": key, "TagKeys": ["a", "absent"] })).await.ok();
    let room = room.reopen().await;
    let listed = room.call("root", "ListResourceTags", json!({ "KeyId": key })).await.ok();
    assert_eq!(listed["Tags"], json!([{ "TagKey": "b", "TagValue": "3" }]));
}

#[tokio::test]
async fn reserved_and_doubled_names() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    let one = json!({ "TagKey": "AWS:x", "TagValue": "" });
    let tag = async |tags| room.call("root", "TagResource", json!({ "KeyId": key, "Tags": tags })).await;
    tag(json!([one])).await.fails("TagException", "Tags beginning with aws: are reserved");
    let one = json!({ "TagKey": "x", "TagValue": "" });
    tag(json!([one, one])).await.fails("TagException", "Duplicate tag keys");
    let body = json!({ "KeyId": key, "TagKeys": ["aws:x"] });
    assert_eq!(room.call("root", "UntagResource", body).await.code(), "TagException");
}
