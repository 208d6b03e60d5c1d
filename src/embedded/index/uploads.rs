//! Rows of multipart uploads and their parts.

use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::{Bucket, Change, Error};

pub(in super::super) struct Upload {
    /// Set by `insert`.
    pub id: i64,
    pub upload_id: String,
    /// Seconds since 1970.
    pub initiated: i64,
    pub headers: Vec<u8>,
    pub storage_class: String,
    pub tags: String,
}

pub(in super::super) struct Part {
    /// Set by `insert`.
    pub id: i64,
    /// 1 to 10,000.
    pub number: i32,
    pub size: u64,
    pub etag: String,
    /// Seconds since 1970.
    pub modified: i64,
}

impl Upload {
    /// The upload, if it is one of this bucket and key.
    pub(in super::super) async fn find(
        connection: &mut SqliteConnection,
        bucket: &Bucket,
        key: &str,
        upload_id: &str,
    ) -> Result<Option<Self>, Error> {
        let find = sqlx::query("SELECT * FROM upload WHERE upload_id = ? AND bucket = ? AND object_key = ?");
        let row = find.bind(upload_id).bind(bucket.id).bind(key.as_bytes()).fetch_optional(connection).await?;
        let read = |row: SqliteRow| {
            Ok(Self {
                id: row.try_get("id")?,
                upload_id: row.try_get("upload_id")?,
                initiated: row.try_get("initiated")?,
                headers: row.try_get("headers")?,
                storage_class: row.try_get("storage_class")?,
                tags: row.try_get("tags")?,
            })
        };
        row.map(read).transpose()
    }

    pub(in super::super) async fn insert(
        &mut self,
        change: &mut Change,
        bucket: &Bucket,
        key: &str,
    ) -> Result<(), Error> {
        let insert = sqlx::query(
            "INSERT INTO upload (bucket, object_key, upload_id, initiated, headers, storage_class, tags)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        );
        let insert = insert.bind(bucket.id).bind(key.as_bytes()).bind(&self.upload_id).bind(self.initiated);
        let insert = insert.bind(&self.headers).bind(&self.storage_class).bind(&self.tags);
        self.id = insert.execute(&mut **change).await?.last_insert_rowid();
        Ok(())
    }

    /// The upload's parts with a number above `after`, by number, at most `limit` of them.
    pub(in super::super) async fn parts(
        &self,
        connection: &mut SqliteConnection,
        after: i32,
        limit: i32,
    ) -> Result<Vec<Part>, Error> {
        let select = sqlx::query("SELECT * FROM part WHERE upload = ? AND number > ? ORDER BY number LIMIT ?");
        let rows = select.bind(self.id).bind(after).bind(limit).fetch_all(connection).await?;
        rows.iter().map(Part::from_row).collect()
    }

    /// Removes the upload and the parts that are left in it.
    pub(in super::super) async fn remove(&self, change: &mut Change) -> Result<(), Error> {
        let parts = sqlx::query("DELETE FROM part WHERE upload = ? RETURNING id").bind(self.id);
        for row in parts.fetch_all(&mut **change).await? {
            change.part_fell(row.try_get(0)?);
        }
        sqlx::query("DELETE FROM upload WHERE id = ?").bind(self.id).execute(&mut **change).await?;
        Ok(())
    }

    /// Removes every upload of a bucket.
    pub(in super::super) async fn remove_all(change: &mut Change, bucket: &Bucket) -> Result<(), Error> {
        let parts =
            sqlx::query("DELETE FROM part WHERE upload IN (SELECT id FROM upload WHERE bucket = ?) RETURNING id");
        for row in parts.bind(bucket.id).fetch_all(&mut **change).await? {
            change.part_fell(row.try_get(0)?);
        }
        sqlx::query("DELETE FROM upload WHERE bucket = ?").bind(bucket.id).execute(&mut **change).await?;
        Ok(())
    }
}

impl Part {
    fn from_row(row: &SqliteRow) -> Result<Self, Error> {
        Ok(Self {
            id: row.try_get("id")?,
            number: row.try_get("number")?,
            size: u64::try_from(row.try_get::<i64, _>("size")?).map_err(|_| Error::Corrupt { what: "part.size" })?,
            etag: row.try_get("etag")?,
            modified: row.try_get("modified")?,
        })
    }

    /// Puts the part in its place in the upload; a part of the same number makes room.
    pub(in super::super) async fn insert(&mut self, change: &mut Change, upload: &Upload) -> Result<(), Error> {
        let old = sqlx::query("DELETE FROM part WHERE upload = ? AND number = ? RETURNING id");
        let old = old.bind(upload.id).bind(self.number).fetch_optional(&mut **change).await?;
        if let Some(row) = old {
            change.part_fell(row.try_get(0)?);
        }
        let size = i64::try_from(self.size).map_err(|_| Error::Corrupt { what: "part.size" })?;
        let insert = sqlx::query("INSERT INTO part (upload, number, size, etag, modified) VALUES (?, ?, ?, ?, ?)");
        let insert = insert.bind(upload.id).bind(self.number).bind(size).bind(&self.etag).bind(self.modified);
        self.id = insert.execute(&mut **change).await?.last_insert_rowid();
        Ok(())
    }

    pub(in super::super) async fn remove(&self, change: &mut Change) -> Result<(), Error> {
        sqlx::query("DELETE FROM part WHERE id = ?").bind(self.id).execute(&mut **change).await?;
        change.part_fell(self.id);
        Ok(())
    }
}
