//! POST forms: a signed policy document that says what the form may hold.

use time::OffsetDateTime;

use crate::names::{BucketName, Region};

use super::credential::Credential;
use super::error::SignatureMismatch;
use super::key::SigningKey;
use super::post_conditions::Policy;
use super::timestamp::parse_basic;
use super::verify::Lookup;
use super::{Error, PostFields};

/// A form whose policy is signed, has not expired, and allows every field.
#[derive(Debug)]
pub struct VerifiedPost {
    pub access_key_id: String,
    pub region: Region,
    pub session_token: Option<String>,
    /// Smallest and largest length of the file, in bytes.
    pub content_length_range: Option<(u64, u64)>,
    pub expires: OffsetDateTime,
}

/// Verifies a form posted to `bucket`. None: no policy and no signature, an anonymous form. Call after
/// [`PostFields::expand_filename`]. The file's length is compared by whoever reads it.
pub fn verify_post_policy(
    fields: &PostFields,
    bucket: &BucketName,
    now: OffsetDateTime,
    lookup: Lookup<'_>,
) -> Result<Option<VerifiedPost>, Error> {
    if let Some((name, value)) = fields.repeated() {
        let message = format!("POST requires exactly one field named '{name}'.");
        return Err(Error::PostField { name: name.to_owned(), value: value.to_owned(), message });
    }
    // Signature Version 2.
    if fields.get("AWSAccessKeyId").is_some() || fields.get("signature").is_some() {
        return Err(Error::UnsupportedMechanism);
    }
    let marks = ["policy", "x-amz-signature", "x-amz-credential", "x-amz-algorithm"];
    if marks.iter().all(|name| fields.get(name).is_none()) {
        return Ok(None);
    }
    let required = |name: &'static str| fields.get(name).ok_or(Error::PostFieldMissing(name));
    let policy_text = required("policy")?;
    let credential = credential(required("X-Amz-Credential")?, required("X-Amz-Algorithm")?, required("X-Amz-Date")?)?;
    check_signature(&credential, policy_text, required("X-Amz-Signature")?, lookup)?;
    // Only what its owner signed is parsed.
    let policy = Policy::parse(policy_text)?;
    policy.check(fields, bucket, now)?;
    Ok(Some(VerifiedPost {
        access_key_id: credential.access_key_id.to_owned(),
        region: credential.scope.region,
        session_token: fields.get("x-amz-security-token").map(str::to_owned),
        content_length_range: policy.content_length_range,
        expires: policy.expires,
    }))
}

fn credential<'a>(text: &'a str, algorithm: &str, date: &str) -> Result<Credential<'a>, Error> {
    let fault = |name: &str, value: &str, message: String| {
        Err(Error::PostField { name: name.to_owned(), value: value.to_owned(), message })
    };
    if algorithm != "AWS4-HMAC-SHA256" {
        return fault("X-Amz-Algorithm", algorithm, "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"".to_owned());
    }
    let credential = match Credential::parse(text, "s3") {
        Ok(credential) => credential,
        Err(message) => {
            return fault("X-Amz-Credential", text, format!("Error parsing the X-Amz-Credential parameter; {message}"));
        }
    };
    match parse_basic(date) {
        Some(_) if date.starts_with(credential.scope.date) => Ok(credential),
        Some(_) => fault(
            "X-Amz-Date",
            date,
            format!(
                "Invalid credential date \"{}\". This date is not the same as X-Amz-Date: \"{date}\".",
                credential.scope.date
            ),
        ),
        None => fault(
            "X-Amz-Date",
            date,
            "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"".to_owned(),
        ),
    }
}

