//! Bucket keys: how many KMS calls they leave, and what the demonstration prints of it.

use crate::support::sse::{BUCKET_KEY, SSE};
use crate::support::{Gateway, S3, bytes};

/// Writes and reads `count` objects; the KMS calls that it took.
async fn calls(gateway: &Gateway, s3: &S3, bucket: &str, bucket_key: &str, count: usize) -> usize {
    let before = gateway.kms_events().len();
    for number in 0..count {
        let put = s3.put(bucket, &format!("{number}"), bytes(1, 10));
        put.header(SSE, "aws:kms").header(BUCKET_KEY, bucket_key).send().await.ok();
    }
    for number in 0..count {
        assert!(s3.get(bucket, &format!("{number}")).send().await.ok().body == bytes(1, 10));
    }
    gateway.kms_events().len() - before
}

#[tokio::test]
async fn one_requester_needs_two_calls_for_any_number_of_objects() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let (on, off) = (s3.bucket("keys").await, s3.bucket("keys").await);
    assert_eq!(calls(&gateway, &s3, &on, "true", 30).await, 2);
    assert_eq!(calls(&gateway, &s3, &on, "true", 30).await, 0);
    assert_eq!(calls(&gateway, &s3, &off, "false", 30).await, 60);
    let upload = s3.start_upload(&off, "u", &[(SSE, "aws:kms"), (BUCKET_KEY, "true")]).await;
    assert!(!upload.is_empty());
}

#[tokio::test]
async fn a_lifetime_of_nothing_caches_nothing() {
    let gateway = Gateway::start_with(&[("SEALGATE_BUCKET_KEY_SECS", "0")]).await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("keys").await;
    assert_eq!(calls(&gateway, &s3, &bucket, "true", 5).await, 10);
}

#[tokio::test]
async fn a_key_wears_out() {
    let gateway = Gateway::start_with(&[("SEALGATE_BUCKET_KEY_WRAPS", "10")]).await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("keys").await;
    // Three keys are made, and three opened.
    assert_eq!(calls(&gateway, &s3, &bucket, "true", 30).await, 6);
}

#[tokio::test]
async fn the_context_is_the_buckets() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("keys").await;
    calls(&gateway, &s3, &bucket, "true", 1).await;
    calls(&gateway, &s3, &bucket, "false", 1).await;
    let trail = std::fs::read_to_string(gateway.data_dir().join("audit.jsonl")).unwrap();
    let arns: Vec<String> = trail
        .lines()
        .filter_map(|line| {
            let record: serde_json::Value = serde_json::from_str(line).ok()?;
            Some(record["requestParameters"]["encryptionContext"]["aws:s3:arn"].as_str()?.to_owned())
        })
        .collect();
    let (of_bucket, of_object) = (format!("arn:aws:s3:::{bucket}"), format!("arn:aws:s3:::{bucket}/0"));
    assert_eq!(arns, [of_bucket.clone(), of_bucket, of_object.clone(), of_object]);
}

/// `sealgate demo cost` at a smaller size: the same law.
#[tokio::test]
async fn the_demonstration_counts_real_calls() {
    let folder = tempfile::tempdir().unwrap();
    let chart = folder.path().join("chart.svg");
    let run = |more: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_sealgate"));
        command.args(["demo", "cost", "--objects", "40", "--reads-per-write", "1", "--svg"]).arg(&chart).args(more);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let report: serde_json::Value = serde_json::from_str(&run(&["--requesters", "1", "--json"])).unwrap();
    assert_eq!(report["bucket_keys_off"]["kms_calls"], 80);
    assert_eq!(report["bucket_keys_on"]["kms_calls"], 2);
    assert_eq!(report["factor"], 40.0);
    assert_eq!(report["bucket_keys_off"]["dollars_per_month"], 80.0 * 720.0 * 0.03 / 10_000.0);
    let svg = std::fs::read_to_string(&chart).unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("40 times fewer KMS calls"), "{svg}");
    // Each requester has keys of its own.
    let text = run(&["--requesters", "2"]);
    assert!(text.contains("KMS calls") && text.contains("bucket keys on"), "{text}");
    let on: usize = text
        .lines()
        .find(|line| line.starts_with("GenerateDataKey"))
        .unwrap()
        .split_whitespace()
        .last()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(on, 2);
}
