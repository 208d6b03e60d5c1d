//! Hearing of changes.

use std::time::Duration;

use sqlx::postgres::PgListener;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, SqliteConnection};
use tokio::time::{sleep, timeout};

use super::Config;

/// Part of a transaction: sent when it commits.
pub(super) const NOTIFY: &str = "NOTIFY sealgate_change";
const CHANNEL: &str = "sealgate_change";

/// How often the file is looked at.
const SQLITE_POLL: Duration = Duration::from_millis(500);
/// The longest that a notification may be missing before one looks all the same.
const POSTGRES_POLL: Duration = Duration::from_secs(5);

/// Tells that something may have changed. What it was is for the rooms to find out.
pub struct Watch(Source);

enum Source {
    /// `PRAGMA data_version` changes whenever another connection has committed.
    Sqlite {
        connection: SqliteConnection,
        seen: i64,
    },
    Postgres(Box<PgListener>),
}

impl Watch {
    pub(super) async fn on(config: &Config) -> Result<Self, sqlx::Error> {
        match config {
            Config::Sqlite(path) => {
                let mut connection = SqliteConnectOptions::new().filename(path).connect().await?;
                let seen = data_version(&mut connection).await?;
                Ok(Self(Source::Sqlite { connection, seen }))
            }
            Config::Postgres(url) => {
                let mut listener = PgListener::connect(url).await?;
                listener.listen(CHANNEL).await?;
                Ok(Self(Source::Postgres(Box::new(listener))))
            }
        }
    }

    /// Returns when something may have changed since the last time. After an error, the caller waits and calls again.
    pub async fn next(&mut self) -> Result<(), sqlx::Error> {
        match &mut self.0 {
            Source::Sqlite { connection, seen } => loop {
                sleep(SQLITE_POLL).await;
                let version = data_version(connection).await?;
                if version != *seen {
                    *seen = version;
                    return Ok(());
                }
            },
            Source::Postgres(listener) => {
                // A lost connection (`None`) is taken up again by the listener; meanwhile something may have been missed.
                if let Ok(heard) = timeout(POSTGRES_POLL, listener.try_recv()).await {
                    heard?;
                    while listener.next_buffered().is_some() {}
                }
                Ok(())
            }
        }
    }
}

async fn data_version(connection: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("PRAGMA data_version").fetch_one(connection).await
}
