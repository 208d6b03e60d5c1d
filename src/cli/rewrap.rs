//! `sealgate rewrap`: the objects of a bucket under another KMS key, or under bucket keys. No body moves.
//!
//! It asks a running gateway for one UpdateObjectEncryption after the other, with the caller's own permissions. An object
//! that is as it should be is left alone, so a run can be repeated; a run that was broken off goes on where it was.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures::StreamExt as _;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use md5::Digest as _;
use serde::{Deserialize, Serialize};

use super::progress::Progress;
use super::remote::{self, Remote};
use crate::names::{BucketName, KeyArn, ObjectKey};
use crate::upstream::{Body, Request, Upstream};

#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    remote: Remote,
    /// The bucket.
    #[arg(long)]
    bucket: String,
    /// Only objects whose keys begin so.
    #[arg(long, default_value = "")]
    prefix: String,
    /// The ARN of the KMS key that objects are to be under.
    #[arg(long, value_name = "ARN")]
    key: String,
    /// Wrap under bucket keys: one KMS call for many objects.
    #[arg(long)]
    bucket_key: bool,
    /// Wrap objects again that are under the key already: takes up the key's newest material after a rotation.
    #[arg(long)]
    again: bool,
    /// Wrap locked objects too. The new version gets the lock; the old one stays, locked, under its old key.
    #[arg(long)]
    locked: bool,
    /// Look at every object and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// How many objects at a time.
    #[arg(long, default_value_t = 8)]
    jobs: usize,
    /// Where a broken off run is remembered. Default: sealgate-rewrap-<bucket>.json in the current folder.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
}

pub fn run(arguments: Arguments) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no runtime")?;
    runtime.block_on(rewrap(arguments))
}

/// What a run is about; a remembered place counts for the same run only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Run {
    bucket: String,
    prefix: String,
    key: String,
    bucket_key: bool,
    again: bool,
    locked: bool,
}

#[derive(Serialize, Deserialize)]
struct Place {
    run: Run,
    /// Everything up to this key is done.
    after: String,
}

/// What became of one object.
enum Outcome {
    Wrapped,
    Already,
    Gone,
    /// Cannot be wrapped anew; the reason.
    Left(String),
    Failed(String),
}

#[derive(Default)]
struct Tally {
    wrapped: u64,
    already: u64,
    gone: u64,
    left: u64,
    failed: u64,
}

async fn rewrap(arguments: Arguments) -> anyhow::Result<()> {
    let bucket = BucketName::new(&arguments.bucket)?;
    let key: KeyArn = arguments.key.parse().context("--key")?;
    let state = arguments.state.unwrap_or_else(|| format!("sealgate-rewrap-{bucket}.json").into());
    let run = Run {
        bucket: bucket.to_string(),
        prefix: arguments.prefix.clone(),
        key: key.to_string(),
        bucket_key: arguments.bucket_key,
        again: arguments.again,
        locked: arguments.locked,
    };
    let mut after = match arguments.dry_run {
        true => None,
        false => remembered(&state, &run)?,
    };
    let gateway = arguments.remote.connect()?;
    let work = Work { gateway: &gateway, bucket: &bucket, run: &run, dry_run: arguments.dry_run };
    let total = count(&gateway, &bucket, &run.prefix, after.clone()).await?;
    let mut progress = Progress::new(if arguments.dry_run { "looking" } else { "wrapping" }, total);
    let mut tally = Tally::default();
    let mut done = after.clone();
    loop {
        let page = remote::list(&gateway, &bucket, &run.prefix, after.as_ref()).await?;
        let work = &work;
        let outcomes = page.keys.iter().map(|object_key| async move { (object_key, work.one(object_key).await) });
        let mut outcomes = futures::stream::iter(outcomes).buffered(arguments.jobs.max(1));
        while let Some((object_key, outcome)) = outcomes.next().await {
            tally.note(object_key, outcome);
            // Behind an object that failed nothing counts as done: another run begins with it.
            if tally.failed == 0 {
                done = Some(object_key.clone());
            }
            progress.advance(1);
        }
        after = page.keys.last().cloned().or(after);
        if !arguments.dry_run
            && let Some(done) = &done
        {
            remember(&state, &Place { run: run.clone(), after: done.as_str().to_owned() })?;
        }
        if !page.more {
            break;
        }
    }
    progress.finish();
    if tally.failed == 0 && !arguments.dry_run {
        let _ = std::fs::remove_file(&state);
    }
    tally.print(arguments.dry_run, noncurrent(&gateway, &bucket, &run.prefix).await?);
    if tally.failed > 0 {
        bail!("{} objects failed; run it again once the cause is gone", tally.failed);
    }
    Ok(())
}

