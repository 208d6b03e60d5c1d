//! The catalogue of what goes wrong with encryption: status, code, message, argument. Two of its rows stand beside their
//! kind: keys of the customer over plain HTTP in `sse_c`, wrong rules of a bucket in `bucket_encryption`.

use crate::support::client::Call;
use crate::support::kms::Kms;
use crate::support::sse::{
    BUCKET_KEY, CONTEXT, CUSTOMER_ALGORITHM, CUSTOMER_KEY, CUSTOMER_KEYS, CUSTOMER_MD5, KEY_ID, SSE, customer_headers,
};
use crate::support::sums::content_md5;
use crate::support::{Gateway, S3, bytes};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const KEY: [u8; 32] = *b"one customer's key of 32 bytes!!";
const OTHER: [u8; 32] = *b"another customer's key, 32 bytes";

async fn start() -> (Gateway, S3, String) {
    let gateway = Gateway::start_with(&CUSTOMER_KEYS).await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("errors").await;
    (gateway, s3, bucket)
}

struct Row<'a> {
    headers: &'a [(&'a str, &'a str)],
    code: &'a str,
    message: &'a str,
    /// ArgumentName and ArgumentValue.
    argument: Option<(&'a str, &'a str)>,
}

/// Sends `call` with the row's headers and compares everything.
async fn refused(call: Call, row: &Row<'_>) {
    let mut call = call;
    for (name, value) in row.headers {
        call = call.header(name, value);
    }
    println!("{:?}", row.headers);
    let error = call.send().await.error(400, row.code);
    assert_eq!(error.at("Message"), row.message);
    assert_eq!(error.find("ArgumentName").zip(error.find("ArgumentValue")), row.argument);
}

const INCOMPATIBLE: &str =
    "Server Side Encryption with Customer provided key is incompatible with the encryption method specified";
const ALGORITHM: &str = "The Encryption request you specified is not valid. Supported value: AES256.";

#[tokio::test]
async fn malformed_customer_keys() {
    let (_gateway, s3, bucket) = start().await;
    s3.put(&bucket, "there", "x").customer_key(&KEY).send().await.ok();
    let (key, md5) = (STANDARD.encode(KEY), content_md5(&KEY));
    let (short, short_md5) = (STANDARD.encode(&KEY[..31]), content_md5(&KEY[..31]));
    let needs = |what: &str| {
        format!("Requests specifying Server Side Encryption with Customer provided keys must provide {what}")
    };
    let (no_algorithm, no_key, no_md5) = (
        needs("a valid encryption algorithm."),
        needs("an appropriate secret key."),
        needs("the client calculated MD5 of the secret key."),
    );
    let size = "The secret key was invalid for the specified algorithm.";
    let mismatch = "The calculated MD5 hash of the key did not match the hash that was provided.";
    let (alg, k, m) = (CUSTOMER_ALGORITHM, CUSTOMER_KEY, CUSTOMER_MD5);
    let null = Some((SSE, "null"));
    let rows = [
        Row { headers: &[(k, &key), (m, &md5)], code: "InvalidArgument", message: &no_algorithm, argument: null },
        Row { headers: &[(alg, "AES256"), (m, &md5)], code: "InvalidArgument", message: &no_key, argument: null },
        Row { headers: &[(alg, "AES256"), (k, &key)], code: "InvalidArgument", message: &no_md5, argument: null },
        Row {
            headers: &[(alg, "AES256"), (k, &short), (m, &short_md5)],
            code: "InvalidArgument",
            message: size,
            argument: null,
        },
        Row {
            headers: &[(alg, "AES256"), (k, "!"), (m, &md5)],
            code: "InvalidArgument",
            message: size,
            argument: null,
        },
        Row {
            headers: &[(alg, "AES256"), (k, &key), (m, &short_md5)],
            code: "InvalidArgument",
            message: mismatch,
            argument: null,
        },
        Row {
            headers: &[(alg, "AES128"), (k, &key), (m, &md5)],
            code: "InvalidEncryptionAlgorithmError",
            message: ALGORITHM,
            argument: Some((SSE, "AES128")),
        },
    ];
    for row in &rows {
        refused(s3.put(&bucket, "k", "x"), row).await;
        refused(s3.post(&bucket, "k", "").flag("uploads"), row).await;
        refused(s3.get(&bucket, "there"), row).await;
        let attributes = s3.get(&bucket, "there").flag("attributes").header("x-amz-object-attributes", "ETag");
        refused(attributes, row).await;
        refused(s3.copy((&bucket, "there"), &bucket, "k").source_customer_key(&KEY), row).await;
        // The same for the source's key.
        let of_source: Vec<(String, &str)> = row
            .headers
            .iter()
            .map(|(name, value)| (name.replacen("x-amz-", "x-amz-copy-source-", 1), *value))
            .collect();
        let of_source: Vec<(&str, &str)> = of_source.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        refused(s3.copy((&bucket, "there"), &bucket, "k"), &Row { headers: &of_source, ..*row }).await;
    }
    s3.head(&bucket, "k").send().await.status(404);
}

