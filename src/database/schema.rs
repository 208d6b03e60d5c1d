//! Schemas, version by version.

use sqlx::AssertSqlSafe;

use super::{Config, Database};

/// Whoever migrates a PostgreSQL database holds this; two gateways may start at once.
const MIGRATION_LOCK: &str = "SELECT pg_advisory_xact_lock(8315159405228291173)";

impl Database {
    /// Brings one room's tables up to date. `steps[n]` leads from version `n` to `n + 1`; a step that has been released
    /// is never changed. All missing steps happen in one transaction, or none does.
    pub async fn migrate(&self, room: &'static str, steps: &[&'static str]) -> Result<(), sqlx::Error> {
        let mut transaction = self.begin().await?;
        if let Config::Postgres(_) = self.config {
            sqlx::query(MIGRATION_LOCK).execute(&mut *transaction).await?;
        }
        let versions =
            "CREATE TABLE IF NOT EXISTS schema_version (room TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT";
        sqlx::raw_sql(AssertSqlSafe(self.dialect(versions))).execute(&mut *transaction).await?;
        let version: Option<i64> = sqlx::query_scalar("SELECT version FROM schema_version WHERE room = $1")
            .bind(room)
            .fetch_optional(&mut *transaction)
            .await?;
        let done = usize::try_from(version.unwrap_or(0)).unwrap_or(usize::MAX);
        let Some(missing) = steps.get(done..) else {
            return Err(sqlx::Error::Configuration(
                format!("the tables of {room} have version {done}, newer than this program's {}", steps.len()).into(),
            ));
        };
        if missing.is_empty() {
            return Ok(());
        }
        for step in missing {
            sqlx::raw_sql(AssertSqlSafe(self.dialect(step))).execute(&mut *transaction).await?;
        }
        sqlx::query(
            "INSERT INTO schema_version VALUES ($1, $2) ON CONFLICT (room) DO UPDATE SET version = excluded.version",
        )
        .bind(room)
        .bind(i64::try_from(steps.len()).unwrap_or(i64::MAX))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await
    }

    /// A schema in the words of this database. Both integers have 64 bits.
    fn dialect(&self, schema: &str) -> String {
        match self.config {
            Config::Sqlite(_) => schema.to_owned(),
            Config::Postgres(_) => {
                schema.replace(" STRICT", "").replace(" INTEGER", " BIGINT").replace(" BLOB", " BYTEA")
            }
        }
    }
}
