//! GetCallerIdentity, AssumeRole, GetSessionToken, and what sessions may do.

use sealgate::identity::{Caller, Unauthenticated};
use serde_json::{Value, json};

use super::room::Room;

const KEEPER: &str = "arn:aws:iam::000000000000:role/keeper";

fn text(xml: &str, name: &str) -> String {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    xml.split_once(&open)
        .and_then(|(_, rest)| rest.split_once(&close))
        .map(|(text, _)| text.to_owned())
        .unwrap_or_default()
}

fn escaped(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

async fn assume(room: &Room, caller: Caller, more: &str) -> (u16, String) {
    room.sts(caller, &format!("Action=AssumeRole&RoleArn={}{more}", escaped(KEEPER))).await
}

async fn session(room: &Room, who: &str, more: &str) -> Caller {
    let (status, xml) = assume(room, room.caller(who), &format!("&RoleSessionName=one{more}")).await;
    assert_eq!(status, 200, "{xml}");
    room.authenticate(&text(&xml, "AccessKeyId"), &text(&xml, "SessionToken")).unwrap()
}

/// A session of the role.
pub async fn keeper(room: &Room) -> Caller {
    session(room, "nobody", "").await
}

/// A session of the role, narrowed by a policy.
pub async fn narrowed(room: &Room, policy: Value) -> Caller {
    session(room, "nobody", &format!("&Policy={}", escaped(&policy.to_string()))).await
}

#[tokio::test]
async fn get_caller_identity() {
    let room = Room::open().await;
    let (status, body) = room.sts(room.caller("nobody"), "Action=GetCallerIdentity").await;
    assert_eq!(status, 200);
    assert_eq!(text(&body, "Arn"), "arn:aws:iam::000000000000:user/nobody");
    assert_eq!(text(&body, "Account"), "000000000000");
    assert_eq!(text(&body, "RequestId"), "request-1");
    let (_, body) = room.sts(session(&room, "nobody", "").await, "Action=GetCallerIdentity").await;
    assert_eq!(text(&body, "Arn"), "arn:aws:sts::000000000000:assumed-role/keeper/one");
    assert!(text(&body, "UserId").starts_with("AROA") && text(&body, "UserId").ends_with(":one"));
}

#[tokio::test]
async fn an_unknown_action_is_refused() {
    let room = Room::open().await;
    for form in ["Action=Open", "", "Action=%ff"] {
        let (status, body) = room.sts(room.caller("root"), form).await;
        assert_eq!(status, 400, "{body}");
        assert!(body.contains("<ErrorResponse"), "{body}");
    }
}

#[tokio::test]
async fn a_role_gives_its_own_permissions_for_an_hour() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    let (status, xml) = assume(&room, room.caller("nobody"), "&RoleSessionName=one").await;
    assert_eq!(status, 200, "{xml}");
    assert_eq!(text(&xml, "Expiration"), "2026-01-01T01:00:00Z");
    assert_eq!(text(&xml, "Arn"), "arn:aws:sts::000000000000:assumed-role/keeper/one");
    let (id, token) = (text(&xml, "AccessKeyId"), text(&xml, "SessionToken"));
    let caller = room.authenticate(&id, &token).unwrap();
    assert_eq!(room.identities.secret(&id).unwrap().expose(), text(&xml, "SecretAccessKey"));
    room.call_by(caller, "Encrypt", json!({ "KeyId": key, "Plaintext": "AA==" })).await.ok();
    let record = room.audit().pop().unwrap();
    assert_eq!(record["userIdentity"]["type"], "AssumedRole");
    let issuer = &record["userIdentity"]["sessionContext"]["sessionIssuer"];
    assert_eq!((&issuer["arn"], &issuer["userName"]), (&json!(KEEPER), &json!("keeper")));
    let record = &room.audit()[1];
    assert_eq!((&record["eventSource"], &record["eventName"]), (&json!("sts.amazonaws.com"), &json!("AssumeRole")));
    assert!(!record.to_string().contains(&token));

    assert_eq!(room.authenticate(&id, "nonsense").unwrap_err(), Unauthenticated::InvalidToken);
    assert_eq!(room.authenticate("ASIAOTHEROTHEROTHER2", &token).unwrap_err(), Unauthenticated::InvalidToken);
    room.pass_days(1);
    assert_eq!(room.authenticate(&id, &token).unwrap_err(), Unauthenticated::ExpiredToken);
}

