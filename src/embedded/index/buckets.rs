//! Rows of buckets.

use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::{Change, Error};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Versioning {
    /// Was never enabled: version ids are not shown.
    Never,
    Enabled,
    Suspended,
}

impl Versioning {
    fn from_column(value: i64) -> Result<Self, Error> {
        match value {
            0 => Ok(Self::Never),
            1 => Ok(Self::Enabled),
            2 => Ok(Self::Suspended),
            _ => Err(Error::Corrupt { what: "bucket.versioning" }),
        }
    }

    fn column(self) -> i64 {
        match self {
            Self::Never => 0,
            Self::Enabled => 1,
            Self::Suspended => 2,
        }
    }
}

pub(in super::super) struct Bucket {
    pub id: i64,
    pub name: String,
    /// Seconds since 1970.
    pub created: i64,
    /// Empty: us-east-1.
    pub region: String,
    pub versioning: Versioning,
    pub tags: Option<String>,
}

impl Bucket {
    fn from_row(row: &SqliteRow) -> Result<Self, Error> {
        Ok(Self {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            created: row.try_get("created")?,
            region: row.try_get("region")?,
            versioning: Versioning::from_column(row.try_get("versioning")?)?,
            tags: row.try_get("tags")?,
        })
    }

    pub(in super::super) async fn find(connection: &mut SqliteConnection, name: &str) -> Result<Option<Self>, Error> {
        let row = sqlx::query("SELECT * FROM bucket WHERE name = ?").bind(name).fetch_optional(connection).await?;
        row.as_ref().map(Self::from_row).transpose()
    }

    /// All buckets by name.
    pub(in super::super) async fn all(connection: &mut SqliteConnection) -> Result<Vec<Self>, Error> {
        let rows = sqlx::query("SELECT * FROM bucket ORDER BY name").fetch_all(connection).await?;
        rows.iter().map(Self::from_row).collect()
    }

    pub(in super::super) async fn insert(change: &mut Change, name: &str, region: &str, now: i64) -> Result<(), Error> {
        let insert = sqlx::query("INSERT INTO bucket (name, created, region, versioning) VALUES (?, ?, ?, 0)");
        insert.bind(name).bind(now).bind(region).execute(&mut **change).await?;
        Ok(())
    }

    /// Whether any version, delete marker included, is in the bucket.
    pub(in super::super) async fn is_empty(&self, connection: &mut SqliteConnection) -> Result<bool, Error> {
        let found = sqlx::query("SELECT 1 FROM version WHERE bucket = ? LIMIT 1");
        Ok(found.bind(self.id).fetch_optional(connection).await?.is_none())
    }

    pub(in super::super) async fn delete(&self, change: &mut Change) -> Result<(), Error> {
        sqlx::query("DELETE FROM bucket WHERE id = ?").bind(self.id).execute(&mut **change).await?;
        Ok(())
    }

    pub(in super::super) async fn set_versioning(&self, change: &mut Change, state: Versioning) -> Result<(), Error> {
        let update = sqlx::query("UPDATE bucket SET versioning = ? WHERE id = ?");
        update.bind(state.column()).bind(self.id).execute(&mut **change).await?;
        Ok(())
    }

    pub(in super::super) async fn set_tags(&self, change: &mut Change, tags: Option<&str>) -> Result<(), Error> {
        let update = sqlx::query("UPDATE bucket SET tags = ? WHERE id = ?");
        update.bind(tags).bind(self.id).execute(&mut **change).await?;
        Ok(())
    }
}