struct Work<'a> {
    gateway: &'a Upstream,
    bucket: &'a BucketName,
    run: &'a Run,
    dry_run: bool,
}

const SSE: &str = "x-amz-server-side-encryption";
const KEY_ID: &str = "x-amz-server-side-encryption-aws-kms-key-id";
const BUCKET_KEY: &str = "x-amz-server-side-encryption-bucket-key-enabled";

impl Work<'_> {
    async fn one(&self, object_key: &ObjectKey) -> Outcome {
        let head = match self.gateway.send(Request::new(Method::HEAD).object(self.bucket, object_key)).await {
            Ok(answer) => answer,
            Err(error) => return Outcome::Failed(error.to_string()),
        };
        match head.status() {
            StatusCode::NOT_FOUND => return Outcome::Gone,
            StatusCode::BAD_REQUEST => return Outcome::Left("is under a customer's key (SSE-C)".to_owned()),
            status if !status.is_success() => return Outcome::Failed(format!("HEAD answers {status}")),
            _ => {}
        }
        match wanted(head.headers(), self.run) {
            Err(outcome) => outcome,
            Ok(()) if self.dry_run => Outcome::Wrapped,
            Ok(()) => self.update(object_key).await,
        }
    }

    async fn update(&self, object_key: &ObjectKey) -> Outcome {
        let Run { key, bucket_key, locked, .. } = self.run;
        let document = format!(
            "<ObjectEncryption xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><SSE-KMS><KMSKeyArn>{key}</KMSKeyArn>\
             <BucketKeyEnabled>{bucket_key}</BucketKeyEnabled></SSE-KMS></ObjectEncryption>"
        );
        let mut headers = HeaderMap::new();
        let Ok(md5) = HeaderValue::from_str(&STANDARD.encode(md5::Md5::digest(&document))) else {
            return Outcome::Failed("a digest that is no header".to_owned());
        };
        headers.insert(HeaderName::from_static("content-md5"), md5);
        if *locked {
            headers.insert(HeaderName::from_static("x-sealgate-locked"), HeaderValue::from_static("keep"));
        }
        let request = Request::new(Method::PUT)
            .object(self.bucket, object_key)
            .sub_resource("encryption")
            .headers(headers)
            .body(Body::Bytes(Bytes::from(document)));
        match self.gateway.expect(request).await {
            Ok(_) => Outcome::Wrapped,
            Err(error) => match error.refused() {
                Some(failure) if failure.code == "NoSuchKey" => Outcome::Gone,
                Some(failure) if failure.message.contains("Object Lock") => {
                    Outcome::Left("is locked; --locked wraps it too".to_owned())
                }
                _ => Outcome::Failed(remote::explained(error).to_string()),
            },
        }
    }
}

/// Whether an object with these headers is to be wrapped anew.
fn wanted(headers: &HeaderMap, run: &Run) -> Result<(), Outcome> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match text(SSE) {
        Some("AES256") => Ok(()),
        Some("aws:kms") => {
            let there = text(KEY_ID) == Some(run.key.as_str()) && (text(BUCKET_KEY) == Some("true")) == run.bucket_key;
            if there && !run.again { Err(Outcome::Already) } else { Ok(()) }
        }
        Some("aws:kms:dsse") => Err(Outcome::Left("is under DSSE-KMS: copy it onto itself".to_owned())),
        Some(other) => Err(Outcome::Left(format!("is under {other}"))),
        None => Err(Outcome::Left("is not sealed".to_owned())),
    }
}

impl Tally {
    fn note(&mut self, object_key: &ObjectKey, outcome: Outcome) {
        match outcome {
            Outcome::Wrapped => self.wrapped += 1,
            Outcome::Already => self.already += 1,
            Outcome::Gone => self.gone += 1,
            Outcome::Left(reason) => {
                self.left += 1;
                println!("left: {:?} {reason}", object_key.as_str());
            }
            Outcome::Failed(reason) => {
                self.failed += 1;
                println!("failed: {:?} {reason}", object_key.as_str());
            }
        }
    }

