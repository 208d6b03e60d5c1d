//! Amazon S3's tables of encryption headers, as data: modes, what each operation answers, what each operation takes.
//!
//! In values `{own}` stands for the ARN of a KMS key of the account, `{id}` for its id, `{alias}` for an alias of it,
//! `{aws/s3}` for the ARN of the key behind `alias/aws/s3`, `{key}` and `{md5}` for the customer's key and its digest.

use crate::support::sse::{BUCKET_KEY, CONTEXT, CUSTOMER_ALGORITHM, CUSTOMER_KEY, CUSTOMER_MD5, KEY_ID, SSE};

pub type Headers = &'static [(&'static str, &'static str)];

/// A way to protect a new object.
pub struct Mode {
    pub name: &'static str,
    /// The bucket's default encryption: SSEAlgorithm, KMSMasterKeyID, BucketKeyEnabled.
    pub default: Option<(&'static str, Option<&'static str>, bool)>,
    /// What the request that makes the object says.
    pub sends: Headers,
    /// What the answers about the object say, but for the context.
    pub answers: Headers,
    pub context: bool,
}

impl Mode {
    pub fn is_customers(&self) -> bool {
        self.answers[0].0 == CUSTOMER_ALGORITHM
    }

    /// Whether UpdateObjectEncryption takes such an object.
    pub fn can_be_updated(&self) -> bool {
        !self.is_customers() && self.answers[0].1 != "aws:kms:dsse"
    }
}

const fn mode(name: &'static str, sends: Headers, answers: Headers) -> Mode {
    Mode { name, default: None, sends, answers, context: false }
}

const fn with_context(mode: Mode) -> Mode {
    Mode { context: true, ..mode }
}

const fn by_default(default: (&'static str, Option<&'static str>, bool), mode: Mode) -> Mode {
    Mode { default: Some(default), ..mode }
}

pub const TRIO: Headers = &[(CUSTOMER_ALGORITHM, "AES256"), (CUSTOMER_KEY, "{key}"), (CUSTOMER_MD5, "{md5}")];
const CUSTOMER: Headers = &[(CUSTOMER_ALGORITHM, "AES256"), (CUSTOMER_MD5, "{md5}")];
/// `{"a":"b"}`
pub const PAIR: &str = "eyJhIjoiYiJ9";

const S3: (&str, &str) = (SSE, "AES256");
const KMS: (&str, &str) = (SSE, "aws:kms");
const DSSE: (&str, &str) = (SSE, "aws:kms:dsse");
const OWN: (&str, &str) = (KEY_ID, "{own}");
const AWS: (&str, &str) = (KEY_ID, "{aws/s3}");
const ON: (&str, &str) = (BUCKET_KEY, "true");
const OFF: (&str, &str) = (BUCKET_KEY, "false");
const PAIRS: (&str, &str) = (CONTEXT, PAIR);
const KMS_ON: (&str, Option<&str>, bool) = ("aws:kms", Some("{own}"), true);

