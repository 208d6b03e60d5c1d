//! Ordered reads of one bucket: the batches from which listings are made.

use sqlx::Row;
use sqlx::sqlite::{Sqlite, SqliteConnection, SqliteRow};

use super::{Bucket, Error};

/// What is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Listing {
    /// The latest versions that are no delete markers, by key.
    Objects,
    /// All versions and delete markers, by key, the newest first.
    Versions,
    /// Multipart uploads by key, the oldest first.
    Uploads,
}

/// Where a batch begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Cursor {
    /// At this key, or the next above it.
    At(Vec<u8>),
    /// Inside this key, after the version with this row or the upload with this id. Only entries of this key follow.
    Version(Vec<u8>, i64),
    Upload(Vec<u8>, String),
}

/// One line of a listing. Fields that a kind lacks are empty.
#[derive(Debug, Clone)]
pub(in super::super) struct Entry {
    pub key: String,
    /// The version's row; 0 for uploads.
    pub id: i64,
    /// The version id or the upload id.
    pub name: String,
    pub latest: bool,
    pub marker: bool,
    pub size: i64,
    pub etag: String,
    /// Last modified or initiated, in seconds since 1970.
    pub time: i64,
    pub storage_class: String,
}

impl Entry {
    fn version(row: &SqliteRow) -> Result<Self, Error> {
        Ok(Self {
            key: key(row)?,
            id: row.try_get("id")?,
            name: row.try_get("version_id")?,
            latest: row.try_get("latest")?,
            marker: row.try_get("marker")?,
            size: row.try_get("size")?,
            etag: row.try_get("etag")?,
            time: row.try_get("modified")?,
            storage_class: row.try_get("storage_class")?,
        })
    }

    fn upload(row: &SqliteRow) -> Result<Self, Error> {
        Ok(Self {
            key: key(row)?,
            id: 0,
            name: row.try_get("upload_id")?,
            latest: false,
            marker: false,
            size: 0,
            etag: String::new(),
            time: row.try_get("initiated")?,
            storage_class: row.try_get("storage_class")?,
        })
    }
}

fn key(row: &SqliteRow) -> Result<String, Error> {
    String::from_utf8(row.try_get("object_key")?).map_err(|_| Error::Corrupt { what: "an object key" })
}

/// At most `limit` entries from `cursor` on, below the key `end`.
pub(in super::super) async fn batch(
    connection: &mut SqliteConnection,
    bucket: &Bucket,
    listing: Listing,
    cursor: &Cursor,
    end: Option<&[u8]>,
    limit: i64,
) -> Result<Vec<Entry>, Error> {
    // UTF-8 has no byte 0xff: it stands above every key.
    let end = end.unwrap_or(&[0xff]);
    let query = sqlx::query::<Sqlite>(statement(listing, cursor)).bind(bucket.id);
    let query = match cursor {
        Cursor::At(key) => query.bind(key).bind(end).bind(limit),
        Cursor::Version(key, below) => query.bind(key).bind(*below).bind(limit),
        Cursor::Upload(key, after) => query.bind(key).bind(after).bind(limit),
    };
    let rows = query.fetch_all(connection).await?;
    let read = if listing == Listing::Uploads { Entry::upload } else { Entry::version };
    rows.iter().map(read).collect()
}

fn statement(listing: Listing, cursor: &Cursor) -> &'static str {
    match (listing, cursor) {
        (Listing::Objects, _) => {
            "SELECT * FROM version INDEXED BY version_listed WHERE bucket = ?1 AND object_key >= ?2 AND object_key < ?3
               AND latest = 1 AND marker = 0 ORDER BY object_key LIMIT ?4"
        }
        (Listing::Versions, Cursor::Version(..)) => {
            "SELECT * FROM version WHERE bucket = ?1 AND object_key = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4"
        }
        (Listing::Versions, _) => {
            "SELECT * FROM version INDEXED BY version_history WHERE bucket = ?1 AND object_key >= ?2 AND object_key < ?3
               ORDER BY object_key, id DESC LIMIT ?4"
        }
        (Listing::Uploads, Cursor::Upload(..)) => {
            "SELECT * FROM upload WHERE bucket = ?1 AND object_key = ?2 AND upload_id > ?3 ORDER BY upload_id LIMIT ?4"
        }
        (Listing::Uploads, _) => {
            "SELECT * FROM upload WHERE bucket = ?1 AND object_key >= ?2 AND object_key < ?3
               ORDER BY object_key, upload_id LIMIT ?4"
        }
    }
}
