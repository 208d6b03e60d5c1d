//! Per-bucket settings that the gateway keeps itself: whether a bucket is sealed, its default encryption,
//! its policy and its Block Public Access.
//!
//! Guarantee: a bucket's state lives in the gateway's own database, never in what the backend could edit; a bucket
//! that was created through the gateway is sealed from its first byte on. Reads are served from memory.
//! Must not know: objects, keys, requests.

mod access;
pub mod actions;
mod encryption;
mod policy;
mod policy_check;
mod public_access;

use std::collections::HashMap;
use std::sync::RwLock;

use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, Row};
use tokio::sync::Mutex;

use crate::database::Database;
use crate::names::BucketName;

pub use access::{Access, AccessRules};
pub use encryption::{CustomerKeys, DefaultAlgorithm, Encryption};
pub use policy::{BucketPolicy, MalformedPolicy};
pub use public_access::PublicAccessBlock;

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
    #[error("the database holds an encryption rule that cannot be read")]
    Rule(#[from] serde_json::Error),
}

/// What is kept of one bucket.
#[derive(Clone)]
struct Settings {
    state: State,
    encryption: Option<Encryption>,
}

const UNKNOWN: Settings = Settings { state: State::Mixed, encryption: None };

/// The room's tables, version by version.
const MIGRATIONS: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS buckets (name TEXT PRIMARY KEY, sealed INTEGER NOT NULL) STRICT",
    // The default encryption as JSON.
    "ALTER TABLE buckets ADD COLUMN encryption TEXT",
];

/// The settings of every bucket that has any.
pub struct Buckets {
    database: Database,
    settings: RwLock<HashMap<BucketName, Settings>>,
    /// Held while database and memory change together.
    changing: Mutex<()>,
}

impl Buckets {
    /// Loads the settings; makes the table in a new database.
    pub async fn open(database: Database) -> Result<Self, Error> {
        database.migrate("bucket", MIGRATIONS).await?;
        let settings = RwLock::new(read(&database).await?);
        Ok(Self { database, settings, changing: Mutex::new(()) })
    }

    /// Takes over what another process has written: another gateway, or `sealgate bucket seal`.
    pub async fn refresh(&self) -> Result<(), Error> {
        let _changing = self.changing.lock().await;
        let settings = read(&self.database).await?;
        self.write(|known| *known = settings);
        Ok(())
    }

    /// The state of `bucket`: mixed unless it is known to be sealed.
    pub fn state(&self, bucket: &BucketName) -> State {
        self.read(bucket, |settings| settings.state)
    }

    /// The default encryption of `bucket`, if one was put.
    pub fn encryption(&self, bucket: &BucketName) -> Option<Encryption> {
        self.read(bucket, |settings| settings.encryption.clone())
    }

    /// Sets or removes the default encryption of `bucket`. Whether keys of the customer are taken stays as it is unless
    /// the rule says so. Durable when it returns.
    pub async fn set_encryption(&self, bucket: &BucketName, rule: Option<Encryption>) -> Result<(), Error> {
        let _changing = self.changing.lock().await;
        let customer_keys = self.encryption(bucket).and_then(|known| known.customer_keys);
        let encryption = match rule {
            None => Encryption::with_customer_keys(customer_keys),
            Some(rule) => Some(Encryption { customer_keys: rule.customer_keys.or(customer_keys), ..rule }),
        };
        let text = encryption.as_ref().map(serde_json::to_string).transpose()?;
        let statement = "INSERT INTO buckets (name, sealed, encryption) VALUES ($1, 0, $2) \
             ON CONFLICT (name) DO UPDATE SET encryption = excluded.encryption";
        self.keep(sqlx::query(statement).bind(bucket.as_str()).bind(text)).await?;
        self.write(|settings| settings.entry(bucket.clone()).or_insert(UNKNOWN).encryption = encryption);
        Ok(())
    }

    /// Takes up a new bucket: sealed, and with nothing that an earlier one of its name said. Durable when it returns.
    pub async fn begin(&self, bucket: &BucketName, customer_keys: Option<CustomerKeys>) -> Result<(), Error> {
        let _changing = self.changing.lock().await;
        let encryption = Encryption::with_customer_keys(customer_keys);
        let text = encryption.as_ref().map(serde_json::to_string).transpose()?;
        let statement = "INSERT INTO buckets (name, sealed, encryption) VALUES ($1, 1, $2) \
             ON CONFLICT (name) DO UPDATE SET sealed = 1, encryption = excluded.encryption";
        self.keep(sqlx::query(statement).bind(bucket.as_str()).bind(text)).await?;
        self.write(|settings| settings.insert(bucket.clone(), Settings { state: State::Sealed, encryption }));
        Ok(())
    }

