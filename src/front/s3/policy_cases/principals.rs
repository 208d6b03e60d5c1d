//! Who is meant: principals, accounts, both sides' words, what nothing can take away.

use super::{Allow, Deny, OPEN, Scene, Silence, scene};
use crate::bucket::PublicAccessBlock;

const ALL: &str = r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#;
const READ_EVERYONE: &str =
    r#"{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::photos/*"}"#;

pub const SCENES: &[Scene] = &[
    // Without any document.
    scene(
        "",
        "",
        &[
            ("root s3:GetObject photos/a", Allow),
            ("root s3:PutBucketPolicy photos", Allow),
            ("ann s3:GetObject photos/a", Silence),
            ("app s3:GetObject photos/a", Silence),
            ("jane s3:GetObject photos/a", Silence),
            ("stranger s3:GetObject photos/a", Silence),
            ("anonymous s3:GetObject photos/a", Silence),
            ("anonymous s3:ListAllMyBuckets -", Silence),
        ],
    ),
    // Identity policies alone.
    scene(
        r#"{"Effect":"Allow","Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::photos","arn:aws:s3:::photos/*"]},
           {"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::photos/secret/*"}"#,
        "",
        &[
            ("ann s3:GetObject photos/a", Allow),
            ("app s3:GetObject photos/a", Allow),
            ("ann s3:ListBucket photos", Allow),
            ("ann s3:GetObject photos/secret/a", Deny),
            ("ann s3:PutObject photos/a", Silence),
            ("ann s3:ListAllMyBuckets -", Silence),
            ("bob s3:GetObject photos/a", Silence),
        ],
    ),
    // "Granting public read permission to anonymous users".
    scene(
        "",
        READ_EVERYONE,
        &[
            ("anonymous s3:GetObject photos/a", Allow),
            ("anonymous s3:GetObject photos/a/b/c", Allow),
            ("anonymous s3:PutObject photos/a", Silence),
            ("anonymous s3:GetObjectVersion photos/a ?versionId=v", Silence),
            ("anonymous s3:ListBucket photos", Silence),
            ("anonymous s3:GetBucketPolicy photos", Silence),
            ("bob s3:GetObject photos/a", Allow),
            ("jane s3:GetObject photos/a", Allow),
            // Cross-account: the caller's account has its say.
            ("jim s3:GetObject photos/a", Silence),
            ("stranger s3:GetObject photos/a", Allow),
        ],
    ),
    // RestrictPublicBuckets keeps a public policy within the account.
    Scene {
        identity: "",
        bucket: READ_EVERYONE,
        public_access: PublicAccessBlock { restrict_public_buckets: true, ..OPEN },
        requests: &[
            ("anonymous s3:GetObject photos/a", Silence),
            ("jane s3:GetObject photos/a", Silence),
            ("bob s3:GetObject photos/a", Allow),
        ],
    },
    // A policy that is not public is not restricted.
    Scene {
        identity: "",
        bucket: r#"{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::photos/*"}"#,
        public_access: PublicAccessBlock::OF_NEW_BUCKETS,
        requests: &[("jane s3:GetObject photos/a", Allow), ("anonymous s3:GetObject photos/a", Silence)],
    },
    // "Bucket owner granting cross-account bucket permissions", by account.
    scene(
        "",
        r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},
            "Action":["s3:GetBucketLocation","s3:ListBucket"],"Resource":["arn:aws:s3:::photos"]}"#,
        &[
            ("jane s3:ListBucket photos", Allow),
            ("stranger s3:GetBucketLocation photos", Allow),
            ("jim s3:ListBucket photos", Silence),
            ("jane s3:GetObject photos/a", Silence),
            ("bob s3:ListBucket photos", Silence),
        ],
    ),
    // An account by its canonical user id is the account: of another one, denied, and exempt from a Deny.
    scene(
        "",
        r#"{"Effect":"Allow","Principal":{"CanonicalUser":"096917437f8a39eb963a7f1d1effe46d62adab8965e0fc640dfb1795adb4ee0d"},
            "Action":["s3:GetBucketLocation","s3:ListBucket"],"Resource":["arn:aws:s3:::photos"]}"#,
        &[
            ("jane s3:ListBucket photos", Allow),
            ("stranger s3:GetBucketLocation photos", Allow),
            ("jim s3:ListBucket photos", Silence),
            ("jane s3:GetObject photos/a", Silence),
            ("bob s3:ListBucket photos", Silence),
            ("anonymous s3:ListBucket photos", Silence),
        ],
    ),
    scene(
        ALL,
        r#"{"Effect":"Deny","Principal":{"CanonicalUser":["096917437f8a39eb963a7f1d1effe46d62adab8965e0fc640dfb1795adb4ee0d"]},
            "Action":"s3:GetObject","Resource":"arn:aws:s3:::photos/secret/*"},
           {"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::photos/*"}"#,
        &[
            ("jane s3:GetObject photos/secret/a", Deny),
            ("stranger s3:GetObject photos/secret/a", Deny),
            ("jane s3:GetObject photos/a", Allow),
            ("ann s3:GetObject photos/secret/a", Allow),
            ("anonymous s3:GetObject photos/secret/a", Allow),
        ],
    ),
    scene(
        ALL,
        r#"{"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::111122223333:user/ann",
            "CanonicalUser":"411ec3afc495fc381188aab324a2bb1d117373eec6b2d438f69390092292a89b"},
            "Action":"s3:*","Resource":["arn:aws:s3:::photos","arn:aws:s3:::photos/*"]}"#,
        &[
            ("ann s3:GetObject photos/a", Allow),
            ("root s3:GetObject photos/a", Allow),
            ("bob s3:GetObject photos/a", Deny),
            ("jane s3:GetObject photos/a", Deny),
            ("anonymous s3:GetObject photos/a", Deny),
        ],
    ),
    // The account that owns the bucket, by its id: the users' own policies decide, as without a policy.
    scene(
        r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}"#,
        r#"{"Effect":"Allow","Principal":{"CanonicalUser":"411ec3afc495fc381188aab324a2bb1d117373eec6b2d438f69390092292a89b"},
            "Action":"s3:*","Resource":["arn:aws:s3:::photos","arn:aws:s3:::photos/*"]}"#,
        &[
            ("ann s3:GetObject photos/a", Allow),
            ("ann s3:DeleteObject photos/a", Silence),
            ("bob s3:GetObject photos/a", Silence),
            ("root s3:DeleteBucket photos", Allow),
            ("stranger s3:GetObject photos/a", Silence),
        ],
    ),
    // The public access that is blocked is not that of an account.
    Scene {
        identity: "",
        bucket: r#"{"Effect":"Allow","Principal":{"CanonicalUser":"096917437f8a39eb963a7f1d1effe46d62adab8965e0fc640dfb1795adb4ee0d"},
            "Action":"s3:GetObject","Resource":"arn:aws:s3:::photos/*"}"#,
        public_access: PublicAccessBlock::OF_NEW_BUCKETS,
        requests: &[("jane s3:GetObject photos/a", Allow), ("anonymous s3:GetObject photos/a", Silence)],
    },
    // A user of another account by its ARN: its own account must still agree.
    scene(
        "",
        r#"{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::444455556666:user/jane","arn:aws:iam::444455556666:user/jim"]},
            "Action":"s3:PutObject","Resource":"arn:aws:s3:::photos/*"}"#,
        &[
            ("jane s3:PutObject photos/a", Allow),
            ("jim s3:PutObject photos/a", Silence),
            ("stranger s3:PutObject photos/a", Silence),
        ],
    ),
    // The own account as principal leaves it to the users' own policies.
    scene(
        r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}"#,
        r#"{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"s3:*","Resource":["arn:aws:s3:::photos","arn:aws:s3:::photos/*"]}"#,
        &[
            ("ann s3:GetObject photos/a", Allow),
            ("ann s3:DeleteObject photos/a", Silence),
            ("bob s3:GetObject photos/a", Silence),
            ("root s3:DeleteBucket photos", Allow),
        ],
    ),
    // Within the account the bucket's word is enough; a role's ARN means its sessions.
    scene(
        "",
        r#"{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::111122223333:user/ann","arn:aws:iam::111122223333:role/app"]},
            "Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::photos/*"}"#,
        &[
            ("ann s3:GetObject photos/a", Allow),
            ("bob s3:GetObject photos/a", Silence),
            ("app s3:PutObject photos/a", Allow),
            ("narrowed s3:GetObject photos/a", Allow),
            ("narrowed s3:PutObject photos/a", Silence),
        ],
    ),
    // The session's own ARN is stronger than what narrowed it.
    scene(
        "",
        r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:sts::111122223333:assumed-role/app/one"},
            "Action":"s3:PutObject","Resource":"arn:aws:s3:::photos/*"}"#,
        &[("narrowed s3:PutObject photos/a", Allow), ("app s3:PutObject photos/a", Allow)],
    ),
    // An explicit deny on either side goes first.
    scene(
        ALL,
        r#"{"Effect":"Deny","Principal":"*","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::photos/*"},
           {"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::photos","arn:aws:s3:::photos/*"]}"#,
        &[
            ("ann s3:DeleteObject photos/a", Deny),
            ("root s3:DeleteObject photos/a", Deny),
            ("anonymous s3:DeleteObject photos/a", Deny),
            ("anonymous s3:DeleteObjectVersion photos/a ?versionId=v", Allow),
            // Policies are the owner's matter, whatever the policy says.
            ("anonymous s3:PutBucketPolicy photos", Silence),
            ("jane s3:GetBucketPolicy photos", Silence),
            ("jane s3:GetBucketPolicyStatus photos", Silence),
            ("jane s3:PutBucketVersioning photos", Allow),
            ("bob s3:GetBucketPolicy photos", Allow),
        ],
    ),
    scene(
        r#"{"Effect":"Deny","Action":"s3:GetObject","Resource":"*"}"#,
        READ_EVERYONE,
        &[
            ("ann s3:GetObject photos/a", Deny),
            ("app s3:GetObject photos/a", Deny),
            ("bob s3:GetObject photos/a", Allow),
        ],
    ),
    // Nobody locks the root user out for good.
    scene(
        ALL,
        r#"{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::photos","arn:aws:s3:::photos/*"]}"#,
        &[
            ("root s3:GetBucketPolicy photos", Allow),
            ("root s3:PutBucketPolicy photos", Allow),
            ("root s3:DeleteBucketPolicy photos", Allow),
            ("root s3:ListBucket photos", Deny),
            ("root s3:PutBucketAcl photos", Deny),
            ("ann s3:DeleteBucketPolicy photos", Deny),
            ("stranger s3:DeleteBucketPolicy photos", Deny),
        ],
    ),
    // What cannot be read denies.
    scene(
        ALL,
        "not a policy",
        &[
            ("ann s3:GetObject photos/a", Deny),
            ("root s3:GetObject photos/a", Deny),
            ("anonymous s3:GetObject photos/a", Deny),
            ("root s3:DeleteBucketPolicy photos", Allow),
        ],
    ),
    // "Restrict access to a bucket to specific roles": NotPrincipal with a Deny, the role with its session and account.
    scene(
        ALL,
        r#"{"Effect":"Deny","NotPrincipal":{"AWS":["arn:aws:iam::111122223333:user/ann","arn:aws:iam::111122223333:root"]},
            "Action":"s3:*","Resource":["arn:aws:s3:::photos","arn:aws:s3:::photos/*"]}"#,
        &[
            ("ann s3:GetObject photos/a", Allow),
            ("bob s3:GetObject photos/a", Deny),
            ("app s3:GetObject photos/a", Deny),
            ("anonymous s3:GetObject photos/a", Deny),
            ("jane s3:GetObject photos/a", Deny),
        ],
    ),
    // NotAction and NotResource.
    scene(
        ALL,
        r#"{"Effect":"Deny","Principal":"*","NotAction":"s3:Get*","Resource":"arn:aws:s3:::photos/*"},
           {"Effect":"Deny","Principal":"*","Action":"s3:*","NotResource":["arn:aws:s3:::photos","arn:aws:s3:::photos/open/*"]}"#,
        &[
            ("ann s3:GetObject photos/open/a", Allow),
            ("ann s3:GetObject photos/closed/a", Deny),
            ("ann s3:PutObject photos/open/a", Deny),
            ("ann s3:ListBucket photos", Allow),
        ],
    ),
    // Services are nobody here. "Granting permissions for logging".
    scene(
        "",
        r#"{"Sid":"S3ServerAccessLogsPolicy","Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},
            "Action":["s3:PutObject"],"Resource":"arn:aws:s3:::photos/logs*",
            "Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::source"},"StringEquals":{"aws:SourceAccount":"111122223333"}}}"#,
        &[("anonymous s3:PutObject photos/logs/a", Silence), ("bob s3:PutObject photos/logs/a", Silence)],
    ),
];
