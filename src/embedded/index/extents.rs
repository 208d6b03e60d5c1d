//! The bytes of versions and parts: pieces of blobs, shared without being copied.

use std::collections::HashSet;
use std::ops::Range;

use sqlx::Row;
use sqlx::sqlite::SqliteConnection;

use super::super::blobs::BlobId;
use super::{Change, Error, Index, Part, Upload, Version};

/// `len` bytes of a blob from `start` on, which stand at `at` in the object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Extent {
    pub at: u64,
    pub len: u64,
    pub blob: BlobId,
    pub start: u64,
}

fn column(value: u64) -> Result<i64, Error> {
    i64::try_from(value).map_err(|_| Error::Corrupt { what: "an offset" })
}

fn offset(value: i64) -> Result<u64, Error> {
    u64::try_from(value).map_err(|_| Error::Corrupt { what: "an offset" })
}

impl Version {
    /// A whole blob becomes this version's bytes.
    pub(in super::super) async fn set_blob(&self, change: &mut Change, blob: &BlobId) -> Result<(), Error> {
        let insert = sqlx::query("INSERT INTO version_extent VALUES (?, 0, ?, 1, ?, 0)");
        insert.bind(self.id).bind(column(self.size)?).bind(blob.as_column()).execute(&mut **change).await?;
        Ok(())
    }

    /// This version shares all bytes of `source`, as one part.
    pub(in super::super) async fn share_version(&self, change: &mut Change, source: &Version) -> Result<(), Error> {
        let insert = sqlx::query(
            "INSERT INTO version_extent SELECT ?1, at, len, 1, blob, start FROM version_extent WHERE version = ?2",
        );
        insert.bind(self.id).bind(source.id).execute(&mut **change).await?;
        Ok(())
    }

    /// This version's bytes are those of the upload's parts, in their order.
    pub(in super::super) async fn share_parts(&self, change: &mut Change, upload: &Upload) -> Result<(), Error> {
        let insert = sqlx::query(
            "INSERT INTO version_extent
             SELECT ?1, placed.at + piece.at, piece.len, placed.number, piece.blob, piece.start
             FROM (SELECT id, number, sum(size) OVER (ORDER BY number) - size AS at FROM part WHERE upload = ?2) AS placed
             JOIN part_extent AS piece ON piece.part = placed.id",
        );
        insert.bind(self.id).bind(upload.id).execute(&mut **change).await?;
        Ok(())
    }

    /// The extents that touch `range`, in order.
    pub(in super::super) async fn extents(
        &self,
        connection: &mut SqliteConnection,
        range: &Range<u64>,
    ) -> Result<Vec<Extent>, Error> {
        // The first extent is found by the index too, not by reading all before it.
        let select = sqlx::query(
            "SELECT at, len, blob, start FROM version_extent WHERE version = ?1 AND at < ?3
               AND at >= (SELECT coalesce(max(at), 0) FROM version_extent WHERE version = ?1 AND at <= ?2) ORDER BY at",
        );
        let select = select.bind(self.id).bind(column(range.start)?).bind(column(range.end)?);
        let read = |row: &sqlx::sqlite::SqliteRow| {
            Ok(Extent {
                at: offset(row.try_get(0)?)?,
                len: offset(row.try_get(1)?)?,
                blob: BlobId::from_column(row.try_get(2)?)?,
                start: offset(row.try_get(3)?)?,
            })
        };
        select.fetch_all(connection).await?.iter().map(read).collect()
    }

    /// Number and length of each part that holds bytes, and where it begins in the object.
    pub(in super::super) async fn part_ranges(
        &self,
        connection: &mut SqliteConnection,
    ) -> Result<Vec<(i32, Range<u64>)>, Error> {
        let select = sqlx::query(
            "SELECT part, min(at), sum(len) FROM version_extent WHERE version = ? GROUP BY part ORDER BY min(at)",
        );
        let rows = select.bind(self.id).fetch_all(connection).await?;
        let read = |row: &sqlx::sqlite::SqliteRow| {
            let start = offset(row.try_get(1)?)?;
            Ok((row.try_get(0)?, start..start.saturating_add(offset(row.try_get(2)?)?)))
        };
        rows.iter().map(read).collect()
    }
}

impl Part {
    pub(in super::super) async fn set_blob(&self, change: &mut Change, blob: &BlobId) -> Result<(), Error> {
        let insert = sqlx::query("INSERT INTO part_extent VALUES (?, 0, ?, ?, 0)");
        insert.bind(self.id).bind(column(self.size)?).bind(blob.as_column()).execute(&mut **change).await?;
        Ok(())
    }

    /// This part shares the bytes `range` of `source`.
    pub(in super::super) async fn share_range(
        &self,
        change: &mut Change,
        source: &Version,
        range: &Range<u64>,
    ) -> Result<(), Error> {
        let insert = sqlx::query(
            "INSERT INTO part_extent
             SELECT ?1, max(at, ?3) - ?3, min(at + len, ?4) - max(at, ?3), blob, start + max(at, ?3) - at
             FROM version_extent WHERE version = ?2 AND at < ?4 AND at + len > ?3",
        );
        let insert = insert.bind(self.id).bind(source.id).bind(column(range.start)?).bind(column(range.end)?);
        insert.execute(&mut **change).await?;
        Ok(())
    }
}

impl Index {
    /// All blobs that are referred to and whose id begins with the byte `shard`.
    pub(in super::super) async fn blobs_of_shard(&self, shard: u8) -> Result<HashSet<BlobId>, Error> {
        let (from, to) = (vec![shard], shard.checked_add(1).map_or(vec![0xff; 17], |next| vec![next]));
        let select = sqlx::query(
            "SELECT blob FROM version_extent WHERE blob >= ?1 AND blob < ?2
             UNION SELECT blob FROM part_extent WHERE blob >= ?1 AND blob < ?2",
        );
        let rows = select.bind(from).bind(to).fetch_all(&self.readers).await?;
        rows.iter().map(|row| BlobId::from_column(row.try_get(0)?)).collect()
    }
}