#[rustfmt::skip]
pub const MODES: &[Mode] = &[
    // What it is                           what is sent             what comes back
    mode("nothing",                         &[],                     &[S3]),
    mode("SSE-S3",                          &[S3],                   &[S3]),
    mode("SSE-S3, a bucket key for nothing",&[S3, ON],               &[S3]),
    mode("SSE-KMS",                         &[KMS],                  &[KMS, AWS]),
    mode("SSE-KMS, key by ARN",             &[KMS, OWN],             &[KMS, OWN]),
    mode("SSE-KMS, key by id",              &[KMS, (KEY_ID, "{id}")],    &[KMS, OWN]),
    mode("SSE-KMS, key by alias",           &[KMS, (KEY_ID, "{alias}")], &[KMS, OWN]),
    mode("SSE-KMS, bucket key on",          &[KMS, OWN, ON],         &[KMS, OWN, ON]),
    mode("SSE-KMS, bucket key off",         &[KMS, OWN, OFF],        &[KMS, OWN]),
    with_context(mode("SSE-KMS, context",   &[KMS, PAIRS],           &[KMS, AWS])),
    with_context(mode("SSE-KMS, all of it", &[KMS, OWN, ON, PAIRS],  &[KMS, OWN, ON])),
    mode("DSSE-KMS",                        &[DSSE],                 &[DSSE, AWS]),
    mode("DSSE-KMS, key by ARN",            &[DSSE, OWN, OFF],       &[DSSE, OWN]),
    with_context(mode("DSSE-KMS, context",  &[DSSE, OWN, PAIRS],     &[DSSE, OWN])),
    mode("SSE-C",                           TRIO,                    CUSTOMER),
    // The bucket's default decides where the request says nothing, and a header wins.
    by_default(("AES256", None, false),     mode("default SSE-S3",                 &[],           &[S3])),
    by_default(("aws:kms", None, false),    mode("default SSE-KMS",                &[],           &[KMS, AWS])),
    by_default(KMS_ON,                      mode("default with bucket keys",       &[],           &[KMS, OWN, ON])),
    by_default(KMS_ON,                      mode("default, bucket key off",        &[OFF],        &[KMS, OWN])),
    by_default(KMS_ON,                      mode("default, SSE-KMS by header",     &[KMS],        &[KMS, AWS, ON])),
    by_default(KMS_ON,                      mode("default, SSE-S3 by header",      &[S3],         &[S3])),
    by_default(KMS_ON,                      mode("default, DSSE-KMS by header",    &[DSSE],       &[DSSE, AWS])),
    by_default(KMS_ON,                      mode("default, SSE-C by header",       TRIO,          CUSTOMER)),
    by_default(("aws:kms:dsse", Some("{own}"), false), mode("default DSSE-KMS",    &[],           &[DSSE, OWN])),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    PutObject,
    PostObject,
    CopyObject,
    CreateMultipartUpload,
    UploadPart,
    UploadPartCopy,
    CompleteMultipartUpload,
    GetObject,
    HeadObject,
    GetObjectAttributes,
    ListParts,
    ListObjects,
    ListObjectsV2,
    ListObjectVersions,
    ListMultipartUploads,
    UpdateObjectEncryption,
    DeleteObject,
}

use Op::*;

impl Op {
    /// Whether the operation decides how an object is protected.
    pub fn makes_an_object(self) -> bool {
        matches!(self, PutObject | PostObject | CopyObject | CreateMultipartUpload)
    }

    /// Whether it takes the customer's key of what is there already.
    pub fn takes_its_key(self) -> bool {
        matches!(
            self,
            UploadPart
                | UploadPartCopy
                | CompleteMultipartUpload
                | GetObject
                | HeadObject
                | GetObjectAttributes
                | ListParts
        )
    }
}

const YES: bool = true;
const NO: bool = false;

/// Of an object's headers, an operation's answer has: mode, key and bucket key; the context; SSE-C's algorithm and digest.
#[rustfmt::skip]
pub const ANSWERS: &[(Op, bool, bool, bool)] = &[
    //                        mode  context  SSE-C
    (PutObject,               YES,  YES,     YES),
    (PostObject,              YES,  YES,     YES),
    (CopyObject,              YES,  YES,     YES),
    (CreateMultipartUpload,   YES,  YES,     YES),
    (UploadPart,              YES,  NO,      YES),
    (UploadPartCopy,          YES,  NO,      YES),
    (CompleteMultipartUpload, YES,  NO,      NO),
    (GetObject,               YES,  NO,      YES),
    (HeadObject,              YES,  NO,      YES),
    (GetObjectAttributes,     NO,   NO,      NO),
    (ListParts,               NO,   NO,      NO),
    (ListObjects,             NO,   NO,      NO),
    (ListObjectsV2,           NO,   NO,      NO),
    (ListObjectVersions,      NO,   NO,      NO),
    (ListMultipartUploads,    NO,   NO,      NO),
    (UpdateObjectEncryption,  NO,   NO,      NO),
    (DeleteObject,            NO,   NO,      NO),
];

