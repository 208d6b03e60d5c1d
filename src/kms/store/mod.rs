//! Where keys are kept: durable in a database, and in memory for every read.
//!
//! A change is decided against the memory, written in one transaction, and only then seen by readers. Changes take turns.
//! A caller that goes away in the middle does not interrupt the turn: what became durable is seen.

mod change;
mod memory;
pub mod sqlite;

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use sqlx::SqlitePool;
use tokio::sync::Mutex;

use super::error::Error;
use super::last_use::LastUses;

pub use change::Change;
pub use memory::{Alias, Memory, Partition, StoredMaterial};

pub struct Store {
    pool: SqlitePool,
    memory: RwLock<Memory>,
    turn: Arc<Mutex<()>>,
}

impl Store {
    pub async fn open(pool: SqlitePool) -> Result<Arc<Self>, super::OpenError> {
        sqlite::migrate(&pool, "kms", change::SCHEMA).await?;
        let memory = change::load(&pool).await?;
        Ok(Arc::new(Self { pool, memory: RwLock::new(memory), turn: Arc::default() }))
    }

    /// Held for look-ups only, never across an await.
    pub fn read(&self) -> RwLockReadGuard<'_, Memory> {
        // Readers cannot tear the memory, and `apply` does not panic half way.
        self.memory.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Decides on changes and makes them. `decide` sees the newest state and nothing else changes meanwhile.
    pub async fn change<T: Send + 'static>(
        self: &Arc<Self>,
        decide: impl FnOnce(&Memory) -> Result<(Vec<Change>, T), Error>,
    ) -> Result<T, Error> {
        let turn = self.turn.clone().lock_owned().await;
        let (changes, value) = decide(&self.read())?;
        if changes.is_empty() {
            return Ok(value);
        }
        let store = self.clone();
        let written = tokio::spawn(async move {
            let _turn = turn;
            change::commit(&store.pool, &changes).await?;
            store.memory.write().unwrap_or_else(PoisonError::into_inner).apply(changes);
            Ok::<_, sqlx::Error>(())
        });
        written.await.map_err(Error::internal)?.map_err(Error::internal)?;
        Ok(value)
    }

    /// Writes when keys were last used.
    pub async fn write_last_uses(&self, last_uses: &LastUses) -> Result<(), Error> {
        last_uses.write(&self.pool).await.map_err(Error::internal)
    }

    /// The fingerprint of the root key that this store was made with; the first caller's is kept.
    pub async fn bind_root_key(&self, fingerprint: &str) -> Result<String, sqlx::Error> {
        sqlx::query("INSERT INTO kms_root_key VALUES (1, ?) ON CONFLICT DO NOTHING")
            .bind(fingerprint)
            .execute(&self.pool)
            .await?;
        sqlx::query_scalar("SELECT fingerprint FROM kms_root_key").fetch_one(&self.pool).await
    }
}