    fn print(&self, dry_run: bool, noncurrent: u64) {
        let Self { wrapped, already, gone, left, failed } = self;
        let wrapped_word = if dry_run { "to be wrapped" } else { "wrapped" };
        println!(
            "{wrapped} {wrapped_word}, {already} already there, {left} left, {gone} gone meanwhile, {failed} failed"
        );
        if noncurrent > 0 {
            println!("{noncurrent} noncurrent versions keep their wrapping: their KMS keys are still needed");
        }
    }
}

async fn count(
    gateway: &Upstream,
    bucket: &BucketName,
    prefix: &str,
    mut after: Option<ObjectKey>,
) -> anyhow::Result<u64> {
    let mut total = 0;
    loop {
        let page = remote::list(gateway, bucket, prefix, after.as_ref()).await?;
        total += page.keys.len() as u64;
        match page.keys.into_iter().next_back() {
            Some(last) if page.more => after = Some(last),
            _ => return Ok(total),
        }
    }
}

/// How many versions are not the current one.
async fn noncurrent(gateway: &Upstream, bucket: &BucketName, prefix: &str) -> anyhow::Result<u64> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Versions {
        #[serde(default)]
        is_truncated: bool,
        next_key_marker: Option<String>,
        next_version_id_marker: Option<String>,
        #[serde(rename = "Version", default)]
        versions: Vec<Version>,
        #[serde(rename = "DeleteMarker", default)]
        _markers: Vec<Marker>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Version {
        is_latest: bool,
    }
    #[derive(Deserialize)]
    struct Marker {}
    let mut found = 0;
    let mut marker: Option<(String, String)> = None;
    loop {
        let mut request = Request::new(Method::GET).bucket(bucket).sub_resource("versions").query("prefix", prefix);
        if let Some((key, version)) = &marker {
            request = request.query("key-marker", key.as_str()).query("version-id-marker", version.as_str());
        }
        let page: Versions = remote::document(gateway, request).await?;
        found += page.versions.iter().filter(|version| !version.is_latest).count() as u64;
        marker = page.next_key_marker.zip(page.next_version_id_marker);
        if !page.is_truncated || marker.is_none() {
            return Ok(found);
        }
    }
}

fn remembered(state: &Path, run: &Run) -> anyhow::Result<Option<ObjectKey>> {
    let text = match std::fs::read_to_string(state) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", state.display())),
    };
    let place: Place = serde_json::from_str(&text).with_context(|| format!("cannot read {}", state.display()))?;
    if place.run != *run {
        bail!("{} remembers another run that was broken off: finish that one, or remove the file", state.display());
    }
    eprintln!("going on behind {:?}", place.after);
    Ok(Some(ObjectKey::new(&place.after)?))
}

/// Replaces the file in one step: a run that dies in between leaves the old place.
fn remember(state: &Path, place: &Place) -> anyhow::Result<()> {
    let fresh = state.with_extension("json.new");
    std::fs::write(&fresh, serde_json::to_vec(place)?).with_context(|| format!("cannot write {}", fresh.display()))?;
    std::fs::rename(&fresh, state).with_context(|| format!("cannot write {}", state.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(bucket_key: bool, again: bool) -> Run {
        let key = "arn:aws:kms:us-east-1:000000000000:key/k".to_owned();
        Run { bucket: "b".into(), prefix: String::new(), key, bucket_key, again, locked: false }
    }

    #[test]
    fn what_is_there_already_is_left_alone() {
        let headers = |pairs: &[(&'static str, &'static str)]| -> HeaderMap {
            pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
        };
        let kms = headers(&[(SSE, "aws:kms"), (KEY_ID, "arn:aws:kms:us-east-1:000000000000:key/k")]);
        assert!(matches!(wanted(&kms, &run(false, false)), Err(Outcome::Already)));
        assert!(wanted(&kms, &run(true, false)).is_ok() && wanted(&kms, &run(false, true)).is_ok());
        assert!(wanted(&headers(&[(SSE, "AES256")]), &run(false, false)).is_ok());
        assert!(matches!(wanted(&headers(&[]), &run(false, false)), Err(Outcome::Left(_))));
        assert!(matches!(wanted(&headers(&[(SSE, "aws:kms:dsse")]), &run(false, true)), Err(Outcome::Left(_))));
    }

    #[test]
    fn another_run_does_not_go_on_from_here() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state.json");
        assert!(remembered(&state, &run(false, false)).unwrap().is_none());
        remember(&state, &Place { run: run(false, false), after: "a/b".into() }).unwrap();
        assert_eq!(remembered(&state, &run(false, false)).unwrap().unwrap().as_str(), "a/b");
        assert!(remembered(&state, &run(true, false)).is_err());
    }
}
