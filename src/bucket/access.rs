//! What buckets say of access to them: their policies and their Block Public Access, in tables of their own.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, Row};
use tokio::sync::Mutex;

use super::Error;
use super::policy::BucketPolicy;
use super::public_access::PublicAccessBlock;
use crate::database::Database;
use crate::names::BucketName;

/// The word of one bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    pub policy: Option<BucketPolicy>,
    /// `None`: no configuration, which blocks nothing.
    pub public_access: Option<PublicAccessBlock>,
}

const MIGRATIONS: &[&str] = &["CREATE TABLE bucket_policies (bucket TEXT PRIMARY KEY, policy TEXT NOT NULL) STRICT; \
     CREATE TABLE bucket_public_access (bucket TEXT PRIMARY KEY, block TEXT NOT NULL) STRICT"];

/// The word of every bucket that has one. Reads are served from memory.
pub struct AccessRules {
    database: Database,
    rules: RwLock<HashMap<BucketName, Arc<Access>>>,
    /// Held while database and memory change together.
    changing: Mutex<()>,
}

impl AccessRules {
    /// Loads the rules; makes the tables in a new database.
    pub async fn open(database: Database) -> Result<Self, Error> {
        database.migrate("bucket-access", MIGRATIONS).await?;
        let rules = RwLock::new(read(&database).await?);
        Ok(Self { database, rules, changing: Mutex::new(()) })
    }

    /// Takes over what another process has written.
    pub async fn refresh(&self) -> Result<(), Error> {
        let _changing = self.changing.lock().await;
        let read = read(&self.database).await?;
        *self.rules.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = read;
        Ok(())
    }

    /// What `bucket` says.
    pub fn of(&self, bucket: &BucketName) -> Arc<Access> {
        let rules = self.rules.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        rules.get(bucket).cloned().unwrap_or_default()
    }

    /// Sets or removes a policy. Durable when it returns, as all changes are.
    pub async fn set_policy(&self, bucket: &BucketName, policy: Option<BucketPolicy>) -> Result<(), Error> {
        let _changing = self.changing.lock().await;
        match &policy {
            Some(policy) => {
                let text = "INSERT INTO bucket_policies VALUES ($1, $2) \
                            ON CONFLICT (bucket) DO UPDATE SET policy = excluded.policy";
                self.keep(sqlx::query(text).bind(bucket.as_str()).bind(policy.text())).await?;
            }
            None => {
                let text = "DELETE FROM bucket_policies WHERE bucket = $1";
                self.keep(sqlx::query(text).bind(bucket.as_str())).await?;
            }
        }
        self.change(bucket, |access| access.policy = policy);
        Ok(())
    }

    /// Sets or removes the Block Public Access of `bucket`.
    pub async fn set_public_access(&self, bucket: &BucketName, block: Option<PublicAccessBlock>) -> Result<(), Error> {
        let _changing = self.changing.lock().await;
        match &block {
            Some(block) => {
                let text = "INSERT INTO bucket_public_access VALUES ($1, $2) \
                            ON CONFLICT (bucket) DO UPDATE SET block = excluded.block";
                let json = serde_json::to_string(block)?;
                self.keep(sqlx::query(text).bind(bucket.as_str()).bind(json)).await?;
            }
            None => {
                let text = "DELETE FROM bucket_public_access WHERE bucket = $1";
                self.keep(sqlx::query(text).bind(bucket.as_str())).await?;
            }
        }
        self.change(bucket, |access| access.public_access = block);
        Ok(())
    }

    /// Forgets `bucket`: it was deleted, or is made anew.
    pub async fn forget(&self, bucket: &BucketName) -> Result<(), Error> {
        self.set_policy(bucket, None).await?;
        self.set_public_access(bucket, None).await
    }

    /// Runs one statement, durably.
    async fn keep(&self, statement: Query<'_, Any, AnyArguments>) -> Result<(), Error> {
        let mut transaction = self.database.begin().await?;
        statement.execute(&mut *transaction).await?;
        Ok(transaction.commit().await?)
    }

    fn change(&self, bucket: &BucketName, change: impl FnOnce(&mut Access)) {
        let mut rules = self.rules.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        let mut access = rules.get(bucket).map(|access| Access::clone(access)).unwrap_or_default();
        change(&mut access);
        if access == Access::default() {
            rules.remove(bucket);
        } else {
            rules.insert(bucket.clone(), Arc::new(access));
        }
    }
}

async fn read(database: &Database) -> Result<HashMap<BucketName, Arc<Access>>, Error> {
    let mut rules: HashMap<BucketName, Access> = HashMap::new();
    for row in sqlx::query("SELECT bucket, policy FROM bucket_policies").fetch_all(database.pool()).await? {
        let bucket = BucketName::new(&row.try_get::<String, _>("bucket")?)?;
        rules.entry(bucket).or_default().policy = Some(BucketPolicy::load(row.try_get("policy")?));
    }
    for row in sqlx::query("SELECT bucket, block FROM bucket_public_access").fetch_all(database.pool()).await? {
        let bucket = BucketName::new(&row.try_get::<String, _>("bucket")?)?;
        rules.entry(bucket).or_default().public_access =
            Some(serde_json::from_str(&row.try_get::<String, _>("block")?)?);
    }
    Ok(rules.into_iter().map(|(bucket, access)| (bucket, Arc::new(access))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn rules_survive_a_restart_and_go_with_their_bucket() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("db");
        let open = async || {
            let database = Database::open(crate::database::Config::Sqlite(path.clone())).await.unwrap();
            AccessRules::open(database).await.unwrap()
        };
        let bucket = BucketName::new("photos").unwrap();
        let text = r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::photos/*"}}"#;
        let policy = BucketPolicy::check(text.as_bytes(), &bucket, &|_, _| true).unwrap();
        let rules = open().await;
        assert_eq!(*rules.of(&bucket), Access::default());
        rules.set_policy(&bucket, Some(policy.clone())).await.unwrap();
        rules.set_public_access(&bucket, Some(PublicAccessBlock::OF_NEW_BUCKETS)).await.unwrap();
        let expected = Access { policy: Some(policy), public_access: Some(PublicAccessBlock::OF_NEW_BUCKETS) };
        assert_eq!(*rules.of(&bucket), expected);
        let again = open().await;
        assert_eq!(*again.of(&bucket), expected);
        again.forget(&bucket).await.unwrap();
        assert_eq!(*again.of(&bucket), Access::default());
        rules.refresh().await.unwrap();
        assert_eq!(*rules.of(&bucket), Access::default());
    }

    #[tokio::test]
    async fn what_cannot_be_read_denies() {
        let policy = BucketPolicy::load("{\"Statement\":1}".to_owned());
        assert!(policy.document().is_none() && policy.is_public());
    }
}