#[tokio::test]
async fn who_may_take_a_role() {
    let room = Room::open().await;
    let take = async |who: &str, more: &str| assume(&room, room.caller(who), more).await;
    // Named by the trust policy; by the account and an own policy; by another account, with what it demands.
    for (who, more) in [
        ("nobody", "&RoleSessionName=one"),
        ("deputy", "&RoleSessionName=one"),
        ("guest", "&RoleSessionName=one&ExternalId=shared"),
    ] {
        let (status, xml) = take(who, more).await;
        assert_eq!(status, 200, "{who}: {xml}");
    }
    for (who, more) in [
        ("reader", "&RoleSessionName=one"),
        ("guest", "&RoleSessionName=one"),
        ("guest", "&RoleSessionName=one&ExternalId=other"),
        ("nobody", "&RoleSessionName=banned"),
        ("root", "&RoleSessionName=one"),
        ("nobody", "&RoleSessionName=one&Tags.member.1.Key=a&Tags.member.1.Value=b"),
    ] {
        let (status, xml) = take(who, more).await;
        assert_eq!((status, text(&xml, "Code").as_str()), (403, "AccessDenied"), "{who} {more}");
    }
    let absent = escaped("arn:aws:iam::000000000000:role/absent");
    let (status, _) =
        room.sts(room.caller("deputy"), &format!("Action=AssumeRole&RoleArn={absent}&RoleSessionName=one")).await;
    assert_eq!(status, 403);
}

#[tokio::test]
async fn sessions_have_limits() {
    let room = Room::open().await;
    for (more, status) in [
        ("&RoleSessionName=one&DurationSeconds=7200", 200),
        ("&RoleSessionName=one&DurationSeconds=7201", 400),
        ("&RoleSessionName=one&DurationSeconds=899", 400),
        ("&RoleSessionName=one&DurationSeconds=x", 400),
        ("&RoleSessionName=a%20b", 400),
        ("&RoleSessionName=a", 400),
        ("", 400),
        ("&RoleSessionName=one&Policy=%7B", 400),
    ] {
        let (found, xml) = assume(&room, room.caller("nobody"), more).await;
        assert_eq!(found, status, "{more}: {xml}");
    }
    // A session that takes a role has an hour at most.
    let deputy = session(&room, "deputy", "").await;
    let (status, xml) = assume(&room, deputy, "&RoleSessionName=two&DurationSeconds=7200").await;
    assert_ne!(status, 200, "{xml}");
}

