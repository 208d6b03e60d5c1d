//! When each key was last used for cryptography. Kept in memory and written now and then: AWS's own answer lags too, so the
//! last minute may be missing after a crash.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use sqlx::SqlitePool;
use time::OffsetDateTime;

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
    pub async fn load(pool: &SqlitePool) -> Result<Self, sqlx::Error> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT key, record FROM kms_last_use").fetch_all(pool).await?;
        // A record that cannot be read is no reason not to start: the next use replaces it.
        let read = |(key, record): (String, String)| Some((key.parse().ok()?, serde_json::from_str(&record).ok()?));
        let by_key = rows.into_iter().filter_map(read).collect();
        Ok(Self(Mutex::new(Uses { by_key, fresh: HashMap::new() })))
    }

    pub fn of(&self, key: &KeyArn) -> Option<LastUse> {
        let uses = self.lock();
        uses.fresh.get(key).or_else(|| uses.by_key.get(key)).cloned()
    }

    pub fn note(&self, key: &KeyArn, last: LastUse) {
        self.lock().fresh.insert(key.clone(), last);
    }

    /// Writes what is not written yet.
    pub async fn write(&self, pool: &SqlitePool) -> Result<(), sqlx::Error> {
        let fresh: Vec<(KeyArn, LastUse)> = {
            let mut uses = self.lock();
            let fresh: Vec<_> = uses.fresh.drain().collect();
            uses.by_key.extend(fresh.iter().cloned());
            fresh
        };
        if fresh.is_empty() {
            return Ok(());
        }
        let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
        for (key, last) in fresh {
            let record = serde_json::to_string(&last).map_err(|error| sqlx::Error::Encode(error.into()))?;
            sqlx::query("INSERT OR REPLACE INTO kms_last_use VALUES (?, ?)")
                .bind(key.to_string())
                .bind(record)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await
    }

    fn lock(&self) -> MutexGuard<'_, Uses> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
