//! A customer's key (SSE-C) is never logged, stored or forwarded: not at the most verbose level, not when a request fails.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};

use super::Program;
use crate::s3::post_form::post_simple;
use crate::support::client::Call;
use crate::support::meter::Meter;
use crate::support::sse::{CUSTOMER_ALGORITHM, CUSTOMER_KEY, CUSTOMER_KEYS, CUSTOMER_MD5, SSE, customer_headers};
use crate::support::sums::content_md5;
use crate::support::{Form, S3, bytes, minio};

const KEY: [u8; 32] = *b"customer\xff\xfe\x00key/+of\x0032 bytes\x80\x81\x82!!";
const OTHER: [u8; 32] = *b"another\xff\xfe customer/+key\x00 \x80\x81\x82 32b";
/// Not a key: one byte too much, and one that no base64 is.
const LONG: [u8; 33] = *b"a key\xff\xfe of 33 bytes/+ which is lo";
const TEXT: &str = "not/base64+of=a-key-but-typed-by-hand";

/// Every way in which one of the keys could be written down.
fn needles() -> Vec<(String, Vec<u8>)> {
    let mut needles = vec![("typed key".to_owned(), TEXT.as_bytes().to_vec())];
    for (name, key) in [("key", &KEY[..]), ("other key", &OTHER), ("long key", &LONG)] {
        let base64 = STANDARD.encode(key);
        let quoted = percent_encoding::utf8_percent_encode(&base64, percent_encoding::NON_ALPHANUMERIC).to_string();
        let list = key.iter().map(u8::to_string).collect::<Vec<_>>().join(", ");
        let forms: [(&str, Vec<u8>); 7] = [
            ("raw", key.to_vec()),
            ("hex", hex::encode(key).into()),
            ("HEX", hex::encode_upper(key).into()),
            ("base64", STANDARD_NO_PAD.encode(key).into()),
            ("base64 for URLs", URL_SAFE.encode(key).into()),
            ("quoted", quoted.into()),
            ("list", list.into()),
        ];
        needles.extend(forms.into_iter().map(|(form, needle)| (format!("{name}, {form}"), needle)));
    }
    needles
}

#[track_caller]
fn absent(content: &[u8], what: &str) {
    for (name, needle) in needles() {
        let at = memchr::memmem::find(content, &needle);
        let near =
            at.map(|at| String::from_utf8_lossy(&content[at.saturating_sub(300)..at + needle.len()]).into_owned());
        assert!(near.is_none(), "{name} is in {what}: {}", near.unwrap_or_default());
    }
}

fn files(folder: &Path, visit: &mut dyn FnMut(&Path)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, visit) } else { visit(&path) }
    }
}

/// Requests that are served.
async fn good(s3: &S3, bucket: &str) {
    let plain = bytes(1, 100_000);
    for form in [Form::Header, Form::Chunked(65_536), Form::Presigned(60)] {
        s3.put(bucket, "k", plain.clone()).customer_key(&KEY).form(form.clone()).send().await.ok();
        assert!(s3.get(bucket, "k").customer_key(&KEY).form(form).send().await.ok().body == plain);
    }
    s3.head(bucket, "k").customer_key(&KEY).send().await.ok();
    s3.get(bucket, "k").customer_key(&KEY).range("5-9").send().await.status(206);
    let attributes = s3.get(bucket, "k").flag("attributes").header("x-amz-object-attributes", "Checksum");
    attributes.customer_key(&KEY).send().await.ok();
    s3.copy((bucket, "k"), bucket, "copy").source_customer_key(&KEY).customer_key(&OTHER).send().await.ok();
    let fields = customer_headers(&KEY);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    post_simple(s3, bucket, "form", &fields).await.ok();
    let start = s3.post(bucket, "u", "").flag("uploads").customer_key(&KEY).send().await;
    let upload = start.xml().at("UploadId").to_owned();
    let part = s3.part(bucket, "u", &upload, 1, "part").customer_key(&KEY).send().await.ok().etag();
    let copied = s3.part(bucket, "u", &upload, 2, "").copy_source((bucket, "copy"));
    copied.source_customer_key(&OTHER).customer_key(&KEY).send().await.ok();
    s3.get(bucket, "u").query("uploadId", &upload).customer_key(&KEY).send().await.ok();
    s3.complete(bucket, "u", &upload, &[(1, part)]).customer_key(&KEY).send().await.ok();
}