#[tokio::test]
async fn two_encryptions_at_once() {
    let (_gateway, s3, bucket) = start().await;
    let (key, md5) = (STANDARD.encode(KEY), content_md5(&KEY));
    for (mode, algorithm) in [("AES256", "AES256"), ("aws:kms", "AES256"), ("aws:kms:dsse", "AES128"), ("x", "AES256")]
    {
        let row = Row {
            headers: &[(SSE, mode), (CUSTOMER_ALGORITHM, algorithm), (CUSTOMER_KEY, &key), (CUSTOMER_MD5, &md5)],
            code: "InvalidArgument",
            message: INCOMPATIBLE,
            argument: Some((SSE, mode)),
        };
        refused(s3.put(&bucket, "k", "x"), &row).await;
        refused(s3.post(&bucket, "k", "").flag("uploads"), &row).await;
    }
}

#[tokio::test]
async fn customer_keys_that_do_not_fit_the_object() {
    let (_gateway, s3, bucket) = start().await;
    s3.put(&bucket, "c", "x").customer_key(&KEY).send().await.ok();
    s3.put(&bucket, "plain", "x").send().await.ok();
    const STORED: &str = "The object was stored using a form of Server Side Encryption. The correct parameters must be \
                          provided to retrieve the object.";
    const INAPPLICABLE: &str = "The encryption parameters are not applicable to this object.";
    let message = |call: Call, status: u16, code: &'static str| async move {
        call.send().await.error(status, code).at("Message").to_owned()
    };
    assert_eq!(message(s3.get(&bucket, "c"), 400, "InvalidRequest").await, STORED);
    assert_eq!(message(s3.copy((&bucket, "c"), &bucket, "k"), 400, "InvalidRequest").await, STORED);
    assert_eq!(message(s3.get(&bucket, "plain").customer_key(&KEY), 400, "InvalidRequest").await, INAPPLICABLE);
    let copy = s3.copy((&bucket, "plain"), &bucket, "k").source_customer_key(&KEY);
    assert_eq!(message(copy, 400, "InvalidRequest").await, INAPPLICABLE);
    assert_eq!(message(s3.get(&bucket, "c").customer_key(&OTHER), 403, "AccessDenied").await, "Access Denied");

    const INITIATED: &str = "The multipart upload initiate requested encryption. Subsequent part requests must include \
                             the appropriate encryption parameters.";
    const ORIGINALLY: &str = "The provided encryption parameters did not match the ones used originally.";
    let start = s3.post(&bucket, "u", "").flag("uploads").customer_key(&KEY).send().await.ok();
    let upload = start.xml().at("UploadId").to_owned();
    let part = |s3: &S3, upload: &str| s3.part(&bucket, "u", upload, 1, "x");
    assert_eq!(message(part(&s3, &upload), 400, "InvalidRequest").await, INITIATED);
    assert_eq!(message(part(&s3, &upload).customer_key(&OTHER), 400, "InvalidRequest").await, ORIGINALLY);
    let bare = s3.start_upload(&bucket, "u", &[]).await;
    assert_eq!(message(part(&s3, &bare).customer_key(&KEY), 400, "InvalidRequest").await, INITIATED);
}

#[tokio::test]
async fn modes_where_none_belongs() {
    let (_gateway, s3, bucket) = start().await;
    s3.put(&bucket, "k", "x").send().await.ok();
    let upload = s3.start_upload(&bucket, "u", &[]).await;
    let row = Row {
        headers: &[(SSE, "AES256")],
        code: "InvalidArgument",
        message: "x-amz-server-side-encryption header is not supported for this operation",
        argument: Some((SSE, "AES256")),
    };
    refused(s3.get(&bucket, "k"), &row).await;
    refused(s3.get(&bucket, "k").flag("attributes").header("x-amz-object-attributes", "ETag"), &row).await;
    refused(s3.part(&bucket, "u", &upload, 1, "x"), &row).await;
    s3.head(&bucket, "k").header(SSE, "AES256").send().await.status(400);
}

