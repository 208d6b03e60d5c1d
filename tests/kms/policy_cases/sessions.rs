//! Sessions of a role, and what narrowed them. The key policy delegates to the account, so that what an identity's policies say
//! decides.

use serde_json::{Value, json};

use super::{Case, ROLE, ROOT, SESSION, allow, case, deny_if, own};

const SESSIONS: &str = "access_policies#policies_session";
const TAGS: &str = "access_tags";
const GLOBAL: &str = "reference_policies_condition-keys";
const IAM: &str = "iam-policies";
const ALIASES: &str = "alias-authorization";

pub fn cases() -> Vec<Case> {
    let encrypt = "kms:Encrypt";
    let none = Value::Null;
    let delegated = || vec![allow(ROOT, "kms:*")];
    let when = |operator: &str, name: &str, value: &str| json!({ operator: { name: value } });
    let on = |resource: &str| {
        let mut statement = own("Allow", "kms:*", Value::Null);
        statement["Resource"] = resource.into();
        statement
    };
    vec![
        case(SESSIONS, "without one the role's policies decide", delegated(), true).by_session(none.clone()),
        case(SESSIONS, "what both allow", delegated(), true).by_session(own("Allow", encrypt, none.clone())),
        case(SESSIONS, "what the session's does not allow", delegated(), false).by_session(own(
            "Allow",
            "kms:Decrypt",
            none.clone(),
        )),
        case(SESSIONS, "what the session's denies", delegated(), false)
            .by_session(json!([own("Allow", "kms:*", none.clone()), own("Deny", encrypt, none.clone())])),
        case(SESSIONS, "it gives nothing that the key policy does not", vec![], false).by_session(own(
            "Allow",
            "kms:*",
            none.clone(),
        )),
        case(SESSIONS, "it narrows what the key policy gives the role", vec![allow(ROLE, encrypt)], false)
            .by_session(own("Allow", "kms:Decrypt", none.clone())),
        case(SESSIONS, "not what it gives the session itself", vec![allow(SESSION, encrypt)], true).by_session(own(
            "Allow",
            "kms:Decrypt",
            none.clone(),
        )),
        case(SESSIONS, "its deny goes before that too", vec![allow(SESSION, encrypt)], false)
            .by_session(json!([own("Allow", "kms:*", none.clone()), own("Deny", encrypt, none.clone())])),
        case(SESSIONS, "conditions in it", delegated(), false).by_session(own(
            "Allow",
            "kms:*",
            when("StringEquals", "kms:EncryptionContext:team", "red"),
        )),
        case(GLOBAL, "a role's session is one", delegated(), true).by_session(own(
            "Allow",
            "kms:*",
            when("StringEquals", "aws:PrincipalType", "AssumedRole"),
        )),
        case(GLOBAL, "the principal's ARN is the role's", delegated(), true).by_session(own(
            "Allow",
            "kms:*",
            when("ArnEquals", "aws:PrincipalArn", ROLE),
        )),
        case(GLOBAL, "not the session's", delegated(), false).by_session(own(
            "Allow",
            "kms:*",
            when("ArnEquals", "aws:PrincipalArn", SESSION),
        )),
        case(GLOBAL, "a session has no user name", delegated(), true).by_session(own(
            "Allow",
            "kms:*",
            when("Null", "aws:username", "true"),
        )),
        case(GLOBAL, "temporary credentials say that there was no second factor", delegated(), false).by_session(
            json!([
                own("Allow", "kms:*", none.clone()),
                own("Deny", "kms:*", when("Bool", "aws:MultiFactorAuthPresent", "false"))
            ]),
        ),
        case(GLOBAL, "and when they were given", delegated(), true).by_session(own(
            "Allow",
            "kms:*",
            when("DateGreaterThan", "aws:TokenIssueTime", "2020-01-01T00:00:00Z"),
        )),
        case(TAGS, "the principal's tag", delegated(), true).by_session(own(
            "Allow",
            "kms:*",
            when("StringEquals", "aws:PrincipalTag/team", "blue"),
        )),
        case(TAGS, "another value of it", delegated(), false).by_session(own(
            "Allow",
            "kms:*",
            when("StringEquals", "aws:PrincipalTag/team", "red"),
        )),
        case(TAGS, "the key's tag as the principal's", delegated(), true).by_session(own(
            "Allow",
            "kms:*",
            when("StringEquals", "aws:ResourceTag/team", "${aws:PrincipalTag/team}"),
        )),
        case(TAGS, "the context as the principal's tag", delegated(), true).by_session(own(
            "Allow",
            "kms:*",
            when("StringEquals", "kms:EncryptionContext:team", "${aws:PrincipalTag/team}"),
        )),
        case(
            TAGS,
            "a deny of another team's keys",
            vec![
                allow(ROOT, "kms:*"),
                deny_if("", "kms:*", when("StringNotEquals", "aws:ResourceTag/team", "${aws:PrincipalTag/team}")),
            ],
            true,
        )
        .by_session(none.clone()),
        case(IAM, "a key by its ARN", delegated(), true).by_session(on("KEY_ARN")),
        case(IAM, "another key", delegated(), false).by_session(on("arn:aws:kms:us-east-1:000000000000:key/other")),
        case(IAM, "all keys of the account and Region", delegated(), true)
            .by_session(on("arn:aws:kms:us-east-1:000000000000:key/*")),
        case(IAM, "all keys of another Region", delegated(), false)
            .by_session(on("arn:aws:kms:eu-west-1:000000000000:key/*")),
        case(IAM, "all keys of another account", delegated(), false)
            .by_session(on("arn:aws:kms:us-east-1:111122223333:key/*")),
        case(IAM, "an alias names no key in a policy", delegated(), false)
            .by_session(on("arn:aws:kms:us-east-1:000000000000:alias/*")),
        case(ALIASES, "a key without the alias", delegated(), false).by_session(own(
            "Allow",
            "kms:*",
            when("ForAnyValue:StringEquals", "kms:ResourceAliases", "alias/mine"),
        )),
        case(ALIASES, "a key not asked for by the alias", delegated(), false).by_session(own(
            "Allow",
            "kms:*",
            when("StringEquals", "kms:RequestAlias", "alias/mine"),
        )),
    ]
}
