//! Blob files come and go with what refers to them.

use http_body_util::BodyExt;

use super::support::{Backend, full};
use crate::embedded::{Embedded, Error};

const MIN_PART: usize = 5 << 20;

/// Removal happens beside the request.
async fn blobs_settle(backend: &Backend, expected: usize) {
    for _ in 0..100 {
        if backend.blobs() == expected {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(backend.blobs(), expected);
}

#[tokio::test]
async fn one_blob_for_an_object_and_its_copies() {
    let backend = Backend::with_bucket().await;
    backend.send("PUT", "/bkt/a", &[], "hello").await;
    for to in ["b", "c"] {
        let copied = backend.send("PUT", &format!("/bkt/{to}"), &[("x-amz-copy-source", "bkt/a")], "").await;
        assert_eq!(copied.status, 200);
    }
    blobs_settle(&backend, 1).await;
    backend.send("DELETE", "/bkt/a", &[], "").await;
    backend.send("PUT", "/bkt/b", &[], "other").await;
    blobs_settle(&backend, 2).await;
    assert_eq!(backend.send("GET", "/bkt/c", &[], "").await.text(), "hello");
    backend.send("DELETE", "/bkt/c", &[], "").await;
    blobs_settle(&backend, 1).await;
    let replaced = [("x-amz-copy-source", "bkt/b"), ("x-amz-metadata-directive", "REPLACE")];
    assert_eq!(backend.send("PUT", "/bkt/b", &replaced, "").await.status, 200);
    blobs_settle(&backend, 1).await;
    assert_eq!(backend.send("GET", "/bkt/b", &[], "").await.text(), "other");
}

#[tokio::test]
async fn empty_objects_have_no_blob() {
    let backend = Backend::with_bucket().await;
    backend.send("PUT", "/bkt/a", &[], "").await;
    assert_eq!(backend.blobs(), 0);
}

#[tokio::test]
async fn parts_that_no_object_wants_go() {
    let backend = Backend::with_bucket().await;
    let start = || async { backend.send("POST", "/bkt/key?uploads", &[], "").await.one("UploadId") };
    let part = |upload: String, number: u32, body: Vec<u8>| {
        let backend = &backend;
        async move {
            let uri = format!("/bkt/key?partNumber={number}&uploadId={upload}");
            backend.send("PUT", &uri, &[], body).await.header("etag").to_owned()
        }
    };
    let upload = start().await;
    part(upload.clone(), 1, vec![1; 10]).await;
    let first = part(upload.clone(), 1, vec![1; MIN_PART]).await;
    part(upload.clone(), 2, vec![2; 10]).await;
    let last = part(upload.clone(), 3, vec![3; 10]).await;
    blobs_settle(&backend, 3).await;
    let document = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{first}</ETag></Part>\
         <Part><PartNumber>3</PartNumber><ETag>{last}</ETag></Part></CompleteMultipartUpload>"
    );
    let done = backend.send("POST", &format!("/bkt/key?uploadId={upload}"), &[], document).await;
    assert_eq!(done.status, 200, "{done:?}");
    blobs_settle(&backend, 2).await;

    let aborted = start().await;
    part(aborted.clone(), 1, vec![1; 10]).await;
    let copy = [("x-amz-copy-source", "bkt/key"), ("x-amz-copy-source-range", "bytes=5242870-5242889")];
    let uri = format!("/bkt/key?partNumber=2&uploadId={aborted}");
    assert_eq!(backend.send("PUT", &uri, &copy, "").await.status, 200);
    blobs_settle(&backend, 3).await;
    // The object goes first; the part that shares its bytes keeps them.
    backend.send("DELETE", "/bkt/key", &[], "").await;
    blobs_settle(&backend, 3).await;
    backend.send("DELETE", &format!("/bkt/key?uploadId={aborted}"), &[], "").await;
    blobs_settle(&backend, 0).await;
}

#[tokio::test]
async fn a_reader_gets_the_whole_object_though_it_is_replaced_meanwhile() {
    let backend = Backend::with_bucket().await;
    let body: Vec<u8> = (0..4_000_000_u32).map(|at| (at % 251) as u8).collect();
    backend.send("PUT", "/bkt/key", &[], body.clone()).await;
    let request = http::Request::get("/bkt/key").body(full("")).unwrap();
    let mut reading = backend.embedded.call(request).await.unwrap().into_body();
    let mut got = reading.frame().await.unwrap().unwrap().into_data().unwrap().to_vec();
    backend.send("PUT", "/bkt/key", &[], "new").await;
    backend.send("DELETE", "/bkt/key", &[], "").await;
    // Both wait for the reader; it might have asked the index at any moment since it began.
    assert_eq!(backend.blobs(), 2);
    got.extend(reading.collect().await.unwrap().to_bytes());
    assert!(got == body);
    blobs_settle(&backend, 0).await;
}

#[tokio::test]
async fn a_blob_that_is_lost_is_an_error_and_never_a_short_body() {
    let backend = Backend::with_bucket().await;
    backend.send("PUT", "/bkt/key", &[], vec![7; 600_000]).await;
    for shard in std::fs::read_dir(backend.dir.path().join("blobs")).unwrap() {
        for blob in std::fs::read_dir(shard.unwrap().path()).unwrap() {
            std::fs::File::options().write(true).open(blob.unwrap().path()).unwrap().set_len(500_000).unwrap();
        }
    }
    let request = http::Request::get("/bkt/key").body(full("")).unwrap();
    let answer = backend.embedded.call(request).await.unwrap();
    assert!(answer.into_body().collect().await.is_err());
}

#[tokio::test]
async fn a_directory_has_one_user() {
    let backend = Backend::new().await;
    assert!(matches!(Embedded::open(backend.dir.path()).await, Err(Error::InUse { .. })));
}

#[tokio::test]
async fn a_foreign_layout_is_refused() {
    let backend = Backend::new().await;
    let Backend { embedded, dir } = backend;
    embedded.close().await;
    drop(embedded);
    let url = sqlx::sqlite::SqliteConnectOptions::new().filename(dir.path().join("index.db"));
    let mut connection = sqlx::ConnectOptions::connect(&url).await.unwrap();
    sqlx::query("PRAGMA user_version = 99").execute(&mut connection).await.unwrap();
    sqlx::Connection::close(connection).await.unwrap();
    assert!(matches!(Embedded::open(dir.path()).await, Err(Error::Layout { found: 99, .. })));
}

/// The blobs that lie aside.
fn lost(backend: &Backend) -> usize {
    std::fs::read_dir(backend.dir.path().join("lost")).unwrap().count()
}

#[tokio::test]
async fn without_its_index_the_backend_does_not_start() {
    let backend = Backend::with_bucket().await;
    backend.send("PUT", "/bkt/key", &[], "hello").await;
    let Backend { embedded, dir } = backend;
    embedded.close().await;
    drop(embedded);
    let (index, away) = (dir.path().join("index.db"), dir.path().join("away"));
    std::fs::rename(&index, &away).unwrap();
    for _ in 0..2 {
        assert!(matches!(Embedded::open(dir.path()).await, Err(Error::IndexLost { .. })));
    }
    for made in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(dir.path().join(format!("index.db{made}")));
    }
    std::fs::rename(&away, &index).unwrap();
    let backend = Backend { embedded: Embedded::open(dir.path()).await.unwrap(), dir };
    assert_eq!(backend.send("GET", "/bkt/key", &[], "").await.text(), "hello");
}

/// What an older index does not name is set aside, and is there again with the index that names it.
#[tokio::test]
async fn an_older_index_costs_no_data() {
    let backend = Backend::with_bucket().await;
    backend.send("PUT", "/bkt/old", &[], "old").await;
    backend.embedded.close().await;
    let (index, older) = (backend.dir.path().join("index.db"), backend.dir.path().join("older"));
    std::fs::copy(&index, &older).unwrap();
    let backend = backend.reopen().await;
    backend.send("PUT", "/bkt/new", &[], "new").await;
    backend.embedded.close().await;
    let newer = backend.dir.path().join("newer");
    std::fs::rename(&index, &newer).unwrap();
    std::fs::rename(&older, &index).unwrap();
    let backend = backend.reopen().await;
    assert_eq!(backend.send("GET", "/bkt/new", &[], "").await.status, 404);
    assert_eq!((backend.blobs(), lost(&backend)), (1, 1));
    backend.embedded.close().await;
    std::fs::rename(&newer, &index).unwrap();
    let backend = backend.reopen().await;
    assert_eq!(backend.send("GET", "/bkt/new", &[], "").await.text(), "new");
    assert_eq!((backend.blobs(), lost(&backend)), (2, 0));
}
