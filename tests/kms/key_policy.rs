//! Key policies: GetKeyPolicy, PutKeyPolicy, ListKeyPolicies, and what they decide. Each case of `DECISIONS` is a sentence of
//! the KMS developer guide ("key policies", "determining access", "condition keys", "users in other accounts").

use serde_json::{Value, json};

use super::room::{Answer, Room};

const ADMIN: &str = "arn:aws:iam::000000000000:user/admin";
const ROOT: &str = "arn:aws:iam::000000000000:root";

fn allow(principal: &str, action: Value, condition: Value) -> Value {
    statement("Allow", principal, action, condition)
}

fn deny(principal: &str, action: Value, condition: Value) -> Value {
    statement("Deny", principal, action, condition)
}

fn statement(effect: &str, principal: &str, action: Value, condition: Value) -> Value {
    let mut statement =
        json!({ "Effect": effect, "Principal": { "AWS": principal }, "Action": action, "Resource": "*" });
    if !condition.is_null() {
        statement["Condition"] = condition;
    }
    statement
}

/// Root rules the key's settings, so that no test locks itself out; nothing is left to IAM.
fn with_root(mut statements: Vec<Value>) -> String {
    let settings = json!(["kms:PutKeyPolicy", "kms:CreateGrant", "kms:DescribeKey"]);
    let only_root = json!({ "ArnEquals": { "aws:PrincipalArn": ROOT } });
    statements.push(
        json!({ "Effect": "Allow", "Principal": "*", "Action": settings, "Resource": "*", "Condition": only_root }),
    );
    json!({ "Version": "2012-10-17", "Statement": statements }).to_string()
}

async fn put(room: &Room, key: &str, policy: &str) -> Answer {
    room.call("root", "PutKeyPolicy", json!({ "KeyId": key, "Policy": policy })).await
}

#[tokio::test]
async fn the_default_policy_leaves_it_to_the_account() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    let policy = room.call("root", "GetKeyPolicy", json!({ "KeyId": key })).await.ok();
    assert_eq!(policy["PolicyName"], "default");
    let document: Value = serde_json::from_str(policy["Policy"].as_str().unwrap()).unwrap();
    let expected = json!({
        "Version": "2012-10-17",
        "Id": "key-default-1",
        "Statement": [{
            "Sid": "Enable IAM User Permissions",
            "Effect": "Allow",
            "Principal": { "AWS": ROOT },
            "Action": "kms:*",
            "Resource": "*",
        }],
    });
    assert_eq!(document, expected);
    let names = room.call("root", "ListKeyPolicies", json!({ "KeyId": key })).await.ok();
    assert_eq!(names, json!({ "PolicyNames": ["default"], "Truncated": false }));
    let body = json!({ "KeyId": key, "PolicyName": "other" });
    assert_eq!(room.call("root", "GetKeyPolicy", body).await.code(), "NotFoundException");
}

#[tokio::test]
async fn what_becomes_no_policy() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    put(&room, &key, &with_root(vec![allow(ADMIN, json!("kms:*"), Value::Null)])).await.ok();
    for policy in [
        "{",
        "{}",
        r#"{"Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}]}"#,
        &with_root(vec![allow("arn:aws:iam::000000000000:user/*", json!("kms:*"), Value::Null)]),
        &with_root(vec![allow(ADMIN, json!("kms:*"), json!({ "StringMaybe": { "aws:username": "x" } }))]),
        &with_root(vec![allow(ADMIN, json!("kms:*"), json!({ "StringEquals": { "aws:Unheard": "x" } }))]),
    ] {
        assert_eq!(put(&room, &key, policy).await.code(), "MalformedPolicyDocumentException", "{policy}");
    }
    let stranger = with_root(vec![allow("arn:aws:iam::000000000000:user/stranger", json!("kms:*"), Value::Null)]);
    // The account of this canonical user id is known: but that is S3's word for it.
    let mut canonical = allow(ADMIN, json!("kms:*"), Value::Null);
    canonical["Principal"] =
        json!({ "CanonicalUser": "8e9145113d2a5a9ff0a078b2782a263dd31af35f3705458605f1c0b171523a85" });
    for policy in [stranger, with_root(vec![canonical])] {
        put(&room, &key, &policy).await.fails(
            "MalformedPolicyDocumentException",
            "Policy contains a statement with one or more invalid principals.",
        );
    }
    let body = json!({ "KeyId": key, "PolicyName": "AWS_RAM", "Policy": "{}" });
    room.call("root", "PutKeyPolicy", body)
        .await
        .fails("ValidationException", "The AWS_RAM policy can only be managed by the RAM service.");
}

