//! CreateGrant, ListGrants, ListRetirableGrants, RevokeGrant, RetireGrant, and what a grant gives.

use serde_json::{Value, json};

use super::room::Room;

const NOBODY: &str = "arn:aws:iam::000000000000:user/nobody";
const ADMIN: &str = "arn:aws:iam::000000000000:user/admin";
const GUEST: &str = "arn:aws:iam::111122223333:user/guest";

async fn grant(room: &Room, key: &str, more: Value) -> Value {
    room.call("root", "CreateGrant", request(key, more)).await.ok()
}

fn request(key: &str, more: Value) -> Value {
    let mut body = json!({ "KeyId": key, "GranteePrincipal": NOBODY, "Operations": ["Encrypt", "Decrypt"] });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

async fn encrypt(room: &Room, who: &str, key: &str, context: Value) -> super::room::Answer {
    room.call(who, "Encrypt", json!({ "KeyId": key, "Plaintext": "AA==", "EncryptionContext": context })).await
}

#[tokio::test]
async fn a_grant_gives_its_operations_and_no_other() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    assert_eq!(encrypt(&room, "nobody", &key, json!({})).await.code(), "AccessDeniedException");
    let made = grant(&room, &key, json!({})).await;
    assert_eq!(made["GrantId"].as_str().unwrap().len(), 64);
    let sealed = encrypt(&room, "nobody", &key, json!({})).await.ok();
    room.call("nobody", "Decrypt", json!({ "CiphertextBlob": sealed["CiphertextBlob"] })).await.ok();
    let body = json!({ "KeyId": key, "KeySpec": "AES_256" });
    assert_eq!(room.call("nobody", "GenerateDataKey", body).await.code(), "AccessDeniedException");
    assert_eq!(room.call("nobody", "DescribeKey", json!({ "KeyId": key })).await.code(), "AccessDeniedException");

    let record = room.audit().into_iter().find(|record| record["eventName"] == "CreateGrant").unwrap();
    assert_eq!(record["responseElements"], json!({ "grantId": made["GrantId"] }));
    assert!(!record.to_string().contains(made["GrantToken"].as_str().unwrap()));

    let room = room.reopen().await;
    encrypt(&room, "nobody", &key, json!({})).await.ok();
    room.call("root", "RevokeGrant", json!({ "KeyId": key, "GrantId": made["GrantId"] })).await.ok();
    assert_eq!(encrypt(&room, "nobody", &key, json!({})).await.code(), "AccessDeniedException");
    let body = json!({ "KeyId": key, "GrantId": made["GrantId"] });
    assert_eq!(room.call("root", "RevokeGrant", body).await.code(), "NotFoundException");
    assert_eq!(
        room.call("root", "RevokeGrant", json!({ "KeyId": key, "GrantId": "x" })).await.code(),
        "InvalidGrantIdException"
    );
}

#[tokio::test]
async fn constraints_narrow_it() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    grant(&room, &key, json!({ "Constraints": { "EncryptionContextSubset": { "Team": "blue" } } })).await;
    encrypt(&room, "nobody", &key, json!({ "team": "blue", "more": "x" })).await.ok();
    assert_eq!(encrypt(&room, "nobody", &key, json!({ "team": "Blue" })).await.code(), "AccessDeniedException");
    assert_eq!(encrypt(&room, "nobody", &key, json!({})).await.code(), "AccessDeniedException");
    let other = room.symmetric().await;
    grant(&room, &other, json!({ "Constraints": { "EncryptionContextEquals": { "team": "blue" } } })).await;
    encrypt(&room, "nobody", &other, json!({ "team": "blue" })).await.ok();
    assert_eq!(
        encrypt(&room, "nobody", &other, json!({ "team": "blue", "more": "x" })).await.code(),
        "AccessDeniedException"
    );
    // A source that a direct caller cannot have.
    let third = room.symmetric().await;
    grant(&room, &third, json!({ "Constraints": { "SourceArn": "arn:aws:s3:us-east-1:000000000000:bucket" } })).await;
    assert_eq!(encrypt(&room, "nobody", &third, json!({})).await.code(), "AccessDeniedException");
}

#[tokio::test]
async fn a_deny_goes_before_a_grant() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    grant(&room, &key, json!({})).await;
    let policy = json!({ "Statement": [
        { "Effect": "Allow", "Principal": { "AWS": "000000000000" }, "Action": "kms:*", "Resource": "*" },
        { "Effect": "Deny", "Principal": { "AWS": NOBODY }, "Action": "kms:Encrypt", "Resource": "*" },
    ] });
    room.call("root", "PutKeyPolicy", json!({ "KeyId": key, "Policy": policy.to_string() })).await.ok();
    let (_, message) = encrypt(&room, "nobody", &key, json!({})).await.error();
    assert!(message.ends_with("with an explicit deny in a resource-based policy"), "{message}");
}

