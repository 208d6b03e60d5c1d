//! Tags: of the object that is there, of the request, of who asks; and what else is known of who asks.

use super::{Allow, Deny, Scene, Silence, scene};

const ALL: &str = r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#;

pub const SCENES: &[Scene] = &[
    // "Allow a user to read only objects that have a specific tag key and value".
    scene(
        "",
        r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:user/jane"},"Action":["s3:GetObject","s3:GetObjectVersion"],
            "Resource":"arn:aws:s3:::photos/*","Condition":{"StringEquals":{"s3:ExistingObjectTag/environment":"production"}}}"#,
        &[
            ("jane s3:GetObject photos/a @tag:environment=production", Allow),
            ("jane s3:GetObject photos/a @tag:Environment=production", Allow),
            ("jane s3:GetObject photos/a @tag:environment=test", Silence),
            ("jane s3:GetObject photos/a @tag:other=production", Silence),
            ("jane s3:GetObject photos/a", Silence),
            ("anonymous s3:GetObject photos/a @tag:environment=production", Silence),
        ],
    ),
    // Quarantine: a Deny by tag.
    scene(
        ALL,
        r#"{"Effect":"Deny","Principal":"*","Action":"s3:GetObject*","Resource":"arn:aws:s3:::photos/*",
            "Condition":{"StringEquals":{"s3:ExistingObjectTag/scan":["infected","failed"]}}}"#,
        &[
            ("ann s3:GetObject photos/a @tag:scan=clean", Allow),
            ("ann s3:GetObject photos/a @tag:scan=infected", Deny),
            ("ann s3:GetObjectVersion photos/a ?versionId=v @tag:scan=failed", Deny),
        ],
    ),
    // "Restrict which object tag keys users can add".
    scene(
        "",
        r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/bob"},"Action":"s3:PutObjectTagging",
            "Resource":"arn:aws:s3:::photos/*","Condition":{"ForAnyValue:StringEquals":{"s3:RequestObjectTagKeys":["Owner","CreationDate"]}}}"#,
        &[
            ("bob s3:PutObjectTagging photos/a x-amz-tagging=Owner=bob", Allow),
            ("bob s3:PutObjectTagging photos/a x-amz-tagging=Owner=bob&x=y", Allow),
            ("bob s3:PutObjectTagging photos/a x-amz-tagging=x=y", Silence),
            ("bob s3:PutObjectTagging photos/a", Silence),
        ],
    ),
    // All keys must be among these; and there must be some.
    scene(
        "",
        r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/bob"},"Action":"s3:PutObjectTagging","Resource":"arn:aws:s3:::photos/*",
            "Condition":{"ForAllValues:StringEquals":{"s3:RequestObjectTagKeys":["Owner","CreationDate"]},"Null":{"s3:RequestObjectTagKeys":"false"}}}"#,
        &[
            ("bob s3:PutObjectTagging photos/a x-amz-tagging=Owner=bob&CreationDate=1", Allow),
            ("bob s3:PutObjectTagging photos/a x-amz-tagging=Owner=bob&x=y", Silence),
            ("bob s3:PutObjectTagging photos/a", Silence),
        ],
    ),
    // "Require a specific tag key and value when adding object tags".
    scene(
        "",
        r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/bob"},"Action":"s3:PutObject*","Resource":"arn:aws:s3:::photos/*",
            "Condition":{"StringEquals":{"s3:RequestObjectTag/Project":"X"}}}"#,
        &[
            ("bob s3:PutObject photos/a x-amz-tagging=Project=X", Allow),
            ("bob s3:PutObject photos/a x-amz-tagging=Project=Y", Silence),
            ("bob s3:PutObject photos/a x-amz-tagging=project%3DX=1", Silence),
            ("bob s3:PutObject photos/a x-amz-tagging=Project=X x-amz-copy-source=photos/b", Silence),
            (
                "bob s3:PutObject photos/a x-amz-tagging=Project=X x-amz-copy-source=photos/b x-amz-tagging-directive=REPLACE",
                Allow,
            ),
        ],
    ),
    // A tag of the object against a tag of who asks: a variable.
    scene(
        "",
        r#"{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::111122223333:user/ann","arn:aws:iam::111122223333:user/bob"]},"Action":"s3:GetObject",
            "Resource":"arn:aws:s3:::photos/*","Condition":{"StringEquals":{"s3:ExistingObjectTag/dept":"${aws:PrincipalTag/dept}"}}}"#,
        &[
            ("ann s3:GetObject photos/a @tag:dept=finance", Allow),
            ("ann s3:GetObject photos/a @tag:dept=sales", Silence),
            // Without the tag the variable has no value.
            ("bob s3:GetObject photos/a @tag:dept=finance", Silence),
        ],
    ),
    // Folders by tag of who asks, with a default.
    scene(
        "",
        r#"{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::photos/${aws:PrincipalTag/dept, 'common'}/*"}"#,
        &[
            ("ann s3:GetObject photos/finance/a", Allow),
            ("bob s3:GetObject photos/common/a", Allow),
            ("bob s3:GetObject photos/finance/a", Silence),
        ],
    ),
    // "Restrict access to principals in an organization": nobody is in one here.
    scene(
        "",
        r#"{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::photos/*",
            "Condition":{"StringEquals":{"aws:PrincipalOrgID":["o-aa111bb222cc333"]}}}"#,
        &[("jane s3:GetObject photos/a", Silence), ("bob s3:GetObject photos/a", Silence)],
    ),
    // Who asks, by condition instead of principal: only one role, whatever its session.
    scene(
        ALL,
        r#"{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::photos","arn:aws:s3:::photos/*"],
            "Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/a*"}}}"#,
        &[
            ("app s3:GetObject photos/a", Allow),
            ("ann s3:GetObject photos/a", Deny),
            ("anonymous s3:GetObject photos/a", Deny),
            ("root s3:GetObject photos/a", Deny),
        ],
    ),
    // "How to restrict S3 bucket access to a specific IAM role": aws:userId.
    scene(
        ALL,
        r#"{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::photos","arn:aws:s3:::photos/*"],
            "Condition":{"StringNotLike":{"aws:userId":["AROA*:one","111122223333"]}}}"#,
        &[
            ("app s3:GetObject photos/a", Allow),
            ("root s3:GetObject photos/a", Allow),
            ("ann s3:GetObject photos/a", Deny),
            ("anonymous s3:GetObject photos/a", Deny),
        ],
    ),
    // Who asks may be nobody, and a policy may say so.
    scene(
        "",
        r#"{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::photos/*","Condition":{"StringEquals":{"aws:userid":"anonymous"}}}"#,
        &[("anonymous s3:GetObject photos/a", Allow), ("bob s3:GetObject photos/a", Silence)],
    ),
    // Kind and account of who asks, and of what is asked for.
    scene(
        ALL,
        r#"{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::photos/users/*","Condition":{"StringNotEquals":{"aws:PrincipalType":"User"}}},
           {"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::photos/own/*","Condition":{"StringNotEquals":{"aws:PrincipalAccount":"${aws:ResourceAccount}"}}},
           {"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::photos/*"}"#,
        &[
            ("ann s3:GetObject photos/users/a", Allow),
            ("app s3:GetObject photos/users/a", Deny),
            ("anonymous s3:GetObject photos/users/a", Deny),
            ("ann s3:GetObject photos/own/a", Allow),
            ("jane s3:GetObject photos/own/a", Deny),
            ("anonymous s3:GetObject photos/own/a", Deny),
        ],
    ),
];
