//! Any keys, any prefix, delimiter and page length: pages together say what one look at the sorted keys says.

use std::collections::BTreeSet;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;

use super::support::Backend;

/// What a listing must hold: keys and common prefixes, each in order.
fn expected(keys: &BTreeSet<String>, prefix: &str, delimiter: &str) -> (Vec<String>, Vec<String>) {
    let (mut plain, mut folded) = (Vec::new(), BTreeSet::new());
    for key in keys.iter().filter(|key| key.starts_with(prefix)) {
        match key[prefix.len()..].find(delimiter).filter(|_| !delimiter.is_empty()) {
            Some(at) => drop(folded.insert(key[..prefix.len() + at + delimiter.len()].to_owned())),
            None => plain.push(key.clone()),
        }
    }
    (plain, folded.into_iter().collect())
}

async fn listed(
    backend: &Backend,
    version: &str,
    prefix: &str,
    delimiter: &str,
    page: usize,
) -> (Vec<String>, Vec<String>) {
    let quote = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let (mut keys, mut prefixes) = (Vec::new(), Vec::new());
    let mut next = String::new();
    for _ in 0..200 {
        let uri =
            format!("/bkt?{version}&max-keys={page}&prefix={}&delimiter={}{next}", quote(prefix), quote(delimiter));
        let answer = backend.send("GET", &uri, &[], "").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let new_keys = answer.all("Key");
        let new_prefixes: Vec<String> = answer
            .all("CommonPrefixes")
            .iter()
            .map(|text| text.replace("<Prefix>", "").replace("</Prefix>", ""))
            .collect();
        assert!(new_keys.len() + new_prefixes.len() <= page);
        if answer.one("IsTruncated") != "true" {
            keys.extend(new_keys);
            prefixes.extend(new_prefixes);
            return (keys, prefixes);
        }
        assert_eq!(new_keys.len() + new_prefixes.len(), page);
        next = match (version, answer.all("NextContinuationToken").first(), answer.all("NextMarker").first()) {
            (_, Some(token), _) => format!("&continuation-token={token}"),
            ("versions", ..) => {
                let (key, id) = (answer.one("NextKeyMarker"), answer.one("NextVersionIdMarker"));
                format!("&key-marker={}&version-id-marker={id}", quote(&key))
            }
            (_, _, Some(marker)) => format!("&marker={}", quote(marker)),
            (_, None, None) => format!("&marker={}", quote(new_keys.last().unwrap())),
        };
        keys.extend(new_keys);
        prefixes.extend(new_prefixes);
    }
    panic!("the listing does not end");
}

#[test]
fn pages_agree_with_the_sorted_keys() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let keys = prop::collection::btree_set("[a-b/é]{1,5}", 0..25);
    let config = ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() };
    let backend = runtime.block_on(Backend::with_bucket());
    proptest!(config, |(keys in keys, prefix in "[ab/é]{0,2}", delimiter in "(|/|a|/a|é)", page in 1..6_usize)| {
        runtime.block_on(async {
            fill(&backend, &keys).await;
            for version in ["list-type=2", "list-type=1", "versions"] {
                let found = listed(&backend, version, &prefix, &delimiter, page).await;
                assert_eq!(found, expected(&keys, &prefix, &delimiter), "{version}");
            }
        });
    });
}

/// Makes these the keys of the bucket, in one transaction.
async fn fill(backend: &Backend, keys: &BTreeSet<String>) {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(backend.dir.path().join("index.db"));
    let mut connection = sqlx::ConnectOptions::connect(&options).await.unwrap();
    let mut change = sqlx::Connection::begin(&mut connection).await.unwrap();
    sqlx::query("DELETE FROM version").execute(&mut *change).await.unwrap();
    for (id, key) in (1_i64..).zip(keys) {
        let insert = "INSERT INTO version VALUES (?, 1, ?, 'null', 1, 0, 0, 0, 'e', 0, x'', 'STANDARD', '')";
        sqlx::query(insert).bind(id).bind(key.as_bytes()).execute(&mut *change).await.unwrap();
    }
    change.commit().await.unwrap();
    sqlx::Connection::close(connection).await.unwrap();
}