/// An answer: `None` is success.
pub type Cell = Option<(u16, &'static str)>;
const OK: Cell = None;
const ARG: Cell = Some((400, "InvalidArgument"));
const REQ: Cell = Some((400, "InvalidRequest"));

/// What each operation does with headers on an object or upload of SSE-S3, one column of `SENT` each.
#[rustfmt::skip]
pub const TAKES: &[(Op, [Cell; 8])] = &[
    //                         mode  mode+key key  context bucket-key SSE-C all-three source's
    (PutObject,               [OK,   OK,      ARG, ARG,    OK,        OK,   ARG,      OK]),
    (PostObject,              [OK,   OK,      ARG, ARG,    OK,        OK,   ARG,      OK]),
    (CopyObject,              [OK,   OK,      ARG, ARG,    OK,        OK,   ARG,      REQ]),
    (CreateMultipartUpload,   [OK,   OK,      ARG, ARG,    OK,        OK,   ARG,      OK]),
    (UploadPart,              [ARG,  ARG,     ARG, ARG,    ARG,       REQ,  ARG,      OK]),
    (UploadPartCopy,          [ARG,  ARG,     ARG, ARG,    ARG,       REQ,  ARG,      REQ]),
    (CompleteMultipartUpload, [ARG,  ARG,     ARG, ARG,    ARG,       REQ,  ARG,      OK]),
    (GetObject,               [ARG,  ARG,     ARG, ARG,    ARG,       REQ,  ARG,      OK]),
    (HeadObject,              [ARG,  ARG,     ARG, ARG,    ARG,       REQ,  ARG,      OK]),
    (GetObjectAttributes,     [ARG,  ARG,     ARG, ARG,    ARG,       REQ,  ARG,      OK]),
    (ListParts,               [ARG,  ARG,     ARG, ARG,    ARG,       REQ,  ARG,      OK]),
];

const MODE_AND_TRIO: Headers = &[S3, TRIO[0], TRIO[1], TRIO[2]];
const SOURCE_TRIO: Headers = &[
    ("x-amz-copy-source-server-side-encryption-customer-algorithm", "AES256"),
    ("x-amz-copy-source-server-side-encryption-customer-key", "{key}"),
    ("x-amz-copy-source-server-side-encryption-customer-key-md5", "{md5}"),
];

/// The columns of `TAKES`.
pub const SENT: [Headers; 8] = [&[S3], &[KMS, OWN], &[OWN], &[PAIRS], &[ON], TRIO, MODE_AND_TRIO, SOURCE_TRIO];

/// The same on an object, upload or source of SSE-C: without its key, with another one, with its own.
#[rustfmt::skip]
pub const CUSTOMERS: &[(Op, Cell, Cell, Cell)] = &[
    //                        none  other                          own
    (UploadPart,              REQ,  REQ,                           OK),
    (UploadPartCopy,          REQ,  REQ,                           OK),
    (CompleteMultipartUpload, OK,   REQ,                           OK),
    (GetObject,               REQ,  Some((403, "AccessDenied")),   OK),
    (HeadObject,              REQ,  Some((403, "AccessDenied")),   OK),
    (GetObjectAttributes,     REQ,  Some((403, "AccessDenied")),   OK),
    (ListParts,               OK,   REQ,                           OK),
];

/// The same for the key of a copy's source, with the source's own headers.
#[rustfmt::skip]
pub const SOURCES: &[(Op, Cell, Cell, Cell)] = &[
    (CopyObject,              REQ,  Some((403, "AccessDenied")),   OK),
    (UploadPartCopy,          REQ,  Some((403, "AccessDenied")),   OK),
];

/// Operations that the reference has in its tables and the gateway does not offer: (method, level, sub-resources).
pub const REFUSED: &[(&str, &str, &[&str])] = &[
    ("POST", "k", &["select", "select-type=2"]),
    ("GET", "", &["session"]),
    ("PUT", "k", &["annotation", "annotationName=a"]),
    ("GET", "k", &["annotation", "annotationName=a"]),
    ("DELETE", "k", &["annotation", "annotationName=a"]),
    ("PUT", "k", &["renameObject"]),
];
