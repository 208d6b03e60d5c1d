//! What AWS refuses in a bucket policy, and its words for it.

use serde_json::{Map, Value};

use super::actions;
use super::policy::MalformedPolicy;
use crate::names::BucketName;
use crate::policy::{action_matches, is_condition_key, is_operator, is_principal};

type Members = Map<String, Value>;

const MEMBERS: &[&str] = &["Version", "Id", "Statement"];
const STATEMENT_MEMBERS: &[&str] =
    &["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

pub fn check(policy: &Value, bucket: &BucketName) -> Result<(), MalformedPolicy> {
    let Value::Object(policy) = policy else {
        return refuse("Policies must be valid JSON and the first byte must be '{'");
    };
    known_members(policy, MEMBERS)?;
    match policy.get("Version") {
        None => {}
        Some(Value::String(version)) if matches!(version.as_str(), "2012-10-17" | "2008-10-17") => {}
        Some(_) => return refuse("The policy must contain a valid version string"),
    }
    let statements = match policy.get("Statement") {
        None => return refuse("Missing required field Statement"),
        Some(Value::Array(statements)) => statements.as_slice(),
        Some(statement) => std::slice::from_ref(statement),
    };
    if statements.is_empty() {
        return refuse("Could not parse the policy: Statement is empty!");
    }
    statements.iter().try_for_each(|statement| match statement {
        Value::Object(statement) => check_statement(statement, bucket),
        _ => refuse("Could not parse the policy: a Statement is not an object"),
    })
}

fn check_statement(statement: &Members, bucket: &BucketName) -> Result<(), MalformedPolicy> {
    known_members(statement, STATEMENT_MEMBERS)?;
    match statement.get("Effect") {
        None => return refuse("Missing required field Effect"),
        Some(Value::String(effect)) if matches!(effect.as_str(), "Allow" | "Deny") => {}
        Some(effect) => return refuse(format!("Invalid effect: {}", text_of(effect))),
    }
    let (negated, principal) = one_of(statement, "Principal", "NotPrincipal")?;
    if negated && statement.get("Effect").is_some_and(|effect| effect == "Allow") {
        return refuse("Allow with NotPrincipal is not allowed.");
    }
    check_principal(principal)?;
    let (without_actions, actions) = one_of(statement, "Action", "NotAction")?;
    let actions = texts(actions).ok_or_else(|| MalformedPolicy::new("Policy has invalid action"))?;
    let (without_resources, resources) = one_of(statement, "Resource", "NotResource")?;
    let resources = texts(resources).ok_or_else(|| MalformedPolicy::new("Policy has invalid resource"))?;
    if !actions.iter().all(|action| is_action(action)) {
        return refuse("Policy has invalid action");
    }
    if !resources.iter().all(|resource| is_of(resource, bucket)) {
        return refuse("Policy has invalid resource");
    }
    if !without_actions && !without_resources && !actions.iter().all(|action| applies(action, &resources)) {
        return refuse("Action does not apply to any resource(s) in statement");
    }
    let Some(condition) = statement.get("Condition") else { return Ok(()) };
    check_condition(condition)?;
    match !without_actions && !meets(condition, &actions) {
        true => refuse("Conditions do not apply to combination of actions and resources in statement"),
        false => Ok(()),
    }
}

fn check_principal(principal: &Value) -> Result<(), MalformedPolicy> {
    let kinds = match principal {
        Value::String(everyone) if everyone == "*" => return Ok(()),
        Value::Object(kinds) if !kinds.is_empty() => kinds,
        other => return Err(MalformedPolicy::invalid_principal(&text_of(other))),
    };
    for (kind, named) in kinds {
        let invalid = |text: &str| Err(MalformedPolicy::invalid_principal(&format!("\"{kind}\" : \"{text}\"")));
        let Some(named) = texts(named) else { return invalid(&text_of(named)) };
        if let Some(text) = named.iter().find(|text| !is_principal(kind, text)) {
            return invalid(text);
        }
    }
    Ok(())
}

fn check_condition(condition: &Value) -> Result<(), MalformedPolicy> {
    let Value::Object(operators) = condition else { return refuse("Policy has an invalid condition") };
    for (operator, keys) in operators {
        if !is_operator(operator) {
            return refuse(format!("Invalid Condition type : {operator}"));
        }
        let Value::Object(keys) = keys else { return refuse("Policy has an invalid condition") };
        for key in keys.keys() {
            let lower = key.to_ascii_lowercase();
            let of_s3 = lower.starts_with("aws:") || lower.starts_with("s3:");
            if !of_s3 || !is_condition_key(&lower) {
                return refuse("Policy has an invalid condition key");
            }
        }
    }
    Ok(())
}

/// Keys, or their beginnings, that only some actions have; in lower case.
const PARTICULAR: &[(&str, &[&str])] = &[
    ("s3:prefix", LISTINGS),
    ("s3:delimiter", LISTINGS),
    ("s3:max-keys", LISTINGS),
    ("s3:x-amz-server-side-encryption", WRITES),
    ("s3:x-amz-storage-class", WRITES),
    ("s3:x-amz-copy-source", WRITES),
    ("s3:x-amz-metadata-directive", WRITES),
    ("s3:x-amz-acl", ACLS),
    ("s3:x-amz-grant-", ACLS),
    ("s3:requestobjecttag", TAGS),
    ("s3:existingobjecttag", actions::OBJECT),
    ("s3:locationconstraint", &["s3:CreateBucket"]),
];
const LISTINGS: &[&str] = &["s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"];
const ACLS: &[&str] =
    &["s3:CreateBucket", "s3:PutBucketAcl", "s3:PutObject", "s3:PutObjectAcl", "s3:PutObjectVersionAcl"];
const TAGS: &[&str] = &["s3:PutObject", "s3:PutObjectTagging", "s3:PutObjectVersionTagging"];
const WRITES: &[&str] = &["s3:PutObject", "s3:ReplicateObject"];

/// Whether each key of a condition is one that some of the actions have.
fn meets(condition: &Value, actions: &[&str]) -> bool {
    let operators = condition.as_object().into_iter().flat_map(Members::values).filter_map(Value::as_object);
    let mut keys = operators.flat_map(Members::keys).map(|key| key.to_ascii_lowercase());
    keys.all(|key| match PARTICULAR.iter().find(|(known, _)| key.starts_with(known)) {
        None => true,
        Some((_, having)) => {
            actions.iter().any(|action| *action == "*" || having.iter().any(|having| action_matches(action, having)))
        }
    })
}

fn is_action(text: &str) -> bool {
    text == "*" || actions::OBJECT.iter().chain(actions::BUCKET).any(|action| action_matches(text, action))
}

/// The bucket, all of it, or objects in it.
fn is_of(resource: &str, bucket: &BucketName) -> bool {
    let rest = resource.strip_prefix("arn:aws:s3:::").and_then(|rest| rest.strip_prefix(bucket.as_str()));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('*') || rest.len() > 1 && rest.starts_with('/'))
}

