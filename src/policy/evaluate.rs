//! A request against documents: explicit deny, else allow, else deny.

use super::Document;
use super::statement::Effect;

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    pub principal_arn: &'a str,
    /// `s3:GetObject`.
    pub action: &'a str,
    /// An ARN.
    pub resource: &'a str,
}

/// The answer, with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The `Sid` of the statement that allows, if it has one.
    Allow {
        sid: Option<String>,
    },
    Deny {
        reason: Reason,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A statement denies.
    Explicit { sid: Option<String> },
    /// No statement allows.
    NoMatch,
}

/// Decides. The order of documents and statements does not matter.
pub fn evaluate(request: &Request<'_>, documents: &[&Document]) -> Decision {
    let applying = || {
        let statements = documents.iter().flat_map(|document| &document.statements);
        statements.filter(|statement| statement.applies_to(request.action, request.resource))
    };
    if let Some(statement) = applying().find(|statement| statement.effect == Effect::Deny) {
        return Decision::Deny { reason: Reason::Explicit { sid: statement.sid.clone() } };
    }
    match applying().next() {
        Some(statement) => Decision::Allow { sid: statement.sid.clone() },
        None => Decision::Deny { reason: Reason::NoMatch },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const READ: &str = r#"{"Version": "2012-10-17", "Statement": {"Sid": "Read", "Effect": "Allow",
        "Action": ["s3:Get*", "s3:ListBucket"], "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]}}"#;
    const KEEP: &str = r#"{"Statement": [{"Sid": "Keep", "Effect": "Deny", "Action": "s3:*",
        "Resource": "arn:aws:s3:::b/secret/*"}]}"#;

    fn decide(action: &str, resource: &str, documents: &[&str]) -> Decision {
        let documents: Vec<_> = documents.iter().map(|json| Document::parse(json).unwrap()).collect();
        let request = Request { principal_arn: "arn:aws:iam::000000000000:user/u", action, resource };
        evaluate(&request, &documents.iter().collect::<Vec<_>>())
    }

    const NO_MATCH: Decision = Decision::Deny { reason: Reason::NoMatch };

    #[test]
    fn deny_beats_allow_beats_nothing() {
        let allowed = Decision::Allow { sid: Some("Read".to_owned()) };
        let kept = Decision::Deny { reason: Reason::Explicit { sid: Some("Keep".to_owned()) } };
        for documents in [[READ, KEEP], [KEEP, READ]] {
            assert_eq!(decide("s3:GetObject", "arn:aws:s3:::b/k", &documents), allowed);
            assert_eq!(decide("s3:ListBucket", "arn:aws:s3:::b", &documents), allowed);
            assert_eq!(decide("s3:GetObject", "arn:aws:s3:::b/secret/k", &documents), kept);
            assert_eq!(decide("s3:PutObject", "arn:aws:s3:::b/k", &documents), NO_MATCH);
            assert_eq!(decide("s3:GetObject", "arn:aws:s3:::bb/k", &documents), NO_MATCH);
        }
        assert_eq!(decide("s3:GetObject", "arn:aws:s3:::b/k", &[]), NO_MATCH);
    }

    #[test]
    fn what_is_not_understood_denies() {
        let all = r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
        let denied = Decision::Deny { reason: Reason::Explicit { sid: None } };
        for (more, elsewhere) in [
            (r#""Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {}"#, false),
            (r#""Effect": "Deny", "Action": "s3:GetObject", "Resource": "*", "Condition": {"Bool": {}}"#, false),
            (r#""Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Principal": "*""#, false),
            (r#""Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "resource": "x""#, false),
            (r#""Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::${aws:username}/*""#, false),
            (r#""Effect": "Allow", "Action": "s3:GetObject", "NotResource": "*""#, false),
            (r#""Effect": "Allow", "NotAction": "s3:GetObject", "Resource": "*""#, true),
            (r#""Effect": "Deny", "NotAction": "iam:*", "Resource": "*""#, true),
            (r#""Effect": "Allow", "Action": "s3:GetObject""#, false),
        ] {
            let document = format!(r#"{{"Statement": [{{{more}}}]}}"#);
            assert_eq!(decide("s3:GetObject", "arn:aws:s3:::b/k", &[all, &document]), denied, "{more}");
            let other = decide("s3:PutObject", "arn:aws:s3:::b/k", &[all, &document]);
            assert_eq!(other == denied, elsewhere, "{more}");
        }
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
            r#"{"Statement": {"Effect": "Deny", "Effect": "Allow", "Action": "*", "Resource": "*"}}"#,
        ] {
            assert!(Document::parse(json).is_err(), "{json}");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_documents_never_panic(json in ".{0,200}") {
            let _ = Document::parse(&json);
        }
    }
}