#[tokio::test]
async fn nobody_locks_himself_out_unless_he_means_to() {
    let room = Room::open().await;
    let policy = json!({ "Statement": [allow(ADMIN, json!("kms:*"), Value::Null)] }).to_string();
    let words = "The new key policy will not allow you to update the key policy in the future.";
    let key = room.symmetric().await;
    put(&room, &key, &policy).await.fails("MalformedPolicyDocumentException", words);
    room.call("root", "CreateKey", json!({ "Policy": policy })).await.fails("MalformedPolicyDocumentException", words);
    let body = json!({ "KeyId": key, "Policy": policy, "BypassPolicyLockoutSafetyCheck": true });
    room.call("root", "PutKeyPolicy", body).await.ok();
    // The root user is not above the policy.
    let (code, message) = room.call("root", "DescribeKey", json!({ "KeyId": key })).await.error();
    assert_eq!(code, "AccessDeniedException");
    assert!(message.ends_with("because no resource-based policy allows the kms:DescribeKey action"), "{message}");
    room.call("admin", "DescribeKey", json!({ "KeyId": key })).await.ok();
    let room = room.reopen().await;
    room.call("admin", "DescribeKey", json!({ "KeyId": key })).await.ok();
}

/// The statements beside root's; who asks Encrypt with the context `{"team": "blue"}`; and the end of the refusal, or nothing
/// where it is allowed.
#[tokio::test]
async fn decisions() {
    let none = Value::Null;
    let by_account = "because no identity-based policy allows the kms:Encrypt action";
    let by_key = "because no resource-based policy allows the kms:Encrypt action";
    let explicit = "with an explicit deny in a resource-based policy";
    let hidden = "or a resource-based policy explicitly denies access";
    let nobody = "arn:aws:iam::000000000000:user/nobody";
    let guest = "arn:aws:iam::111122223333:user/guest";
    let encrypt = json!("kms:Encrypt");
    let context = |operator: &str, name: &str, value: Value| {
        let name = format!("kms:EncryptionContext:{name}");
        json!({ operator: { name: value } })
    };
    let when = |operator: &str, name: &str, value: Value| json!({ operator: { name: value } });
    let cases: Vec<(&str, Vec<Value>, &str, &str)> = vec![
        (
            "a principal by its ARN needs no IAM policy",
            vec![allow(nobody, encrypt.clone(), none.clone())],
            "nobody",
            "",
        ),
        ("an IAM policy alone has no effect", vec![], "admin", by_key),
        ("the account delegates to IAM", vec![allow(ROOT, encrypt.clone(), none.clone())], "admin", ""),
        ("its number is the same", vec![allow("000000000000", encrypt.clone(), none.clone())], "admin", ""),
        (
            "who has no IAM policy gains nothing by that",
            vec![allow(ROOT, encrypt.clone(), none.clone())],
            "nobody",
            by_account,
        ),
        ("another action is not delegated", vec![allow(ROOT, json!("kms:Decrypt"), none.clone())], "admin", by_key),
        ("wildcards in actions", vec![allow(nobody, json!(["kms:Enc*"]), none.clone())], "nobody", ""),
        ("everyone", vec![allow("*", encrypt.clone(), none.clone())], "nobody", ""),
        ("everyone of another account needs IAM too", vec![allow("*", encrypt.clone(), none.clone())], "guest", ""),
        (
            "a deny beats an allow",
            vec![allow(nobody, encrypt.clone(), none.clone()), deny(nobody, encrypt.clone(), none.clone())],
            "nobody",
            explicit,
        ),
        (
            "a deny of the account means everyone in it",
            vec![allow(nobody, encrypt.clone(), none.clone()), deny(ROOT, encrypt.clone(), none.clone())],
            "nobody",
            explicit,
        ),
        (
            "a deny of another changes nothing",
            vec![allow(nobody, encrypt.clone(), none.clone()), deny(ADMIN, encrypt.clone(), none.clone())],
            "nobody",
            "",
        ),
        ("another account by its user", vec![allow(guest, encrypt.clone(), none.clone())], "guest", ""),
        (
            "another account by its root",
            vec![allow("arn:aws:iam::111122223333:root", encrypt.clone(), none.clone())],
            "guest",
            "",
        ),
        ("another account without leave", vec![allow(ROOT, encrypt.clone(), none.clone())], "guest", hidden),
        (
            "another account denied",
            vec![allow(guest, encrypt.clone(), none.clone()), deny(guest, encrypt.clone(), none.clone())],
            "guest",
            hidden,
        ),
        ("the root user by the account's ARN", vec![allow(ROOT, encrypt.clone(), none.clone())], "root", ""),
        ("the root user without leave", vec![allow(nobody, encrypt.clone(), none.clone())], "root", by_key),
        (
            "a context pair",
            vec![allow(nobody, encrypt.clone(), context("StringEquals", "team", json!("blue")))],
            "nobody",
            "",
        ),
        (
            "names of context pairs ignore case",
            vec![allow(nobody, encrypt.clone(), context("StringEquals", "TEAM", json!("blue")))],
            "nobody",
            "",
        ),
        (
            "values of context pairs do not",
            vec![allow(nobody, encrypt.clone(), context("StringEquals", "team", json!("Blue")))],
            "nobody",
            by_key,
        ),
        (
            "a context pair that is not there",
            vec![allow(nobody, encrypt.clone(), context("StringEquals", "stage", json!("x")))],
            "nobody",
            by_key,
        ),
        (
            "wildcards in values",
            vec![allow(nobody, encrypt.clone(), context("StringLike", "team", json!("b*e")))],
            "nobody",
            "",
        ),
        (
            "a deny without the pair",
            vec![
                allow(nobody, encrypt.clone(), none.clone()),
                deny("*", encrypt.clone(), context("StringNotEquals", "team", json!("red"))),
            ],
            "nobody",
            explicit,
        ),
        (
            "some context",
            vec![allow(nobody, encrypt.clone(), when("Null", "kms:EncryptionContextKeys", json!("false")))],
            "nobody",
            "",
        ),
        (
            "no context",
            vec![allow(nobody, encrypt.clone(), when("Null", "kms:EncryptionContextKeys", json!("true")))],
            "nobody",
            by_key,
        ),
        (
            "context names",
            vec![allow(
                nobody,
                encrypt.clone(),
                when("ForAnyValue:StringEquals", "kms:EncryptionContextKeys", json!("team")),
            )],
            "nobody",
            "",
        ),
        (
            "the default algorithm counts",
            vec![allow(
                nobody,
                encrypt.clone(),
                when("StringEquals", "kms:EncryptionAlgorithm", json!("SYMMETRIC_DEFAULT")),
            )],
            "nobody",
            "",
        ),
        (
            "another algorithm",
            vec![allow(
                nobody,
                encrypt.clone(),
                when("StringEquals", "kms:EncryptionAlgorithm", json!("RSAES_OAEP_SHA_1")),
            )],
            "nobody",
            by_key,
        ),
        (
            "the caller's account",
            vec![allow("*", encrypt.clone(), when("StringEquals", "kms:CallerAccount", json!("000000000000")))],
            "nobody",
            "",
        ),
        (
            "another caller's account",
            vec![allow("*", encrypt.clone(), when("StringEquals", "kms:CallerAccount", json!("000000000000")))],
            "guest",
            hidden,
        ),
        (
            "through S3 only",
            vec![allow(
                nobody,
                encrypt.clone(),
                when("StringEquals", "kms:ViaService", json!("s3.us-east-1.amazonaws.com")),
            )],
            "nobody",
            by_key,
        ),
        (
            "never through S3",
            vec![allow(
                nobody,
                encrypt.clone(),
                when("StringNotEquals", "kms:ViaService", json!("s3.us-east-1.amazonaws.com")),
            )],
            "nobody",
            "",
        ),
        (
            "the key's spec",
            vec![allow(nobody, encrypt.clone(), when("StringEquals", "kms:KeySpec", json!("SYMMETRIC_DEFAULT")))],
            "nobody",
            "",
        ),
        (
            "the key's usage",
            vec![allow(nobody, encrypt.clone(), when("StringEquals", "kms:KeyUsage", json!("SIGN_VERIFY")))],
            "nobody",
            by_key,
        ),
        (
            "the key's origin",
            vec![allow(nobody, encrypt.clone(), when("StringEquals", "kms:KeyOrigin", json!("AWS_KMS")))],
            "nobody",
            "",
        ),
        (
            "not a multi-Region key",
            vec![allow(nobody, encrypt.clone(), when("Bool", "kms:MultiRegion", json!("false")))],
            "nobody",
            "",
        ),
        (
            "the key's tag",
            vec![allow(nobody, encrypt.clone(), when("StringEquals", "aws:ResourceTag/stage", json!("test")))],
            "nobody",
            "",
        ),
        (
            "another tag",
            vec![allow(nobody, encrypt.clone(), when("StringEquals", "aws:ResourceTag/stage", json!("live")))],
            "nobody",
            by_key,
        ),
        (
            "the principal's ARN",
            vec![allow("*", encrypt.clone(), when("ArnEquals", "aws:PrincipalArn", json!(nobody)))],
            "nobody",
            "",
        ),
        (
            "the principal's account",
            vec![allow("*", encrypt.clone(), when("StringEquals", "aws:PrincipalAccount", json!("111122223333")))],
            "nobody",
            by_key,
        ),
        (
            "the user's name",
            vec![allow("*", encrypt.clone(), when("StringEquals", "aws:username", json!("nobody")))],
            "nobody",
            "",
        ),
        (
            "the source address",
            vec![allow(nobody, encrypt.clone(), when("IpAddress", "aws:SourceIp", json!("127.0.0.0/8")))],
            "nobody",
            "",
        ),
        (
            "another source address",
            vec![allow(nobody, encrypt.clone(), when("IpAddress", "aws:SourceIp", json!("10.0.0.0/8")))],
            "nobody",
            by_key,
        ),
        (
            "without TLS",
            vec![
                allow(nobody, encrypt.clone(), none.clone()),
                deny("*", encrypt.clone(), when("Bool", "aws:SecureTransport", json!("false"))),
            ],
            "nobody",
            explicit,
        ),
        (
            "the Region",
            vec![allow(nobody, encrypt.clone(), when("StringEquals", "aws:RequestedRegion", json!("us-east-1")))],
            "nobody",
            "",
        ),
        (
            "before a date",
            vec![allow(
                nobody,
                encrypt.clone(),
                when("DateLessThan", "aws:CurrentTime", json!("2026-06-01T00:00:00Z")),
            )],
            "nobody",
            "",
        ),
        (
            "after a date",
            vec![allow(
                nobody,
                encrypt.clone(),
                when("DateGreaterThan", "aws:CurrentTime", json!("2026-06-01T00:00:00Z")),
            )],
            "nobody",
            by_key,
        ),
        (
            "by what alias",
            vec![allow(nobody, encrypt.clone(), when("StringEquals", "kms:RequestAlias", json!("alias/mine")))],
            "nobody",
            by_key,
        ),
        (
            "two conditions, both",
            vec![allow(
                nobody,
                encrypt.clone(),
                json!({ "StringEquals": { "aws:username": "nobody", "kms:CallerAccount": "1" } }),
            )],
            "nobody",
            by_key,
        ),
    ];
    assert_eq!(cases.len(), 50, "no case goes away unnoticed");
    let room = Room::open().await;
    let key = room.key(json!({ "Tags": [{ "TagKey": "stage", "TagValue": "test" }] })).await;
    for (sentence, statements, who, refusal) in cases {
        put(&room, &key, &with_root(statements)).await.ok();
        let body = json!({ "KeyId": key, "Plaintext": "AA==", "EncryptionContext": { "team": "blue" } });
        let answer = room.call(who, "Encrypt", body).await;
        if refusal.is_empty() {
            assert_eq!(answer.status, 200, "{sentence}: {}", answer.body);
        } else {
            let (code, message) = answer.error();
            assert_eq!(code, "AccessDeniedException", "{sentence}");
            assert!(message.ends_with(refusal), "{sentence}: {message}");
        }
    }
}

