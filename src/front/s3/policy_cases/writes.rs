//! What is written: ACLs, storage classes, copies, versions, locks, conditions.

use super::{Allow, Deny, Scene, Silence, scene};

const ALL: &str = r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#;

pub const SCENES: &[Scene] = &[
    // "Granting cross-account permissions to upload objects while ensuring that the bucket owner has full control".
    scene(
        "",
        r#"{"Sid":"PolicyForAllowUploadWithACL","Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"s3:PutObject",
            "Resource":"arn:aws:s3:::photos/*","Condition":{"StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control"}}}"#,
        &[
            ("jane s3:PutObject photos/a x-amz-acl=bucket-owner-full-control", Allow),
            ("jane s3:PutObject photos/a x-amz-acl=private", Silence),
            ("jane s3:PutObject photos/a", Silence),
        ],
    ),
    // The same by grant, with the Deny that goes with it.
    scene(
        "",
        r#"{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::photos/*"},
           {"Effect":"Deny","Principal":{"AWS":"444455556666"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::photos/*",
            "Condition":{"StringNotEquals":{"s3:x-amz-grant-full-control":"id=AccountA-CanonicalUserID"}}}"#,
        &[
            ("jane s3:PutObject photos/a x-amz-grant-full-control=id=AccountA-CanonicalUserID", Allow),
            ("jane s3:PutObject photos/a x-amz-grant-full-control=id=Other", Deny),
            ("jane s3:PutObject photos/a", Deny),
            (
                "jane s3:PutObject photos/a x-amz-grant-full-control=id=AccountA-CanonicalUserID x-amz-grant-full-control=id=Other",
                Deny,
            ),
        ],
    ),
    // No public ACLs.
    scene(
        ALL,
        r#"{"Effect":"Deny","Principal":"*","Action":["s3:PutObject","s3:PutObjectAcl"],"Resource":"arn:aws:s3:::photos/*",
            "Condition":{"StringEquals":{"s3:x-amz-acl":["public-read","public-read-write","authenticated-read"]}}}"#,
        &[
            ("ann s3:PutObject photos/a x-amz-acl=public-read", Deny),
            ("ann s3:PutObjectAcl photos/a x-amz-acl=authenticated-read", Deny),
            ("ann s3:PutObject photos/a x-amz-acl=private", Allow),
            ("ann s3:PutObject photos/a", Allow),
        ],
    ),
    // "Restrict object uploads to objects with a specific storage class".
    scene(
        "",
        r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/bob"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::photos/*",
            "Condition":{"StringEquals":{"s3:x-amz-storage-class":["STANDARD_IA"]}}}"#,
        &[
            ("bob s3:PutObject photos/a x-amz-storage-class=STANDARD_IA", Allow),
            ("bob s3:PutObject photos/a x-amz-storage-class=STANDARD", Silence),
            ("bob s3:PutObject photos/a", Silence),
        ],
    ),
    // "Granting permissions to copy objects with restrictions on the copy source", written with a slash and without.
    scene(
        "",
        r#"{"Sid":"cross-account permission to user in your own account","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/bob"},
            "Action":"s3:PutObject","Resource":"arn:aws:s3:::photos/*"},
           {"Sid":"Deny your user permission to upload object if copy source is not /bucket/folder","Effect":"Deny",
            "Principal":{"AWS":"arn:aws:iam::111122223333:user/bob"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::photos/*",
            "Condition":{"StringNotLike":{"s3:x-amz-copy-source":"photos/public/*"}}}"#,
        &[
            ("bob s3:PutObject photos/b x-amz-copy-source=photos/public/a", Allow),
            ("bob s3:PutObject photos/b x-amz-copy-source=/photos/public/a", Allow),
            ("bob s3:PutObject photos/b x-amz-copy-source=photos/%70ublic/a?versionId=v", Allow),
            ("bob s3:PutObject photos/b x-amz-copy-source=photos/secret/a", Deny),
            ("bob s3:PutObject photos/b", Deny),
        ],
    ),
    scene(
        ALL,
        r#"{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::photos/*",
            "Condition":{"StringLike":{"s3:x-amz-copy-source":"/photos/secret/*"}}},
           {"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::photos/*",
            "Condition":{"StringEquals":{"s3:x-amz-metadata-directive":"REPLACE"}}}"#,
        &[
            ("ann s3:PutObject photos/b x-amz-copy-source=photos/%73ecret/a", Deny),
            ("ann s3:PutObject photos/b x-amz-copy-source=photos/a x-amz-metadata-directive=REPLACE", Deny),
            ("ann s3:PutObject photos/b x-amz-copy-source=photos/a", Allow),
        ],
    ),
    // "Granting access to a specific version of an object".
    scene(
        "",
        r#"{"Sid":"statement1","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/bob"},"Action":"s3:GetObjectVersion",
            "Resource":"arn:aws:s3:::photos/HappyFace.jpg"},
           {"Sid":"statement2","Effect":"Deny","Principal":{"AWS":"arn:aws:iam::111122223333:user/bob"},"Action":"s3:GetObjectVersion",
            "Resource":"arn:aws:s3:::photos/HappyFace.jpg","Condition":{"StringNotEquals":{"s3:VersionId":"AaaHbAQitwiL_h47_44lRO2DDfLlBO5e"}}}"#,
        &[
            ("bob s3:GetObjectVersion photos/HappyFace.jpg ?versionId=AaaHbAQitwiL_h47_44lRO2DDfLlBO5e", Allow),
            ("bob s3:GetObjectVersion photos/HappyFace.jpg ?versionId=other", Deny),
            ("bob s3:GetObject photos/HappyFace.jpg", Silence),
        ],
    ),
    // "Setting limits on retention periods".
    scene(
        ALL,
        r#"{"Sid":"SetRetentionLimits","Effect":"Deny","Principal":"*","Action":["s3:PutObjectRetention"],"Resource":"arn:aws:s3:::photos/*",
            "Condition":{"NumericGreaterThan":{"s3:object-lock-remaining-retention-days":"10"}}},
           {"Effect":"Deny","Principal":"*","Action":"s3:PutObjectRetention","Resource":"arn:aws:s3:::photos/*","Condition":{"StringEquals":{"s3:object-lock-mode":"COMPLIANCE"}}},
           {"Effect":"Deny","Principal":"*","Action":"s3:PutObjectLegalHold","Resource":"arn:aws:s3:::photos/*","Condition":{"StringEquals":{"s3:object-lock-legal-hold":"OFF"}}}"#,
        &[
            ("ann s3:PutObjectRetention photos/a x-amz-object-lock-retain-until-date=2026-06-25T12:00:00Z", Allow),
            ("ann s3:PutObjectRetention photos/a x-amz-object-lock-retain-until-date=2026-06-25T12:00:01Z", Deny),
            ("ann s3:PutObjectRetention photos/a x-amz-object-lock-retain-until-date=never", Deny),
            ("ann s3:PutObjectRetention photos/a x-amz-object-lock-mode=COMPLIANCE", Deny),
            ("ann s3:PutObjectRetention photos/a x-amz-object-lock-mode=GOVERNANCE", Allow),
            ("ann s3:PutObjectLegalHold photos/a x-amz-object-lock-legal-hold=OFF", Deny),
            ("ann s3:PutObjectLegalHold photos/a x-amz-object-lock-legal-hold=ON", Allow),
        ],
    ),
    // "Enforce conditional writes": uploads in parts are begun and fed without the header, and completed with it.
    scene(
        ALL,
        r#"{"Sid":"BlockNonConditionalObjectCreation","Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::photos/*",
            "Condition":{"Null":{"s3:if-none-match":"true"},"Bool":{"s3:ObjectCreationOperation":"true"}}}"#,
        &[
            ("ann s3:PutObject photos/a if-none-match=* @creates=true", Allow),
            ("ann s3:PutObject photos/a @creates=true", Deny),
            ("ann s3:PutObject photos/a @creates=false", Allow),
        ],
    ),
    // "Protect objects from deletion", with a wildcard in the middle.
    scene(
        ALL,
        r#"{"Effect":"Deny","Principal":"*","Action":["s3:DeleteObject*","s3:PutLifecycleConfiguration"],"Resource":["arn:aws:s3:::photos","arn:aws:s3:::photos/20??/*/final-*"]}"#,
        &[
            ("ann s3:DeleteObject photos/2026/june/final-1", Deny),
            ("ann s3:DeleteObjectVersion photos/2026/june/final-1 ?versionId=v", Deny),
            ("ann s3:DeleteObject photos/2026/june/draft-1", Allow),
            ("ann s3:DeleteObject photos/202/june/final-1", Allow),
            ("ann s3:PutLifecycleConfiguration photos", Deny),
        ],
    ),
];
