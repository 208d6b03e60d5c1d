//! Effect, Principal, Action and Resource, and their negations; one account and two.

use serde_json::json;

use super::{Case, GUEST, NOBODY, ROLE, ROOT, SESSION, allow, case, deny, statement};

const LOGIC: &str = "reference_policies_evaluation-logic";
const NOT_ACTION: &str = "reference_policies_elements_notaction";
const NOT_PRINCIPAL: &str = "reference_policies_elements_notprincipal";
const NOT_RESOURCE: &str = "reference_policies_elements_notresource";
const ACTION: &str = "reference_policies_elements_action";
const PRINCIPAL: &str = "reference_policies_elements_principal";
const DEFAULT: &str = "key-policy-default";
const OVERVIEW: &str = "key-policy-overview";
const ACROSS: &str = "key-policy-modifying-external-accounts";

pub fn cases() -> Vec<Case> {
    let encrypt = "kms:Encrypt";
    let with = |effect, whom, more| statement(effect, whom, json!("kms:Encrypt"), more);
    // Replaces a member by its negation.
    let negated = |effect, whom, member: &str, value| {
        let mut statement = statement(effect, whom, json!("kms:Encrypt"), json!({ format!("Not{member}"): value }));
        statement.as_object_mut().unwrap().remove(member);
        statement
    };
    let named = |names: &[&str]| json!({ "AWS": names });
    let disable = || json!({});
    vec![
        case(LOGIC, "a request is denied by default", vec![], false),
        case(LOGIC, "even the root user's", vec![], false).by("root"),
        case(LOGIC, "an allow of one action is none of another", vec![allow(NOBODY, "kms:Decrypt")], false),
        case(LOGIC, "two statements add up", vec![allow(NOBODY, "kms:Decrypt"), allow(NOBODY, encrypt)], true),
        case(LOGIC, "an explicit deny overrides any allow", vec![allow(NOBODY, "kms:*"), deny(NOBODY, encrypt)], false),
        case(
            LOGIC,
            "the order of statements does not matter",
            vec![deny(NOBODY, encrypt), allow(NOBODY, "kms:*")],
            false,
        ),
        case(
            LOGIC,
            "a deny of another action changes nothing",
            vec![allow(NOBODY, "kms:*"), deny(NOBODY, "kms:Sign")],
            true,
        ),
        case(LOGIC, "a deny in the key policy overrides IAM", vec![allow(ROOT, "kms:*"), deny("", encrypt)], false)
            .by("admin"),
        case(ACTION, "actions ignore case", vec![allow(NOBODY, "KMS:enCRYPT")], true),
        case(ACTION, "a question mark is one character", vec![allow(NOBODY, "kms:Encryp?")], true),
        case(ACTION, "and not none", vec![allow(NOBODY, "kms:Encrypt?")], false),
        case(ACTION, "an asterisk in the middle", vec![allow(NOBODY, "kms:E*t")], true),
        case(ACTION, "an asterisk alone", vec![allow(NOBODY, "*")], true),
        case(ACTION, "another service's actions are not these", vec![allow(NOBODY, "s3:*")], false),
        case(ACTION, "Decrypt is not part of Encrypt*", vec![allow(NOBODY, "kms:Encrypt*")], false)
            .asks("DescribeKey", json!({})),
        case(NOT_ACTION, "all but these", vec![negated("Allow", NOBODY, "Action", json!("kms:Decrypt"))], true),
        case(NOT_ACTION, "not these", vec![negated("Allow", NOBODY, "Action", json!(["kms:Decrypt", encrypt]))], false),
        case(NOT_ACTION, "wildcards in it", vec![negated("Allow", NOBODY, "Action", json!("kms:En*"))], false),
        case(
            NOT_ACTION,
            "a deny of all but these",
            vec![allow(NOBODY, "kms:*"), negated("Deny", NOBODY, "Action", json!(encrypt))],
            true,
        ),
        case(
            NOT_ACTION,
            "denies the others",
            vec![allow(NOBODY, "kms:*"), negated("Deny", NOBODY, "Action", json!(encrypt))],
            false,
        )
        .asks("DescribeKey", json!({})),
        case(
            NOT_PRINCIPAL,
            "a deny of all but a user and its account",
            vec![allow("", encrypt), negated("Deny", "", "Principal", named(&[NOBODY, ROOT]))],
            true,
        ),
        case(
            NOT_PRINCIPAL,
            "denies everyone else",
            vec![allow("", encrypt), negated("Deny", "", "Principal", named(&[NOBODY, ROOT]))],
            false,
        )
        .by("reader"),
        case(
            NOT_PRINCIPAL,
            "denies another account",
            vec![allow(GUEST, encrypt), negated("Deny", "", "Principal", named(&[NOBODY, ROOT]))],
            false,
        )
        .by("guest"),
        case(
            NOT_RESOURCE,
            "all keys but another",
            vec![negated("Allow", NOBODY, "Resource", json!("arn:aws:kms:us-east-1:000000000000:key/other"))],
            true,
        ),
        case(NOT_RESOURCE, "all keys but this", vec![negated("Allow", NOBODY, "Resource", json!("KEY_ARN"))], false),
        case(
            NOT_RESOURCE,
            "a deny of all but this spares this",
            vec![allow(NOBODY, encrypt), negated("Deny", NOBODY, "Resource", json!("KEY_ARN"))],
            true,
        ),
        case(
            OVERVIEW,
            "an asterisk in Resource means this key",
            vec![with("Allow", NOBODY, json!({ "Resource": "*" }))],
            true,
        ),
        case(OVERVIEW, "so does its ARN", vec![with("Allow", NOBODY, json!({ "Resource": "KEY_ARN" }))], true),
        case(
            OVERVIEW,
            "another key's ARN means nothing",
            vec![with("Allow", NOBODY, json!({ "Resource": "arn:aws:kms:us-east-1:000000000000:key/other" }))],
            false,
        ),
        case(
            OVERVIEW,
            "another Region's ARN neither",
            vec![with("Allow", NOBODY, json!({ "Resource": "arn:aws:kms:eu-west-1:*:key/*" }))],
            false,
        ),
        case(
            PRINCIPAL,
            "several principals are any of them",
            vec![with("Allow", "", json!({ "Principal": named(&[GUEST, NOBODY]) }))],
            true,
        ),
        case(PRINCIPAL, "the asterisk alone is everyone", vec![with("Allow", "", json!({ "Principal": "*" }))], true),
        case(
            PRINCIPAL,
            "a service is no user",
            vec![with("Allow", "", json!({ "Principal": { "Service": "s3.amazonaws.com" } }))],
            false,
        ),
        case(PRINCIPAL, "a role is its sessions", vec![allow(ROLE, encrypt)], true).by_session(json!(null)),
        case(PRINCIPAL, "a session by its own ARN", vec![allow(SESSION, encrypt)], true).by_session(json!(null)),
        case(
            PRINCIPAL,
            "another session's ARN",
            vec![allow("arn:aws:sts::000000000000:assumed-role/keeper/two", encrypt)],
            false,
        )
        .by_session(json!(null)),
        case(PRINCIPAL, "a user is no role", vec![allow(ROLE, encrypt)], false),
        case(
            PRINCIPAL,
            "a deny of a role is one of its sessions",
            vec![allow(SESSION, "kms:*"), deny(ROLE, encrypt)],
            false,
        )
        .by_session(json!(null)),
        case(DEFAULT, "the account's principal is not everyone in it", vec![allow(ROOT, "kms:*")], false),
        case(DEFAULT, "it lets IAM policies allow", vec![allow(ROOT, "kms:*")], true).by_session(json!(null)),
        case(DEFAULT, "it means the account's root user", vec![allow(ROOT, "kms:*")], true).by("root"),
        case(DEFAULT, "without it IAM policies have no effect", vec![allow(NOBODY, "kms:*")], false).by("admin"),
        case(DEFAULT, "IAM allows what it delegates alone", vec![allow(ROOT, "kms:Describe*")], false).by("admin"),
        case(DEFAULT, "an administrator by the key policy", vec![allow(NOBODY, "kms:Disable*")], true)
            .asks("DisableKey", disable()),
        case(DEFAULT, "an administrator is no user of the key", vec![allow(NOBODY, "kms:Disable*")], false),
        case(DEFAULT, "a user of the key is no administrator", vec![allow(NOBODY, encrypt)], false)
            .asks("DisableKey", disable()),
        case(ACROSS, "both accounts have to allow", vec![allow("111122223333", encrypt)], true).by("guest"),
        case(ACROSS, "IAM in the other account alone is not enough", vec![allow(ROOT, "kms:*")], false).by("guest"),
        case(ACROSS, "the other account's root user", vec![allow("arn:aws:iam::111122223333:root", encrypt)], true)
            .by("foreign"),
        case(ACROSS, "a deny of the other account", vec![allow(GUEST, encrypt), deny("111122223333", encrypt)], false)
            .by("guest"),
        case(ACROSS, "management does not cross accounts", vec![allow(GUEST, "kms:*")], false)
            .by("guest")
            .asks("DisableKey", disable()),
        case(ACROSS, "DescribeKey does", vec![allow(GUEST, "kms:*")], true).by("guest").asks("DescribeKey", disable()),
    ]
}
