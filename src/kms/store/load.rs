//! Rows, read as the changes that made them.
//!
//! A row that cannot be read is a newer program's, or damaged. At a start it is refused; later it costs that key or that
//! grant alone: whatever else other processes changed is taken over.

use std::sync::Arc;

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use crate::kms::OpenError;
use crate::kms::grant::Grant;
use crate::kms::key::Key;
use crate::names::{AccountId, KeyArn, Region};

use super::Change;
use super::change::of_key;
use super::journal::Place;

/// What becomes of a row that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    Refuse,
    Hide,
}

/// Every row.
pub(super) async fn all(connection: &mut AnyConnection, unreadable: Unreadable) -> Result<Vec<Change>, OpenError> {
    let mut changes = Vec::new();
    for row in sqlx::query("SELECT account, region, key_id, record FROM kms_key").fetch_all(&mut *connection).await? {
        let hidden = || Ok(Change::HideKey(key_arn(&row)?));
        changes.push(key(&row).or_else(|error| unreadable.instead(error, hidden))?);
    }
    let materials = "SELECT account, key_id, material_id, sealed FROM kms_material";
    for row in sqlx::query(materials).fetch_all(&mut *connection).await? {
        changes.push(material(&row)?);
    }
    for row in sqlx::query("SELECT account, region, name, record FROM kms_alias").fetch_all(&mut *connection).await? {
        changes.push(alias(&row)?);
    }
    for row in sqlx::query("SELECT grant_id, record FROM kms_grant").fetch_all(&mut *connection).await? {
        match grant(&row) {
            Ok(grant) => changes.push(grant),
            Err(error) => unreadable.instead(error, || Ok(()))?,
        }
    }
    Ok(changes)
}

/// What stands in one place now. `None`: nothing, and nothing is to be done about it.
pub(super) async fn one(
    connection: &mut AnyConnection,
    place: Place,
    unreadable: Unreadable,
) -> Result<Option<Change>, OpenError> {
    let change = match place {
        Place::Key(arn) => {
            let statement = "SELECT key_id, record FROM kms_key WHERE account = $1 AND region = $2 AND key_id = $3";
            let row = of_key(statement, &arn).fetch_optional(connection).await?;
            match row.as_ref().map(key).transpose() {
                Ok(key) => key.unwrap_or(Change::DeleteKey(arn)),
                Err(error) => unreadable.instead(error, || Ok(Change::HideKey(arn)))?,
            }
        }
        Place::Material { key_id, material_id } => {
            let statement = "SELECT account, key_id, material_id, sealed FROM kms_material \
                 WHERE key_id = $1 AND material_id = $2";
            let row = sqlx::query(statement).bind(&*key_id).bind(&*material_id).fetch_optional(connection).await?;
            // Material goes with its key alone.
            return row.as_ref().map(material).transpose();
        }
        Place::Alias { account, region, name } => {
            let statement = "SELECT account, region, name, record FROM kms_alias \
                 WHERE account = $1 AND region = $2 AND name = $3";
            let query = sqlx::query(statement).bind(account.as_str()).bind(region.as_str()).bind(&*name);
            let row = query.fetch_optional(connection).await?;
            match row.as_ref().map(alias).transpose() {
                Ok(alias) => alias.unwrap_or(Change::DeleteAlias { account, region, name }),
                // It stays as it was known: a name that is free would be given away.
                Err(error) => return unreadable.instead(error, || Ok(None)),
            }
        }
        Place::Grant { key, id } => {
            let statement = "SELECT grant_id, record FROM kms_grant \
                 WHERE account = $1 AND region = $2 AND key_id = $3 AND grant_id = $4";
            let row = of_key(statement, &key).bind(&*id).fetch_optional(connection).await?;
            match row.as_ref().map(grant).transpose() {
                Ok(grant) => grant.unwrap_or(Change::DeleteGrant { key, id }),
                Err(error) => unreadable.instead(error, || Ok(Change::DeleteGrant { key, id }))?,
            }
        }
    };
    Ok(Some(change))
}

impl Unreadable {
    fn instead<T>(self, error: OpenError, hidden: impl FnOnce() -> Result<T, OpenError>) -> Result<T, OpenError> {
        match (self, &error) {
            (Self::Hide, OpenError::Damaged(what)) => {
                tracing::error!(what, "a record of the key store cannot be read, and what it is about cannot be used");
                hidden()
            }
            _ => Err(error),
        }
    }
}

fn key_arn(row: &AnyRow) -> Result<KeyArn, OpenError> {
    let region: String = row.try_get("region")?;
    Ok(KeyArn {
        account: account(row)?,
        region: Region::new(&region).map_err(|error| damaged(row, "key", "key_id", error))?,
        key_id: row.try_get::<String, _>("key_id")?.into(),
    })
}

fn key(row: &AnyRow) -> Result<Change, OpenError> {
    let record: String = row.try_get("record")?;
    let key: Key = serde_json::from_str(&record).map_err(|error| damaged(row, "key", "key_id", error))?;
    Ok(Change::PutKey(Arc::new(key)))
}

fn material(row: &AnyRow) -> Result<Change, OpenError> {
    Ok(Change::PutMaterial {
        account: account(row)?,
        key_id: row.try_get::<String, _>("key_id")?.into(),
        material_id: row.try_get("material_id")?,
        sealed: row.try_get("sealed")?,
    })
}

fn alias(row: &AnyRow) -> Result<Change, OpenError> {
    let record: String = row.try_get("record")?;
    let region: String = row.try_get("region")?;
    Ok(Change::PutAlias {
        account: account(row)?,
        region: Region::new(&region).map_err(|error| damaged(row, "alias", "name", error))?,
        alias: Arc::new(serde_json::from_str(&record).map_err(|error| damaged(row, "alias", "name", error))?),
        name: row.try_get("name")?,
    })
}

fn grant(row: &AnyRow) -> Result<Change, OpenError> {
    let record: String = row.try_get("record")?;
    let grant: Grant = serde_json::from_str(&record).map_err(|error| damaged(row, "grant", "grant_id", error))?;
    Ok(Change::PutGrant(Arc::new(grant)))
}

fn account(row: &AnyRow) -> Result<AccountId, OpenError> {
    let text: String = row.try_get("account")?;
    AccountId::new(&text).map_err(|error| OpenError::Damaged(error.to_string()))
}

fn damaged(row: &AnyRow, kind: &str, named_by: &str, reason: impl std::fmt::Display) -> OpenError {
    let name: String = row.try_get(named_by).unwrap_or_default();
    OpenError::Damaged(format!("{kind} {name}: {reason}"))
}
