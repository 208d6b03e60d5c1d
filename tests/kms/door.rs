//! Requests that are no request.

use serde_json::json;

use super::room::{REGION, Room};

#[tokio::test]
async fn an_unknown_action_does_not_exist() {
    let room = Room::open().await;
    assert_eq!(room.call("root", "OpenAllDoors", json!({})).await.code(), "UnknownOperationException");
}

#[tokio::test]
async fn what_is_no_json_of_the_right_shape() {
    let room = Room::open().await;
    let deep = format!("{{\"KeyId\":{}", "[".repeat(200_000));
    for body in ["", "{", "[]", "\"x\"", r#"{"KeyId": 1}"#, r#"{"KeyId": {"a": 1}}"#, deep.as_str()] {
        let answer = room.send("root", REGION, "DescribeKey", body.to_owned().into()).await;
        assert_eq!(answer.status, 400);
        assert_eq!(answer.code(), "SerializationException", "{body:.40}");
    }
}

#[tokio::test]
async fn errors_name_their_type_and_keep_empty_messages_out() {
    let room = Room::open().await;
    let answer = room.call("root", "Decrypt", json!({ "CiphertextBlob": "AAAA" })).await;
    assert_eq!(answer.body, json!({ "__type": "InvalidCiphertextException" }));
    let answer = room.call("nobody", "ListKeys", json!({})).await;
    assert!(answer.body["Message"].is_string() && answer.body["message"].is_null());
}

/// A client that hangs up in the middle leaves its record all the same.
#[tokio::test]
async fn an_abandoned_call_is_recorded() {
    let room = Room::open().await;
    for _ in 0..20 {
        let mut call = Box::pin(room.call("root", "CreateKey", json!({})));
        // Polled once, then dropped.
        let _ = futures::poll!(&mut call);
        drop(call);
    }
    let keys = async || room.call("root", "ListKeys", json!({})).await.ok()["Keys"].as_array().unwrap().len();
    let records = || room.audit().iter().filter(|record| record["eventName"] == "CreateKey").count();
    for _ in 0..100 {
        if keys().await == 20 && records() == 20 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{} keys, {} records", keys().await, records());
}