/// Requests that fail, each with a key in it.
async fn bad(s3: &S3, bucket: &str) {
    s3.put(bucket, "plain", "x").send().await.ok();
    let (key, md5) = (STANDARD.encode(KEY), content_md5(&KEY));
    let trio = |call: Call, algorithm: &str, key: &str, md5: &str| {
        call.header(CUSTOMER_ALGORITHM, algorithm).header(CUSTOMER_KEY, key).header(CUSTOMER_MD5, md5)
    };
    let put = || s3.put(bucket, "no", "x");
    let mut calls = vec![
        s3.get(bucket, "k").customer_key(&OTHER),
        s3.get(bucket, "plain").customer_key(&KEY),
        s3.get(bucket, "missing").customer_key(&KEY),
        s3.get("no-such-bucket-anywhere", "k").customer_key(&KEY),
        trio(put(), "AES128", &key, &md5),
        trio(put(), "AES256", &key, &content_md5(b"another")),
        trio(put(), "AES256", &STANDARD.encode(LONG), &content_md5(&LONG)),
        trio(put(), "AES256", TEXT, &md5),
        trio(put(), "AES256", &hex::encode(KEY), &md5),
        // The key where the algorithm and the digest belong, and twice.
        trio(put(), &key, &key, &md5),
        trio(put(), "AES256", &key, &key),
        put().customer_key(&KEY).header(CUSTOMER_KEY, &STANDARD.encode(OTHER)),
        put().header(CUSTOMER_KEY, &key),
        put().customer_key(&KEY).header(SSE, "aws:kms"),
        put().customer_key(&KEY).header("content-md5", &content_md5(b"another body")),
        s3.copy((bucket, "k"), bucket, "no").source_customer_key(&OTHER),
        s3.copy((bucket, "plain"), bucket, "no").source_customer_key(&KEY),
        // In the URL.
        put().form(Form::Presigned(60)).query(CUSTOMER_ALGORITHM, "AES256").query(CUSTOMER_KEY, &key),
        s3.get(bucket, "k").query(CUSTOMER_KEY, &key),
        // A signature that does not fit, and none.
        put().customer_key(&KEY).skew(9_000),
        put().customer_key(&KEY).form(Form::Anonymous),
        put().unsigned_header(CUSTOMER_KEY, &key),
        // On what knows no such headers, and on what does not exist.
        s3.put(bucket, "k", "x").flag("newthing").customer_key(&KEY),
        s3.post(bucket, "k", "x").flag("select").query("select-type", "2").customer_key(&KEY),
        s3.put("Not_A_Bucket", "k", "x").customer_key(&KEY),
    ];
    let mut wrong = s3.clone();
    wrong.signer.secret_key = "not the secret".into();
    calls.push(wrong.put(bucket, "no", "x").customer_key(&KEY));
    for call in calls {
        let answer = call.send().await;
        assert!(answer.status.is_client_error() || answer.status == 501, "{}", answer.described());
    }
    // What is passed on to the backend, with headers that it would understand.
    for call in [s3.get(bucket, "plain").flag("tagging"), s3.get(bucket, ""), s3.get(bucket, "").flag("versioning")] {
        call.customer_key(&KEY).source_customer_key(&OTHER).send().await.ok();
    }
    s3.delete(bucket, "plain").customer_key(&KEY).send().await.ok();
    let fields = customer_headers(&LONG);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    post_simple(s3, bucket, "no", &fields).await.error(400, "InvalidArgument");
    s3.head(bucket, "no").send().await.status(404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_nowhere_but_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = CUSTOMER_KEYS.to_vec();
    settings.push(("SEALGATE_LOG", "trace,s3s=trace,s3s::ops=trace,hyper=trace,sqlx=trace"));
    settings.push(("SEALGATE_SYSTEM_BUCKET", "system-of-customer-key"));
    let meter = match minio::binary() {
        Some(_) => Some(Meter::listening(minio::shared().address).await),
        None => None,
    };
    let endpoint = meter.as_ref().map(|meter| format!("http://{}", meter.address)).unwrap_or_default();
    if meter.is_some() {
        settings.push(("SEALGATE_BACKEND_ENDPOINT", &endpoint));
        settings.push(("SEALGATE_BACKEND_ACCESS_KEY", minio::ACCESS_KEY));
        settings.push(("SEALGATE_BACKEND_SECRET_KEY", minio::SECRET_KEY));
    }
    let mut program = Program::start(folder.path(), &settings);
    let (access, secret) =
        (program.exported("AWS_ACCESS_KEY_ID").unwrap(), program.exported("AWS_SECRET_ACCESS_KEY").unwrap());
    // The log must be read while it is written, or its pipe fills up.
    let log = program.listen();
    let s3 = S3::new(program.address, &access, &secret);
    let bucket = s3.bucket("secret").await;
    good(&s3, &bucket).await;
    bad(&s3, &bucket).await;
    program.terminate();
    let log = log.join().unwrap();
    let text = String::from_utf8_lossy(&log);
    assert!(text.contains("DEBUG") && text.contains("CopyObject") && text.contains("UploadPart"), "{text}");
    // These types would print whole requests.
    assert!(!text.contains(" s3s"), "{text}");
    absent(&log, "the log");
    // The audit trail, the database and its journal, and with the embedded backend all that is stored.
    let mut seen = Vec::new();
    files(folder.path(), &mut |path| {
        absent(&std::fs::read(path).unwrap(), &path.display().to_string());
        seen.push(path.file_name().unwrap().to_str().unwrap().to_owned());
    });
    for name in ["audit.jsonl", "sealgate.db"] {
        assert!(seen.iter().any(|seen| seen == name), "{name} is not among {seen:?}");
    }
    if let Some(meter) = meter {
        let sent = meter.sent();
        assert!(sent.len() > 300_000, "the backend heard {} bytes", sent.len());
        absent(&sent, "what the backend was sent");
    }
}