    /// Marks `bucket` as sealed. Durable when it returns.
    pub async fn mark_sealed(&self, bucket: &BucketName) -> Result<(), Error> {
        let _changing = self.changing.lock().await;
        let statement = "INSERT INTO buckets (name, sealed) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET sealed = 1";
        self.keep(sqlx::query(statement).bind(bucket.as_str())).await?;
        self.write(|settings| settings.entry(bucket.clone()).or_insert(UNKNOWN).state = State::Sealed);
        Ok(())
    }

    /// Forgets `bucket`: it was deleted, or was never made.
    pub async fn forget(&self, bucket: &BucketName) -> Result<(), Error> {
        let _changing = self.changing.lock().await;
        self.keep(sqlx::query("DELETE FROM buckets WHERE name = $1").bind(bucket.as_str())).await?;
        self.write(|settings| settings.remove(bucket));
        Ok(())
    }

    /// Runs one statement, durably.
    async fn keep(&self, statement: Query<'_, Any, AnyArguments>) -> Result<(), Error> {
        let mut transaction = self.database.begin().await?;
        statement.execute(&mut *transaction).await?;
        Ok(transaction.commit().await?)
    }

    fn read<T>(&self, bucket: &BucketName, what: impl FnOnce(&Settings) -> T) -> T {
        let settings = self.settings.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        what(settings.get(bucket).unwrap_or(&UNKNOWN))
    }

    fn write<T>(&self, change: impl FnOnce(&mut HashMap<BucketName, Settings>) -> T) {
        let mut settings = self.settings.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        change(&mut settings);
    }
}

async fn read(database: &Database) -> Result<HashMap<BucketName, Settings>, Error> {
    let mut settings = HashMap::new();
    for row in sqlx::query("SELECT name, sealed, encryption FROM buckets").fetch_all(database.pool()).await? {
        let name = BucketName::new(row.try_get("name")?)?;
        let state = if row.try_get::<i64, _>("sealed")? == 0 { State::Mixed } else { State::Sealed };
        let rule: Option<String> = row.try_get("encryption")?;
        let encryption = rule.as_deref().map(serde_json::from_str).transpose()?;
        settings.insert(name, Settings { state, encryption });
    }
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::Config;

    async fn database(folder: &tempfile::TempDir) -> Database {
        Database::open(Config::Sqlite(folder.path().join("db"))).await.unwrap()
    }

    #[tokio::test]
    async fn a_rule_survives_a_restart_and_leaves_the_mark_alone() {
        let dir = tempfile::tempdir().unwrap();
        let bucket = BucketName::new("photos").unwrap();
        let before = database(&dir).await;
        // A database of the version before.
        sqlx::raw_sql("CREATE TABLE buckets (name TEXT PRIMARY KEY, sealed INTEGER NOT NULL) STRICT; INSERT INTO buckets VALUES ('photos', 1)")
            .execute(before.pool())
            .await
            .unwrap();
        let buckets = Buckets::open(before).await.unwrap();
        let rule = Encryption {
            algorithm: Some(DefaultAlgorithm::DsseKms),
            key: Some("alias/mine".into()),
            bucket_key: Some(false),
            customer_keys: Some(CustomerKeys::Blocked),
        };
        buckets.set_encryption(&bucket, Some(rule.clone())).await.unwrap();
        let again = Buckets::open(database(&dir).await).await.unwrap();
        assert_eq!((again.state(&bucket), again.encryption(&bucket)), (State::Sealed, Some(rule)));
        again.set_encryption(&bucket, None).await.unwrap();
        let third = Buckets::open(database(&dir).await).await.unwrap();
        // What the rule said of the customer's keys outlives it.
        let left = Encryption::with_customer_keys(Some(CustomerKeys::Blocked));
        assert_eq!((third.state(&bucket), third.encryption(&bucket)), (State::Sealed, left));
        third.begin(&bucket, None).await.unwrap();
        let fourth = Buckets::open(database(&dir).await).await.unwrap();
        assert_eq!((fourth.state(&bucket), fourth.encryption(&bucket)), (State::Sealed, None));
    }

    #[tokio::test]
    async fn a_mark_survives_a_restart_and_goes_with_its_bucket() {
        let dir = tempfile::tempdir().unwrap();
        let bucket = BucketName::new("photos").unwrap();
        let buckets = Buckets::open(database(&dir).await).await.unwrap();
        assert_eq!(buckets.state(&bucket), State::Mixed);
        buckets.mark_sealed(&bucket).await.unwrap();
        let again = Buckets::open(database(&dir).await).await.unwrap();
        assert_eq!(again.state(&bucket), State::Sealed);
        again.forget(&bucket).await.unwrap();
        let third = Buckets::open(database(&dir).await).await.unwrap();
        assert_eq!(third.state(&bucket), State::Mixed);
    }
}
