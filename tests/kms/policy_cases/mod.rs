//! Decisions of AWS's documentation, one sentence each, asked of the door. `page` names the page: the last part of its address
//! in the IAM user guide or in the KMS developer guide.
//!
//! Further decisions stand in `key_policy`, and in the library beside `policy::evaluate`.

mod conditions;
mod elements;
mod grants;
mod sessions;

use sealgate::identity::Caller;
use sealgate::kms::{Call, Via, ops};
use sealgate::names::{AccountId, Region};
use serde_json::{Value, json};

use super::room::{ACCOUNT, REGION, Room, origin};
use super::sts;

pub const NOBODY: &str = "arn:aws:iam::000000000000:user/nobody";
pub const GUEST: &str = "arn:aws:iam::111122223333:user/guest";
pub const ROLE: &str = "arn:aws:iam::000000000000:role/keeper";
pub const SESSION: &str = "arn:aws:sts::000000000000:assumed-role/keeper/one";
pub const ROOT: &str = "arn:aws:iam::000000000000:root";

pub struct Case {
    page: &'static str,
    says: &'static str,
    /// Of the key policy.
    statements: Vec<Value>,
    grants: Vec<Value>,
    who: Who,
    action: &'static str,
    /// Beside the key's ARN.
    body: Value,
    allowed: bool,
}

enum Who {
    /// An access key of `room`.
    User(&'static str),
    /// A session of the role `keeper`, whose own policies allow every action of KMS and which is tagged `team = blue`. `null`:
    /// narrowed by nothing.
    Session(Value),
    /// The user, for whom S3 calls.
    ThroughS3(&'static str),
}

/// Asks Encrypt with the context `{"team": "blue"}`, as `nobody`, who has no policies.
pub fn case(page: &'static str, says: &'static str, statements: Vec<Value>, allowed: bool) -> Case {
    let body = json!({ "Plaintext": "AA==", "EncryptionContext": { "team": "blue" } });
    let who = Who::User("nobody");
    Case { page, says, statements, grants: Vec::new(), who, action: "Encrypt", body, allowed }
}

impl Case {
    pub fn by(self, user: &'static str) -> Self {
        Self { who: Who::User(user), ..self }
    }

    /// By a session narrowed to these statements; `null`: by nothing.
    pub fn by_session(self, statements: Value) -> Self {
        Self { who: Who::Session(statements), ..self }
    }

    pub fn through_s3(self, user: &'static str) -> Self {
        Self { who: Who::ThroughS3(user), ..self }
    }

    pub fn asks(self, action: &'static str, body: Value) -> Self {
        Self { action, body, ..self }
    }

    pub fn grant(mut self, grant: Value) -> Self {
        self.grants.push(grant);
        self
    }
}

/// A statement; what is not given is `"Resource": "*"`, and `"Principal": {"AWS": "*"}` where `whom` is empty.
pub fn statement(effect: &str, whom: &str, action: Value, more: Value) -> Value {
    let whom = if whom.is_empty() { "*" } else { whom };
    let mut statement = json!({ "Effect": effect, "Principal": { "AWS": whom }, "Action": action, "Resource": "*" });
    for (name, value) in more.as_object().into_iter().flatten() {
        statement[name] = value.clone();
    }
    statement
}

pub fn allow(whom: &str, action: &str) -> Value {
    statement("Allow", whom, action.into(), Value::Null)
}

pub fn deny(whom: &str, action: &str) -> Value {
    statement("Deny", whom, action.into(), Value::Null)
}

pub fn allow_if(whom: &str, action: &str, condition: Value) -> Value {
    statement("Allow", whom, action.into(), json!({ "Condition": condition }))
}

pub fn deny_if(whom: &str, action: &str, condition: Value) -> Value {
    statement("Deny", whom, action.into(), json!({ "Condition": condition }))
}

/// As a session policy has it: without a principal.
pub fn own(effect: &str, action: &str, condition: Value) -> Value {
    let mut statement = statement(effect, "", action.into(), Value::Null);
    let object = statement.as_object_mut().unwrap();
    object.remove("Principal");
    if !condition.is_null() {
        object.insert("Condition".into(), condition);
    }
    statement
}

#[tokio::test]
async fn decisions() {
    let cases: Vec<Case> =
        [elements::cases(), conditions::cases(), sessions::cases(), grants::cases()].into_iter().flatten().collect();
    let room = Room::open().await;
    let mut wrong = Vec::new();
    for case in &cases {
        let (allowed, answer) = decide(&room, case).await;
        if allowed != case.allowed {
            wrong.push(format!("{}: {}: {answer}", case.page, case.says));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let distinct: std::collections::BTreeSet<_> = cases.iter().map(|case| (case.page, case.says)).collect();
    // Beside the 65 of `key_policy` and the 89 of the library's tests.
    assert_eq!((cases.len(), distinct.len()), (166, 166), "no case goes away unnoticed");
}

async fn decide(room: &Room, case: &Case) -> (bool, Value) {
    let tags = json!([{ "TagKey": "team", "TagValue": "blue" }, { "TagKey": "stage", "TagValue": "test" }]);
    let key = room.key(json!({ "Tags": tags })).await;
    for grant in &case.grants {
        let mut grant = grant.clone();
        grant["KeyId"] = key.as_str().into();
        room.call("root", "CreateGrant", grant).await.ok();
    }
    let policy = json!({ "Version": "2012-10-17", "Statement": case.statements }).to_string().replace("KEY_ARN", &key);
    let put = json!({ "KeyId": key, "Policy": policy, "BypassPolicyLockoutSafetyCheck": true });
    room.call("root", "PutKeyPolicy", put).await.ok();
    let mut body = case.body.clone();
    body["KeyId"] = key.as_str().into();
    let answer = match &case.who {
        Who::User(user) => room.call(user, case.action, body).await,
        Who::Session(statements) => room.call_by(session(room, statements, &key).await, case.action, body).await,
        Who::ThroughS3(user) => return through_s3(room, room.caller(user), body).await,
    };
    if answer.status != 200 {
        assert_eq!(answer.body["__type"], "AccessDeniedException", "{}: {}", case.says, answer.body);
    }
    (answer.status == 200, answer.body)
}

async fn session(room: &Room, statements: &Value, key: &str) -> Caller {
    match statements {
        Value::Null => sts::keeper(room).await,
        statements => {
            let policy = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
            sts::narrowed(room, serde_json::from_str(&policy.replace("KEY_ARN", key)).unwrap()).await
        }
    }
}

/// Encrypt, as the S3 door asks it in a client's name.
async fn through_s3(room: &Room, caller: Caller, body: Value) -> (bool, Value) {
    let region = Region::new(REGION).unwrap();
    let via = Via {
        service: format!("s3.{REGION}.amazonaws.com"),
        source_arn: format!("arn:aws:s3:{REGION}:{ACCOUNT}:bucket"),
        source_account: AccountId::new(ACCOUNT).unwrap(),
    };
    let call = Call { caller, origin: origin(&region), region, via: Some(via) };
    let input = serde_json::from_value(body).unwrap();
    match room.kms.perform::<ops::encrypt::Encrypt>(&call, input).await {
        Ok(_) => (true, Value::Null),
        Err(error) => {
            assert_eq!(error.code().as_str(), "AccessDeniedException");
            (false, error.to_string().into())
        }
    }
}