/// Whether an action acts on what one of the resources names.
fn applies(action: &str, resources: &[&str]) -> bool {
    let is_object = |resource: &&str| resource.contains(['/', '*']);
    let is_bucket = |resource: &&str| !resource.contains('/');
    let among = |actions: &[&str]| action == "*" || actions.iter().any(|known| action_matches(action, known));
    (among(actions::OBJECT) && resources.iter().any(is_object))
        || (among(actions::BUCKET) && resources.iter().any(is_bucket))
}

/// One of two members that exclude each other, and whether it is the second.
fn one_of<'a>(statement: &'a Members, name: &str, negated: &str) -> Result<(bool, &'a Value), MalformedPolicy> {
    match (statement.get(name), statement.get(negated)) {
        (Some(value), None) => Ok((false, value)),
        (None, Some(value)) => Ok((true, value)),
        (None, None) => Err(MalformedPolicy::new(format!("Missing required field {name}"))),
        (Some(_), Some(_)) => Err(MalformedPolicy::new(format!("Found both {name} and {negated} in one statement"))),
    }
}

/// A string or a list of some, at least one.
fn texts(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::String(text) => Some(vec![text]),
        Value::Array(items) if !items.is_empty() => items.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

fn known_members(members: &Members, known: &[&str]) -> Result<(), MalformedPolicy> {
    match members.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => refuse(format!("Unknown field {name}")),
        None => Ok(()),
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn refuse<T>(message: impl Into<String>) -> Result<T, MalformedPolicy> {
    Err(MalformedPolicy::new(message))
}

#[cfg(test)]
mod tests {
    use super::super::policy::BucketPolicy;
    use super::*;
    use crate::policy::canonical_user_id;

    const UNFIT: &str = "Conditions do not apply to combination of actions and resources in statement";

    fn message(text: &str) -> String {
        let exists = |kind: &str, name: &str| match kind {
            "CanonicalUser" => name == canonical_user_id("111122223333"),
            _ => !name.ends_with("user/gone"),
        };
        match BucketPolicy::check(text.as_bytes(), &BucketName::new("photos").unwrap(), &exists) {
            Ok(_) => String::new(),
            Err(malformed) => malformed.message,
        }
    }

    /// A good statement with one member replaced, or removed where `value` is empty.
    fn with(name: &str, value: &str) -> String {
        let good = [
            ("Effect", r#""Allow""#),
            ("Principal", r#"{"AWS":"111122223333"}"#),
            ("Action", r#""s3:GetObject""#),
            ("Resource", r#""arn:aws:s3:::photos/*""#),
        ];
        let kept = good.iter().filter(|(known, _)| *known != name).map(|(name, value)| format!("{name:?}:{value}"));
        let mut members: Vec<_> = kept.collect();
        if !value.is_empty() {
            members.push(format!("{name:?}:{value}"));
        }
        message(&format!(r#"{{"Version":"2012-10-17","Statement":[{{{}}}]}}"#, members.join(",")))
    }

    fn canonical(change: impl Fn(String) -> String) -> String {
        format!(r#"{{"CanonicalUser":["{}"]}}"#, change(canonical_user_id("111122223333")))
    }

    #[test]
    fn what_aws_refuses() {
        assert_eq!(with("Sid", r#""one""#), "");
        for (name, value, expected) in [
            ("Effect", "", "Missing required field Effect"),
            ("Principal", "", "Missing required field Principal"),
            ("Action", "", "Missing required field Action"),
            ("Resource", "", "Missing required field Resource"),
            ("Effect", r#""allow""#, "Invalid effect: allow"),
            ("Colour", r#""red""#, "Unknown field Colour"),
            ("Action", r#""s3:GetObjekt""#, "Policy has invalid action"),
            ("Action", r#""kms:Decrypt""#, "Policy has invalid action"),
            ("Action", r#"[]"#, "Policy has invalid action"),
            ("Action", r#""s3:ListBucket""#, "Action does not apply to any resource(s) in statement"),
            ("Action", r#"["s3:GetObject","s3:ListBucket"]"#, "Action does not apply to any resource(s) in statement"),
            ("Resource", r#""*""#, "Policy has invalid resource"),
            ("Resource", r#""arn:aws:s3:::other/*""#, "Policy has invalid resource"),
            ("Resource", r#""arn:aws:s3:::photos2/*""#, "Policy has invalid resource"),
            ("Resource", r#""arn:aws:s3:::*""#, "Policy has invalid resource"),
            ("Resource", r#""arn:aws:s3:::photos""#, "Action does not apply to any resource(s) in statement"),
            ("Principal", r#"{"AWS":"alice"}"#, "Invalid principal in policy"),
            ("Principal", r#"{"AWS":"arn:aws:iam::111122223333:user/gone"}"#, "Invalid principal in policy"),
            ("Principal", r#"{"AWS":"arn:aws:iam::111122223333:user/*"}"#, "Invalid principal in policy"),
            ("Principal", r#"{"CanonicalUser":"79a59df900b949e5"}"#, "Invalid principal in policy"),
            ("Principal", r#"{"CanonicalUser":"*"}"#, "Invalid principal in policy"),
            ("Principal", r#"{"CanonicalUser":""}"#, "Invalid principal in policy"),
            ("Principal", r#"{"CanonicalUser":[]}"#, "Invalid principal in policy"),
            ("Principal", r#"{"CanonicalUser":"111122223333"}"#, "Invalid principal in policy"),
            ("Principal", &format!(r#"{{"CanonicalUser":"{}"}}"#, "0".repeat(64)), "Invalid principal in policy"),
            ("Principal", &canonical(|id| id.to_uppercase()), "Invalid principal in policy"),
            ("Principal", &canonical(|id| format!(r#"{id}","*"#)), "Invalid principal in policy"),
            ("Principal", r#""alice""#, "Invalid principal in policy"),
            ("NotPrincipal", r#""*""#, "Found both Principal and NotPrincipal in one statement"),
            ("Condition", r#"{"StringEqualz":{"s3:prefix":"a"}}"#, "Invalid Condition type : StringEqualz"),
            ("Condition", r#"{"StringEquals":{"s3:colour":"a"}}"#, "Policy has an invalid condition key"),
            ("Condition", r#"{"StringEquals":{"kms:ViaService":"a"}}"#, "Policy has an invalid condition key"),
            ("Condition", r#"{"StringEquals":{"s3:prefix":"a"}}"#, UNFIT),
            ("Condition", r#"{"StringEquals":{"s3:x-amz-server-side-encryption":"aws:kms"}}"#, UNFIT),
            ("Condition", r#"{"Null":{"s3:x-amz-server-side-encryption-customer-algorithm":"false"}}"#, UNFIT),
            ("Condition", r#"{"StringEquals":{"s3:x-amz-acl":"private"}}"#, UNFIT),
            ("Condition", r#"{"StringLike":{"s3:x-amz-grant-full-control":"*"}}"#, UNFIT),
            ("Condition", r#"{"StringEquals":{"s3:RequestObjectTag/a":"b"}}"#, UNFIT),
            ("Condition", r#"{"ForAllValues:StringEquals":{"s3:RequestObjectTagKeys":"a"}}"#, UNFIT),
        ] {
            assert_eq!(with(name, value), expected, "{name} {value}");
        }
    }

    #[test]
    fn what_is_no_policy() {
        let json = "Policies must be valid JSON and the first byte must be '{'";
        for (text, expected) in [
            ("", json),
            ("[]", json),
            (" {}", json),
            ("{", json),
            ("{}", "Missing required field Statement"),
            (r#"{"Statement":[]}"#, "Could not parse the policy: Statement is empty!"),
            (r#"{"Version":"2013-10-17","Statement":[]}"#, "The policy must contain a valid version string"),
        ] {
            assert_eq!(message(text), expected, "{text}");
        }
        let repeated = r#"{"Statement":{"Effect":"Deny","Effect":"Allow","Principal":"*","Action":"s3:GetObject",
            "Resource":"arn:aws:s3:::photos/*"}}"#;
        assert!(message(repeated).contains("repeated"));
        let long = with("Sid", &format!("\"{}\"", "a".repeat(20 * 1024)));
        assert_eq!(long, "Normalized policy document exceeds the maximum allowed size of 20480 bytes.");
    }

    #[test]
    fn what_aws_accepts() {
        let bucket_acl = r#"{"Effect":"Deny","Principal":"*","Action":"s3:Put*","Resource":["arn:aws:s3:::photos","arn:aws:s3:::photos/*"],
            "Condition":{"StringEquals":{"s3:x-amz-acl":"public-read"}}}"#;
        assert_eq!(message(&format!("{{\"Statement\":{bucket_acl}}}")), "");
        assert_eq!(with("Principal", &canonical(|id| id)), "");
        let lists = r#"{"Effect":"Allow","Principal":"*","Action":["s3:List*","s3:GetBucketLocation"],
            "Resource":"arn:aws:s3:::photos","Condition":{"StringLike":{"s3:prefix":"a/*"}}}"#;
        assert_eq!(message(&format!("{{\"Statement\":{lists}}}")), "");
        for (name, value) in [
            ("Action", r#""s3:*""#),
            ("Action", r#""*""#),
            ("Action", r#""S3:getobject""#),
            ("Resource", r#"["arn:aws:s3:::photos","arn:aws:s3:::photos/a/*"]"#),
            ("Resource", r#""arn:aws:s3:::photos*""#),
            ("Resource", r#""arn:aws:s3:::photos/${aws:username}/*""#),
            ("Principal", r#""*""#),
            (
                "Principal",
                r#"{"AWS":["111122223333","arn:aws:iam::111122223333:role/app"],"Service":"logging.s3.amazonaws.com"}"#,
            ),
            ("Condition", r#"{"ForAnyValue:StringLikeIfExists":{"s3:signatureversion":["a","b*"]}}"#),
            ("Condition", r#"{"StringEquals":{"s3:ExistingObjectTag/a":"b","s3:TlsVersion":"1.3"}}"#),
        ] {
            assert_eq!(with(name, value), "", "{name} {value}");
        }
    }
}
