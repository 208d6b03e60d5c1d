//! One change of the index: a transaction, and the blobs that it leaves without a reference.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use sqlx::sqlite::{Sqlite, SqliteConnection};
use sqlx::{Row, Transaction};

use super::super::blobs::BlobId;
use super::{Error, Index};

/// A change under way. Dropped before `commit`, it never was.
pub(in super::super) struct Change {
    transaction: Transaction<'static, Sqlite>,
    index: Arc<Index>,
    /// Versions and parts whose rows are gone, but whose extents still stand, so that the change may copy from them.
    fallen_versions: Vec<i64>,
    fallen_parts: Vec<i64>,
}

impl Change {
    pub(super) fn new(transaction: Transaction<'static, Sqlite>, index: Arc<Index>) -> Self {
        Self { transaction, index, fallen_versions: Vec::new(), fallen_parts: Vec::new() }
    }

    pub(in super::super) fn next_id(&self, now: time::OffsetDateTime) -> i64 {
        self.index.next_id(now)
    }

    pub(super) fn version_fell(&mut self, id: i64) {
        self.fallen_versions.push(id);
    }

    pub(super) fn part_fell(&mut self, id: i64) {
        self.fallen_parts.push(id);
    }

    /// Makes the change durable. Returns the blobs that nothing refers to any more.
    pub(in super::super) async fn commit(mut self) -> Result<Vec<BlobId>, Error> {
        let mut freed = Vec::new();
        for version in std::mem::take(&mut self.fallen_versions) {
            freed.extend(drop_version_extents(&mut self.transaction, version).await?);
        }
        for part in std::mem::take(&mut self.fallen_parts) {
            freed.extend(drop_part_extents(&mut self.transaction, part).await?);
        }
        self.transaction.commit().await?;
        Ok(freed)
    }
}

/// Statements run on the change's own connection.
impl Deref for Change {
    type Target = SqliteConnection;
    fn deref(&self) -> &SqliteConnection {
        &self.transaction
    }
}

impl DerefMut for Change {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.transaction
    }
}

async fn drop_version_extents(connection: &mut SqliteConnection, version: i64) -> Result<Vec<BlobId>, Error> {
    let orphans = sqlx::query(
        "SELECT DISTINCT blob FROM version_extent AS mine WHERE version = ?1
           AND NOT EXISTS (SELECT 1 FROM version_extent AS other WHERE other.blob = mine.blob AND other.version <> ?1)
           AND NOT EXISTS (SELECT 1 FROM part_extent AS other WHERE other.blob = mine.blob)",
    );
    let orphans = orphans.bind(version).fetch_all(&mut *connection).await?;
    sqlx::query("DELETE FROM version_extent WHERE version = ?").bind(version).execute(connection).await?;
    orphans.iter().map(|row| BlobId::from_column(row.try_get(0)?)).collect()
}

async fn drop_part_extents(connection: &mut SqliteConnection, part: i64) -> Result<Vec<BlobId>, Error> {
    let orphans = sqlx::query(
        "SELECT DISTINCT blob FROM part_extent AS mine WHERE part = ?1
           AND NOT EXISTS (SELECT 1 FROM part_extent AS other WHERE other.blob = mine.blob AND other.part <> ?1)
           AND NOT EXISTS (SELECT 1 FROM version_extent AS other WHERE other.blob = mine.blob)",
    );
    let orphans = orphans.bind(part).fetch_all(&mut *connection).await?;
    sqlx::query("DELETE FROM part_extent WHERE part = ?").bind(part).execute(connection).await?;
    orphans.iter().map(|row| BlobId::from_column(row.try_get(0)?)).collect()
}
