//! From where, how, when, and how requests are signed; variables; listings.

use super::{Allow, Deny, Scene, Silence, scene};

const ALL: &str = r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#;

pub const SCENES: &[Scene] = &[
    // "Restrict access to specific IP addresses".
    scene(
        ALL,
        r#"{"Sid":"SourceIP","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::photos","arn:aws:s3:::photos/*"],
            "Condition":{"NotIpAddress":{"aws:SourceIp":["192.0.2.0/24","203.0.113.0/24","2001:db8:1234:5678::/64"]}}}"#,
        &[
            ("ann s3:GetObject photos/a @ip=192.0.2.77", Allow),
            ("ann s3:GetObject photos/a @ip=203.0.113.1", Allow),
            ("ann s3:GetObject photos/a @ip=198.51.100.1", Deny),
            ("ann s3:GetObject photos/a @ip=2001:db8:1234:5678::1", Allow),
            ("ann s3:GetObject photos/a @ip=2001:db8:1234:5679::1", Deny),
            ("ann s3:GetObject photos/a @ip=::ffff:192.0.2.7", Allow),
            ("root s3:GetObject photos/a @ip=198.51.100.1", Deny),
        ],
    ),
    // Anonymous readers of one network, without one address in it.
    scene(
        "",
        r#"{"Sid":"AllowIPmix","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::photos/*",
            "Condition":{"IpAddress":{"aws:SourceIp":["192.0.2.0/24","2001:DB8:1234:5678::/64"]},
                         "NotIpAddress":{"aws:SourceIp":["192.0.2.128/30","2001:DB8:1234:5678:ABCD::/80"]}}}"#,
        &[
            ("anonymous s3:GetObject photos/a @ip=192.0.2.1", Allow),
            ("anonymous s3:GetObject photos/a @ip=192.0.2.129", Silence),
            ("anonymous s3:GetObject photos/a @ip=192.0.3.1", Silence),
            ("anonymous s3:GetObject photos/a @ip=2001:db8:1234:5678:abcd::1", Silence),
        ],
    ),
    // "Restrict access to only HTTPS requests", "requiring a specific TLS version".
    scene(
        ALL,
        r#"{"Sid":"RestrictToTLSRequestsOnly","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::photos","arn:aws:s3:::photos/*"],
            "Condition":{"Bool":{"aws:SecureTransport":"false"}}},
           {"Effect":"Deny","Principal":{"AWS":"*"},"Action":"s3:*","Resource":["arn:aws:s3:::photos","arn:aws:s3:::photos/*"],
            "Condition":{"NumericLessThan":{"s3:TlsVersion":1.3}}}"#,
        &[
            ("ann s3:GetObject photos/a @tls=1.3", Allow),
            ("ann s3:GetObject photos/a @tls=1.2", Deny),
            ("ann s3:GetObject photos/a", Deny),
        ],
    ),
    // "Restricting access to a specific HTTP referer".
    scene(
        "",
        r#"{"Effect":"Allow","Principal":"*","Action":["s3:GetObject","s3:GetObjectVersion"],"Resource":"arn:aws:s3:::photos/*",
            "Condition":{"StringLike":{"aws:Referer":["http://www.example.com/*","http://example.com/*"]}}}"#,
        &[
            ("anonymous s3:GetObject photos/a referer=http://www.example.com/x", Allow),
            ("anonymous s3:GetObject photos/a referer=http://example.org/", Silence),
            ("anonymous s3:GetObject photos/a", Silence),
        ],
    ),
    // "Restricting access to a VPC endpoint": no request here comes from one.
    scene(
        ALL,
        r#"{"Sid":"Access-to-specific-VPCE-only","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::photos","arn:aws:s3:::photos/*"],
            "Condition":{"StringNotEquals":{"aws:SourceVpce":"vpce-1a2b3c4d"}}}"#,
        &[("ann s3:GetObject photos/a", Deny), ("root s3:DeleteBucketPolicy photos", Allow)],
    ),
    // "Restricting access with MFA".
    scene(
        ALL,
        r#"{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::photos/taxdocuments/*",
            "Condition":{"Null":{"aws:MultiFactorAuthAge":true}}}"#,
        &[("ann s3:GetObject photos/taxdocuments/a", Deny), ("ann s3:GetObject photos/a", Allow)],
    ),
    // When.
    scene(
        ALL,
        r#"{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::photos/*",
            "Condition":{"DateGreaterThan":{"aws:CurrentTime":"2026-06-30T00:00:00Z"}}},
           {"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::photos/*",
            "Condition":{"NumericLessThan":{"aws:EpochTime":"1767225600"}}}"#,
        &[
            ("ann s3:PutObject photos/a @time=2026-06-29T23:59:59Z", Allow),
            ("ann s3:PutObject photos/a @time=2026-06-30T00:00:01Z", Deny),
            ("ann s3:PutObject photos/a @time=2025-12-31T23:59:59Z", Deny),
        ],
    ),
    // How a request is signed: "Amazon S3 signature version 4 authentication specific policy keys".
    scene(
        ALL,
        r#"{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::photos/*",
            "Condition":{"StringNotEquals":{"s3:authType":"REST-HEADER"}}}"#,
        &[
            ("ann s3:GetObject photos/a", Allow),
            ("ann s3:GetObject photos/a @signed=query", Deny),
            ("ann s3:PutObject photos/a @signed=form", Deny),
            ("anonymous s3:GetObject photos/a", Deny),
        ],
    ),
    scene(
        ALL,
        r#"{"Sid":"Deny a presigned URL request if the signature is more than 10 min old","Effect":"Deny","Principal":"*","Action":"s3:*",
            "Resource":"arn:aws:s3:::photos/*","Condition":{"NumericGreaterThan":{"s3:signatureAge":600000}}}"#,
        &[
            ("ann s3:GetObject photos/a @signed=query @age=599", Allow),
            ("ann s3:GetObject photos/a @signed=query @age=601", Deny),
            ("ann s3:GetObject photos/a @signed=form @age=601", Deny),
        ],
    ),
    scene(
        ALL,
        r#"{"Sid":"Allow only requests that have SHA256 of the payload","Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::photos/*",
            "Condition":{"StringEquals":{"s3:x-amz-content-sha256":"UNSIGNED-PAYLOAD"}}}"#,
        &[
            ("ann s3:PutObject photos/a x-amz-content-sha256=UNSIGNED-PAYLOAD", Deny),
            ("ann s3:PutObject photos/a x-amz-content-sha256=44136fa355b3678a", Allow),
            ("ann s3:PutObject photos/a @signed=query", Deny),
        ],
    ),
    scene(
        ALL,
        r#"{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::photos/*","Condition":{"StringNotLike":{"aws:UserAgent":"aws-cli/*"}}},
           {"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::photos/*","Condition":{"StringNotEquals":{"s3:signatureversion":"AWS4-HMAC-SHA256","aws:RequestedRegion":"us-east-1"}}}"#,
        &[("ann s3:GetObject photos/a", Allow), ("ann s3:GetObject photos/a @agent=curl", Deny)],
    ),
    // "Allowing a user to list the objects of his own folder": variables.
    scene(
        r#"{"Sid":"AllowListing","Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::photos",
            "Condition":{"StringLike":{"s3:prefix":["","home/","home/${aws:username}/*"]}}},
           {"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::photos/home/${aws:username}/*"}"#,
        "",
        &[
            ("ann s3:ListBucket photos ?prefix=home/ann/x", Allow),
            ("ann s3:ListBucket photos ?prefix=home/", Allow),
            ("ann s3:ListBucket photos ?prefix=", Allow),
            ("ann s3:ListBucket photos ?prefix=home/bob/", Silence),
            ("ann s3:ListBucket photos", Silence),
            ("ann s3:GetObject photos/home/ann/a", Allow),
            ("ann s3:GetObject photos/home/bob/a", Silence),
            // A role's session has no user name.
            ("app s3:GetObject photos/home/ann/a", Silence),
        ],
    ),
    // "Granting permissions to list with a prefix", with and without, and a limit: both of a pair of statements.
    scene(
        "",
        r#"{"Sid":"statement1","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/bob"},"Action":"s3:ListBucket",
            "Resource":"arn:aws:s3:::photos","Condition":{"StringEquals":{"s3:prefix":"projects","s3:delimiter":"/"}}},
           {"Sid":"statement2","Effect":"Deny","Principal":{"AWS":"arn:aws:iam::111122223333:user/bob"},"Action":"s3:ListBucket",
            "Resource":"arn:aws:s3:::photos","Condition":{"NumericGreaterThan":{"s3:max-keys":"10"}}}"#,
        &[
            ("bob s3:ListBucket photos ?prefix=projects ?delimiter=/", Allow),
            ("bob s3:ListBucket photos ?prefix=projects", Silence),
            ("bob s3:ListBucket photos ?prefix=projects2 ?delimiter=/", Silence),
            ("bob s3:ListBucket photos ?prefix=projects ?delimiter=/ ?max-keys=10", Allow),
            ("bob s3:ListBucket photos ?prefix=projects ?delimiter=/ ?max-keys=11", Deny),
            ("bob s3:ListBucket photos ?prefix=projects ?delimiter=/ ?max-keys=many", Deny),
        ],
    ),
    // "Creating a bucket in a specific Region": an identity's matter.
    scene(
        r#"{"Sid":"statement1","Effect":"Allow","Action":"s3:CreateBucket","Resource":"arn:aws:s3:::*",
            "Condition":{"StringLike":{"s3:LocationConstraint":"sa-east-1"}}}"#,
        "",
        &[
            ("ann s3:CreateBucket photos @location=sa-east-1", Allow),
            ("ann s3:CreateBucket photos @location=eu-west-1", Silence),
            ("ann s3:CreateBucket photos", Silence),
        ],
    ),
];
