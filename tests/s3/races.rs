//! What happens between two requests of one operation, and what a backend says that is not so.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::support::{Between, Gateway, MIN_PART, S3, bytes};

/// Does `work` once, between the backend's first answer to `method` on a path that ends with `key` and the gateway.
fn once_after<F>(
    between: &Between,
    method: &'static str,
    key: &'static str,
    work: impl Fn() -> F + Send + Sync + 'static,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let done = AtomicBool::new(false);
    between.after(move |asked, answer| {
        let now = asked.method == method && asked.uri.path().ends_with(key) && !done.swap(true, Ordering::SeqCst);
        let work = now.then(&work);
        async move {
            if let Some(work) = work {
                work.await;
            }
            answer
        }
    });
}

async fn two_parts(s3: &S3, bucket: &str, key: &str, seed: u64) -> Vec<u8> {
    let (first, second) = (bytes(seed, MIN_PART), bytes(seed + 1, 70_000));
    s3.put_parts(bucket, key, &[], &[&first, &second]).await;
    [first, second].concat()
}

#[tokio::test]
async fn a_multipart_object_that_is_overwritten_while_it_is_read_is_read_anew() {
    let Some((gateway, between)) = Between::gateway().await else { return };
    let s3 = gateway.s3();
    let bucket = s3.bucket("race").await;
    let overwrite = {
        let (s3, bucket) = (s3.clone(), bucket.clone());
        move || {
            let (s3, bucket) = (s3.clone(), bucket.clone());
            async move { drop(s3.put(&bucket, "k", "new").send().await.ok()) }
        }
    };
    for method in ["GET", "HEAD"] {
        two_parts(&s3, &bucket, "k", 1).await;
        once_after(&between, method, "/k", overwrite.clone());
        let answer = s3.call(method, &bucket, "k").header("x-amz-checksum-mode", "ENABLED").send().await.ok();
        assert_eq!(answer.must("content-length"), "3");
        assert_eq!(answer.body, if method == "GET" { &b"new"[..] } else { b"" });
    }
    two_parts(&s3, &bucket, "k", 1).await;
    once_after(&between, "HEAD", "/k", overwrite);
    s3.copy((&bucket, "k"), &bucket, "copy").send().await.ok();
    assert_eq!(s3.get(&bucket, "copy").send().await.ok().body, b"new");
}

#[tokio::test]
async fn a_copy_takes_body_and_metadata_of_one_object() {
    let Some((gateway, between)) = Between::gateway().await else { return };
    let s3 = gateway.s3();
    let bucket = s3.bucket("race").await;
    s3.put(&bucket, "k", "old").header("x-amz-meta-is", "old").send().await.ok();
    let (again, place) = (s3.clone(), bucket.clone());
    once_after(&between, "HEAD", "/k", move || {
        let put = again.put(&place, "k", "new").header("x-amz-meta-is", "new");
        async move { drop(put.send().await.ok()) }
    });
    let copy = s3.copy((&bucket, "k"), &bucket, "copy").header("x-amz-server-side-encryption", "aws:kms:dsse");
    copy.send().await.ok();
    let copied = s3.get(&bucket, "copy").send().await.ok();
    assert_eq!((&*copied.body, copied.must("x-amz-meta-is")), (&b"new"[..], "new"));
}

/// A backend shows one set of metadata to the first look at the source, and the true one to those who verify it.
#[tokio::test]
async fn a_copy_signs_no_metadata_that_did_not_verify() {
    let Some((gateway, between)) = Between::gateway().await else { return };
    let s3 = gateway.s3();
    let bucket = s3.bucket("race").await;
    s3.put(&bucket, "k", "body").header("x-amz-meta-is", "true").send().await.ok();
    between.after(|asked, mut answer| async move {
        if asked.method == "HEAD" && answer.headers().contains_key("x-amz-meta-is") {
            answer.headers_mut().insert("x-amz-meta-is", "forged".parse().unwrap());
        }
        answer
    });
    for mode in ["aws:kms:dsse", "aws:kms"] {
        let copy = s3.copy((&bucket, "k"), &bucket, "copy").header("x-amz-server-side-encryption", mode);
        if copy.send().await.status.is_success() {
            assert_eq!(s3.get(&bucket, "copy").send().await.ok().must("x-amz-meta-is"), "true");
        }
    }
}

