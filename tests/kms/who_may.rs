//! Every action is authorised, and by its own permission: whoever lacks it is refused, the refusal is recorded, and whoever
//! has it alone may.

use serde_json::{Value, json};

use super::declared_errors::declared;
use super::room::Room;
use super::sts;
use super::valid::{self, key_member, permissions};

#[tokio::test]
async fn nobody_may_do_anything() {
    let room = Room::open().await;
    assert_eq!(declared().count(), 56, "every action of the model");
    for (action, _) in declared() {
        let request = valid::request(&room, action).await;
        let before = room.audit().len();
        let (code, message) = room.call("nobody", action, request).await.error();
        assert_eq!(code, "AccessDeniedException", "{action}");
        assert!(
            message.starts_with("User: arn:aws:iam::000000000000:user/nobody is not authorized to perform: kms:"),
            "{message}"
        );
        let records = room.audit();
        assert_eq!(records.len(), before + 1, "{action}");
        let record = records.last().unwrap();
        assert_eq!((&record["eventName"], &record["errorCode"]), (&json!(action), &json!("AccessDenied")));
    }
}

/// A role's session, narrowed to the action's own permission, or to all but this.
#[tokio::test]
async fn who_has_the_permission_and_no_other_may() {
    let room = Room::open().await;
    for (action, _) in declared() {
        let request = valid::request(&room, action).await;
        let allow = |actions: Value| json!({ "Effect": "Allow", "Action": actions, "Resource": "*" });
        for permission in permissions(action) {
            let deny = json!({ "Effect": "Deny", "Action": permission, "Resource": "*" });
            let without = sts::narrowed(&room, json!({ "Statement": [allow(json!("kms:*")), deny] })).await;
            let refused = room.call_by(without, action, request.clone()).await.error();
            assert_eq!(refused.0, "AccessDeniedException", "{action} without {permission}: {}", refused.1);
            assert!(refused.1.contains(&permission), "{}", refused.1);
        }
        let with = sts::narrowed(&room, json!({ "Statement": allow(json!(permissions(action))) })).await;
        let answer = room.call_by(with, action, request).await;
        let may = answer.status == 200 || answer.body["__type"] != "AccessDeniedException";
        assert!(may && (answer.status == 200) != valid::NOT_BUILT.contains(&action), "{action}: {answer:?}");
    }
}

/// Another account's administrator, without the key policy's leave.
#[tokio::test]
async fn another_account_may_do_nothing() {
    let room = Room::open().await;
    for (action, _) in declared() {
        let request = valid::request(&room, action).await;
        if request[key_member(action)].is_null() || action == "RetireGrant" || action == "UpdateAlias" {
            continue;
        }
        let (code, message) = room.call("guest", action, request).await.error();
        assert_eq!(code, "AccessDeniedException", "{action}");
        assert!(message.ends_with("or a resource-based policy explicitly denies access"), "{message}");
    }
}
