//! GetObject: what it hands out, and that nothing wrong ever passes for right.

use crate::support::{Answer, Form, Gateway, bytes};

#[tokio::test]
async fn response_overrides_apply_after_the_check() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("get").await;
    s3.put(&bucket, "k", "text").header("content-type", "text/plain").send().await.ok();
    let overrides = [
        ("response-content-type", "content-type", "application/x-other"),
        ("response-content-language", "content-language", "fr"),
        ("response-expires", "expires", "Thu, 01 Dec 1994 16:00:00 GMT"),
        ("response-cache-control", "cache-control", "no-store"),
        ("response-content-disposition", "content-disposition", "attachment"),
        ("response-content-encoding", "content-encoding", "x-test"),
    ];
    for form in [Form::Header, Form::Presigned(60)] {
        let mut call = s3.get(&bucket, "k").form(form);
        for (parameter, _, value) in overrides {
            call = call.query(parameter, value);
        }
        let answer = call.send().await.ok();
        assert_eq!(answer.body, b"text");
        for (_, header, value) in overrides {
            assert_eq!(answer.header(header), Some(value));
        }
    }
    assert_eq!(s3.get(&bucket, "k").send().await.ok().header("content-type"), Some("text/plain"));
}

#[tokio::test]
async fn a_missing_key_names_itself() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("get").await;
    let error = s3.get(&bucket, "none/at all").send().await.error(404, "NoSuchKey");
    assert_eq!(error.find("Key"), Some("none/at all"));
}

#[tokio::test]
async fn without_a_signature_nothing_is_served() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("get").await;
    s3.put(&bucket, "k", "x").send().await.ok();
    s3.get(&bucket, "k").form(Form::Anonymous).send().await.error(403, "AccessDenied");
    s3.put(&bucket, "k", "x").form(Form::Anonymous).send().await.error(403, "AccessDenied");
    s3.get("", "").form(Form::Anonymous).send().await.error(403, "AccessDenied");
}

#[tokio::test]
async fn sse_headers_do_not_belong_on_a_read() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("get").await;
    s3.put(&bucket, "k", "x").send().await.ok();
    s3.get(&bucket, "k").header("x-amz-server-side-encryption", "AES256").send().await.error(400, "InvalidArgument");
    s3.head(&bucket, "k").header("x-amz-server-side-encryption", "AES256").send().await.status(400);
}

#[tokio::test]
async fn versions_are_read_by_their_ids() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("get").await;
    enable_versions(&s3, &bucket).await;
    let mut ids = Vec::new();
    for version in 0..3_u64 {
        let put = s3.put(&bucket, "k", bytes(version, 70_000 + version as usize)).send().await.ok();
        ids.push(put.must("x-amz-version-id").to_owned());
    }
    for (version, id) in (0_u64..).zip(&ids) {
        let answer = s3.get(&bucket, "k").query("versionId", id).send().await.ok();
        assert!(answer.body == bytes(version, 70_000 + version as usize));
        assert_eq!(answer.must("x-amz-version-id"), id);
    }
    let deleted = s3.delete(&bucket, "k").send().await.status(204);
    assert_eq!(deleted.must("x-amz-delete-marker"), "true");
    let marker = deleted.must("x-amz-version-id").to_owned();
    let gone = s3.get(&bucket, "k").send().await;
    assert_eq!(gone.header("x-amz-delete-marker"), Some("true"));
    gone.error(404, "NoSuchKey");
    s3.get(&bucket, "k").query("versionId", &marker).send().await.error(405, "MethodNotAllowed");
    s3.get(&bucket, "k").query("versionId", &ids[0]).send().await.ok();
}

pub async fn enable_versions(s3: &crate::support::S3, bucket: &str) {
    let document = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    s3.put(bucket, "", document).flag("versioning").send().await.ok();
}

/// An answer that hands out nothing wrong: an error, or a body that breaks off and holds only true bytes.
#[track_caller]
fn refuses(answer: &Answer, plain: &[u8], what: &str) {
    if answer.status.is_success() {
        assert!(answer.broken, "{what}: a clean end of {} bytes of {}", answer.body.len(), plain.len());
        assert!(plain.starts_with(&answer.body), "{what}: bytes that were never written");
    } else {
        assert!(answer.status.is_server_error() || answer.status.is_client_error(), "{what}");
    }
}