#[tokio::test]
async fn key_ids_and_contexts_without_their_mode() {
    let (_gateway, s3, bucket) = start().await;
    const NEEDS: &str =
        "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms";
    for (headers, value) in [
        (&[(KEY_ID, "alias/aws/s3")][..], "null"),
        (&[(SSE, "AES256"), (KEY_ID, "alias/aws/s3")], "AES256"),
        (&[(CONTEXT, "eyJhIjoiYiJ9")], "null"),
    ] {
        let row = Row { headers, code: "InvalidArgument", message: NEEDS, argument: Some((SSE, value)) };
        refused(s3.put(&bucket, "k", "x"), &row).await;
        refused(s3.post(&bucket, "k", "").flag("uploads"), &row).await;
    }
    let row = Row {
        headers: &[(SSE, "aws:kms"), (BUCKET_KEY, "yes")],
        code: "InvalidArgument",
        message: "The value of x-amz-server-side-encryption-bucket-key-enabled must be true or false.",
        argument: Some((BUCKET_KEY, "yes")),
    };
    refused(s3.put(&bucket, "k", "x"), &row).await;
}

#[tokio::test]
async fn kms_keys_that_are_not_there() {
    let (_gateway, s3, bucket) = start().await;
    s3.put(&bucket, "source", "x").send().await.ok();
    let unknown = "arn:aws:kms:us-east-1:000000000000:key/11111111-2222-3333-4444-555555555555";
    for (key, message) in [
        ("fake-key-id", "Invalid keyId 'fake-key-id'".to_owned()),
        (unknown, format!("Key '{unknown}' does not exist")),
        (
            "arn:aws:kms:eu-north-1:000000000000:key/11111111-2222-3333-4444-555555555555",
            "Invalid arn eu-north-1".to_owned(),
        ),
    ] {
        let row = Row {
            headers: &[(SSE, "aws:kms"), (KEY_ID, key)],
            code: "KMS.NotFoundException",
            message: &message,
            argument: None,
        };
        refused(s3.put(&bucket, "k", "x"), &row).await;
        refused(s3.post(&bucket, "k", "").flag("uploads"), &row).await;
        refused(s3.copy((&bucket, "source"), &bucket, "k"), &row).await;
        let with_bucket_key = s3.put(&bucket, "k", "x").header(BUCKET_KEY, "true");
        refused(with_bucket_key, &row).await;
    }
    s3.head(&bucket, "k").send().await.status(404);
}

const FILE: &str = r#"
[accounts.000000000000.users.s3only.policies]
all = '''{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'''
[[accounts.000000000000.users.s3only.access_keys]]
id = "S3ONLYS3ONLYS3ONLY01"
secret = "s3only-secret"
"#;

/// The KMS asks for the requester's own permission: one on S3 alone is not enough for a key of the customer's account.
#[tokio::test]
async fn no_permission_on_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("identities.toml");
    std::fs::write(&file, FILE).unwrap();
    let gateway = Gateway::start_with(&[("SEALGATE_IDENTITIES", file.to_str().unwrap())]).await;
    let root = gateway.s3();
    let user = gateway.s3_as("S3ONLYS3ONLYS3ONLY01", "s3only-secret");
    let bucket = root.bucket("errors").await;
    let made = Kms::of(&root).call("CreateKey", "{}").await.json();
    let key = made["KeyMetadata"]["Arn"].as_str().unwrap().to_owned();
    let write = |s3: &S3| s3.put(&bucket, "k", "x").header(SSE, "aws:kms").header(KEY_ID, &key);
    let denied = write(&user).send().await.error(403, "AccessDenied");
    assert!(denied.at("Message").contains("kms:GenerateDataKey"), "{denied:?}");
    write(&root).send().await.ok();
    let denied = user.get(&bucket, "k").send().await.error(403, "AccessDenied");
    assert!(denied.at("Message").contains("kms:Decrypt"), "{denied:?}");
    user.head(&bucket, "k").send().await.ok();
    // Parts need kms:Decrypt.
    let upload = root.start_upload(&bucket, "u", &[(SSE, "aws:kms"), (KEY_ID, &key)]).await;
    user.part(&bucket, "u", &upload, 1, bytes(1, 10)).send().await.error(403, "AccessDenied");
}

