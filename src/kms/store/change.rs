//! Changes, and the tables in which they become durable.

use std::sync::Arc;

use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Row, Sqlite, SqliteConnection, SqlitePool};

use crate::kms::OpenError;
use crate::kms::grant::Grant;
use crate::kms::key::Key;
use crate::names::{AccountId, KeyArn, Region};

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
CREATE TABLE kms_grant (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    key_id TEXT NOT NULL,
    grant_id TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (account, region, key_id, grant_id)
) STRICT;
CREATE TABLE kms_last_use (
    key TEXT PRIMARY KEY,
    record TEXT NOT NULL
) STRICT;
"];

/// One row that is written, or what goes with a key.
pub enum Change {
    PutKey(Arc<Key>),
    /// With its aliases and grants, and its material unless a replica still has it.
    DeleteKey(KeyArn),
    PutMaterial {
        account: AccountId,
        key_id: Arc<str>,
        material_id: String,
        sealed: Vec<u8>,
    },
    PutAlias {
        account: AccountId,
        region: Region,
        name: String,
        alias: Arc<Alias>,
    },
    DeleteAlias {
        account: AccountId,
        region: Region,
        name: String,
    },
    PutGrant(Arc<Grant>),
    DeleteGrant {
        key: KeyArn,
        id: String,
    },
}

/// Writes all changes or none.
pub(super) async fn commit(pool: &SqlitePool, changes: &[Change]) -> Result<(), sqlx::Error> {
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    for change in changes {
        write(&mut transaction, change).await?;
    }
    transaction.commit().await
}

async fn write(connection: &mut SqliteConnection, change: &Change) -> Result<(), sqlx::Error> {
    let query = match change {
        Change::PutKey(key) => {
            of_key("INSERT OR REPLACE INTO kms_key VALUES (?, ?, ?, ?)", &key.arn).bind(json(&**key)?)
        }
        Change::DeleteKey(key) => return delete_key(connection, key).await,
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
        Change::DeleteAlias { account, region, name } => {
            sqlx::query("DELETE FROM kms_alias WHERE account = ? AND region = ? AND name = ?")
                .bind(account.as_str())
                .bind(region.as_str())
                .bind(name)
        }
        Change::PutGrant(grant) => of_key("INSERT OR REPLACE INTO kms_grant VALUES (?, ?, ?, ?, ?)", &grant.key)
            .bind(&grant.id)
            .bind(json(&**grant)?),
        Change::DeleteGrant { key, id } => {
            of_key("DELETE FROM kms_grant WHERE account = ? AND region = ? AND key_id = ? AND grant_id = ?", key)
                .bind(id)
        }
    };
    query.execute(connection).await.map(drop)
}

async fn delete_key(connection: &mut SqliteConnection, key: &KeyArn) -> Result<(), sqlx::Error> {
    for statement in [
        "DELETE FROM kms_key WHERE account = ? AND region = ? AND key_id = ?",
        "DELETE FROM kms_grant WHERE account = ? AND region = ? AND key_id = ?",
        "DELETE FROM kms_alias WHERE account = ? AND region = ? AND record ->> 'key_id' = ?",
    ] {
        of_key(statement, key).execute(&mut *connection).await?;
    }
    sqlx::query("DELETE FROM kms_material WHERE key_id = ?1 AND NOT EXISTS (SELECT 1 FROM kms_key WHERE key_id = ?1)")
        .bind(&*key.key_id)
        .execute(connection)
        .await
        .map(drop)
}

/// A statement whose first three parameters name a key.
fn of_key<'q>(statement: &'static str, key: &'q KeyArn) -> Query<'q, Sqlite, SqliteArguments> {
    sqlx::query(statement).bind(key.account.as_str()).bind(key.region.as_str()).bind(&*key.key_id)
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
    for row in sqlx::query("SELECT grant_id, record FROM kms_grant").fetch_all(pool).await? {
        let record: String = row.try_get("record")?;
        let grant: Grant = serde_json::from_str(&record)
            .map_err(|error| OpenError::Damaged(format!("grant {}: {error}", row.get::<String, _>("grant_id"))))?;
        changes.push(Change::PutGrant(Arc::new(grant)));
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