#[tokio::test]
async fn across_accounts_iam_must_allow_too() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    assert_eq!(encrypt(&room, "guest", &key, json!({})).await.code(), "AccessDeniedException");
    grant(&room, &key, json!({ "GranteePrincipal": GUEST })).await;
    encrypt(&room, "guest", &key, json!({})).await.ok();
}

#[tokio::test]
async fn a_name_makes_a_repeated_request_the_same_grant() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    let one = grant(&room, &key, json!({ "Name": "n" })).await;
    let two = grant(&room, &key, json!({ "Name": "n" })).await;
    assert_eq!(one["GrantId"], two["GrantId"]);
    assert_ne!(one["GrantToken"], two["GrantToken"]);
    let three = grant(&room, &key, json!({ "Name": "n", "Operations": ["Encrypt"] })).await;
    assert_ne!(one["GrantId"], three["GrantId"]);
    let four = grant(&room, &key, json!({})).await;
    let five = grant(&room, &key, json!({})).await;
    assert_ne!(four["GrantId"], five["GrantId"]);
    let other = room.symmetric().await;
    assert_ne!(grant(&room, &other, json!({ "Name": "n" })).await["GrantId"], one["GrantId"]);
    let listed = room.call("root", "ListGrants", json!({ "KeyId": key })).await.ok();
    assert_eq!(listed["Grants"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn listings() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    let one = grant(
        &room,
        &key,
        json!({ "RetiringPrincipal": ADMIN, "Constraints": { "EncryptionContextEquals": { "a": "b" } } }),
    )
    .await;
    grant(&room, &key, json!({ "GranteePrincipal": ADMIN, "Name": "named" })).await;
    let body = json!({ "KeyId": key, "GrantId": one["GrantId"] });
    let listed = room.call("root", "ListGrants", body).await.ok();
    let expected = json!([{
        "KeyId": key,
        "GrantId": one["GrantId"],
        "Name": "",
        "CreationDate": room.now() as f64,
        "GranteePrincipal": NOBODY,
        "RetiringPrincipal": ADMIN,
        "IssuingAccount": "arn:aws:iam::000000000000:root",
        "Operations": ["Decrypt", "Encrypt"],
        "Constraints": { "EncryptionContextEquals": { "a": "b" } },
    }]);
    assert_eq!(listed["Grants"], expected);
    let body = json!({ "KeyId": key, "GranteePrincipal": ADMIN });
    assert_eq!(room.call("root", "ListGrants", body).await.ok()["Grants"][0]["Name"], "named");
    let page = room.call("root", "ListGrants", json!({ "KeyId": key, "Limit": 1 })).await.ok();
    assert_eq!((&page["Truncated"], page["Grants"].as_array().unwrap().len()), (&json!(true), 1));
    let retirable = room.call("admin", "ListRetirableGrants", json!({ "RetiringPrincipal": ADMIN })).await.ok();
    assert_eq!(retirable["Grants"], expected);
    let body = json!({ "RetiringPrincipal": GUEST });
    assert_eq!(room.call("admin", "ListRetirableGrants", body).await.code(), "InvalidArnException");
}

#[tokio::test]
async fn who_may_retire() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    let by_id = |made: &Value| json!({ "KeyId": key, "GrantId": made["GrantId"] });
    let retire = async |who: &str, body: Value| room.call(who, "RetireGrant", body).await;
    // The retiring principal, by token.
    let made = grant(&room, &key, json!({ "RetiringPrincipal": "arn:aws:iam::000000000000:user/reader" })).await;
    assert_eq!(retire("nobody", by_id(&made)).await.code(), "AccessDeniedException");
    let body = json!({ "GrantToken": made["GrantToken"], "DryRun": true });
    assert_eq!(retire("reader", body).await.code(), "DryRunOperationException");
    retire("reader", json!({ "GrantToken": made["GrantToken"] })).await.ok();
    assert_eq!(retire("reader", by_id(&made)).await.code(), "NotFoundException");
    // The grantee, where the grant says so.
    let made = grant(&room, &key, json!({ "Operations": ["Encrypt", "RetireGrant"] })).await;
    retire("nobody", by_id(&made)).await.ok();
    // The account that issued it, and whom it lets by IAM.
    let made = grant(&room, &key, json!({})).await;
    retire("admin", by_id(&made)).await.ok();
    let made = grant(&room, &key, json!({})).await;
    retire("root", by_id(&made)).await.ok();
    assert_eq!(retire("root", json!({ "GrantToken": "AAAA" })).await.code(), "InvalidGrantTokenException");
    assert_eq!(retire("root", json!({})).await.code(), "ValidationException");
    let id = key.rsplit('/').next().unwrap();
    let body = json!({ "KeyId": id, "GrantId": "0".repeat(64) });
    assert_eq!(retire("root", body).await.code(), "InvalidArnException");
}