/// At a backend whose ETags are digests of the body, a copy of an object onto itself keeps the ETag.
#[tokio::test]
async fn a_rewrap_undoes_no_change_of_metadata() {
    let Some((gateway, between)) = Between::gateway().await else { return };
    let s3 = gateway.s3();
    let bucket = s3.bucket("race").await;
    let put = s3.put(&bucket, "k", "body").header("x-amz-meta-is", "old").send().await.ok();
    let stored: Arc<str> = put.etag().replace("-0", "").into();
    between.before(|asked| drop(asked.headers.remove("x-amz-copy-source-if-match")));
    let (again, place, done) = (s3.clone(), bucket.clone(), AtomicBool::new(false));
    between.after(move |asked, mut answer| {
        let of_the_object = asked.uri.path().ends_with("/k");
        if of_the_object && answer.headers().contains_key("etag") {
            answer.headers_mut().insert("etag", stored.parse().unwrap());
        }
        let now = of_the_object && asked.method == "HEAD" && !done.swap(true, Ordering::SeqCst);
        let copy = again.copy((&place, "k"), &place, "k");
        let copy = copy.header("x-amz-metadata-directive", "REPLACE").header("x-amz-meta-is", "new");
        async move {
            if now {
                copy.send().await.ok();
            }
            answer
        }
    });
    let key = super::update_encryption::key(&s3).await;
    let document = super::update_encryption::to_kms(&key, false);
    super::update_encryption::update(&s3, &bucket, "k", document).send().await.error(409, "OperationAborted");
    assert_eq!(s3.get(&bucket, "k").send().await.ok().must("x-amz-meta-is"), "new");
}

/// The upload ids that the backend has in a bucket.
async fn uploads(gateway: &Gateway, bucket: &str) -> usize {
    gateway.backend().send("GET", (bucket, ""), &[("uploads", "")], &[], "").await.xml().all("Upload").count()
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_no_upload_at_the_backend() {
    let Some((gateway, between)) = Between::gateway().await else { return };
    let s3 = gateway.s3();
    let bucket = s3.bucket("race").await;
    let made = Arc::new(tokio::sync::Notify::new());
    let seen = made.clone();
    between.after(move |asked, answer| {
        let starts = asked.uri.query().is_some_and(|query| query.starts_with("uploads")) && asked.method == "POST";
        let seen = seen.clone();
        async move {
            if starts {
                seen.notify_one();
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            answer
        }
    });
    tokio::select! {
        answer = s3.start_upload_status(&bucket, "k") => panic!("{}", answer.described()),
        () = made.notified() => {}
    }
    assert_eq!(uploads(&gateway, &bucket).await, 1);
    let deadline = Instant::now() + Duration::from_secs(10);
    while uploads(&gateway, &bucket).await > 0 {
        assert!(Instant::now() < deadline, "the upload stays");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A copy begins with a private ACL; the old one comes back to the copy, and to nothing that was written since.
#[tokio::test]
async fn a_rewrap_gives_the_acl_back_to_its_own_copy_alone() {
    let Some((gateway, between)) = Between::gateway().await else { return };
    let s3 = gateway.s3();
    let key = super::update_encryption::key(&s3).await;
    let (plain, versioned) = (s3.bucket("race").await, s3.bucket("race").await);
    super::get::enable_versions(&s3, &versioned).await;
    for bucket in [&plain, &versioned] {
        s3.put(bucket, "k", "body").send().await.ok();
    }
    let (asked_for, set) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Vec::new())));
    let (reads, sets, again, place) = (asked_for.clone(), set.clone(), s3.clone(), plain.clone());
    between.after(move |asked, mut answer| {
        let query = asked.uri.query().unwrap_or_default().to_owned();
        let acl = query.split('&').any(|name| name.trim_end_matches('=') == "acl");
        // The first look sees another ACL than the second: that of a private copy.
        let nth = if acl && asked.method == "GET" { reads.fetch_add(1, Ordering::SeqCst) } else { usize::MAX };
        if acl && asked.method == "GET" {
            *answer.status_mut() = http::StatusCode::OK;
            *answer.body_mut() = if nth.is_multiple_of(2) { "<Public/>".into() } else { "<Private/>".into() };
        }
        if acl && asked.method == "PUT" {
            *answer.status_mut() = http::StatusCode::OK;
            sets.lock().unwrap().push(query);
        }
        let overwrite = (nth == 1).then(|| again.put(&place, "k", "another's").send());
        async move {
            if let Some(overwrite) = overwrite {
                overwrite.await.ok();
            }
            answer
        }
    });
    for bucket in [&plain, &versioned] {
        let document = super::update_encryption::to_kms(&key, false);
        super::update_encryption::update(&s3, bucket, "k", document).send().await.ok();
    }
    assert_eq!(asked_for.load(Ordering::SeqCst), 4);
    let current = s3.head(&versioned, "k").send().await.ok().must("x-amz-version-id").to_owned();
    let set = set.lock().unwrap();
    assert!(set.len() == 1 && set[0].contains(&format!("versionId={current}")), "{set:?}");
}
