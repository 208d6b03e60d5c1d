//! The SQLite file that all rooms with durable state share, each with tables of its own.

use std::path::Path;
use std::time::Duration;

use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

/// Opens or makes the database. A change is on the disk when its transaction has committed (synchronous FULL).
pub async fn open(path: &Path) -> Result<SqlitePool, sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(10))
        .foreign_keys(true);
    SqlitePoolOptions::new().max_connections(8).connect_with(options).await
}

/// Brings one room's tables up to date. `steps[n]` leads from version `n` to `n + 1`; a step that has been released
/// is never changed. All missing steps happen in one transaction, or none does.
pub async fn migrate(pool: &SqlitePool, room: &'static str, steps: &[&'static str]) -> Result<(), sqlx::Error> {
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query("CREATE TABLE IF NOT EXISTS schema_version (room TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT")
        .execute(&mut *transaction)
        .await?;
    let version: Option<i64> = sqlx::query_scalar("SELECT version FROM schema_version WHERE room = ?")
        .bind(room)
        .fetch_optional(&mut *transaction)
        .await?;
    let done = usize::try_from(version.unwrap_or(0)).unwrap_or(usize::MAX);
    if done > steps.len() {
        return Err(sqlx::Error::Configuration(
            format!("the tables of {room} have version {done}, newer than this program's {}", steps.len()).into(),
        ));
    }
    for step in &steps[done..] {
        sqlx::raw_sql(*step).execute(&mut *transaction).await?;
    }
    sqlx::query("INSERT INTO schema_version VALUES (?, ?) ON CONFLICT (room) DO UPDATE SET version = excluded.version")
        .bind(room)
        .bind(i64::try_from(steps.len()).unwrap_or(i64::MAX))
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await
}
