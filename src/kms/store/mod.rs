//! Where keys are kept: durable in a database, and in memory for every read.
//!
//! A change is decided against the newest state, written in one transaction, and only then seen by readers. Changes take
//! turns, in this process and among all that share the database: none is lost. A caller that goes away in the middle does
//! not interrupt the turn: what became durable is seen.

mod change;
mod journal;
mod load;
mod memory;

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use sqlx::AnyConnection;
use tokio::sync::Mutex;

use crate::database::Database;

use super::OpenError;
use super::error::Error;
use super::last_use::LastUses;

pub use change::Change;
pub use memory::{Alias, Memory, Partition, StoredMaterial};

use journal::News;
use load::Unreadable;

/// How long the database may take for one step. Longer than it waits for a lock.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Store {
    database: Database,
    memory: RwLock<Memory>,
    turn: Arc<Mutex<()>>,
}

impl Store {
    pub async fn open(database: Database) -> Result<Arc<Self>, OpenError> {
        database.migrate("kms", change::SCHEMA).await?;
        let store = Self { database, memory: RwLock::default(), turn: Arc::default() };
        store.refresh_with(Unreadable::Refuse).await?;
        Ok(Arc::new(store))
    }

    /// Held for look-ups only, never across an await.
    pub fn read(&self) -> RwLockReadGuard<'_, Memory> {
        // Readers cannot tear the memory, and `apply` does not panic half way.
        self.memory.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes over what other processes have changed.
    pub async fn refresh(&self) -> Result<(), OpenError> {
        in_time(self.refresh_with(Unreadable::Hide)).await
    }

    async fn refresh_with(&self, unreadable: Unreadable) -> Result<(), OpenError> {
        let _turn = self.turn.lock().await;
        let mut snapshot = self.database.snapshot().await?;
        let newest = journal::revision(&mut snapshot).await?;
        self.catch_up(&mut snapshot, newest, unreadable).await
    }

    /// Decides on changes and makes them. `decide` sees the newest state and nothing else changes meanwhile, here or in
    /// another process.
    pub async fn change<T: Send + 'static>(
        self: &Arc<Self>,
        decide: impl FnOnce(&Memory) -> Result<(Vec<Change>, T), Error>,
    ) -> Result<T, Error> {
        let turn = self.turn.clone().lock_owned().await;
        let begun = async {
            let mut transaction = self.database.begin().await?;
            let revision = journal::begin(&mut transaction).await?;
            self.catch_up(&mut transaction, revision - 1, Unreadable::Hide).await?;
            Ok((transaction, revision))
        };
        let (mut transaction, revision) = in_time(begun).await.map_err(internal)?;
        let (changes, value) = {
            let memory = self.read();
            let (changes, value) = decide(&memory)?;
            (change::with_what_follows(&memory, changes), value)
        };
        if changes.is_empty() {
            return Ok(value);
        }
        let store = self.clone();
        let written = tokio::spawn(async move {
            let _turn = turn;
            let written = async {
                for change in &changes {
                    change::write(&mut transaction, change).await?;
                }
                journal::note(&mut transaction, revision, &changes).await?;
                // If the answer to the commit is lost, the change may stand all the same: the next refresh finds out.
                Ok(transaction.commit().await?)
            };
            in_time(written).await?;
            store.write(|memory| memory.apply(changes, revision));
            Ok::<_, OpenError>(())
        });
        written.await.map_err(Error::internal)?.map_err(internal)?;
        Ok(value)
    }

    /// Tells other gateways when keys were last used here, and hears it from them.
    pub async fn exchange_last_uses(&self, last_uses: &LastUses) -> Result<(), Error> {
        last_uses.exchange(&self.database).await.map_err(Error::internal)
    }

    /// Leaves nothing of deleted rows in the database's files.
    pub async fn forget_deleted(&self) -> Result<(), Error> {
        if !self.database.forget_deleted().await.map_err(Error::internal)? {
            tracing::warn!(
                "a destroyed key's sealed material stands in the database's log until the log is next emptied"
            );
        }
        Ok(())
    }

    /// The fingerprint of the root key that this store was made with; the first caller's is kept.
    pub async fn bind_root_key(&self, fingerprint: &str) -> Result<String, sqlx::Error> {
        sqlx::query("INSERT INTO kms_root_key VALUES (1, $1) ON CONFLICT DO NOTHING")
            .bind(fingerprint)
            .execute(self.database.pool())
            .await?;
        sqlx::query_scalar("SELECT fingerprint FROM kms_root_key").fetch_one(self.database.pool()).await
    }

    /// Brings the memory to revision `newest`, which the connection sees. The caller has the turn.
    async fn catch_up(
        &self,
        connection: &mut AnyConnection,
        newest: i64,
        unreadable: Unreadable,
    ) -> Result<(), OpenError> {
        let known = self.read().revision();
        if known == newest {
            return Ok(());
        }
        match journal::news(connection, known, newest, unreadable).await? {
            News::Since(changes) => self.write(|memory| memory.apply(changes, newest)),
            News::Everything(changes) => {
                let mut all = Memory::default();
                all.apply(changes, newest);
                self.write(|memory| {
                    all.keep_gateway_key(memory);
                    *memory = all;
                });
            }
        }
        Ok(())
    }

    fn write(&self, edit: impl FnOnce(&mut Memory)) {
        let mut memory: RwLockWriteGuard<'_, Memory> = self.memory.write().unwrap_or_else(PoisonError::into_inner);
        edit(&mut memory);
    }
}

/// A database that hangs holds up the turn, and with it every change and refresh: it is given up.
async fn in_time<T>(work: impl Future<Output = Result<T, OpenError>>) -> Result<T, OpenError> {
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(done) => done,
        Err(_) => Err(sqlx::Error::PoolTimedOut.into()),
    }
}

/// A fault of the store in the middle of a call.
fn internal(error: OpenError) -> Error {
    match error {
        OpenError::Database(cause) => Error::internal(cause),
        other => Error::internal(other),
    }
}
