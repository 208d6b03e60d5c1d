//! Rows of versions: objects and delete markers.

use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::super::ids;
use super::{Bucket, Change, Error, Versioning};

/// The version id of an object that was put while versioning was not enabled.
pub(in super::super) const NULL_VERSION: &str = "null";

/// Which version a request asks for.
#[derive(Debug, Clone, Copy)]
pub(in super::super) enum Wanted<'a> {
    Latest,
    Named(&'a str),
}

impl<'a> From<Option<&'a str>> for Wanted<'a> {
    fn from(version_id: Option<&'a str>) -> Self {
        version_id.map_or(Self::Latest, Self::Named)
    }
}

#[derive(Debug, Clone)]
pub(in super::super) struct Version {
    /// The row; also the order of versions, the newest greatest. Set by `insert`.
    pub id: i64,
    /// Set by `insert`.
    pub version_id: String,
    pub latest: bool,
    pub marker: bool,
    pub size: u64,
    /// How many parts a multipart upload had; 0 for an object of a single request.
    pub parts: u64,
    pub etag: String,
    /// Seconds since 1970.
    pub modified: i64,
    pub headers: Vec<u8>,
    pub storage_class: String,
    pub tags: String,
}

impl Version {
    fn from_row(row: &SqliteRow) -> Result<Self, Error> {
        let count = |column| -> Result<u64, Error> {
            u64::try_from(row.try_get::<i64, _>(column)?).map_err(|_| Error::Corrupt { what: "version" })
        };
        Ok(Self {
            id: row.try_get("id")?,
            version_id: row.try_get("version_id")?,
            latest: row.try_get("latest")?,
            marker: row.try_get("marker")?,
            size: count("size")?,
            parts: count("parts")?,
            etag: row.try_get("etag")?,
            modified: row.try_get("modified")?,
            headers: row.try_get("headers")?,
            storage_class: row.try_get("storage_class")?,
            tags: row.try_get("tags")?,
        })
    }

    /// A delete marker, not yet inserted.
    pub(in super::super) fn delete_marker(modified: i64) -> Self {
        Self {
            id: 0,
            version_id: String::new(),
            latest: true,
            marker: true,
            size: 0,
            parts: 0,
            etag: String::new(),
            modified,
            headers: Vec::new(),
            storage_class: String::new(),
            tags: String::new(),
        }
    }

    /// The version, or the delete marker, that stands for `wanted`.
    pub(in super::super) async fn find(
        connection: &mut SqliteConnection,
        bucket: &Bucket,
        key: &str,
        wanted: Wanted<'_>,
    ) -> Result<Option<Self>, Error> {
        let row = match wanted {
            Wanted::Latest => {
                let find = sqlx::query("SELECT * FROM version WHERE bucket = ? AND object_key = ? AND latest = 1");
                find.bind(bucket.id).bind(key.as_bytes()).fetch_optional(connection).await?
            }
            Wanted::Named(version_id) => {
                let find = sqlx::query("SELECT * FROM version WHERE bucket = ? AND object_key = ? AND version_id = ?");
                find.bind(bucket.id).bind(key.as_bytes()).bind(version_id).fetch_optional(connection).await?
            }
        };
        row.as_ref().map(Self::from_row).transpose()
    }

    /// Makes this the latest version of `key`, as the bucket's versioning wants it: a new version, or in place of the null one.
    pub(in super::super) async fn insert(
        mut self,
        change: &mut Change,
        bucket: &Bucket,
        key: &str,
        now: time::OffsetDateTime,
    ) -> Result<Self, Error> {
        self.id = change.next_id(now);
        self.latest = true;
        self.version_id = match bucket.versioning {
            Versioning::Enabled => ids::version_id(self.id),
            Versioning::Never | Versioning::Suspended => {
                if let Some(old) = Self::find(change, bucket, key, Wanted::Named(NULL_VERSION)).await? {
                    old.remove_row(change).await?;
                }
                NULL_VERSION.to_owned()
            }
        };
        let demote = sqlx::query("UPDATE version SET latest = 0 WHERE bucket = ? AND object_key = ? AND latest = 1");
        demote.bind(bucket.id).bind(key.as_bytes()).execute(&mut **change).await?;
        self.insert_row(change, bucket, key).await?;
        Ok(self)
    }

    async fn insert_row(&self, change: &mut Change, bucket: &Bucket, key: &str) -> Result<(), Error> {
        let column = |count: u64| i64::try_from(count).map_err(|_| Error::Corrupt { what: "size" });
        sqlx::query("INSERT INTO version VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
            .bind(self.id)
            .bind(bucket.id)
            .bind(key.as_bytes())
            .bind(&self.version_id)
            .bind(self.latest)
            .bind(self.marker)
            .bind(column(self.size)?)
            .bind(column(self.parts)?)
            .bind(&self.etag)
            .bind(self.modified)
            .bind(&self.headers)
            .bind(&self.storage_class)
            .bind(&self.tags)
            .execute(&mut **change)
            .await?;
        Ok(())
    }

    /// Removes this version for good; the newest that is left becomes the latest.
    pub(in super::super) async fn remove(&self, change: &mut Change, bucket: &Bucket, key: &str) -> Result<(), Error> {
        self.remove_row(change).await?;
        if self.latest {
            let promote = sqlx::query(
                "UPDATE version SET latest = 1 WHERE id =
                   (SELECT id FROM version WHERE bucket = ? AND object_key = ? ORDER BY id DESC LIMIT 1)",
            );
            promote.bind(bucket.id).bind(key.as_bytes()).execute(&mut **change).await?;
        }
        Ok(())
    }

    async fn remove_row(&self, change: &mut Change) -> Result<(), Error> {
        sqlx::query("DELETE FROM version WHERE id = ?").bind(self.id).execute(&mut **change).await?;
        change.version_fell(self.id);
        Ok(())
    }

    pub(in super::super) async fn set_tags(&self, change: &mut Change, tags: &str) -> Result<(), Error> {
        let update = sqlx::query("UPDATE version SET tags = ? WHERE id = ?");
        update.bind(tags).bind(self.id).execute(&mut **change).await?;
        Ok(())
    }
}
