//! Changes, and the tables in which they become durable.

use std::sync::Arc;

use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, AnyConnection};

use crate::kms::grant::Grant;
use crate::kms::key::Key;
use crate::names::{AccountId, KeyArn, Region};

use super::{Alias, Memory};

/// The steps of the schema. A released step is never changed.
pub(super) const SCHEMA: &[&str] = &[
    "
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
",
    "
CREATE TABLE kms_revision (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    revision INTEGER NOT NULL
) STRICT;
INSERT INTO kms_revision VALUES (1, 0);
CREATE TABLE kms_journal (
    revision INTEGER NOT NULL,
    place TEXT NOT NULL
) STRICT;
CREATE INDEX kms_journal_by_revision ON kms_journal (revision);
CREATE TABLE kms_last_usage (
    key TEXT PRIMARY KEY,
    used_ms INTEGER NOT NULL,
    record TEXT NOT NULL
) STRICT;
",
];

/// One row that is written, or what goes with a key.
pub enum Change {
    PutKey(Arc<Key>),
    /// With its material unless a replica still has it. Its aliases and grants go by changes of their own.
    DeleteKey(KeyArn),
    /// Of memory alone: its record cannot be read, so that nobody uses it or writes over it.
    HideKey(KeyArn),
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

/// `changes`, and beside the deletion of a key the deletions of what goes with it.
pub(super) fn with_what_follows(memory: &Memory, changes: Vec<Change>) -> Vec<Change> {
    let mut all = Vec::with_capacity(changes.len());
    for change in changes {
        if let Change::DeleteKey(key) = &change {
            let grants = memory.grants(key).map(|grant| grant.id.clone());
            all.extend(grants.map(|id| Change::DeleteGrant { key: key.clone(), id }));
            let aliases = memory.partition(&key.account, &key.region).into_iter().flat_map(|own| &own.aliases);
            all.extend(aliases.filter(|(_, alias)| alias.key_id == *key.key_id).map(|(name, _)| Change::DeleteAlias {
                account: key.account.clone(),
                region: key.region.clone(),
                name: name.clone(),
            }));
        }
        all.push(change);
    }
    all
}

pub(super) async fn write(connection: &mut AnyConnection, change: &Change) -> Result<(), sqlx::Error> {
    let query = match change {
        Change::PutKey(key) => of_key(
            "INSERT INTO kms_key VALUES ($1, $2, $3, $4) \
             ON CONFLICT (account, region, key_id) DO UPDATE SET record = excluded.record",
            &key.arn,
        )
        .bind(json(&**key)?),
        Change::DeleteKey(key) => return delete_key(connection, key).await,
        Change::HideKey(_) => return Ok(()),
        Change::PutMaterial { account, key_id, material_id, sealed } => sqlx::query(
            "INSERT INTO kms_material VALUES ($1, $2, $3, $4) \
             ON CONFLICT (key_id, material_id) DO UPDATE SET account = excluded.account, sealed = excluded.sealed",
        )
        .bind(account.as_str())
        .bind(&**key_id)
        .bind(&**material_id)
        .bind(&**sealed),
        Change::PutAlias { account, region, name, alias } => sqlx::query(
            "INSERT INTO kms_alias VALUES ($1, $2, $3, $4) \
             ON CONFLICT (account, region, name) DO UPDATE SET record = excluded.record",
        )
        .bind(account.as_str())
        .bind(region.as_str())
        .bind(&**name)
        .bind(json(&**alias)?),
        Change::DeleteAlias { account, region, name } => {
            sqlx::query("DELETE FROM kms_alias WHERE account = $1 AND region = $2 AND name = $3")
                .bind(account.as_str())
                .bind(region.as_str())
                .bind(&**name)
        }
        Change::PutGrant(grant) => of_key(
            "INSERT INTO kms_grant VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (account, region, key_id, grant_id) DO UPDATE SET record = excluded.record",
            &grant.key,
        )
        .bind(&*grant.id)
        .bind(json(&**grant)?),
        Change::DeleteGrant { key, id } => {
            of_key("DELETE FROM kms_grant WHERE account = $1 AND region = $2 AND key_id = $3 AND grant_id = $4", key)
                .bind(&**id)
        }
    };
    query.execute(connection).await.map(drop)
}

async fn delete_key(connection: &mut AnyConnection, key: &KeyArn) -> Result<(), sqlx::Error> {
    of_key("DELETE FROM kms_key WHERE account = $1 AND region = $2 AND key_id = $3", key)
        .execute(&mut *connection)
        .await?;
    sqlx::query("DELETE FROM kms_material WHERE key_id = $1 AND NOT EXISTS (SELECT 1 FROM kms_key WHERE key_id = $1)")
        .bind(&*key.key_id)
        .execute(connection)
        .await
        .map(drop)
}

/// A statement whose first three parameters name a key.
pub(super) fn of_key<'q>(statement: &'static str, key: &'q KeyArn) -> Query<'q, Any, AnyArguments> {
    sqlx::query(statement).bind(key.account.as_str()).bind(key.region.as_str()).bind(&*key.key_id)
}

pub(super) fn json<T: serde::Serialize>(value: &T) -> Result<String, sqlx::Error> {
    serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()))
}
