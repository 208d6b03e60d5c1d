//! ListObjects, ListObjectsV2 and ListMultipartUploads: order, pages, prefixes, delimiters, encoding.

use super::port::{Port, refused, texts};
use super::scenarios;
use crate::support::Xml;

scenarios! {
    pages_of_version_two
    pages_of_version_one
    delimiters
    start_after
    names_are_encoded_on_demand
    fields_of_an_entry
    uploads_are_listed
}

async fn filled(port: &Port, keys: &[&str]) -> String {
    let bucket = port.bucket().await;
    for key in keys {
        port.put(&bucket, key, key.as_bytes()).await;
    }
    bucket
}

/// Every page of a listing, joined: keys and common prefixes in the order in which they came.
async fn all_pages(port: &Port, bucket: &str, query: &[(&str, &str)], page: &str) -> (Vec<String>, Vec<String>, usize) {
    let (mut keys, mut prefixes, mut pages) = (Vec::new(), Vec::new(), 0);
    let mut token = String::new();
    loop {
        let mut all = vec![("list-type", "2"), ("max-keys", page)];
        all.extend_from_slice(query);
        if !token.is_empty() {
            all.push(("continuation-token", &token));
        }
        let listed = port.list(bucket, &all).await;
        let (new_keys, new_prefixes) = (texts(&listed, "Contents", "Key"), texts(&listed, "CommonPrefixes", "Prefix"));
        assert_eq!(listed.at("KeyCount"), (new_keys.len() + new_prefixes.len()).to_string());
        keys.extend(new_keys);
        prefixes.extend(new_prefixes);
        pages += 1;
        match listed.find("NextContinuationToken") {
            Some(next) => token = next.to_owned(),
            None => {
                assert_eq!(listed.at("IsTruncated"), "false");
                return (keys, prefixes, pages);
            }
        }
        assert_eq!(listed.at("IsTruncated"), "true");
    }
}

async fn pages_of_version_two(port: &Port) {
    let keys = ["a", "a/1", "a0", "b", "b-1", "c/d/e", "Z", "ä", "z", "\u{10000}", "\u{ffff}"];
    let bucket = filled(port, if port.is_minio() { &keys[1..9] } else { &keys }).await;
    let mut expected: Vec<_> = if port.is_minio() { keys[1..9].to_vec() } else { keys.to_vec() };
    expected.sort_by_key(|key| key.as_bytes());
    for page in ["1", "2", "3", "1000"] {
        assert_eq!(all_pages(port, &bucket, &[], page).await.0, expected, "pages of {page}");
    }
    // MinIO ends a page too early where a key equals the prefix.
    let page = if port.is_minio() { "2" } else { "1" };
    assert_eq!(all_pages(port, &bucket, &[("prefix", "b")], page).await.0, ["b", "b-1"]);
    assert_eq!(all_pages(port, &bucket, &[("prefix", "none")], "1").await, (vec![], vec![], 1));
    let nothing = port.list(&bucket, &[("list-type", "2"), ("max-keys", "0")]).await;
    assert_eq!((nothing.at("KeyCount"), nothing.at("IsTruncated")), ("0", "false"));
    let wrong = port.s3().get(&bucket, "").query("list-type", "2").query("max-keys", "-1");
    refused(&port.send(wrong).await, 400, "InvalidArgument");
}

async fn pages_of_version_one(port: &Port) {
    let bucket = filled(port, &["a", "b/1", "b/2", "c", "d/1"]).await;
    let mut marker = String::new();
    let mut seen = Vec::new();
    for _ in 0..10 {
        let listed = port.list(&bucket, &[("max-keys", "1"), ("delimiter", "/"), ("marker", &marker)]).await;
        seen.extend(texts(&listed, "Contents", "Key"));
        seen.extend(texts(&listed, "CommonPrefixes", "Prefix"));
        if listed.at("IsTruncated") == "false" {
            break;
        }
        marker = listed.at("NextMarker").to_owned();
    }
    assert_eq!(seen, ["a", "b/", "c", "d/"]);
    let rest = port.list(&bucket, &[("marker", "b/1")]).await;
    assert_eq!(texts(&rest, "Contents", "Key"), ["b/2", "c", "d/1"]);
}

async fn delimiters(port: &Port) {
    let bucket = filled(port, &["a", "b/1", "b/2", "b/c/3", "b/c/4", "bb", "c/1"]).await;
    for page in ["1", "2", "1000"] {
        let (keys, prefixes, _) = all_pages(port, &bucket, &[("delimiter", "/")], page).await;
        assert_eq!(
            (keys, prefixes),
            (vec!["a".into(), "bb".into()], vec!["b/".into(), "c/".into()]),
            "pages of {page}"
        );
        let (keys, prefixes, _) = all_pages(port, &bucket, &[("delimiter", "/"), ("prefix", "b/")], page).await;
        assert_eq!((keys, prefixes), (vec!["b/1".into(), "b/2".into()], vec!["b/c/".into()]), "pages of {page}");
    }
    if !port.is_minio() {
        let (keys, prefixes, _) = all_pages(port, &bucket, &[("delimiter", "/c/")], "1").await;
        assert_eq!((keys.len(), prefixes), (5, vec!["b/c/".into()]));
    }
}

