//! Encryption as the request says it, before defaults apply.

use super::{Allow, Deny, Scene, scene};

const PUT: &str = r#"{"Effect":"Allow","Action":["s3:PutObject","s3:GetObject","s3:ListBucket"],"Resource":"*"}"#;

pub const SCENES: &[Scene] = &[
    // "Require SSE-KMS for all objects written to a bucket": the pair of the AWS security blog.
    scene(
        PUT,
        r#"{"Sid":"DenyIncorrectEncryptionHeader","Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::photos/*",
            "Condition":{"StringNotEquals":{"s3:x-amz-server-side-encryption":"AES256"}}},
           {"Sid":"DenyUnencryptedObjectUploads","Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::photos/*",
            "Condition":{"Null":{"s3:x-amz-server-side-encryption":"true"}}}"#,
        &[
            ("ann s3:PutObject photos/a x-amz-server-side-encryption=AES256", Allow),
            ("ann s3:PutObject photos/a x-amz-server-side-encryption=aws:kms", Deny),
            ("ann s3:PutObject photos/a x-amz-server-side-encryption=aes256", Deny),
            ("ann s3:PutObject photos/a", Deny),
            ("root s3:PutObject photos/a", Deny),
            ("ann s3:PutObject photos/a x-amz-server-side-encryption=AES256 x-amz-server-side-encryption=none", Deny),
            ("ann s3:GetObject photos/a", Allow),
            ("ann s3:ListBucket photos", Allow),
        ],
    ),
    // "Require that objects be encrypted with a specific KMS key".
    scene(
        PUT,
        r#"{"Sid":"DenyObjectsThatAreNotSSEKMS","Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::photos/*",
            "Condition":{"Null":{"s3:x-amz-server-side-encryption-aws-kms-key-id":"true"}}},
           {"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::photos/*",
            "Condition":{"ArnNotEqualsIfExists":{"s3:x-amz-server-side-encryption-aws-kms-key-id":"arn:aws:kms:us-east-1:111122223333:key/1"}}}"#,
        &[
            (
                "ann s3:PutObject photos/a x-amz-server-side-encryption-aws-kms-key-id=arn:aws:kms:us-east-1:111122223333:key/1",
                Allow,
            ),
            (
                "ann s3:PutObject photos/a x-amz-server-side-encryption-aws-kms-key-id=arn:aws:kms:us-east-1:111122223333:key/2",
                Deny,
            ),
            ("ann s3:PutObject photos/a x-amz-server-side-encryption-aws-kms-key-id=alias/1", Deny),
            ("ann s3:PutObject photos/a x-amz-server-side-encryption=aws:kms", Deny),
        ],
    ),
    // IfExists makes a negated operator hold of what is absent.
    scene(
        PUT,
        r#"{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::photos/*",
            "Condition":{"StringNotEqualsIfExists":{"s3:x-amz-server-side-encryption":["aws:kms","aws:kms:dsse"]}}}"#,
        &[
            ("ann s3:PutObject photos/a", Deny),
            ("ann s3:PutObject photos/a x-amz-server-side-encryption=aws:kms", Allow),
        ],
    ),
    // Only what is named wrongly is refused; the default applies to the rest.
    scene(
        PUT,
        r#"{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::photos/*",
            "Condition":{"StringNotEquals":{"s3:x-amz-server-side-encryption":["aws:kms","aws:kms:dsse"]},
                         "Null":{"s3:x-amz-server-side-encryption":"false"}}}"#,
        &[
            ("ann s3:PutObject photos/a", Allow),
            ("ann s3:PutObject photos/a x-amz-server-side-encryption=aws:kms:dsse", Allow),
            ("ann s3:PutObject photos/a x-amz-server-side-encryption=AES256", Deny),
        ],
    ),
    // "Require SSE-KMS with dual layers".
    scene(
        PUT,
        r#"{"Sid":"DenyUnEncryptedObjectUploads","Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::photos/*",
            "Condition":{"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms:dsse"}}}"#,
        &[
            ("ann s3:PutObject photos/a x-amz-server-side-encryption=aws:kms:dsse", Allow),
            ("ann s3:PutObject photos/a x-amz-server-side-encryption=aws:kms", Deny),
            ("ann s3:PutObject photos/a", Deny),
        ],
    ),
    // "Restrict access to SSE-C": require it, or keep it out.
    scene(
        PUT,
        r#"{"Sid":"RequireSSECObjectUploads","Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::photos/*",
            "Condition":{"Null":{"s3:x-amz-server-side-encryption-customer-algorithm":"true"}}}"#,
        &[
            ("ann s3:PutObject photos/a x-amz-server-side-encryption-customer-algorithm=AES256", Allow),
            ("ann s3:PutObject photos/a x-amz-server-side-encryption=AES256", Deny),
        ],
    ),
    scene(
        PUT,
        r#"{"Sid":"RestrictSSECObjectUploads","Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::photos/*",
            "Condition":{"Null":{"s3:x-amz-server-side-encryption-customer-algorithm":"false"}}}"#,
        &[
            ("ann s3:PutObject photos/a x-amz-server-side-encryption-customer-algorithm=AES256", Deny),
            ("ann s3:PutObject photos/a", Allow),
        ],
    ),
    // The caller's own policies see the same keys.
    scene(
        r#"{"Effect":"Allow","Action":"s3:PutObject","Resource":"*","Condition":{"StringLike":{"s3:x-amz-server-side-encryption":"aws:kms*"}}}"#,
        "",
        &[
            ("ann s3:PutObject photos/a x-amz-server-side-encryption=aws:kms", Allow),
            ("ann s3:PutObject photos/a", super::Silence),
        ],
    ),
];
