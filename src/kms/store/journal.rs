//! The revision of the key store, and the journal of what each revision touched.
//!
//! Every change adds one to the revision first, which locks out every other process until the change has ended, and notes
//! the places of the rows that it writes. So a process that knows revision 7 finds in the journal which rows to read again
//! to know revision 9. The journal names rows and holds nothing of them: what is destroyed leaves nothing there.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sqlx::{AnyConnection, Row};

use crate::kms::OpenError;
use crate::names::{AccountId, KeyArn, Region};

use super::change::json;
use super::load::Unreadable;
use super::{Change, load};

/// How many revisions the journal goes back. Who missed more reads everything.
const KEPT: i64 = 1000;

/// Where a row stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Place {
    Key(#[serde(with = "crate::kms::key::as_text")] KeyArn),
    Material {
        key_id: String,
        material_id: String,
    },
    Alias {
        #[serde(with = "crate::kms::key::as_text")]
        account: AccountId,
        #[serde(with = "crate::kms::key::as_text")]
        region: Region,
        name: String,
    },
    Grant {
        #[serde(with = "crate::kms::key::as_text")]
        key: KeyArn,
        id: String,
    },
}

impl Place {
    fn of(change: &Change) -> Self {
        match change {
            Change::PutKey(key) => Self::Key(key.arn.clone()),
            Change::DeleteKey(arn) | Change::HideKey(arn) => Self::Key(arn.clone()),
            Change::PutMaterial { key_id, material_id, .. } => {
                Self::Material { key_id: key_id.to_string(), material_id: material_id.clone() }
            }
            Change::PutAlias { account, region, name, .. } | Change::DeleteAlias { account, region, name } => {
                Self::Alias { account: account.clone(), region: region.clone(), name: name.clone() }
            }
            Change::PutGrant(grant) => Self::Grant { key: grant.key.clone(), id: grant.id.clone() },
            Change::DeleteGrant { key, id } => Self::Grant { key: key.clone(), id: id.clone() },
        }
    }
}

/// What leads from a known revision to another.
pub(super) enum News {
    /// Changes to what is known.
    Since(Vec<Change>),
    /// Everything there is.
    Everything(Vec<Change>),
}

pub(super) async fn revision(connection: &mut AnyConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT revision FROM kms_revision").fetch_one(connection).await
}

/// Begins the next revision, and returns it. Until the transaction ends, nobody else changes anything.
pub(super) async fn begin(connection: &mut AnyConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("UPDATE kms_revision SET revision = revision + 1 RETURNING revision").fetch_one(connection).await
}

/// Notes what a revision touches.
pub(super) async fn note(connection: &mut AnyConnection, revision: i64, changes: &[Change]) -> Result<(), sqlx::Error> {
    for change in changes {
        sqlx::query("INSERT INTO kms_journal VALUES ($1, $2)")
            .bind(revision)
            .bind(json(&Place::of(change))?)
            .execute(&mut *connection)
            .await?;
    }
    let forgotten = sqlx::query("DELETE FROM kms_journal WHERE revision <= $1").bind(revision - KEPT);
    forgotten.execute(connection).await.map(drop)
}

/// What happened after `known` until `newest`. The connection must see one state of the database.
pub(super) async fn news(
    connection: &mut AnyConnection,
    known: i64,
    newest: i64,
    unreadable: Unreadable,
) -> Result<News, OpenError> {
    let rows =
        sqlx::query("SELECT revision, place FROM kms_journal WHERE revision > $1 AND revision <= $2 ORDER BY revision")
            .bind(known)
            .bind(newest)
            .fetch_all(&mut *connection)
            .await?;
    let mut noted = BTreeSet::new();
    let mut places: Vec<Place> = Vec::new();
    for row in rows {
        noted.insert(row.try_get::<i64, _>("revision")?);
        let place: String = row.try_get("place")?;
        // A newer program's kind of place: then everything is read.
        let Ok(place) = serde_json::from_str(&place) else { return everything(connection, unreadable).await };
        if !places.contains(&place) {
            places.push(place);
        }
    }
    // The journal was cut, or the database is an older one, brought back.
    if i64::try_from(noted.len()).ok() != Some(newest - known) {
        return everything(connection, unreadable).await;
    }
    let mut changes = Vec::with_capacity(places.len());
    for place in places {
        changes.extend(load::one(connection, place, unreadable).await?);
    }
    Ok(News::Since(changes))
}

async fn everything(connection: &mut AnyConnection, unreadable: Unreadable) -> Result<News, OpenError> {
    load::all(connection, unreadable).await.map(News::Everything)
}
