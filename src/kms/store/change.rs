//! Changes, and the tables in which they become durable.

use std::sync::Arc;

use sqlx::{Row, SqlitePool};

use crate::kms::OpenError;
use crate::kms::key::Key;
use crate::names::{AccountId, Region};

use super::{Alias, Memory};

/// The steps of the schema. A released step is never changed.
pub(super) const SCHEMA: &[&str] = &["
CREATE TABLE kms_root_key (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    fingerprint TEXT NOT NULL
) STRICT;
CREATE TABLE kms_key (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    key_id TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (account, region, key_id)
) STRICT;
CREATE TABLE kms_material (
    account TEXT NOT NULL,
    key_id TEXT NOT NULL,
    material_id TEXT NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (key_id, material_id)
) STRICT;
CREATE TABLE kms_alias (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    name TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (account, region, name)
) STRICT;
"];

/// One row that is written.
pub enum Change {
    PutKey(Arc<Key>),
    PutMaterial { account: AccountId, key_id: Arc<str>, material_id: String, sealed: Vec<u8> },
    PutAlias { account: AccountId, region: Region, name: String, alias: Arc<Alias> },
}

/// Writes all changes or none.
pub(super) async fn commit(pool: &SqlitePool, changes: &[Change]) -> Result<(), sqlx::Error> {
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    for change in changes {
        let query = match change {
            Change::PutKey(key) => sqlx::query("INSERT OR REPLACE INTO kms_key VALUES (?, ?, ?, ?)")
                .bind(key.arn.account.as_str())
                .bind(key.arn.region.as_str())
                .bind(&*key.arn.key_id)
                .bind(json(&**key)?),
            Change::PutMaterial { account, key_id, material_id, sealed } => {
                sqlx::query("INSERT OR REPLACE INTO kms_material VALUES (?, ?, ?, ?)")
                    .bind(account.as_str())
                    .bind(&**key_id)
                    .bind(material_id)
                    .bind(sealed)
            }
            Change::PutAlias { account, region, name, alias } => {
                sqlx::query("INSERT OR REPLACE INTO kms_alias VALUES (?, ?, ?, ?)")
                    .bind(account.as_str())
                    .bind(region.as_str())
                    .bind(name)
                    .bind(json(&**alias)?)
            }
        };
        query.execute(&mut *transaction).await?;
    }
    transaction.commit().await
}

/// Reads every row into memory.
pub(super) async fn load(pool: &SqlitePool) -> Result<Memory, OpenError> {
    let mut changes = Vec::new();
    for row in sqlx::query("SELECT key_id, record FROM kms_key").fetch_all(pool).await? {
        let record: String = row.try_get("record")?;
        let key: Key = serde_json::from_str(&record)
            .map_err(|error| OpenError::Damaged(format!("key {}: {error}", row.get::<String, _>("key_id"))))?;
        changes.push(Change::PutKey(Arc::new(key)));
    }
    for row in sqlx::query("SELECT account, key_id, material_id, sealed FROM kms_material").fetch_all(pool).await? {
        changes.push(Change::PutMaterial {
            account: account(row.try_get("account")?)?,
            key_id: row.try_get::<String, _>("key_id")?.into(),
            material_id: row.try_get("material_id")?,
            sealed: row.try_get("sealed")?,
        });
    }
    for row in sqlx::query("SELECT account, region, name, record FROM kms_alias").fetch_all(pool).await? {
        let name: String = row.try_get("name")?;
        let record: String = row.try_get("record")?;
        let region: String = row.try_get("region")?;
        let damaged = |reason: String| OpenError::Damaged(format!("alias {name}: {reason}"));
        changes.push(Change::PutAlias {
            account: account(row.try_get("account")?)?,
            region: Region::new(&region).map_err(|error| damaged(error.to_string()))?,
            alias: Arc::new(serde_json::from_str(&record).map_err(|error| damaged(error.to_string()))?),
            name,
        });
    }
    let mut memory = Memory::default();
    memory.apply(changes);
    Ok(memory)
}

fn account(text: String) -> Result<AccountId, OpenError> {
    AccountId::new(&text).map_err(|error| OpenError::Damaged(error.to_string()))
}

fn json<T: serde::Serialize>(value: &T) -> Result<String, sqlx::Error> {
    serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()))
}