#[tokio::test]
async fn conditions_of_other_actions() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    room.call("root", "CreateAlias", json!({ "AliasName": "alias/mine", "TargetKeyId": key })).await.ok();
    let when = |operator: &str, name: &str, value: Value| json!({ operator: { name: value } });
    let nobody = "arn:aws:iam::000000000000:user/nobody";
    let grantee = json!({ "KeyId": key, "GranteePrincipal": ADMIN, "Operations": ["Decrypt"] });
    let cases: Vec<(&str, Value, Value, bool)> = vec![
        (
            "Encrypt",
            when("StringEquals", "kms:RequestAlias", json!("alias/mine")),
            json!({ "KeyId": "alias/mine", "Plaintext": "AA==" }),
            true,
        ),
        (
            "Encrypt",
            when("ForAnyValue:StringEquals", "kms:ResourceAliases", json!("alias/mine")),
            json!({ "KeyId": key, "Plaintext": "AA==" }),
            true,
        ),
        (
            "ScheduleKeyDeletion",
            when("NumericLessThan", "kms:ScheduleKeyDeletionPendingWindowInDays", json!("30")),
            json!({ "KeyId": key }),
            false,
        ),
        (
            "EnableKeyRotation",
            when("NumericGreaterThan", "kms:RotationPeriodInDays", json!(180)),
            json!({ "KeyId": key }),
            true,
        ),
        (
            "EnableKeyRotation",
            when("NumericGreaterThan", "kms:RotationPeriodInDays", json!(180)),
            json!({ "KeyId": key, "RotationPeriodInDays": 90 }),
            false,
        ),
        ("CreateGrant", when("Bool", "kms:GrantIsForAWSResource", json!("true")), grantee.clone(), false),
        (
            "CreateGrant",
            when("ForAllValues:StringEquals", "kms:GrantOperations", json!(["Decrypt", "Encrypt"])),
            grantee.clone(),
            true,
        ),
        (
            "CreateGrant",
            when("ForAllValues:StringEquals", "kms:GrantOperations", json!(["Encrypt"])),
            grantee.clone(),
            false,
        ),
        ("CreateGrant", when("StringEquals", "kms:GranteePrincipal", json!(ADMIN)), grantee.clone(), true),
        (
            "CreateGrant",
            when("StringEquals", "kms:GrantConstraintType", json!("EncryptionContextEquals")),
            grantee.clone(),
            false,
        ),
        (
            "TagResource",
            when("StringEquals", "aws:RequestTag/a", json!("1")),
            json!({ "KeyId": key, "Tags": [{ "TagKey": "a", "TagValue": "1" }] }),
            true,
        ),
        (
            "TagResource",
            when("ForAllValues:StringEquals", "aws:TagKeys", json!(["b"])),
            json!({ "KeyId": key, "Tags": [{ "TagKey": "a", "TagValue": "1" }] }),
            false,
        ),
        ("GetKeyPolicy", when("StringEquals", "kms:PolicyName", json!("default")), json!({ "KeyId": key }), true),
        (
            "PutKeyPolicy",
            when("Bool", "kms:BypassPolicyLockoutSafetyCheck", json!("false")),
            json!({ "KeyId": key, "Policy": "{}", "BypassPolicyLockoutSafetyCheck": true }),
            false,
        ),
        (
            "GenerateDataKeyPair",
            when("StringLike", "kms:DataKeyPairSpec", json!("RSA*")),
            json!({ "KeyId": key, "KeyPairSpec": "ECC_NIST_P256" }),
            false,
        ),
    ];
    assert_eq!(cases.len(), 15, "no case goes away unnoticed");
    for (action, condition, body, allowed) in cases {
        put(&room, &key, &with_root(vec![allow(nobody, json!(format!("kms:{action}")), condition.clone())])).await.ok();
        // An alias is found in the caller's account whatever the key's policy says.
        let answer = room.call("nobody", action, body).await;
        assert_eq!(answer.status == 200, allowed, "{action} {condition}: {}", answer.body);
        if !allowed {
            assert_eq!(answer.code(), "AccessDeniedException", "{action} {condition}");
        }
    }
    let signing = room.key(json!({ "KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY" })).await;
    let raw_only = when("StringEquals", "kms:MessageType", json!("RAW"));
    put(&room, &signing, &with_root(vec![allow(nobody, json!("kms:Sign"), raw_only)])).await.ok();
    let sign = |kind: &str| json!({ "KeyId": signing, "Message": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "MessageType": kind, "SigningAlgorithm": "ECDSA_SHA_256" });
    room.call("nobody", "Sign", sign("RAW")).await.ok();
    assert_eq!(room.call("nobody", "Sign", sign("DIGEST")).await.code(), "AccessDeniedException");
}

/// What the guide's table of actions says of other accounts.
#[tokio::test]
async fn some_actions_never_cross_accounts() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    put(&room, &key, &with_root(vec![allow("arn:aws:iam::111122223333:user/guest", json!("kms:*"), Value::Null)]))
        .await
        .ok();
    for (action, body) in [
        ("Encrypt", json!({ "KeyId": key, "Plaintext": "AA==" })),
        ("DescribeKey", json!({ "KeyId": key })),
        ("GetKeyRotationStatus", json!({ "KeyId": key })),
        ("ListGrants", json!({ "KeyId": key })),
    ] {
        room.call("guest", action, body).await.ok();
    }
    for action in ["DisableKey", "GetKeyPolicy", "ScheduleKeyDeletion", "ListResourceTags", "EnableKeyRotation"] {
        assert_eq!(
            room.call("guest", action, json!({ "KeyId": key })).await.code(),
            "AccessDeniedException",
            "{action}"
        );
    }
}
