//! The one database that all rooms with durable state share, each with tables of its own: a SQLite file, or a PostgreSQL
//! database that several gateways have in common.
//!
//! Guarantees: what a transaction wrote is durable when its commit returns, and every process on the same database hears
//! of it: at once by PostgreSQL's NOTIFY, within the poll's interval in any case.
//!
//! The rooms write their SQL once, in words that both databases know: parameters are `$1`, `$2`; a row is replaced with
//! `ON CONFLICT ... DO UPDATE`; functions and operators on JSON are not used. Schemas are written for SQLite, with the
//! types TEXT, INTEGER and BLOB and with STRICT; for PostgreSQL these words are exchanged.
//!
//! Must not know: what the rooms keep.

mod schema;
mod watch;

use std::fmt;
use std::fs::OpenOptions;
use std::ops::{Deref, DerefMut};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use sqlx::any::AnyPoolOptions;
use sqlx::{Any, AnyConnection, AnyPool};
use zeroize::Zeroizing;

pub use watch::Watch;

/// Which database.
#[derive(Clone)]
pub enum Config {
    /// A file, made where there is none.
    Sqlite(PathBuf),
    /// `postgres://user:password@host:port/database?sslmode=verify-full&sslrootcert=...`. It may hold a password.
    Postgres(Zeroizing<String>),
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => f.debug_tuple("Sqlite").field(path).finish(),
            Self::Postgres(_) => f.write_str("Postgres(..)"),
        }
    }
}

/// An open database. Cheap to clone.
#[derive(Clone)]
pub struct Database {
    pool: AnyPool,
    config: Config,
}

/// How long a statement waits for another process's lock before it fails.
const LOCK_SECS: u64 = 10;

/// WAL with synchronous FULL: a commit is on the disk when it returns. What is deleted is overwritten.
const SQLITE_SESSION: &str = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
     PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON";

/// A gateway that hangs in the middle of a change must not stop the others for ever. Where the server leaves commits for
/// later (`synchronous_commit = off`), ours do not.
const POSTGRES_SESSION: &str = "SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '15s'; \
     SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

impl Database {
    /// Opens it; makes the file of SQLite where there is none.
    pub async fn open(config: Config) -> Result<Self, sqlx::Error> {
        static DRIVERS: Once = Once::new();
        DRIVERS.call_once(sqlx::any::install_default_drivers);
        let (url, session) = match &config {
            Config::Sqlite(path) => {
                make_private(path)?;
                (Zeroizing::new(sqlite_url(path)?), SQLITE_SESSION)
            }
            Config::Postgres(url) => (url.clone(), POSTGRES_SESSION),
        };
        let pool = AnyPoolOptions::new()
            .max_connections(8)
            .acquire_timeout(Duration::from_secs(LOCK_SECS))
            .after_connect(move |connection, _| {
                Box::pin(async move { sqlx::raw_sql(session).execute(connection).await.map(drop) })
            })
            .connect(&url)
            .await?;
        Ok(Self { pool, config })
    }

    /// For reads.
    pub fn pool(&self) -> &AnyPool {
        &self.pool
    }

    /// Begins a transaction that writes. It is rolled back unless it is committed.
    pub async fn begin(&self) -> Result<Transaction, sqlx::Error> {
        let inner = match self.config {
            // Taken at once, since a transaction that reads before it writes could not wait for another writer.
            Config::Sqlite(_) => self.pool.begin_with("BEGIN IMMEDIATE").await?,
            // Writers that must not meet hold a lock on a row, and see after it what the one before has written.
            Config::Postgres(_) => self.pool.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED").await?,
        };
        Ok(Transaction { inner, announced: matches!(self.config, Config::Postgres(_)) })
    }

    /// Begins a transaction that reads one state of the whole database.
    pub async fn snapshot(&self) -> Result<sqlx::Transaction<'static, Any>, sqlx::Error> {
        match self.config {
            Config::Sqlite(_) => self.pool.begin().await,
            Config::Postgres(_) => self.pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await,
        }
    }

    /// Takes what was deleted out of the files too. False: a reader was in the way, and it goes with a later call. With
    /// PostgreSQL that is the server's: VACUUM, and what backups keep.
    pub async fn forget_deleted(&self) -> Result<bool, sqlx::Error> {
        match self.config {
            Config::Sqlite(_) => {
                let row = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&self.pool).await?;
                Ok(sqlx::Row::try_get::<i64, _>(&row, 0)? == 0)
            }
            Config::Postgres(_) => Ok(true),
        }
    }

    /// Tells when another process, or this one, has changed something from now on.
    pub async fn watch(&self) -> Result<Watch, sqlx::Error> {
        Watch::on(&self.config).await
    }
}

/// A transaction that writes.
pub struct Transaction {
    inner: sqlx::Transaction<'static, Any>,
    announced: bool,
}

impl Transaction {
    /// Makes it durable, and tells whoever watches.
    pub async fn commit(mut self) -> Result<(), sqlx::Error> {
        if self.announced {
            sqlx::query(watch::NOTIFY).execute(&mut *self.inner).await?;
        }
        self.inner.commit().await
    }
}

impl Deref for Transaction {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.inner
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }
}

/// Makes the file where there is none, for its owner alone. SQLite gives the files beside it the same mode.
fn make_private(path: &Path) -> std::io::Result<()> {
    OpenOptions::new().append(true).create(true).mode(0o600).open(path).map(drop)
}

fn sqlite_url(path: &Path) -> Result<String, sqlx::Error> {
    const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.');
    let path = std::path::absolute(path)?;
    Ok(format!("sqlite://{}?mode=rw", percent_encode(path.as_os_str().as_encoded_bytes(), ESCAPED)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_file_is_its_owners_alone() {
        let dir = tempfile::tempdir().unwrap();
        let database = Database::open(Config::Sqlite(dir.path().join("a.db"))).await.unwrap();
        sqlx::raw_sql("CREATE TABLE t (a TEXT)").execute(database.pool()).await.unwrap();
        let files: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(Result::unwrap).collect();
        assert!(files.len() > 1);
        for file in files {
            let mode = std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600, "{:?}", file.file_name());
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        let config = Config::Postgres(Zeroizing::new("postgres://u:secret@h/d".to_owned()));
        assert_eq!(format!("{config:?}"), "Postgres(..)");
    }

    #[tokio::test]
    async fn a_file_with_any_name_is_opened_durably() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a b?c#d%20é.db");
        let database = Database::open(Config::Sqlite(path.clone())).await.unwrap();
        assert!(path.exists());
        let pragma = async |name: &'static str| -> String {
            use sqlx::Row;
            let row = sqlx::query(name).fetch_one(database.pool()).await.unwrap();
            row.try_get::<String, _>(0).or_else(|_| row.try_get::<i64, _>(0).map(|number| number.to_string())).unwrap()
        };
        assert_eq!(pragma("PRAGMA journal_mode").await, "wal");
        assert_eq!(pragma("PRAGMA synchronous").await, "2");
        assert_eq!(pragma("PRAGMA busy_timeout").await, "10000");
    }
}
