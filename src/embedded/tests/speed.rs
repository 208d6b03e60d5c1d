//! Listings of many keys are reads of an index, whatever is folded into common prefixes.

use std::time::{Duration, Instant};

use super::support::Backend;

const FOLDERS: usize = 100;
const KEYS: usize = 1000;

/// A hundred thousand keys, written to the index at once.
async fn crowded() -> Backend {
    let backend = Backend::with_bucket().await;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(backend.dir.path().join("index.db"));
    let mut connection = sqlx::ConnectOptions::connect(&options).await.unwrap();
    let insert = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?1 * ?2)
        INSERT INTO version SELECT i + 1, 1, CAST(printf('folder%03d/key%04d', i / ?2, i % ?2) AS BLOB), 'null', 1, 0, 0, 0,
          printf('%032x', i), 1700000000, x'', 'STANDARD', '' FROM n";
    let insert = sqlx::query(insert).bind(FOLDERS as i64).bind(KEYS as i64);
    assert_eq!(insert.execute(&mut connection).await.unwrap().rows_affected(), (FOLDERS * KEYS) as u64);
    sqlx::Connection::close(connection).await.unwrap();
    backend
}

#[tokio::test]
async fn a_hundred_thousand_keys() {
    let backend = crowded().await;
    let begun = Instant::now();
    let folded = backend.send("GET", "/bkt?list-type=2&delimiter=/", &[], "").await;
    assert_eq!((folded.all("Prefix").len(), folded.one("IsTruncated").as_str()), (FOLDERS + 1, "false"));
    let middle = backend.send("GET", "/bkt?list-type=2&start-after=folder050/key0499&max-keys=2", &[], "").await;
    assert_eq!(middle.all("Key"), ["folder050/key0500", "folder050/key0501"]);
    let folder = backend.send("GET", "/bkt?list-type=2&prefix=folder099/", &[], "").await;
    assert_eq!(folder.one("KeyCount"), "1000");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());

    let mut seen = 0;
    let mut uri = "/bkt?list-type=2".to_owned();
    loop {
        let page = backend.send("GET", &uri, &[], "").await;
        seen += page.all("Key").len();
        match page.all("NextContinuationToken").first() {
            Some(token) => uri = format!("/bkt?list-type=2&continuation-token={token}"),
            None => break,
        }
    }
    assert_eq!(seen, FOLDERS * KEYS);
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
}