async fn start_after(port: &Port) {
    let bucket = filled(port, &["a", "b", "c"]).await;
    let after = |key: &'static str| {
        let bucket = bucket.clone();
        async move { texts(&port.list(&bucket, &[("list-type", "2"), ("start-after", key)]).await, "Contents", "Key") }
    };
    assert_eq!(after("a").await, ["b", "c"]);
    assert_eq!(after("aa").await, ["b", "c"]);
    assert!(after("c").await.is_empty());
    let wrong = port.s3().get(&bucket, "").query("list-type", "2").query("continuation-token", "!");
    let answer = port.send(wrong).await;
    if !port.is_minio() {
        refused(&answer, 400, "InvalidArgument");
    }
}

async fn names_are_encoded_on_demand(port: &Port) {
    let bucket = filled(port, &["a b/ü+%", "plain"]).await;
    let decoded = |text: String| {
        percent_encoding::percent_decode_str(&text.replace('+', " ")).decode_utf8().unwrap().into_owned()
    };
    for version in ["1", "2"] {
        let query = [("list-type", version), ("encoding-type", "url")];
        let listed = port.list(&bucket, &query).await;
        assert_eq!(listed.at("EncodingType"), "url");
        let keys: Vec<_> = texts(&listed, "Contents", "Key").into_iter().map(decoded).collect();
        assert_eq!(keys, ["a b/ü+%", "plain"]);
        let query = [("list-type", version), ("encoding-type", "url"), ("delimiter", "/"), ("prefix", "a b/")];
        let listed = port.list(&bucket, &query).await;
        assert_eq!(decoded(listed.at("Prefix").to_owned()), "a b/");
        let query = [("list-type", version), ("encoding-type", "url"), ("delimiter", "/")];
        let listed = port.list(&bucket, &query).await;
        assert_eq!(decoded(texts(&listed, "CommonPrefixes", "Prefix").remove(0)), "a b/");
    }
}

async fn fields_of_an_entry(port: &Port) {
    let bucket = filled(port, &["key"]).await;
    let etag = port.get(&bucket, "key").await.etag();
    let entry = |listed: Xml| listed.child("Contents").unwrap().clone();
    let one = entry(port.list(&bucket, &[]).await);
    assert_eq!((one.at("Size"), one.at("ETag"), one.at("StorageClass")), ("3", etag.as_str(), "STANDARD"));
    assert!(one.at("LastModified").ends_with('Z'));
    assert!(!one.at("Owner/ID").is_empty());
    let two = entry(port.list(&bucket, &[("list-type", "2")]).await);
    assert_eq!((two.at("Size"), two.at("ETag"), two.child("Owner")), ("3", etag.as_str(), None));
    let owned = entry(port.list(&bucket, &[("list-type", "2"), ("fetch-owner", "true")]).await);
    assert!(!owned.at("Owner/ID").is_empty());
}

async fn uploads_are_listed(port: &Port) {
    let bucket = port.bucket().await;
    let first = port.start_upload(&bucket, "k", &[]).await;
    let second = port.start_upload(&bucket, "k", &[]).await;
    let exact = port.list(&bucket, &[("uploads", ""), ("prefix", "k")]).await;
    assert_eq!(texts(&exact, "Upload", "UploadId"), [first.clone(), second.clone()]);
    assert_eq!(texts(&exact, "Upload", "Key"), ["k", "k"]);
    if port.is_minio() {
        // MinIO lists the uploads of an exact key only.
        return;
    }
    let third = port.start_upload(&bucket, "d/e", &[]).await;
    let mut seen = Vec::new();
    let (mut key, mut upload) = (String::new(), String::new());
    for _ in 0..5 {
        let query = [("uploads", ""), ("max-uploads", "1"), ("key-marker", &key), ("upload-id-marker", &upload)];
        let listed = port.list(&bucket, &query).await;
        seen.extend(texts(&listed, "Upload", "UploadId"));
        if listed.at("IsTruncated") == "false" {
            break;
        }
        (key, upload) = (listed.at("NextKeyMarker").to_owned(), listed.at("NextUploadIdMarker").to_owned());
    }
    assert_eq!(seen, [third, first, second]);
    let folded = port.list(&bucket, &[("uploads", ""), ("delimiter", "/")]).await;
    assert_eq!(texts(&folded, "CommonPrefixes", "Prefix"), ["d/"]);
    assert_eq!(texts(&folded, "Upload", "Key"), ["k", "k"]);
}
