//! Browser uploads: the policy document decides, the file is sealed, fields stand in place of headers.

use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::support::sign::stamps;
use crate::support::sse::{BUCKET_KEY, CONTEXT, CUSTOMER_KEYS, KEY_ID, SSE, customer_headers};
use crate::support::{Answer, Form, Gateway, S3, bytes};

const BOUNDARY: &str = "a-boundary-of-the-tests";

/// A form in the making: its fields in order, its policy's conditions.
pub(super) struct Post {
    fields: Vec<(String, String)>,
    conditions: Vec<String>,
    expiration: String,
}

impl Post {
    pub(super) fn new(key: &str) -> Self {
        Self {
            fields: vec![("key".into(), key.into())],
            conditions: vec![format!(r#"["eq","$key","{key}"]"#)],
            expiration: "2099-01-01T00:00:00Z".into(),
        }
    }

    /// A field that the policy allows with this value.
    pub(super) fn field(mut self, name: &str, value: &str) -> Self {
        self.conditions.push(format!(r#"{{"{name}":"{value}"}}"#));
        self.fields.push((name.into(), value.into()));
        self
    }

    fn condition(mut self, condition: &str) -> Self {
        self.conditions.push(condition.into());
        self
    }

    /// Signs the policy and sends the form with the file last.
    pub(super) async fn send(mut self, s3: &S3, bucket: &str, file: &[u8]) -> Answer {
        let now = SystemTime::now();
        let (date_time, date) = stamps(now);
        let credential = format!("{}/{date}/{}/s3/aws4_request", s3.signer.access_key, s3.signer.region);
        for (name, value) in
            [("x-amz-algorithm", "AWS4-HMAC-SHA256"), ("x-amz-credential", &credential), ("x-amz-date", &date_time)]
        {
            self = self.field(name, value);
        }
        let conditions = [vec![format!(r#"{{"bucket":"{bucket}"}}"#)], self.conditions.clone()].concat().join(",");
        let policy = STANDARD.encode(format!(r#"{{"expiration":"{}","conditions":[{conditions}]}}"#, self.expiration));
        let key = aws_sigv4::sign::v4::generate_signing_key(&s3.signer.secret_key, now, &s3.signer.region, "s3");
        let signature = aws_sigv4::sign::v4::calculate_signature(key, policy.as_bytes());
        self.fields.push(("policy".into(), policy));
        self.fields.push(("x-amz-signature".into(), signature));
        send(s3, bucket, &self.fields, file).await
    }
}

/// A signed form of one byte with further fields.
pub async fn post_simple(s3: &S3, bucket: &str, key: &str, fields: &[(&str, &str)]) -> Answer {
    fields.iter().fold(Post::new(key), |post, (name, value)| post.field(name, value)).send(s3, bucket, b"x").await
}

async fn send(s3: &S3, bucket: &str, fields: &[(String, String)], file: &[u8]) -> Answer {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend_from_slice(
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").as_bytes(),
        );
    }
    body.extend_from_slice(
        format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"my photo.jpg\"\r\nContent-Type: image/x\r\n\r\n").as_bytes(),
    );
    body.extend_from_slice(file);
    body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
    s3.post(bucket, "", body).form(Form::Anonymous).header("content-type", &content_type).send().await
}

#[tokio::test]
async fn a_file_of_any_size_is_sealed() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("form").await;
    for size in [0, 1, 65_480, 65_481, 5 << 20, (5 << 20) + 1, 12_000_000] {
        let plain = bytes(size as u64, size);
        let answer = Post::new("k")
            .field("x-amz-meta-a", "b")
            .field("Content-Type", "text/x-form")
            .send(&s3, &bucket, &plain)
            .await;
        assert!(answer.clone().status(204).body.is_empty());
        let get = s3.get(&bucket, "k").send().await.ok();
        assert!(get.body == plain, "{size}");
        assert_eq!((get.must("x-amz-meta-a"), get.must("content-type")), ("b", "text/x-form"));
        assert_eq!(get.must("x-amz-server-side-encryption"), "AES256");
        let listing = s3.get(&bucket, "").send().await.xml();
        assert_eq!(
            (listing.at("Contents/Size"), listing.at("Contents/ETag")),
            (size.to_string().as_str(), &*get.etag())
        );
        let stored = gateway.backend().get(&bucket, "k").await.ok();
        assert!(stored.header("x-amz-meta-sealgate").is_some());
        if size >= 64 {
            assert!(memchr::memmem::find(&stored.body, &plain[..64]).is_none());
        }
        if size > 70_000 {
            assert!(s3.get(&bucket, "k").range("65000-66000").send().await.status(206).body == plain[65_000..=66_000]);
        }
    }
}

#[tokio::test]
async fn the_answer_is_what_the_form_asks_for() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("form").await;
    let created = Post::new("k").field("success_action_status", "201").send(&s3, &bucket, b"x").await.status(201);
    let etag = created.etag();
    let xml = created.xml();
    assert_eq!(
        (xml.name.as_str(), xml.at("Bucket"), xml.at("Key"), xml.at("ETag")),
        ("PostResponse", &*bucket, "k", &*etag)
    );
    Post::new("k").field("success_action_status", "200").send(&s3, &bucket, b"x").await.status(200);
    let redirect = "http://127.0.0.1/done";
    let answer = Post::new("k").field("success_action_redirect", redirect).send(&s3, &bucket, b"x").await.status(303);
    assert!(answer.must("location").starts_with(redirect), "{}", answer.described());
    let mut named = Post::new("dir/${filename}");
    named.conditions = vec![r#"["starts-with","$key","dir/"]"#.into()];
    named.send(&s3, &bucket, b"named").await.status(204);
    assert_eq!(s3.get(&bucket, "dir/my photo.jpg").send().await.ok().body, b"named");
}

#[tokio::test]
async fn encryption_fields_stand_for_headers() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("form").await;
    Post::new("k").field("x-amz-server-side-encryption", "aws:kms").send(&s3, &bucket, b"x").await.status(204);
    assert_eq!(s3.head(&bucket, "k").send().await.ok().must("x-amz-server-side-encryption"), "aws:kms");
}

/// What each field does, the table of encryption headers shows; here, that the policy must allow it.
#[tokio::test]
async fn every_encryption_field_needs_a_condition() {
    let gateway = Gateway::start_with(&CUSTOMER_KEYS).await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("form").await;
    let kms = [(SSE, "aws:kms"), (KEY_ID, "alias/aws/s3"), (BUCKET_KEY, "true"), (CONTEXT, "eyJhIjoiYiJ9")];
    let kms = kms.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    for fields in [kms, customer_headers(&[7; 32])] {
        let all = fields.iter().fold(Post::new("k"), |post, (name, value)| post.field(name, value));
        all.send(&s3, &bucket, b"x").await.status(204);
        for (left_out, value) in &fields {
            let others = fields.iter().filter(|(name, _)| name != left_out);
            let mut post = others.fold(Post::new("no"), |post, (name, value)| post.field(name, value));
            post.fields.push((left_out.clone(), value.clone()));
            post.send(&s3, &bucket, b"x").await.error(403, "AccessDenied");
        }
    }
    // A condition that demands a field which is not there.
    let demanded = Post::new("no").condition(r#"{"x-amz-server-side-encryption":"aws:kms"}"#);
    demanded.send(&s3, &bucket, b"x").await.error(403, "AccessDenied");
    s3.head(&bucket, "no").send().await.status(404);
}

#[tokio::test]
async fn what_the_policy_does_not_allow_is_refused() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("form").await;
    let range = r#"["content-length-range",10,20]"#;
    Post::new("k").condition(range).send(&s3, &bucket, &bytes(1, 9)).await.error(400, "EntityTooSmall");
    Post::new("k").condition(range).send(&s3, &bucket, &bytes(1, 21)).await.error(400, "EntityTooLarge");
    let large = Post::new("k").condition(range).send(&s3, &bucket, &bytes(1, 7_000_000)).await;
    large.error(400, "EntityTooLarge");
    let mut other = Post::new("k");
    other.fields[0].1 = "other".into();
    other.send(&s3, &bucket, b"x").await.error(403, "AccessDenied");
    let mut extra = Post::new("k");
    extra.fields.push(("x-amz-meta-extra".into(), "1".into()));
    extra.send(&s3, &bucket, b"x").await.error(403, "AccessDenied");
    let mut expired = Post::new("k");
    expired.expiration = "2020-01-01T00:00:00Z".into();
    expired.send(&s3, &bucket, b"x").await.error(403, "AccessDenied");
    let mut wrong = s3.clone();
    wrong.signer.secret_key = "wrong".into();
    Post::new("k").send(&wrong, &bucket, b"x").await.error(403, "SignatureDoesNotMatch");
    send(&s3, &bucket, &[("key".into(), "k".into())], b"x").await.error(403, "AccessDenied");
    s3.head(&bucket, "k").send().await.status(404);
    s3.head(&bucket, "other").send().await.status(404);
    let left = gateway.backend().objects(&bucket, "").await;
    assert!(left.is_empty(), "{left:?}");
    Post::new("k").condition(range).send(&s3, &bucket, &bytes(1, 20)).await.status(204);
}

#[tokio::test]
async fn a_form_that_stops_half_way_leaves_nothing() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("form").await;
    let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
    let begun = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nk\r\n");
    for body in ["", "x", &begun, &format!("{begun}--{BOUNDARY}--\r\n")] {
        let call = s3.post(&bucket, "", body.to_owned()).form(Form::Anonymous).header("content-type", &content_type);
        let answer = call.send().await;
        assert!(answer.status.is_client_error(), "{body:?}: {}", answer.described());
    }
    assert!(gateway.backend().objects(&bucket, "").await.is_empty());
}