#[tokio::test]
async fn a_session_policy_narrows_and_tags_are_facts() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    let policy = escaped(r#"{"Statement": {"Effect": "Allow", "Action": "kms:Encrypt", "Resource": "*"}}"#);
    let narrowed = session(&room, "nobody", &format!("&Policy={policy}")).await;
    room.call_by(narrowed.clone(), "Encrypt", json!({ "KeyId": key, "Plaintext": "AA==" })).await.ok();
    let (code, message) = room.call_by(narrowed.clone(), "DescribeKey", json!({ "KeyId": key })).await.error();
    assert_eq!(code, "AccessDeniedException");
    assert!(message.ends_with("because no session policy allows the kms:DescribeKey action"), "{message}");

    // By the role's ARN the session's policy still binds; by the session's own ARN it does not.
    for (principal, allowed) in [(KEEPER, false), ("arn:aws:sts::000000000000:assumed-role/keeper/one", true)] {
        let policy = json!({ "Statement": [
            { "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::000000000000:root" }, "Action": "kms:PutKeyPolicy", "Resource": "*" },
            { "Effect": "Allow", "Principal": { "AWS": principal }, "Action": "kms:DescribeKey", "Resource": "*" },
        ] });
        room.call("root", "PutKeyPolicy", json!({ "KeyId": key, "Policy": policy.to_string() })).await.ok();
        let answer = room.call_by(narrowed.clone(), "DescribeKey", json!({ "KeyId": key })).await;
        assert_eq!(answer.status == 200, allowed, "{principal}: {}", answer.body);
    }

    // Tags of the role, and those of the session over them.
    let by_tag = |tag: &str, value: &str| {
        json!({ "Statement": [
        { "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::000000000000:root" }, "Action": "kms:PutKeyPolicy", "Resource": "*" },
        { "Effect": "Allow", "Principal": "*", "Action": "kms:DescribeKey", "Resource": "*",
          "Condition": { "StringEquals": { format!("aws:PrincipalTag/{tag}"): value } } },
    ] }).to_string()
    };
    let tagged = session(&room, "deputy", "&Tags.member.1.Key=stage&Tags.member.1.Value=live").await;
    for (policy, allowed) in
        [(by_tag("team", "blue"), true), (by_tag("stage", "live"), true), (by_tag("stage", "test"), false)]
    {
        room.call("root", "PutKeyPolicy", json!({ "KeyId": key, "Policy": policy })).await.ok();
        let answer = room.call_by(tagged.clone(), "DescribeKey", json!({ "KeyId": key })).await;
        assert_eq!(answer.status == 200, allowed, "{policy}");
    }
}

#[tokio::test]
async fn a_session_token_has_its_users_permissions() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    let (status, xml) = room.sts(room.caller("reader"), "Action=GetSessionToken&DurationSeconds=900").await;
    assert_eq!(status, 200, "{xml}");
    let caller = room.authenticate(&text(&xml, "AccessKeyId"), &text(&xml, "SessionToken")).unwrap();
    assert_eq!(caller.arn(), "arn:aws:iam::000000000000:user/reader");
    room.call_by(caller.clone(), "DescribeKey", json!({ "KeyId": key })).await.ok();
    let refused = room.call_by(caller.clone(), "Encrypt", json!({ "KeyId": key, "Plaintext": "AA==" })).await;
    assert_eq!(refused.code(), "AccessDeniedException");
    let (status, _) = room.sts(caller, "Action=GetSessionToken").await;
    assert_eq!(status, 403);
    let (status, xml) = room.sts(room.caller("root"), "Action=GetSessionToken&DurationSeconds=100000").await;
    assert_eq!((status, text(&xml, "Expiration").as_str()), (200, "2026-01-01T01:00:00Z"));
    let _: Value = room.audit().pop().unwrap();
}

/// A grant may name a role: every session of it has the grant.
#[tokio::test]
async fn a_grant_for_a_role() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    let policy = json!({ "Statement": [
        { "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::000000000000:root" }, "Action": ["kms:PutKeyPolicy"], "Resource": "*" },
        { "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::000000000000:user/admin" }, "Action": ["kms:CreateGrant"], "Resource": "*" },
    ] });
    room.call("root", "PutKeyPolicy", json!({ "KeyId": key, "Policy": policy.to_string() })).await.ok();
    let caller = session(&room, "nobody", "").await;
    let body = json!({ "KeyId": key, "Plaintext": "AA==" });
    assert_eq!(room.call_by(caller.clone(), "Encrypt", body.clone()).await.code(), "AccessDeniedException");
    let grant = json!({ "KeyId": key, "GranteePrincipal": KEEPER, "Operations": ["Encrypt"] });
    room.call("admin", "CreateGrant", grant).await.ok();
    room.call_by(caller, "Encrypt", body).await.ok();
}
