//! Listings: the plaintext's sizes, the client's ETags, and nothing of ours.

use crate::support::{Gateway, MIN_PART, S3, Xml, bytes};

const SIZES: [usize; 8] = [0, 1, 65_479, 65_480, 65_481, 131_001, 500_000, 5_242_881];

async fn fill(s3: &S3, bucket: &str) -> Vec<(String, usize, String)> {
    let mut filled = Vec::new();
    for size in SIZES {
        let key = format!("dir{}/{size:08}", size % 2);
        let put = s3.put(bucket, &key, bytes(size as u64, size)).send().await.ok();
        filled.push((key, size, put.etag()));
    }
    let parts = [bytes(1, MIN_PART), bytes(2, MIN_PART + 1), bytes(3, 3)];
    let lent: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    let done = s3.put_parts(bucket, "multi", &[], &lent).await;
    filled.push(("multi".into(), 2 * MIN_PART + 4, Xml::parse(&done.body).at("ETag").to_owned()));
    filled.sort();
    filled
}

fn lines(listing: &Xml, element: &str) -> Vec<(String, usize, String)> {
    listing
        .all(element)
        .map(|line| (line.at("Key").to_owned(), line.at("Size").parse().unwrap(), line.at("ETag").to_owned()))
        .collect()
}

#[tokio::test]
async fn sizes_and_etags_are_the_clients() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("list").await;
    let filled = fill(&s3, &bucket).await;
    let first = s3.get(&bucket, "").send().await.xml();
    assert_eq!(lines(&first, "Contents"), filled);
    let second = s3.get(&bucket, "").query("list-type", "2").send().await.xml();
    assert_eq!(lines(&second, "Contents"), filled);
    assert_eq!(second.at("KeyCount"), filled.len().to_string());
    let versions = s3.get(&bucket, "").flag("versions").send().await.xml();
    assert_eq!(lines(&versions, "Version"), filled);
    for (key, size, etag) in &filled {
        let head = s3.head(&bucket, key).send().await.ok();
        assert_eq!((head.must("content-length"), head.etag()), (size.to_string().as_str(), etag.clone()), "{key}");
    }
}

#[tokio::test]
async fn nothing_of_the_gateways_own_is_seen() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("list").await;
    fill(&s3, &bucket).await;
    s3.start_upload(&bucket, "open", &[]).await;
    for query in [
        &[("list-type", "2"), ("metadata", "true"), ("fetch-owner", "true")][..],
        &[("versions", ""), ("metadata", "true")],
    ] {
        let mut call = s3.get(&bucket, "");
        for (name, value) in query {
            call = call.query(name, value);
        }
        let answer = call.send().await;
        // Unknown parameters may be refused; what is answered must not show the envelope.
        let text = String::from_utf8_lossy(&answer.body).to_ascii_lowercase();
        assert!(!text.contains("sealgate"), "{text}");
    }
    let buckets = s3.get("", "").send().await.xml();
    let names: Vec<&str> = buckets.child("Buckets").unwrap().all("Bucket").map(|bucket| bucket.at("Name")).collect();
    assert!(names.contains(&bucket.as_str()), "{names:?}");
    let system = gateway.system_bucket();
    assert!(!names.contains(&system.as_str()), "{names:?}");
    s3.get(&system, "").send().await.error(404, "NoSuchBucket");
    s3.head(&system, "").send().await.status(404);
    s3.put(&system, "k", "x").send().await.error(404, "NoSuchBucket");
    s3.delete(&system, "").send().await.error(404, "NoSuchBucket");
    s3.copy((&system, "k"), &bucket, "stolen").send().await.error(404, "NoSuchBucket");
}

#[tokio::test]
async fn prefixes_delimiters_and_pages() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("list").await;
    for number in 0..25 {
        s3.put(&bucket, &format!("a/{number:02}"), bytes(number, number as usize)).send().await.ok();
    }
    s3.put(&bucket, "b", "bb").send().await.ok();
    let top = s3.get(&bucket, "").query("list-type", "2").query("delimiter", "/").send().await.xml();
    assert_eq!((top.at("CommonPrefixes/Prefix"), top.at("Contents/Key"), top.at("Contents/Size")), ("a/", "b", "2"));
    let mut seen = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let mut call = s3.get(&bucket, "").query("list-type", "2").query("prefix", "a/").query("max-keys", "10");
        if let Some(token) = &token {
            call = call.query("continuation-token", token);
        }
        let page = call.send().await.xml();
        seen.extend(lines(&page, "Contents").into_iter().map(|(_, size, _)| size));
        if page.at("IsTruncated") != "true" {
            break;
        }
        token = Some(page.at("NextContinuationToken").to_owned());
    }
    assert_eq!(seen, (0..25).collect::<Vec<_>>());
    let after = s3.get(&bucket, "").query("marker", "a/23").send().await.xml();
    assert_eq!(lines(&after, "Contents").len(), 2);
    let none = s3.get(&bucket, "").query("list-type", "2").query("max-keys", "0").send().await.xml();
    assert_eq!(none.at("KeyCount"), "0");
}

#[tokio::test]
async fn keys_that_xml_must_escape() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("list").await;
    let keys = ["a&b<c>\"d'", "plus+space and%25", "ü/日本", "tab\tkey"];
    for key in keys {
        s3.put(&bucket, key, "12345").send().await.ok();
    }
    let mut sorted = keys.to_vec();
    sorted.sort();
    let listing = s3.get(&bucket, "").query("list-type", "2").query("encoding-type", "url").send().await.xml();
    let decoded: Vec<String> = listing
        .all("Contents")
        .map(|line| {
            let spaced = line.at("Key").replace('+', " ");
            percent_encoding::percent_decode_str(&spaced).decode_utf8().unwrap().into_owned()
        })
        .collect();
    assert_eq!(decoded, sorted);
    assert!(listing.all("Contents").all(|line| line.at("Size") == "5"));
    let raw = s3.get(&bucket, "").query("list-type", "2").query("prefix", "a&b").send().await.xml();
    assert_eq!(raw.at("Contents/Key"), keys[0]);
}

#[tokio::test]
async fn versions_and_delete_markers() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("list").await;
    super::get::enable_versions(&s3, &bucket).await;
    let first = s3.put(&bucket, "k", bytes(1, 70_000)).send().await.ok();
    let second = s3.put(&bucket, "k", bytes(2, 3)).send().await.ok();
    s3.delete(&bucket, "k").send().await.ok();
    let listing = s3.get(&bucket, "").flag("versions").send().await.xml();
    assert_eq!(listing.all("DeleteMarker").count(), 1);
    let versions: Vec<(&str, &str, &str)> =
        listing.all("Version").map(|line| (line.at("VersionId"), line.at("Size"), line.at("ETag"))).collect();
    let (one, two) = (first.etag(), second.etag());
    assert_eq!(
        versions,
        [(second.must("x-amz-version-id"), "3", &*two), (first.must("x-amz-version-id"), "70000", &*one)]
    );
}
