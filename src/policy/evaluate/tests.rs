use std::borrow::Cow;
use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::policy::{Kind, NoFacts, Values};

const USER: Principal<'_> =
    Principal { account: Some("111122223333"), arn: "arn:aws:iam::111122223333:user/ann", role_arn: None };
const SESSION: Principal<'_> = Principal {
    account: Some("111122223333"),
    arn: "arn:aws:sts::111122223333:assumed-role/app/one",
    role_arn: Some("arn:aws:iam::111122223333:role/app"),
};
const ROOT: Principal<'_> =
    Principal { account: Some("111122223333"), arn: "arn:aws:iam::111122223333:root", role_arn: None };
const NOBODY: Principal<'_> = Principal { account: None, arn: "*", role_arn: None };

const READ: &str = r#"{"Version": "2012-10-17", "Statement": {"Sid": "Read", "Effect": "Allow",
    "Action": ["s3:Get*", "s3:ListBucket"], "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]}}"#;
const KEEP: &str = r#"{"Statement": [{"Sid": "Keep", "Effect": "Deny", "Action": "s3:*",
    "Resource": "arn:aws:s3:::b/secret/*"}]}"#;

fn decide(action: &str, resource: &str, documents: &[&str]) -> Decision {
    let documents: Vec<_> = documents.iter().map(|json| Document::parse(json, Kind::Identity).unwrap()).collect();
    evaluate(&Request { principal: &USER, action, resource, facts: &NoFacts }, &documents)
}

/// The facts of a request as a table.
struct Table(BTreeMap<String, Vec<&'static str>>);

impl Facts for Table {
    fn get(&self, key: &str) -> Option<Values<'_>> {
        self.0.get(key).map(|values| values.iter().map(|value| Cow::Borrowed(*value)).collect())
    }
}

