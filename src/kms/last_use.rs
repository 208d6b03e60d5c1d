//! When each key was last used for cryptography. Kept in memory and written now and then: AWS's own answer lags too, so the
//! last minute may be missing after a crash.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::database::Database;
use crate::names::KeyArn;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LastUse {
    pub operation: String,
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub time: OffsetDateTime,
    pub event_id: String,
    pub request_id: String,
}

#[derive(Default)]
pub struct LastUses(Mutex<Uses>);

#[derive(Default)]
struct Uses {
    by_key: HashMap<KeyArn, LastUse>,
    /// Since it was last written.
    fresh: HashMap<KeyArn, LastUse>,
}

impl LastUses {
    pub async fn load(database: &Database) -> Result<Self, sqlx::Error> {
        let by_key = read(database).await?;
        Ok(Self(Mutex::new(Uses { by_key, fresh: HashMap::new() })))
    }

    pub fn of(&self, key: &KeyArn) -> Option<LastUse> {
        let uses = self.lock();
        uses.fresh.get(key).or_else(|| uses.by_key.get(key)).cloned()
    }

    pub fn note(&self, key: &KeyArn, last: LastUse) {
        self.lock().fresh.insert(key.clone(), last);
    }

    /// Writes what is not written yet, and reads what other gateways wrote. A later use is never replaced by an earlier one.
    pub async fn exchange(&self, database: &Database) -> Result<(), sqlx::Error> {
        let fresh = {
            let mut uses = self.lock();
            let fresh = std::mem::take(&mut uses.fresh);
            uses.by_key.extend(fresh.clone());
            fresh
        };
        if let Err(error) = write(database, &fresh).await {
            let mut uses = self.lock();
            for (key, last) in fresh {
                uses.fresh.entry(key).or_insert(last);
            }
            return Err(error);
        }
        self.lock().by_key = read(database).await?;
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Uses> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn write(database: &Database, uses: &HashMap<KeyArn, LastUse>) -> Result<(), sqlx::Error> {
    if uses.is_empty() {
        return Ok(());
    }
    let mut transaction = database.begin().await?;
    for (key, last) in uses {
        let record = serde_json::to_string(last).map_err(|error| sqlx::Error::Encode(error.into()))?;
        sqlx::query(
            "INSERT INTO kms_last_usage VALUES ($1, $2, $3) ON CONFLICT (key) \
             DO UPDATE SET used_ms = excluded.used_ms, record = excluded.record \
             WHERE excluded.used_ms > kms_last_usage.used_ms",
        )
        .bind(key.to_string())
        .bind(i64::try_from(last.time.unix_timestamp_nanos() / 1_000_000).unwrap_or(0))
        .bind(record)
        .execute(&mut *transaction)
        .await?;
    }
    transaction.commit().await
}

async fn read(database: &Database) -> Result<HashMap<KeyArn, LastUse>, sqlx::Error> {
    let select = sqlx::query_as("SELECT key, record FROM kms_last_usage");
    let rows: Vec<(String, String)> = select.fetch_all(database.pool()).await?;
    // A record that cannot be read is no reason not to start: the next use replaces it.
    let parsed = |(key, record): (String, String)| Some((key.parse().ok()?, serde_json::from_str(&record).ok()?));
    Ok(rows.into_iter().filter_map(parsed).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::Config;

    #[tokio::test]
    async fn what_could_not_be_written_is_written_later() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(Config::Sqlite(folder.path().join("a.db"))).await.unwrap();
        let key: KeyArn = "arn:aws:kms:us-east-1:000000000000:key/k".parse().unwrap();
        let uses = LastUses::default();
        let time = OffsetDateTime::UNIX_EPOCH + time::Duration::days(1);
        let last = LastUse { operation: "Encrypt".into(), time, event_id: "e".into(), request_id: "r".into() };
        uses.note(&key, last);
        // The table is not there.
        uses.exchange(&database).await.unwrap_err();
        let table = "CREATE TABLE kms_last_usage (key TEXT PRIMARY KEY, used_ms INTEGER, record TEXT)";
        sqlx::raw_sql(table).execute(database.pool()).await.unwrap();
        uses.exchange(&database).await.unwrap();
        assert_eq!(LastUses::load(&database).await.unwrap().of(&key).unwrap().time, time);
    }
}