#[tokio::test]
async fn changed_bytes_are_never_served() {
    let gateway = Gateway::start().await;
    let (s3, backend) = (gateway.s3(), gateway.backend());
    let bucket = s3.bucket("get").await;
    let plain = bytes(7, 200_000);
    s3.put(&bucket, "good", plain.clone()).send().await.ok();
    let stored = backend.get(&bucket, "good").await.ok().body;
    // A byte in the stream's header, each segment, each tag, the padding, the manifest, its length, the version.
    let mut places: Vec<usize> = vec![0, 1, 39, 40, 65_520, 65_535, 65_536, 131_071, 131_072, 199_000];
    places.extend((1..=400).step_by(23).map(|back| stored.len() - back));
    places.extend([stored.len() - 1, stored.len() - 2, stored.len() - 5, stored.len() - 6]);
    for at in places {
        for bit in [0x01, 0x80] {
            s3.put(&bucket, "bad", plain.clone()).send().await.ok();
            backend
                .replace_body(&bucket, "bad", |mut body| {
                    body[at] ^= bit;
                    body
                })
                .await;
            let answer = s3.get(&bucket, "bad").send().await;
            refuses(&answer, &plain, &format!("bit {bit} of byte {at} of {}", stored.len()));
        }
    }
}

#[tokio::test]
async fn truncated_extended_reordered_and_spliced_bodies_are_never_served() {
    let gateway = Gateway::start().await;
    let (s3, backend) = (gateway.s3(), gateway.backend());
    let bucket = s3.bucket("get").await;
    let plain = bytes(8, 300_000);
    type Change = fn(Vec<u8>, Vec<u8>) -> Vec<u8>;
    let changes: [(&str, Change); 12] = [
        ("one byte less", |mut body, _| {
            body.pop();
            body
        }),
        ("one byte more", |mut body, _| {
            body.push(0);
            body
        }),
        ("a segment less at the end", |body, _| body[..body.len() - 65_536].to_vec()),
        ("a segment less in the middle", |body, _| [&body[..65_536], &body[131_072..]].concat()),
        ("a segment twice", |body, _| [&body[..131_072], &body[65_536..]].concat()),
        ("two segments exchanged", |body, _| {
            [&body[..65_536], &body[131_072..196_608], &body[65_536..131_072], &body[196_608..]].concat()
        }),
        ("empty", |_, _| Vec::new()),
        ("only the tail", |body, _| body[body.len() - 400..].to_vec()),
        ("another object's first segment", |body, other| [&other[..65_536], &body[65_536..]].concat()),
        ("another object's tail", |body, other| [&body[..body.len() - 200], &other[other.len() - 200..]].concat()),
        ("another object's body", |_, other| other),
        ("plaintext in its place", |body, _| vec![b'x'; body.len()]),
    ];
    s3.put(&bucket, "other", bytes(9, 300_000)).send().await.ok();
    let other = backend.get(&bucket, "other").await.ok().body;
    for (what, change) in changes {
        s3.put(&bucket, "k", plain.clone()).send().await.ok();
        backend.replace_body(&bucket, "k", |body| change(body, other.clone())).await;
        refuses(&s3.get(&bucket, "k").send().await, &plain, what);
        for range in ["0-9", "65470-65490", "299990-"] {
            let answer = s3.get(&bucket, "k").range(range).send().await;
            if answer.status.is_success() && !answer.broken {
                let start: usize = range.split('-').next().unwrap().parse().unwrap();
                assert!(plain[start..].starts_with(&answer.body), "{what}: range {range}");
            }
        }
    }
}

#[tokio::test]
async fn an_object_opens_in_its_own_place_only() {
    let gateway = Gateway::start().await;
    let (s3, backend) = (gateway.s3(), gateway.backend());
    let bucket = s3.bucket("get").await;
    let second = s3.bucket("get").await;
    let plain = bytes(10, 100_000);
    s3.put(&bucket, "k", plain.clone()).send().await.ok();
    for (to_bucket, to_key) in [(&bucket, "renamed"), (&second, "k")] {
        let stored = backend.get(&bucket, "k").await.ok();
        let headers: Vec<(&str, &str)> = stored
            .headers
            .iter()
            .filter(|(name, _)| name.as_str().starts_with("x-amz-meta-") || name.as_str() == "content-type")
            .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
            .collect();
        backend.put(to_bucket, to_key, &headers, stored.body.clone()).await;
        refuses(&s3.get(to_bucket, to_key).send().await, &plain, "a moved object");
    }
}

