//! The index: which blobs make up which version of which object key.
//!
//! One connection writes, so changes are serial and a change may read before it writes; others read snapshots. Every
//! change is one transaction, synced before it returns (WAL, synchronous FULL).

mod buckets;
mod change;
mod extents;
mod listing;
mod uploads;
mod versions;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::sqlite::{
    Sqlite, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use super::Error;

pub(super) use buckets::{Bucket, Versioning};
pub(super) use change::Change;
pub(super) use extents::Extent;
pub(super) use listing::{Cursor, Entry, Listing, batch};
pub(super) use uploads::{Part, Upload};
pub(super) use versions::{NULL_VERSION, Version, Wanted};

/// The layout that `schema.sql` makes.
const LAYOUT: i64 = 1;

const READERS: u32 = 4;

/// A snapshot of the index.
pub(super) type Snapshot = sqlx::Transaction<'static, Sqlite>;

/// What happens where there is no index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IfMissing {
    Make,
    /// There was one: blobs lie there.
    Refuse,
}

pub(super) struct Index {
    writer: SqlitePool,
    readers: SqlitePool,
    /// The greatest version id given out; see [`Index::next_id`].
    last_id: AtomicI64,
}

impl Index {
    /// Opens the index, which is made if absent and `missing` allows it.
    pub(super) async fn open(path: &Path, missing: IfMissing) -> Result<Self, Error> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(30))
            // Statements carry object keys: they stay out of the log.
            .disable_statement_logging();
        // A waiting request must not give up before its client does.
        let pool =
            || SqlitePoolOptions::new().acquire_timeout(Duration::from_secs(300)).idle_timeout(None).max_lifetime(None);
        let writer = pool().max_connections(1).connect_with(options.clone()).await?;
        prepare(path, missing, &mut *writer.acquire().await?).await?;
        let readers = pool().max_connections(READERS).connect_with(options).await?;
        let last_id: i64 = sqlx::query_scalar("SELECT coalesce(max(id), 0) FROM version").fetch_one(&writer).await?;
        Ok(Self { writer, readers, last_id: AtomicI64::new(last_id) })
    }

    pub(super) async fn change(self: &Arc<Self>) -> Result<Change, Error> {
        Ok(Change::new(self.writer.begin().await?, Arc::clone(self)))
    }

    pub(super) async fn snapshot(&self) -> Result<Snapshot, Error> {
        Ok(self.readers.begin().await?)
    }

    /// The id of the next version: microseconds since 1970, but always greater than the last. Ask inside a change only, so
    /// that ids are given out in the order of commits.
    fn next_id(&self, now: time::OffsetDateTime) -> i64 {
        let micros = i64::try_from(now.unix_timestamp_nanos() / 1000).unwrap_or(0);
        let next = |last: i64| Some(micros.max(last.saturating_add(1)));
        let last = self.last_id.fetch_update(Ordering::SeqCst, Ordering::SeqCst, next).unwrap_or_else(|last| last);
        micros.max(last.saturating_add(1))
    }

    pub(super) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

async fn prepare(path: &Path, missing: IfMissing, connection: &mut SqliteConnection) -> Result<(), Error> {
    let found: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut *connection).await?;
    match found {
        0 if missing == IfMissing::Refuse => Err(Error::IndexLost { path: path.into() }),
        0 => {
            let mut transaction = sqlx::Connection::begin(connection).await?;
            sqlx::raw_sql(include_str!("schema.sql")).execute(&mut *transaction).await?;
            Ok(transaction.commit().await?)
        }
        LAYOUT => Ok(()),
        found => Err(Error::Layout { path: path.into(), found, known: LAYOUT }),
    }
}