/// Signature Version 2 has no place in SSE-KMS.
#[tokio::test]
async fn sse_kms_wants_signature_version_4() {
    let (_gateway, s3, bucket) = start().await;
    let mut call = s3.put(&bucket, "k", "x").form(crate::support::Form::Anonymous).header(SSE, "aws:kms");
    call = call.header("authorization", "AWS SEALGATETESTROOT:c2lnbmF0dXJl");
    let error = call.send().await.error(400, "InvalidArgument");
    let message =
        "Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4.";
    assert_eq!(error.at("Message"), message);
}

#[tokio::test]
async fn a_bucket_that_blocks_customer_keys_says_so_first() {
    let (_gateway, s3, bucket) = start().await;
    s3.put(&bucket, "before", "x").customer_key(&KEY).send().await.ok();
    let document = |kind: &str| {
        format!(
            "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256\
             </SSEAlgorithm></ApplyServerSideEncryptionByDefault><BlockedEncryptionTypes><EncryptionType>{kind}\
             </EncryptionType></BlockedEncryptionTypes></Rule></ServerSideEncryptionConfiguration>"
        )
    };
    s3.put(&bucket, "", document("SSE-C")).flag("encryption").send().await.ok();
    let mut wrong = customer_headers(&KEY);
    wrong[2].1 = content_md5(b"another");
    for headers in [customer_headers(&KEY), wrong] {
        for call in [
            s3.put(&bucket, "k", "x"),
            s3.post(&bucket, "k", "").flag("uploads"),
            s3.copy((&bucket, "before"), &bucket, "k").source_customer_key(&KEY),
        ] {
            call.headers(&headers).send().await.error(403, "AccessDenied");
        }
        let fields: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        super::post_form::post_simple(&s3, &bucket, "k", &fields).await.error(403, "AccessDenied");
    }
    s3.head(&bucket, "k").send().await.status(404);
    // Reads and copies of what is there go on, and other modes too.
    s3.get(&bucket, "before").customer_key(&KEY).send().await.ok();
    s3.copy((&bucket, "before"), &bucket, "k").source_customer_key(&KEY).send().await.ok();
    s3.put(&bucket, "", document("NONE")).flag("encryption").send().await.ok();
    s3.put(&bucket, "k", "x").customer_key(&KEY).send().await.ok();
}

/// A key that does not serve refuses writes and reads alike, in the KMS's own words.
#[tokio::test]
async fn kms_keys_that_do_not_serve() {
    let (_gateway, s3, bucket) = start().await;
    let kms = Kms::of(&s3);
    let made = kms.call("CreateKey", "{}").await.json();
    let key = made["KeyMetadata"]["Arn"].as_str().unwrap().to_owned();
    let put = |object: &str| s3.put(&bucket, object, "x").header(SSE, "aws:kms").header(KEY_ID, &key);
    put("there").send().await.ok();
    let named = format!(r#"{{"KeyId":"{key}"}}"#);
    kms.call("DisableKey", &named).await.ok();
    let disabled = format!("{key} is disabled.");
    let row = Row { headers: &[], code: "KMS.DisabledException", message: &disabled, argument: None };
    refused(put("k"), &row).await;
    refused(s3.get(&bucket, "there"), &row).await;
    refused(s3.copy((&bucket, "there"), &bucket, "k"), &row).await;
    // A head needs no key.
    s3.head(&bucket, "there").send().await.ok();
    kms.call("ScheduleKeyDeletion", &named).await.ok();
    let pending = format!("{key} is pending deletion.");
    let row = Row { headers: &[], code: "KMS.KMSInvalidStateException", message: &pending, argument: None };
    refused(put("k"), &row).await;
    refused(s3.get(&bucket, "there"), &row).await;
    s3.head(&bucket, "k").send().await.status(404);
}

/// AWS answers EncryptionTypeMismatch to an append under another encryption. Here, as in AWS's general purpose buckets,
/// there is no append at all, under any encryption: the body of a sealed object has an end that vouches for its length.
#[tokio::test]
async fn an_append_is_not_offered() {
    let (_gateway, s3, bucket) = start().await;
    s3.put(&bucket, "k", "old").send().await.ok();
    for headers in [&[][..], &[(SSE, "AES256")], &[(SSE, "aws:kms")]] {
        let mut call = s3.put(&bucket, "k", "new").header("x-amz-write-offset-bytes", "3");
        for (name, value) in headers {
            call = call.header(name, value);
        }
        let error = call.send().await.error(501, "NotImplemented");
        assert_eq!(error.at("Message"), "A header you provided implies functionality that is not implemented");
        assert_eq!(error.at("Header"), "x-amz-write-offset-bytes");
    }
    assert_eq!(s3.get(&bucket, "k").send().await.ok().body, b"old");
}