#[tokio::test]
async fn changed_metadata_is_never_served() {
    let gateway = Gateway::start().await;
    let (s3, backend) = (gateway.s3(), gateway.backend());
    let bucket = s3.bucket("get").await;
    let plain = bytes(11, 1000);
    type Change = fn(&mut Vec<(String, String)>);
    let changes: [(&str, Change); 5] = [
        ("a changed value", |headers| set(headers, "x-amz-meta-owner", "mallory")),
        ("an added name", |headers| headers.push(("x-amz-meta-more".into(), "1".into()))),
        ("a removed name", |headers| headers.retain(|(name, _)| name != "x-amz-meta-owner")),
        ("another content type", |headers| set(headers, "content-type", "text/html")),
        ("an added encoding", |headers| headers.push(("content-encoding".into(), "gzip".into()))),
    ];
    for (what, change) in changes {
        s3.put(&bucket, "k", plain.clone())
            .header("x-amz-meta-owner", "alice")
            .header("content-type", "text/plain")
            .send()
            .await
            .ok();
        backend.replace_headers(&bucket, "k", change).await;
        refuses(&s3.get(&bucket, "k").send().await, &plain, what);
    }
}

#[tokio::test]
async fn a_changed_envelope_is_never_opened() {
    let gateway = Gateway::start().await;
    let (s3, backend) = (gateway.s3(), gateway.backend());
    let bucket = s3.bucket("get").await;
    let plain = bytes(12, 1000);
    s3.put(&bucket, "other", plain.clone()).send().await.ok();
    let other = backend.head(&bucket, "other").await.ok().must("x-amz-meta-sealgate").to_owned();
    s3.put(&bucket, "k", plain.clone()).send().await.ok();
    let own = backend.head(&bucket, "k").await.ok().must("x-amz-meta-sealgate").to_owned();
    let mut changed: Vec<String> =
        vec![other, String::new(), "AAAA".into(), "not base64 !".into(), own[..own.len() - 4].into()];
    for at in (0..own.len()).step_by(7) {
        let mut text = own.clone().into_bytes();
        text[at] = if text[at] == b'A' { b'B' } else { b'A' };
        changed.push(String::from_utf8(text).unwrap());
    }
    for envelope in changed {
        s3.put(&bucket, "k", plain.clone()).send().await.ok();
        backend.replace_headers(&bucket, "k", |headers| set(headers, "x-amz-meta-sealgate", &envelope)).await;
        let answer = s3.get(&bucket, "k").send().await;
        assert!(!answer.status.is_success(), "{envelope}: {}", answer.described());
        refuses(&answer, &plain, "a changed envelope");
    }
}

fn set(headers: &mut Vec<(String, String)>, name: &str, value: &str) {
    headers.retain(|(other, _)| other != name);
    headers.push((name.into(), value.into()));
}

/// What was there before the bucket was versioned stays readable once something stands in front of it.
#[tokio::test]
async fn the_version_from_before_versioning_in_every_form() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("get").await;
    let (first, second) = (bytes(1, crate::support::MIN_PART), bytes(2, 70_000));
    s3.put_parts(&bucket, "parts", &[], &[&first, &second]).await;
    let plain = [first, second].concat();
    s3.put(&bucket, "dsse", plain.clone()).header("x-amz-server-side-encryption", "aws:kms:dsse").send().await.ok();
    enable_versions(&s3, &bucket).await;
    for key in ["parts", "dsse"] {
        s3.put(&bucket, key, "new").send().await.ok();
        let get = |range: &str| {
            let call = s3.get(&bucket, key).query("versionId", "null");
            if range.is_empty() { call } else { call.range(range) }
        };
        assert!(get("").send().await.ok().body == plain);
        assert!(get("-10").send().await.ok().body == plain[plain.len() - 10..]);
        assert!(get("5242870-5242890").send().await.ok().body == plain[5_242_870..=5_242_890]);
        let head = s3.head(&bucket, key).query("versionId", "null").header("x-amz-checksum-mode", "ENABLED");
        assert_eq!(head.send().await.ok().must("content-length"), plain.len().to_string());
        let source = format!("/{bucket}/{key}?versionId=null");
        s3.put(&bucket, "restored", "").header("x-amz-copy-source", &source).send().await.ok();
        assert!(s3.get(&bucket, "restored").send().await.ok().body == plain);
    }
}
