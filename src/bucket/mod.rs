//! Per-bucket settings that the gateway keeps itself: whether a bucket is sealed.
//!
//! Guarantee: a bucket's state lives in the gateway's own database, never in what the backend could edit; a bucket
//! that was created through the gateway is sealed from its first byte on. Reads are served from memory.
//! Must not know: objects, keys, requests.

use std::collections::HashMap;
use std::sync::RwLock;

use sqlx::{Row, SqlitePool};
use tokio::sync::Mutex;

use crate::names::BucketName;

/// What a bucket may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Sealed objects only: one without an envelope is refused.
    Sealed,
    /// Objects that were there before are served as they are.
    Mixed,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the database of bucket settings failed")]
    Database(#[from] sqlx::Error),
    #[error("the database holds an invalid bucket name")]
    Damaged(#[from] crate::names::InvalidName),
}

/// The settings of every bucket that has any.
pub struct Buckets {
    pool: SqlitePool,
    states: RwLock<HashMap<BucketName, State>>,
    /// Held while database and memory change together.
    changing: Mutex<()>,
}

impl Buckets {
    /// Loads the settings; makes the table in a new database.
    pub async fn open(pool: SqlitePool) -> Result<Self, Error> {
        sqlx::query("CREATE TABLE IF NOT EXISTS buckets (name TEXT PRIMARY KEY, sealed INTEGER NOT NULL) STRICT")
            .execute(&pool)
            .await?;
        let states = RwLock::new(read(&pool).await?);
        Ok(Self { pool, states, changing: Mutex::new(()) })
    }

    /// Takes over what another process, such as `sealgate bucket seal`, has written.
    pub async fn refresh(&self) -> Result<(), Error> {
        let _changing = self.changing.lock().await;
        let states = read(&self.pool).await?;
        self.write(|known| *known = states);
        Ok(())
    }

    /// The state of `bucket`: mixed unless it is known to be sealed.
    pub fn state(&self, bucket: &BucketName) -> State {
        let states = self.states.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        states.get(bucket).copied().unwrap_or(State::Mixed)
    }

    /// Marks `bucket` as sealed. Durable when it returns.
    pub async fn mark_sealed(&self, bucket: &BucketName) -> Result<(), Error> {
        let _changing = self.changing.lock().await;
        sqlx::query("INSERT INTO buckets (name, sealed) VALUES (?1, 1) ON CONFLICT (name) DO UPDATE SET sealed = 1")
            .bind(bucket.as_str())
            .execute(&self.pool)
            .await?;
        self.write(|states| states.insert(bucket.clone(), State::Sealed));
        Ok(())
    }

    /// Forgets `bucket`: it was deleted, or was never made.
    pub async fn forget(&self, bucket: &BucketName) -> Result<(), Error> {
        let _changing = self.changing.lock().await;
        sqlx::query("DELETE FROM buckets WHERE name = ?1").bind(bucket.as_str()).execute(&self.pool).await?;
        self.write(|states| states.remove(bucket));
        Ok(())
    }

    fn write<T>(&self, change: impl FnOnce(&mut HashMap<BucketName, State>) -> T) {
        let mut states = self.states.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        change(&mut states);
    }
}

async fn read(pool: &SqlitePool) -> Result<HashMap<BucketName, State>, Error> {
    let mut states = HashMap::new();
    for row in sqlx::query("SELECT name, sealed FROM buckets").fetch_all(pool).await? {
        let name = BucketName::new(row.try_get("name")?)?;
        let state = if row.try_get::<i64, _>("sealed")? == 0 { State::Mixed } else { State::Sealed };
        states.insert(name, state);
    }
    Ok(states)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_mark_survives_a_restart_and_goes_with_its_bucket() {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}?mode=rwc", dir.path().join("db").display());
        let bucket = BucketName::new("photos").unwrap();
        let buckets = Buckets::open(SqlitePool::connect(&url).await.unwrap()).await.unwrap();
        assert_eq!(buckets.state(&bucket), State::Mixed);
        buckets.mark_sealed(&bucket).await.unwrap();
        let again = Buckets::open(SqlitePool::connect(&url).await.unwrap()).await.unwrap();
        assert_eq!(again.state(&bucket), State::Sealed);
        again.forget(&bucket).await.unwrap();
        let third = Buckets::open(SqlitePool::connect(&url).await.unwrap()).await.unwrap();
        assert_eq!(third.state(&bucket), State::Mixed);
    }
}