#[tokio::test]
async fn a_grant_passes_on_no_more_than_it_has() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    let constraints = json!({ "EncryptionContextSubset": { "a": "b" } });
    grant(&room, &key, json!({ "Operations": ["CreateGrant", "Encrypt"], "Constraints": constraints })).await;
    let pass = async |more: Value| {
        let mut more = more;
        more["GranteePrincipal"] = json!("arn:aws:iam::000000000000:user/reader");
        room.call("nobody", "CreateGrant", request(&key, more)).await
    };
    pass(json!({ "Operations": ["Encrypt"], "Constraints": constraints })).await.ok();
    pass(json!({ "Operations": ["Encrypt"], "Constraints": { "EncryptionContextEquals": { "a": "b", "c": "d" } } }))
        .await
        .ok();
    for more in [
        json!({ "Operations": ["Encrypt"] }),
        json!({ "Operations": ["Encrypt"], "Constraints": { "EncryptionContextSubset": { "a": "c" } } }),
        json!({ "Operations": ["Encrypt", "Decrypt"], "Constraints": constraints }),
    ] {
        assert_eq!(pass(more.clone()).await.code(), "AccessDeniedException", "{more}");
    }
}

#[tokio::test]
async fn bad_requests() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    let create = async |more: Value| room.call("root", "CreateGrant", request(&key, more)).await;
    assert_eq!(create(json!({ "Operations": ["Sign"] })).await.code(), "ValidationError");
    assert_eq!(create(json!({ "Operations": [] })).await.code(), "ValidationException");
    assert_eq!(create(json!({ "Operations": ["Fly"] })).await.code(), "ValidationException");
    assert_eq!(
        create(json!({ "GranteePrincipal": "arn:aws:iam::000000000000:user/stranger" })).await.code(),
        "InvalidArnException"
    );
    assert_eq!(create(json!({ "GranteeServicePrincipal": "s3.amazonaws.com" })).await.code(), "ValidationException");
    let nine: Value = (0..9).map(|number| (number.to_string(), json!("x"))).collect::<serde_json::Map<_, _>>().into();
    assert_eq!(
        create(json!({ "Constraints": { "EncryptionContextEquals": nine } })).await.code(),
        "ValidationException"
    );
    create(json!({ "KeyId": "alias/x" }))
        .await
        .fails("InvalidArnException", "Key Aliases are not supported for this operation.");
    assert_eq!(create(json!({ "DryRun": true })).await.code(), "DryRunOperationException");
    assert_eq!(room.call("root", "ListGrants", json!({ "KeyId": key })).await.ok()["Grants"], json!([]));
    let body = json!({ "KeyId": key, "Plaintext": "AA==", "GrantTokens": ["nonsense"] });
    assert_eq!(room.call("root", "Encrypt", body).await.code(), "InvalidGrantTokenException");
    let token = create(json!({})).await.ok()["GrantToken"].clone();
    // A token without the grant's principal gives nothing.
    let body = json!({ "KeyId": key, "Plaintext": "AA==", "GrantTokens": [token] });
    assert_eq!(room.call("reader", "Encrypt", body.clone()).await.code(), "AccessDeniedException");
    room.call("nobody", "Encrypt", body).await.ok();
    room.call("root", "DisableKey", json!({ "KeyId": key })).await.ok();
    assert_eq!(create(json!({})).await.code(), "DisabledException");
}

/// An explicit deny of one's own policies is stronger than being the retiring principal, or the grantee.
#[tokio::test]
async fn who_is_denied_it_does_not_retire() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    let barred = "arn:aws:iam::000000000000:user/barred";
    let retiring = json!({ "RetiringPrincipal": barred });
    let grantee = json!({ "GranteePrincipal": barred, "Operations": ["Decrypt", "RetireGrant"] });
    for more in [retiring, grantee] {
        let made = grant(&room, &key, more).await;
        let body = json!({ "GrantToken": made["GrantToken"] });
        assert_eq!(room.call("barred", "RetireGrant", body.clone()).await.code(), "AccessDeniedException");
        room.call("root", "RetireGrant", body).await.ok();
    }
}