fn table(pairs: &[(&str, &[&'static str])]) -> Table {
    Table(pairs.iter().map(|(key, values)| (key.to_ascii_lowercase(), values.to_vec())).collect())
}

#[test]
fn deny_beats_allow_beats_nothing() {
    let allowed = Decision::Allow { sid: Some("Read".to_owned()), whom: Whom::Itself };
    let kept = Decision::Deny { reason: Reason::Explicit { sid: Some("Keep".to_owned()) } };
    for documents in [[READ, KEEP], [KEEP, READ]] {
        assert_eq!(decide("s3:GetObject", "arn:aws:s3:::b/k", &documents), allowed);
        assert_eq!(decide("s3:ListBucket", "arn:aws:s3:::b", &documents), allowed);
        assert_eq!(decide("s3:GetObject", "arn:aws:s3:::b/secret/k", &documents), kept);
        assert_eq!(decide("s3:PutObject", "arn:aws:s3:::b/k", &documents), Decision::NO_MATCH);
        assert_eq!(decide("s3:GetObject", "arn:aws:s3:::bb/k", &documents), Decision::NO_MATCH);
    }
    assert_eq!(decide("s3:GetObject", "arn:aws:s3:::b/k", &[]), Decision::NO_MATCH);
}

#[test]
fn what_is_not_understood_denies() {
    let all = r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
    let denied = Decision::Deny { reason: Reason::Explicit { sid: None } };
    for (more, elsewhere) in [
        (
            r#""Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"Maybe": {"aws:username": "x"}}"#,
            false,
        ),
        (
            r#""Effect": "Deny", "Action": "s3:GetObject", "Resource": "*", "Condition": {"Bool": {"aws:Unheard": "true"}}"#,
            false,
        ),
        (r#""Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Principal": "*""#, false),
        (r#""Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "resource": "x""#, false),
        (r#""Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::${aws:unheard}/*""#, false),
        (r#""Effect": "Allow", "Action": "s3:GetObject""#, false),
        (r#""Effect": "Allow", "Resource": "*""#, true),
    ] {
        let document = format!(r#"{{"Version": "2012-10-17", "Statement": [{{{more}}}]}}"#);
        assert!(Document::parse(&document, Kind::Identity).unwrap().unclear().is_some(), "{more}");
        assert_eq!(decide("s3:GetObject", "arn:aws:s3:::b/k", &[all, &document]), denied, "{more}");
        let other = decide("s3:PutObject", "arn:aws:s3:::b/k", &[all, &document]);
        assert_eq!(other == denied, elsewhere, "{more}");
    }
}

#[test]
fn negated_members() {
    let allowed = |more: &str, action: &str, resource: &str| {
        let document = format!(r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", {more}}}}}"#);
        matches!(decide(action, resource, &[&document]), Decision::Allow { .. })
    };
    let not_action = r#""NotAction": ["iam:*", "s3:Delete*"], "Resource": "*""#;
    assert!(allowed(not_action, "s3:GetObject", "arn:aws:s3:::b/k"));
    assert!(!allowed(not_action, "s3:DeleteObject", "arn:aws:s3:::b/k"));
    let not_resource = r#""Action": "s3:*", "NotResource": "arn:aws:s3:::b/*""#;
    assert!(allowed(not_resource, "s3:GetObject", "arn:aws:s3:::c/k"));
    assert!(!allowed(not_resource, "s3:GetObject", "arn:aws:s3:::b/k"));
}

#[test]
fn variables_in_resources() {
    let document = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*",
        "Resource": "arn:aws:s3:::home/${aws:username}/*"}}"#;
    let document = Document::parse(document, Kind::Identity).unwrap();
    let decide = |resource: &str, facts: &dyn Facts| {
        let request = Request { principal: &USER, action: "s3:GetObject", resource, facts };
        matches!(evaluate(&request, [&document]), Decision::Allow { .. })
    };
    let ann = table(&[("aws:username", &["ann"])]);
    assert!(decide("arn:aws:s3:::home/ann/x", &ann));
    assert!(!decide("arn:aws:s3:::home/bob/x", &ann));
    assert!(!decide("arn:aws:s3:::home/ann/x", &NoFacts));
    assert!(!decide("arn:aws:s3:::home/bob/x", &table(&[("aws:username", &["*"])])));
    // Before the version of 2012 a variable is text.
    let old =
        r#"{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::home/${aws:username}/*"}}"#;
    let old = Document::parse(old, Kind::Identity).unwrap();
    let request =
        Request { principal: &USER, action: "s3:GetObject", resource: "arn:aws:s3:::home/ann/x", facts: &ann };
    assert_eq!(evaluate(&request, [&old]), Decision::NO_MATCH);
}

/// Conditions: the operator and its values, the request's values of `aws:UserAgent` (or another key), and whether it holds.
/// Source: the IAM user guide, "condition operators" and "conditions with multiple keys or values".
#[test]
fn conditions() {
    type Case = (&'static str, &'static [&'static str], bool);
    let one: &[&str] = &["one"];
    let none: &[&str] = &[];
    let cases: &[Case] = &[
        (r#""StringEquals": {"aws:UserAgent": "one"}"#, one, true),
        (r#""StringEquals": {"AWS:useragent": "one"}"#, one, true),
        (r#""StringEquals": {"aws:UserAgent": "One"}"#, one, false),
        (r#""StringEquals": {"aws:UserAgent": ["two", "one"]}"#, one, true),
        (r#""StringEquals": {"aws:UserAgent": "one"}"#, none, false),
        (r#""StringEquals": {"aws:UserAgent": "o*"}"#, one, false),
        (r#""StringEquals": {"aws:UserAgent": []}"#, one, false),
        (r#""stringequals": {"aws:UserAgent": "one"}"#, one, true),
        (r#""StringNotEquals": {"aws:UserAgent": "two"}"#, one, true),
        (r#""StringNotEquals": {"aws:UserAgent": ["two", "one"]}"#, one, false),
        (r#""StringNotEquals": {"aws:UserAgent": "two"}"#, none, true),
        (r#""StringEqualsIgnoreCase": {"aws:UserAgent": "ONE"}"#, one, true),
        (r#""StringNotEqualsIgnoreCase": {"aws:UserAgent": "ONE"}"#, one, false),
        (r#""StringLike": {"aws:UserAgent": "o?e"}"#, one, true),
        (r#""StringLike": {"aws:UserAgent": "o*"}"#, one, true),
        (r#""StringLike": {"aws:UserAgent": "O*"}"#, one, false),
        (r#""StringNotLike": {"aws:UserAgent": "o*"}"#, one, false),
        (r#""StringNotLike": {"aws:UserAgent": "o*"}"#, none, true),
        (r#""StringEqualsIfExists": {"aws:UserAgent": "two"}"#, none, true),
        (r#""StringEqualsIfExists": {"aws:UserAgent": "two"}"#, one, false),
        (r#""StringNotEqualsIfExists": {"aws:UserAgent": "one"}"#, none, true),
        (r#""Null": {"aws:UserAgent": "true"}"#, none, true),
        (r#""Null": {"aws:UserAgent": "true"}"#, one, false),
        (r#""Null": {"aws:UserAgent": "false"}"#, one, true),
        (r#""Null": {"aws:UserAgent": false}"#, one, true),
        (r#""Bool": {"aws:UserAgent": "true"}"#, &["true"], true),
        (r#""Bool": {"aws:UserAgent": true}"#, &["true"], true),
        (r#""Bool": {"aws:UserAgent": "false"}"#, &["true"], false),
        (r#""Bool": {"aws:UserAgent": "false"}"#, none, false),
        (r#""BoolIfExists": {"aws:UserAgent": "false"}"#, none, true),
        (r#""NumericEquals": {"aws:UserAgent": "10"}"#, &["10.0"], true),
        (r#""NumericEquals": {"aws:UserAgent": 10}"#, &["10"], true),
        (r#""NumericNotEquals": {"aws:UserAgent": "10"}"#, &["11"], true),
        (r#""NumericLessThan": {"aws:UserAgent": "10"}"#, &["9"], true),
        (r#""NumericLessThan": {"aws:UserAgent": "10"}"#, &["10"], false),
        (r#""NumericLessThanEquals": {"aws:UserAgent": "10"}"#, &["10"], true),
        (r#""NumericGreaterThan": {"aws:UserAgent": "10"}"#, &["9"], false),
        (r#""NumericGreaterThanEquals": {"aws:UserAgent": "10"}"#, &["10"], true),
        (r#""NumericLessThan": {"aws:UserAgent": "10"}"#, &["ten"], false),
        (r#""DateGreaterThan": {"aws:UserAgent": "2026-01-01T00:00:00Z"}"#, &["2026-06-01T00:00:00Z"], true),
        (r#""DateGreaterThan": {"aws:UserAgent": "2026-01-01"}"#, &["2025-06-01T00:00:00Z"], false),
        (r#""DateLessThan": {"aws:UserAgent": "1767225600"}"#, &["1767225599"], true),
        (r#""DateEquals": {"aws:UserAgent": "2026-01-01T01:00:00+01:00"}"#, &["2026-01-01T00:00:00Z"], true),
        (r#""IpAddress": {"aws:UserAgent": "203.0.113.0/24"}"#, &["203.0.113.9"], true),
        (r#""IpAddress": {"aws:UserAgent": "203.0.113.0/24"}"#, &["203.0.114.9"], false),
        (r#""IpAddress": {"aws:UserAgent": ["10.0.0.0/8", "203.0.113.9"]}"#, &["203.0.113.9"], true),
        (r#""IpAddress": {"aws:UserAgent": "0.0.0.0/0"}"#, &["1.2.3.4"], true),
        (r#""IpAddress": {"aws:UserAgent": "2001:db8::/32"}"#, &["2001:db8::1"], true),
        (r#""IpAddress": {"aws:UserAgent": "203.0.113.0/24"}"#, &["::ffff:203.0.113.9"], true),
        (r#""IpAddress": {"aws:UserAgent": "203.0.113.0/24"}"#, &["no address"], false),
        (r#""NotIpAddress": {"aws:UserAgent": "203.0.113.0/24"}"#, &["203.0.113.9"], false),
        (r#""NotIpAddress": {"aws:UserAgent": "203.0.113.0/24"}"#, none, true),
        (r#""ArnEquals": {"aws:UserAgent": "arn:aws:s3:::b*"}"#, &["arn:aws:s3:::bucket"], true),
        (r#""ArnLike": {"aws:UserAgent": "arn:aws:*:::b"}"#, &["arn:aws:s3:::b"], true),
        (r#""ArnLike": {"aws:UserAgent": "arn:aws:*:b"}"#, &["arn:aws:s3:::b"], false),
        (r#""ArnNotLike": {"aws:UserAgent": "arn:aws:s3:::b"}"#, &["arn:aws:s3:::c"], true),
        (r#""BinaryEquals": {"aws:UserAgent": "b25l"}"#, &["b25l"], true),
        (r#""ForAllValues:StringEquals": {"aws:UserAgent": ["a", "b"]}"#, &["a", "b"], true),
        (r#""ForAllValues:StringEquals": {"aws:UserAgent": ["a", "b"]}"#, &["a", "c"], false),
        (r#""ForAllValues:StringEquals": {"aws:UserAgent": ["a", "b"]}"#, none, true),
        (r#""ForAnyValue:StringEquals": {"aws:UserAgent": ["a", "b"]}"#, &["c", "b"], true),
        (r#""ForAnyValue:StringEquals": {"aws:UserAgent": ["a", "b"]}"#, &["c"], false),
        (r#""ForAnyValue:StringEquals": {"aws:UserAgent": ["a", "b"]}"#, none, false),
        (r#""ForAllValues:StringNotEquals": {"aws:UserAgent": "a"}"#, &["b", "c"], true),
        (r#""ForAllValues:StringNotEquals": {"aws:UserAgent": "a"}"#, &["b", "a"], false),
        (r#""ForAnyValue:StringNotEquals": {"aws:UserAgent": "a"}"#, &["b", "a"], true),
        (r#""ForAnyValue:StringLike": {"aws:UserAgent": "b*"}"#, &["a", "bc"], true),
        (r#""StringEquals": {"aws:UserAgent": "one"}, "Null": {"aws:SourceVpc": "true"}"#, one, true),
        (r#""StringEquals": {"aws:UserAgent": "one", "aws:username": "x"}"#, one, false),
        (r#""StringEquals": {"aws:UserAgent": "${aws:PrincipalTag/agent}"}"#, one, true),
        (r#""StringEquals": {"aws:UserAgent": "${aws:username}"}"#, one, false),
        (r#""StringLike": {"aws:UserAgent": "${aws:PrincipalTag/agent}*"}"#, &["onerous"], true),
        ("", one, true),
    ];
    assert_eq!(cases.len(), 73, "no case goes away unnoticed");
    for (condition, found, holds) in cases {
        let mut pairs: Vec<(&str, &[&'static str])> = vec![("aws:PrincipalTag/agent", &["one"])];
        if !found.is_empty() {
            pairs.push(("aws:UserAgent", found));
        }
        let facts = table(&pairs);
        for effect in ["Allow", "Deny"] {
            let json = format!(
                r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "{effect}", "Action": "*", "Resource": "*",
                    "Condition": {{{condition}}}}}}}"#
            );
            let document =
                Document::parse(&json, Kind::Identity).unwrap_or_else(|error| panic!("{condition}: {error}"));
            assert_eq!(document.unclear(), None, "{condition}");
            let request =
                Request { principal: &USER, action: "s3:GetObject", resource: "arn:aws:s3:::b/k", facts: &facts };
            let decision = evaluate(&request, [&document]);
            // What cannot be compared satisfies no Allow, and every Deny.
            let unclear =
                condition.contains("${aws:username}") || found.contains(&"ten") || found.contains(&"no address");
            let expected = match effect {
                "Allow" => *holds,
                _ => *holds || unclear,
            };
            let applied = decision != Decision::NO_MATCH;
            assert_eq!(applied, expected, "{effect} {condition} {found:?}");
        }
    }
}

/// A resource's policy: whom a statement means, and how strongly.
#[test]
fn principals() {
    let cases: &[(&str, &Principal<'_>, Option<Whom>)] = &[
        (r#""Principal": "*""#, &USER, Some(Whom::Role)),
        (r#""Principal": "*""#, &NOBODY, Some(Whom::Role)),
        (r#""Principal": {"AWS": "*"}"#, &SESSION, Some(Whom::Role)),
        (r#""Principal": {"AWS": "111122223333"}"#, &USER, Some(Whom::Account)),
        (r#""Principal": {"AWS": "111122223333"}"#, &NOBODY, None),
        (r#""Principal": {"AWS": "arn:aws:iam::111122223333:root"}"#, &USER, Some(Whom::Account)),
        (r#""Principal": {"AWS": "arn:aws:iam::111122223333:root"}"#, &SESSION, Some(Whom::Account)),
        (r#""Principal": {"AWS": "arn:aws:iam::111122223333:root"}"#, &ROOT, Some(Whom::Itself)),
        (r#""Principal": {"AWS": "arn:aws:iam::444455556666:root"}"#, &USER, None),
        (r#""Principal": {"AWS": "arn:aws:iam::111122223333:user/ann"}"#, &USER, Some(Whom::Itself)),
        (r#""Principal": {"AWS": ["arn:aws:iam::111122223333:user/bob", "444455556666"]}"#, &USER, None),
        (r#""Principal": {"AWS": ["111122223333", "arn:aws:iam::111122223333:user/ann"]}"#, &USER, Some(Whom::Itself)),
        (r#""Principal": {"AWS": "arn:aws:iam::111122223333:role/app"}"#, &SESSION, Some(Whom::Role)),
        (r#""Principal": {"AWS": "arn:aws:sts::111122223333:assumed-role/app/one"}"#, &SESSION, Some(Whom::Itself)),
        (r#""Principal": {"AWS": "arn:aws:sts::111122223333:assumed-role/app/two"}"#, &SESSION, None),
        (r#""Principal": {"Service": "s3.amazonaws.com"}"#, &USER, None),
    ];
    assert_eq!(cases.len(), 16, "no case goes away unnoticed");
    for (principal, who, expected) in cases {
        let json =
            format!(r#"{{"Statement": {{"Effect": "Allow", {principal}, "Action": "kms:*", "Resource": "*"}}}}"#);
        let document = Document::parse(&json, Kind::Resource).unwrap();
        let request =
            Request { principal: who, action: "kms:Decrypt", resource: "arn:aws:kms:r:1:key/k", facts: &NoFacts };
        let whom = match evaluate(&request, [&document]) {
            Decision::Allow { whom, .. } => Some(whom),
            Decision::Deny { .. } => None,
        };
        assert_eq!(whom, *expected, "{principal} {who:?}");
    }
}

#[test]
fn a_not_principal_spares_only_who_is_named_with_its_account() {
    let denies = |names: &str, who: &Principal<'_>| {
        let json = format!(
            r#"{{"Statement": {{"Effect": "Deny", "NotPrincipal": {{"AWS": [{names}]}}, "Action": "kms:*", "Resource": "*"}}}}"#
        );
        let document = Document::parse(&json, Kind::Resource).unwrap();
        let request =
            Request { principal: who, action: "kms:Decrypt", resource: "arn:aws:kms:r:1:key/k", facts: &NoFacts };
        evaluate(&request, [&document]) != Decision::NO_MATCH
    };
    let both = r#""arn:aws:iam::111122223333:user/ann", "111122223333""#;
    assert!(!denies(both, &USER));
    assert!(denies(both, &SESSION));
    assert!(denies(r#""arn:aws:iam::111122223333:user/ann""#, &USER));
    assert!(denies(r#""444455556666""#, &USER));
    assert!(!denies(r#""111122223333""#, &ROOT));
    let allow = r#"{"Statement": {"Effect": "Allow", "NotPrincipal": {"AWS": "444455556666"}, "Action": "*", "Resource": "*"}}"#;
    assert!(Document::parse(allow, Kind::Resource).unwrap().unclear().is_some());
}

#[test]
fn what_is_no_policy_is_refused() {
    for json in [
        "",
        "[]",
        "{}",
        r#"{"Statement": "x"}"#,
        r#"{"Statement": [1]}"#,
        r#"{"Version": "2013-01-01", "Statement": []}"#,
        r#"{"Statement": [], "Extra": 1}"#,
        r#"{"Statement": {"Effect": "allow", "Action": "*", "Resource": "*"}}"#,
        r#"{"Statement": {"Action": "*", "Resource": "*"}}"#,
        r#"{"Statement": {"Effect": "Allow", "Action": [], "Resource": "*"}}"#,
        r#"{"Statement": {"Effect": "Allow", "Action": "GetObject", "Resource": "*"}}"#,
        r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "bucket"}}"#,
        r#"{"Statement": {"Effect": "Allow", "Action": 1, "Resource": "*"}}"#,
        r#"{"Statement": {"Effect": "Allow", "Action": "*", "NotAction": "s3:*", "Resource": "*"}}"#,
        r#"{"Statement": {"Effect": "Deny", "Effect": "Allow", "Action": "*", "Resource": "*"}}"#,
        r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": "x"}}"#,
        r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": "x"}}}"#,
        r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:username": {}}}}}"#,
        r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"NumericEquals": {"aws:username": "x"}}}}"#,
        r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "1.2.3.4/33"}}}}"#,
    ] {
        assert!(Document::parse(json, Kind::Identity).is_err(), "{json}");
    }
    for principal in [
        r#""x""#,
        r#"{}"#,
        r#"{"AWS": "x"}"#,
        r#"{"AWS": "arn:aws:iam::111122223333:user/*"}"#,
        r#"{"AWS": "arn:aws:iam::111122223333:group/g"}"#,
        r#"{"AWS": "arn:aws:iam::1:root"}"#,
        r#"{"Other": "*"}"#,
        r#"{"AWS": 111122223333}"#,
    ] {
        let json = format!(
            r#"{{"Statement": {{"Effect": "Allow", "Principal": {principal}, "Action": "*", "Resource": "*"}}}}"#
        );
        assert!(Document::parse(&json, Kind::Resource).is_err(), "{principal}");
    }
    let without = r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
    assert!(Document::parse(without, Kind::Resource).is_err());
}

/// A key policy's statement without Action or Resource is accepted and means nothing.
#[test]
fn inert_statements() {
    for more in [r#""Action": "kms:*""#, r#""Resource": "*""#] {
        for effect in ["Allow", "Deny"] {
            let json = format!(r#"{{"Statement": {{"Effect": "{effect}", "Principal": "*", {more}}}}}"#);
            let document = Document::parse(&json, Kind::Resource).unwrap();
            let request =
                Request { principal: &USER, action: "kms:Decrypt", resource: "arn:aws:kms:r:1:key/k", facts: &NoFacts };
            assert_eq!((evaluate(&request, [&document]), document.unclear()), (Decision::NO_MATCH, None));
        }
    }
}

proptest! {
    #[test]
    fn arbitrary_documents_never_panic(json in ".{0,200}") {
        let _ = Document::parse(&json, Kind::Resource);
    }

    #[test]
    fn arbitrary_conditions_never_panic(operator in "[A-Za-z:]{0,20}", key in "[a-z:/]{0,20}", value in ".{0,20}") {
        let condition = serde_json::json!({ operator: { key: value } });
        let json = format!(r#"{{"Statement": {{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {condition}}}}}"#);
        if let Ok(document) = Document::parse(&json, Kind::Identity) {
            let request = Request { principal: &USER, action: "s3:GetObject", resource: "arn:aws:s3:::b", facts: &NoFacts };
            evaluate(&request, [&document]);
        }
    }
}
