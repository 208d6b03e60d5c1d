use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::room::Room;

#[tokio::test]
async fn page_by_page_without_gap_or_overlap() {
    let room = Room::open().await;
    let mut made = BTreeSet::new();
    for _ in 0..5 {
        made.insert(room.symmetric().await);
    }
    let (mut listed, mut marker) = (Vec::new(), Value::Null);
    loop {
        let page = room.call("admin", "ListKeys", json!({ "Limit": 2, "Marker": marker })).await.ok();
        let keys = page["Keys"].as_array().unwrap();
        assert!(keys.len() <= 2);
        listed.extend(keys.iter().map(|key| key["KeyArn"].as_str().unwrap().to_owned()));
        marker = page["NextMarker"].clone();
        assert_eq!(page["Truncated"], marker.is_string());
        if marker.is_null() {
            break;
        }
    }
    assert_eq!(listed.len(), 5);
    assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), made);
}

#[tokio::test]
async fn only_those_of_the_account_and_the_region() {
    let room = Room::open().await;
    room.symmetric().await;
    assert_eq!(room.call("foreign", "ListKeys", json!({})).await.ok()["Keys"], json!([]));
    assert_eq!(room.call_in("eu-west-1", "root", "ListKeys", json!({})).await.ok()["Keys"], json!([]));
    assert_eq!(
        room.call("root", "ListKeys", json!({ "ResourceOwners": ["OTHER_ACCOUNTS_VIA_RAM"] })).await.ok()["Keys"],
        json!([])
    );
}

#[tokio::test]
async fn bad_markers_and_limits() {
    let room = Room::open().await;
    assert_eq!(room.call("root", "ListKeys", json!({ "Marker": "%" })).await.code(), "InvalidMarkerException");
    assert_eq!(room.call("root", "ListKeys", json!({ "Limit": 0 })).await.code(), "ValidationException");
    assert_eq!(room.call("root", "ListKeys", json!({ "Limit": 1001 })).await.code(), "ValidationException");
}

#[tokio::test]
async fn who_may() {
    let room = Room::open().await;
    assert_eq!(room.call("nobody", "ListKeys", json!({})).await.code(), "AccessDeniedException");
}