/// The string to sign is the policy's base64, as it stands in the form.
fn check_signature(
    credential: &Credential<'_>,
    policy: &str,
    signature: &str,
    lookup: Lookup<'_>,
) -> Result<(), Error> {
    let access_key_id = credential.access_key_id;
    let Some(secret_key) = lookup(access_key_id) else {
        return Err(Error::UnknownAccessKey { access_key_id: access_key_id.to_owned() });
    };
    if SigningKey::derive(&secret_key, &credential.scope).verifies(policy, signature) {
        return Ok(());
    }
    Err(Error::SignatureMismatch(Box::new(SignatureMismatch {
        access_key_id: access_key_id.to_owned(),
        signature_provided: signature.to_owned(),
        string_to_sign: policy.to_owned(),
        canonical_request: None,
    })))
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use proptest::prelude::*;
    use time::macros::datetime;

    use super::*;
    use crate::sigv4::SecretKeyText;
    use crate::sigv4::known_answers::{ACCESS_KEY_ID, SECRET, lookup};

    const NOW: OffsetDateTime = datetime!(2015-12-29 12:00:00 UTC);
    const DOCUMENTED: &str = "eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucyI6IFsNCiAgICB7ImJ1\
        Y2tldCI6ICJzaWd2NGV4YW1wbGVidWNrZXQifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci91c2VyMS8iXSwNCiAgICB7ImFjbCI6ICJw\
        dWJsaWMtcmVhZCJ9LA0KICAgIHsic3VjY2Vzc19hY3Rpb25fcmVkaXJlY3QiOiAiaHR0cDovL3NpZ3Y0ZXhhbXBsZWJ1Y2tldC5zMy5hbWF6b25hd3MuY29t\
        L3N1Y2Nlc3NmdWxfdXBsb2FkLmh0bWwifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRDb250ZW50LVR5cGUiLCAiaW1hZ2UvIl0sDQogICAgeyJ4LWFtei1t\
        ZXRhLXV1aWQiOiAiMTQzNjUxMjM2NTEyNzQifSwNCiAgICB7IngtYW16LXNlcnZlci1zaWRlLWVuY3J5cHRpb24iOiAiQUVTMjU2In0sDQogICAgWyJzdGFy\
        dHMtd2l0aCIsICIkeC1hbXotbWV0YS10YWciLCAiIl0sDQoNCiAgICB7IngtYW16LWNyZWRlbnRpYWwiOiAiQUtJQUlPU0ZPRE5ON0VYQU1QTEUvMjAxNTEy\
        MjkvdXMtZWFzdC0xL3MzL2F3czRfcmVxdWVzdCJ9LA0KICAgIHsieC1hbXotYWxnb3JpdGhtIjogIkFXUzQtSE1BQy1TSEEyNTYifSwNCiAgICB7IngtYW16\
        LWRhdGUiOiAiMjAxNTEyMjlUMDAwMDAwWiIgfQ0KICBdDQp9";

    fn bucket() -> BucketName {
        BucketName::new("sigv4examplebucket").unwrap()
    }

    /// The form of the S3 API reference, "Browser-Based Upload using HTTP POST".
    fn documented() -> PostFields {
        form(&[
            ("key", "user/user1/photo.png"),
            ("acl", "public-read"),
            ("success_action_redirect", "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"),
            ("Content-Type", "image/jpeg"),
            ("x-amz-meta-uuid", "14365123651274"),
            ("x-amz-server-side-encryption", "AES256"),
            ("X-Amz-Credential", "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"),
            ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
            ("X-Amz-Date", "20151229T000000Z"),
            ("x-amz-meta-tag", ""),
            ("Policy", DOCUMENTED),
            ("X-Amz-Signature", "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"),
        ])
    }

    fn form(pairs: &[(&str, &str)]) -> PostFields {
        let mut fields = PostFields::new();
        pairs.iter().for_each(|(name, value)| fields.push(*name, *value));
        fields
    }

    fn with(fields: PostFields, name: &str, value: &str) -> PostFields {
        let mut changed = PostFields::new();
        let kept = fields.iter().filter(|(known, _)| !known.eq_ignore_ascii_case(name));
        kept.for_each(|(name, value)| changed.push(name, value));
        changed.push(name, value);
        changed
    }

    /// A form with a freshly signed policy of these conditions and fields.
    fn signed(conditions: &str, pairs: &[(&str, &str)]) -> PostFields {
        let policy = format!(r#"{{"expiration": "2015-12-30T12:00:00Z", "conditions": [{conditions}]}}"#);
        signed_policy(&policy, pairs)
    }

    fn signed_policy(policy: &str, pairs: &[(&str, &str)]) -> PostFields {
        let policy = STANDARD.encode(policy);
        let credential = format!("{ACCESS_KEY_ID}/20151229/us-east-1/s3/aws4_request");
        let scope = Credential::parse(&credential, "s3").unwrap().scope;
        let signature = SigningKey::derive(&SecretKeyText::new(SECRET), &scope).signature(&policy);
        let auth = [
            ("policy", policy.as_str()),
            ("x-amz-credential", &credential),
            ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
            ("x-amz-date", "20151229T000000Z"),
            ("x-amz-signature", &signature),
        ];
        form(&[&auth, pairs].concat())
    }

    const AUTH: &str = r#"["starts-with", "$x-amz-credential", ""], ["eq", "$x-amz-algorithm", "AWS4-HMAC-SHA256"],
        ["starts-with", "$x-amz-date", ""], {"bucket": "sigv4examplebucket"}"#;

    fn verify(fields: &PostFields) -> Result<Option<VerifiedPost>, Error> {
        verify_post_policy(fields, &bucket(), NOW, &lookup)
    }

    #[test]
    fn the_documented_form() {
        let post = verify(&documented()).unwrap().unwrap();
        assert_eq!(post.access_key_id, ACCESS_KEY_ID);
        assert_eq!(post.expires, datetime!(2015-12-30 12:00:00 UTC));
        assert_eq!(post.content_length_range, None);
    }

    #[test]
    fn deviations_from_the_documented_form() {
        for (name, value, code) in [
            ("key", "user/user2/photo.png", "AccessDenied"),
            ("acl", "private", "AccessDenied"),
            ("Content-Type", "text/html", "AccessDenied"),
            ("x-amz-meta-other", "1", "AccessDenied"),
            ("x-amz-storage-class", "GLACIER", "AccessDenied"),
            ("X-Amz-Signature", "00", "SignatureDoesNotMatch"),
            ("policy", "e30=", "SignatureDoesNotMatch"),
            ("X-Amz-Algorithm", "AWS4-HMAC-SHA512", "InvalidArgument"),
            ("X-Amz-Credential", "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/kms/aws4_request", "InvalidArgument"),
            ("X-Amz-Credential", "AKIAIOSFODNN7EXAMPLE/20151229/us-east-2/s3/aws4_request", "SignatureDoesNotMatch"),
            ("X-Amz-Credential", "AKIAI44QH8DHBEXAMPLE/20151229/us-east-1/s3/aws4_request", "InvalidAccessKeyId"),
            ("X-Amz-Date", "20151230T000000Z", "InvalidArgument"),
            ("AWSAccessKeyId", ACCESS_KEY_ID, "InvalidRequest"),
        ] {
            assert_eq!(verify(&with(documented(), name, value)).unwrap_err().code(), code, "{name}: {value}");
        }
        let ignored = with(documented(), "x-ignore-this", "1");
        assert!(verify(&ignored).is_ok());
        let mut twice = documented();
        twice.push("KEY", "user/user1/photo.png");
        assert_eq!(verify(&twice).unwrap_err().code(), "InvalidArgument");
        let other = BucketName::new("other-bucket").unwrap();
        let error = verify_post_policy(&documented(), &other, NOW, &lookup).unwrap_err();
        assert_eq!(
            error.to_string(),
            "Invalid according to Policy: Policy Condition failed: [\"eq\", \"$bucket\", \"sigv4examplebucket\"]"
        );
        let late = NOW + time::Duration::days(1);
        let error = verify_post_policy(&documented(), &bucket(), late, &lookup).unwrap_err();
        assert_eq!(error.to_string(), "Invalid according to Policy: Policy expired.");
    }

    #[test]
    fn conditions_of_every_form() {
        let verify = |conditions: &str, pairs: &[(&str, &str)]| {
            super::verify_post_policy(&signed(&format!("{AUTH}, {conditions}"), pairs), &bucket(), NOW, &lookup)
        };
        let range = verify(r#"["content-length-range", 1, "1048576"]"#, &[]).unwrap().unwrap();
        assert_eq!(range.content_length_range, Some((1, 1_048_576)));
        let both = verify(r#"["content-length-range", 1, 100], ["content-length-range", 10, 1000]"#, &[]);
        assert_eq!(both.unwrap().unwrap().content_length_range, Some((10, 100)));
        assert!(verify(r#"["EQ", "$KEY", "a"]"#, &[("key", "a")]).is_ok());
        assert!(verify(r#"{"KEY": "a"}"#, &[("key", "a")]).is_ok());
        assert!(verify(r#"["starts-with", "$key", ""]"#, &[("key", "anything")]).is_ok());
        assert!(
            verify(r#"["starts-with", "$Content-Type", "image/"]"#, &[("content-type", "image/a, image/b")]).is_ok()
        );
        for (conditions, pairs) in [
            (r#"{"key": "a"}"#, &[][..]),
            (r#"["starts-with", "$key", "b"]"#, &[("key", "ab")]),
            (r#"["starts-with", "$Content-Type", "image/"]"#, &[("content-type", "image/a,text/html")]),
            (r#"["starts-with", "$key", "a"], {"key": "ab"}"#, &[("key", "ac")]),
        ] {
            assert_eq!(verify(conditions, pairs).unwrap_err().code(), "AccessDenied", "{conditions}");
        }
        let error = verify(r#"{"key": "a"}"#, &[("key", "a"), ("tagging", "x")]).unwrap_err();
        assert_eq!(error.to_string(), "Invalid according to Policy: Extra input fields: tagging");
        for conditions in [
            "[]",
            "{}",
            "1",
            r#"{"key": "a", "acl": "b"}"#,
            r#"{"key": 1}"#,
            r#"["eq", "$key"]"#,
            r#"["eq", "key", "a"]"#,
            r#"["ends-with", "$key", "a"]"#,
            r#"["content-length-range", -1, 5]"#,
            r#"["content-length-range", 1]"#,
            r#"["content-length-range", 1.5, 5]"#,
        ] {
            assert_eq!(verify(conditions, &[]).unwrap_err().code(), "InvalidPolicyDocument", "{conditions}");
        }
    }

    #[test]
    fn policies_that_are_none() {
        for policy in [
            "",
            "[]",
            "{}",
            r#"{"expiration": "2015-12-30T12:00:00Z"}"#,
            r#"{"conditions": []}"#,
            r#"{"expiration": "tomorrow", "conditions": []}"#,
            r#"{"Expiration": "2015-12-30T12:00:00Z", "conditions": []}"#,
        ] {
            let error = verify(&signed_policy(policy, &[])).unwrap_err();
            assert_eq!((error.code(), error.status()), ("InvalidPolicyDocument", 400), "{policy}");
        }
        // The bucket must be named, as any other field.
        let without_bucket = AUTH.replace(r#", {"bucket": "sigv4examplebucket"}"#, "");
        let error = verify(&signed(&without_bucket, &[])).unwrap_err();
        assert_eq!(error.to_string(), "Invalid according to Policy: Extra input fields: bucket");
    }

    #[test]
    fn forms_without_a_signature() {
        assert!(verify(&form(&[("key", "a"), ("acl", "private")])).unwrap().is_none());
        let missing = verify(&form(&[("key", "a"), ("policy", "e30=")])).unwrap_err();
        assert_eq!(missing.code(), "InvalidArgument");
        assert!(missing.to_string().contains("'X-Amz-Credential'"));
    }

    proptest! {
        #[test]
        fn arbitrary_policies_never_panic(policy in any::<Vec<u8>>(), conditions in "[\\[\\]{}\",:$a-e0-9 -]{0,60}") {
            let _ = Policy::parse(&STANDARD.encode(policy));
            let _ = verify(&signed(&conditions, &[("key", "a")]));
        }
    }
}
