//! Grants beside policies.

use serde_json::{Value, json};

use super::{Case, GUEST, NOBODY, ROLE, ROOT, SESSION, allow, case, deny, deny_if, own};

const GRANTS: &str = "grants";
const CREATING: &str = "create-grant-overview";
const EVALUATION: &str = "policy-evaluation";

pub fn cases() -> Vec<Case> {
    let to = |grantee: &str, operations: &[&str]| json!({ "GranteePrincipal": grantee, "Operations": operations });
    let bound = |constraints: Value| {
        let mut grant = to(NOBODY, &["Encrypt"]);
        grant["Constraints"] = constraints;
        grant
    };
    let pass_on = |operations: &[&str]| json!({ "GranteePrincipal": GUEST, "Operations": operations });
    vec![
        case(GRANTS, "allows without any policy", vec![], true).grant(to(NOBODY, &["Encrypt"])),
        case(GRANTS, "only its operations", vec![], false).grant(to(NOBODY, &["Decrypt"])),
        case(GRANTS, "only its grantee", vec![], false).grant(to(NOBODY, &["Encrypt"])).by("reader"),
        case(GRANTS, "a role's sessions are it", vec![], true).grant(to(ROLE, &["Encrypt"])).by_session(Value::Null),
        case(GRANTS, "a session by its own ARN", vec![], true).grant(to(SESSION, &["Encrypt"])).by_session(Value::Null),
        case(GRANTS, "an account's root is not its users", vec![], false).grant(to(ROOT, &["Encrypt"])),
        case(GRANTS, "two grants add up", vec![], true).grant(to(NOBODY, &["Decrypt"])).grant(to(NOBODY, &["Encrypt"])),
        case(GRANTS, "another account's user with IAM's leave", vec![], true)
            .grant(to(GUEST, &["Encrypt"]))
            .by("guest"),
        case(GRANTS, "DescribeKey where it is granted", vec![], true)
            .grant(to(NOBODY, &["DescribeKey"]))
            .asks("DescribeKey", json!({})),
        case(GRANTS, "management is not to be granted", vec![], false)
            .grant(to(NOBODY, &["Encrypt", "DescribeKey", "CreateGrant"]))
            .asks("DisableKey", json!({})),
        case(EVALUATION, "a deny in the key policy overrides a grant", vec![deny(NOBODY, "kms:Encrypt")], false)
            .grant(to(NOBODY, &["Encrypt"])),
        case(EVALUATION, "a deny in a session policy does", vec![], false)
            .grant(to(ROLE, &["Encrypt"]))
            .by_session(json!([own("Allow", "kms:*", Value::Null), own("Deny", "kms:Encrypt", Value::Null)])),
        case(
            EVALUATION,
            "a conditional deny that does not hold does not",
            vec![deny_if(NOBODY, "kms:*", json!({ "Bool": { "aws:ViaAWSService": "true" } }))],
            true,
        )
        .grant(to(NOBODY, &["Encrypt"])),
        case(EVALUATION, "a grant beside a key policy that is silent", vec![allow(ROOT, "kms:Describe*")], true)
            .grant(to(NOBODY, &["Encrypt"])),
        case(CREATING, "subset: the pair and more", vec![], true)
            .grant(bound(json!({ "EncryptionContextSubset": { "team": "blue" } })))
            .asks("Encrypt", json!({ "Plaintext": "AA==", "EncryptionContext": { "team": "blue", "x": "y" } })),
        case(CREATING, "subset: not the pair", vec![], false)
            .grant(bound(json!({ "EncryptionContextSubset": { "team": "red" } }))),
        case(CREATING, "equals: exactly", vec![], true)
            .grant(bound(json!({ "EncryptionContextEquals": { "team": "blue" } }))),
        case(CREATING, "equals: not more", vec![], false)
            .grant(bound(json!({ "EncryptionContextEquals": { "team": "blue" } })))
            .asks("Encrypt", json!({ "Plaintext": "AA==", "EncryptionContext": { "team": "blue", "x": "y" } })),
        case(CREATING, "no context", vec![], false)
            .grant(bound(json!({ "EncryptionContextSubset": { "team": "blue" } })))
            .asks("Encrypt", json!({ "Plaintext": "AA==" })),
        case(CREATING, "the source: through S3", vec![], true)
            .grant(bound(json!({ "SourceArn": "arn:aws:s3:us-east-1:000000000000:bucket" })))
            .through_s3("nobody"),
        case(CREATING, "the source: directly", vec![], false)
            .grant(bound(json!({ "SourceArn": "arn:aws:s3:us-east-1:000000000000:bucket" }))),
        case(CREATING, "who may create grants may not use the key", vec![allow(NOBODY, "kms:CreateGrant")], false),
        case(CREATING, "a policy lets one give any operation", vec![allow(NOBODY, "kms:CreateGrant")], true)
            .asks("CreateGrant", pass_on(&["Decrypt"])),
        case(CREATING, "a grant lets one pass on its operations", vec![], true)
            .grant(to(NOBODY, &["CreateGrant", "Encrypt"]))
            .asks("CreateGrant", pass_on(&["Encrypt"])),
        case(CREATING, "and no others", vec![], false)
            .grant(to(NOBODY, &["CreateGrant", "Encrypt"]))
            .asks("CreateGrant", pass_on(&["Encrypt", "Decrypt"])),
    ]
}
