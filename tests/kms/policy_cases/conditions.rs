//! Conditions in key policies: operators, sets, existence, variables, and the condition keys of KMS.

use serde_json::{Value, json};

use super::{Case, NOBODY, allow, allow_if, case, deny_if};

const OPERATORS: &str = "reference_policies_elements_condition_operators";
const SEVERAL: &str = "reference_policies_condition-logic-multiple-context-keys-or-values";
const SETS: &str = "reference_policies_condition-single-vs-multi-valued-context-keys";
const VARIABLES: &str = "reference_policies_variables";
const GLOBAL: &str = "reference_policies_condition-keys";
const KMS: &str = "conditions-kms";
const CONTEXT: &str = "encrypt_context";
const ABAC: &str = "abac";

pub fn cases() -> Vec<Case> {
    let allowed_if = |condition| vec![allow_if(NOBODY, "kms:*", condition)];
    let denied_if = |condition| vec![allow(NOBODY, "kms:*"), deny_if("", "kms:*", condition)];
    let when = |operator: &str, name: &str, value: Value| json!({ operator: { name: value } });
    let team = "kms:EncryptionContext:team";
    let stage = "kms:EncryptionContext:stage";
    let names = "kms:EncryptionContextKeys";
    let via = "kms:ViaService";
    let s3 = json!("s3.us-east-1.amazonaws.com");
    let mfa = "aws:MultiFactorAuthPresent";
    let grantee = || json!({ "GranteePrincipal": NOBODY, "Operations": ["Encrypt", "Decrypt"] });
    vec![
        case(SEVERAL, "values of one key: any", allowed_if(when("StringEquals", team, json!(["red", "blue"]))), true),
        case(
            SEVERAL,
            "values of a negation: none",
            allowed_if(when("StringNotEquals", team, json!(["red", "blue"]))),
            false,
        ),
        case(
            SEVERAL,
            "keys of one operator: all",
            allowed_if(json!({ "StringEquals": { team: "blue", stage: "test" } })),
            false,
        ),
        case(
            SEVERAL,
            "operators: all",
            allowed_if(json!({ "StringEquals": { team: "blue" }, "StringLike": { "aws:username": "no*" } })),
            true,
        ),
        case(
            OPERATORS,
            "a key that is absent matches nothing",
            allowed_if(when("StringEquals", stage, json!("test"))),
            false,
        ),
        case(OPERATORS, "and every negation", allowed_if(when("StringNotEquals", stage, json!("test"))), true),
        case(OPERATORS, "IfExists: absent", allowed_if(when("StringEqualsIfExists", stage, json!("test"))), true),
        case(
            OPERATORS,
            "IfExists: present and other",
            allowed_if(when("StringEqualsIfExists", team, json!("red"))),
            false,
        ),
        case(
            OPERATORS,
            "a deny with IfExists of what is absent",
            denied_if(when("StringEqualsIfExists", stage, json!("test"))),
            false,
        ),
        case(OPERATORS, "a deny without it", denied_if(when("StringEquals", stage, json!("test"))), true),
        case(OPERATORS, "Null true: absent", allowed_if(when("Null", stage, json!("true"))), true),
        case(OPERATORS, "Null true: present", allowed_if(when("Null", team, json!("true"))), false),
        case(OPERATORS, "a deny where a key is missing", denied_if(when("Null", stage, json!("true"))), false),
        case(OPERATORS, "ignoring case", allowed_if(when("StringEqualsIgnoreCase", team, json!("BLUE"))), true),
        case(OPERATORS, "StringEquals knows no wildcards", allowed_if(when("StringEquals", team, json!("b*"))), false),
        case(OPERATORS, "StringLike does", allowed_if(when("StringLike", team, json!("b??e"))), true),
        case(OPERATORS, "StringNotLike", denied_if(when("StringNotLike", team, json!("b*"))), true),
        case(
            OPERATORS,
            "an address outside",
            denied_if(when("NotIpAddress", "aws:SourceIp", json!("10.0.0.0/8"))),
            false,
        ),
        case(
            OPERATORS,
            "ArnLike by parts",
            allowed_if(when("ArnLike", "aws:PrincipalArn", json!("arn:aws:iam::*:user/no*"))),
            true,
        ),
        case(
            OPERATORS,
            "an asterisk does not cross a colon",
            allowed_if(when("ArnLike", "aws:PrincipalArn", json!("arn:*:user/nobody"))),
            false,
        ),
        case(
            SETS,
            "all of the request's values",
            allowed_if(when("ForAllValues:StringEquals", names, json!(["team", "more"]))),
            true,
        ),
        case(SETS, "one too many", allowed_if(when("ForAllValues:StringEquals", names, json!(["more"]))), false),
        case(SETS, "of no value all are", allowed_if(when("ForAllValues:StringEquals", names, json!(["more"]))), true)
            .asks("Encrypt", json!({ "Plaintext": "AA==" })),
        case(
            SETS,
            "any of the request's values",
            allowed_if(when("ForAnyValue:StringEquals", names, json!(["more", "team"]))),
            true,
        ),
        case(SETS, "of no value none is", allowed_if(when("ForAnyValue:StringEquals", names, json!(["team"]))), false)
            .asks("Encrypt", json!({ "Plaintext": "AA==" })),
        case(SETS, "a deny of any value", denied_if(when("ForAnyValue:StringEquals", names, json!(["team"]))), false),
        case(
            VARIABLES,
            "in a condition's value",
            allowed_if(when("StringEquals", "aws:username", json!("${aws:username}"))),
            true,
        ),
        case(VARIABLES, "another's value", allowed_if(when("StringEquals", team, json!("${aws:username}"))), false),
        case(
            VARIABLES,
            "a default where there is no value",
            allowed_if(when("StringEquals", team, json!("${aws:PrincipalTag/team, 'blue'}"))),
            true,
        ),
        case(
            VARIABLES,
            "without a value and default there is no match",
            allowed_if(when("StringEquals", team, json!("${aws:PrincipalTag/team}"))),
            false,
        ),
        case(VARIABLES, "an escaped asterisk is one", allowed_if(when("StringLike", team, json!("b${*}"))), false),
        case(
            GLOBAL,
            "no second factor: a condition that wants one",
            allowed_if(when("Bool", mfa, json!("true"))),
            false,
        ),
        case(
            GLOBAL,
            "long-term keys do not say: Bool false is not met",
            denied_if(when("Bool", mfa, json!("false"))),
            true,
        ),
        case(GLOBAL, "BoolIfExists false is", denied_if(when("BoolIfExists", mfa, json!("false"))), false),
        case(
            GLOBAL,
            "the principal's type",
            allowed_if(when("StringEquals", "aws:PrincipalType", json!("User"))),
            true,
        ),
        case(GLOBAL, "not by way of a service", allowed_if(when("Bool", "aws:ViaAWSService", json!("true"))), false),
        case(
            GLOBAL,
            "another Region",
            denied_if(when("StringNotEquals", "aws:RequestedRegion", json!("eu-west-1"))),
            false,
        ),
        case(GLOBAL, "the agent", allowed_if(when("StringLike", "aws:UserAgent", json!("tests*"))), true),
        case(
            GLOBAL,
            "a source's ARN has who calls directly not",
            allowed_if(when("ArnLike", "aws:SourceArn", json!("arn:aws:s3:*:*:*"))),
            false,
        ),
        case(
            GLOBAL,
            "and whom S3 calls for has",
            allowed_if(when("ArnLike", "aws:SourceArn", json!("arn:aws:s3:*:*:buck*"))),
            true,
        )
        .through_s3("nobody"),
        case(
            GLOBAL,
            "its account too",
            allowed_if(when("StringEquals", "aws:SourceAccount", json!("000000000000"))),
            true,
        )
        .through_s3("nobody"),
        case(
            GLOBAL,
            "the client's address does not count then",
            allowed_if(when("IpAddress", "aws:SourceIp", json!("127.0.0.0/8"))),
            false,
        )
        .through_s3("nobody"),
        case(KMS, "through S3", allowed_if(when("StringEquals", via, s3.clone())), true).through_s3("nobody"),
        case(
            KMS,
            "through S3 of another Region",
            allowed_if(when("StringEquals", via, json!("s3.eu-west-1.amazonaws.com"))),
            false,
        )
        .through_s3("nobody"),
        case(
            KMS,
            "through any service like it",
            allowed_if(when("StringLike", via, json!("s3.*.amazonaws.com"))),
            true,
        )
        .through_s3("nobody"),
        case(KMS, "never through S3", denied_if(when("StringEquals", via, s3)), false).through_s3("nobody"),
        case(
            KMS,
            "a grant for a service's own use",
            allowed_if(when("Bool", "kms:GrantIsForAWSResource", json!("true"))),
            false,
        )
        .asks("CreateGrant", grantee()),
        case(
            KMS,
            "a grant of no more than this",
            allowed_if(when("ForAllValues:StringEquals", "kms:GrantOperations", json!(["Encrypt", "Decrypt", "Sign"]))),
            true,
        )
        .asks("CreateGrant", grantee()),
        case(
            KMS,
            "a retiring principal is wanted",
            allowed_if(when("Null", "kms:RetiringPrincipal", json!("false"))),
            false,
        )
        .asks("CreateGrant", grantee()),
        case(
            KMS,
            "rotation in no less than",
            allowed_if(when("NumericGreaterThanEquals", "kms:RotationPeriodInDays", json!("365"))),
            true,
        )
        .asks("EnableKeyRotation", json!({})),
        case(
            KMS,
            "deletion no sooner than",
            denied_if(when("NumericLessThan", "kms:ScheduleKeyDeletionPendingWindowInDays", json!("10"))),
            false,
        )
        .asks("ScheduleKeyDeletion", json!({ "PendingWindowInDays": 7 })),
        case(KMS, "pairs of one spec", allowed_if(when("StringLike", "kms:DataKeyPairSpec", json!("ECC_NIST*"))), true)
            .asks("GenerateDataKeyPair", json!({ "KeyPairSpec": "ECC_NIST_P256" })),
        case(CONTEXT, "the pair is there", allowed_if(when("StringEquals", team, json!("blue"))), true).asks(
            "GenerateDataKey",
            json!({ "KeySpec": "AES_256", "EncryptionContext": { "team": "blue", "x": "y" } }),
        ),
        case(CONTEXT, "the pair is not there", allowed_if(when("StringEquals", team, json!("blue"))), false)
            .asks("GenerateDataKey", json!({ "KeySpec": "AES_256", "EncryptionContext": { "x": "y" } })),
        case(
            CONTEXT,
            "an action without a context has none",
            allowed_if(when("StringEquals", team, json!("blue"))),
            false,
        )
        .asks("DescribeKey", json!({})),
        case(
            CONTEXT,
            "two names that differ in case alone are two values",
            denied_if(when("ForAnyValue:StringEquals", team, json!("red"))),
            false,
        )
        .asks("Encrypt", json!({ "Plaintext": "AA==", "EncryptionContext": { "team": "blue", "Team": "red" } })),
        case(ABAC, "the key's tag", allowed_if(when("StringEquals", "aws:ResourceTag/team", json!("blue"))), true),
        case(
            ABAC,
            "names of tags ignore case",
            allowed_if(when("StringEquals", "aws:ResourceTag/TEAM", json!("blue"))),
            true,
        ),
        case(ABAC, "a tag that is not there", denied_if(when("Null", "aws:ResourceTag/owner", json!("true"))), false),
        case(
            ABAC,
            "tags that may be given",
            allowed_if(when("ForAllValues:StringEquals", "aws:TagKeys", json!(["team", "stage"]))),
            true,
        )
        .asks("TagResource", json!({ "Tags": [{ "TagKey": "stage", "TagValue": "live" }] })),
        case(
            ABAC,
            "tags that may be taken",
            allowed_if(when("ForAllValues:StringEquals", "aws:TagKeys", json!(["team"]))),
            false,
        )
        .asks("UntagResource", json!({ "TagKeys": ["stage"] })),
    ]
}
