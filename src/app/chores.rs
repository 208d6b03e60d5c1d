//! What happens without a request: the identities file is read again when it changes, what other processes wrote into the
//! database is taken over, and the key manager does what is due.

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio_util::task::AbortOnDropHandle;

use crate::bucket::{AccessRules, Buckets};
use crate::database::Database;
use crate::identity::Identities;
use crate::kms::Kms;

/// How often the identities file is looked at.
const LOOK: Duration = Duration::from_secs(2);
/// How often the key manager looks for due rotations and deletions.
const TEND: Duration = Duration::from_secs(60);
/// How long a database that cannot be watched is left alone.
const RETRY: Duration = Duration::from_secs(1);

/// The running chores. They end when it is dropped.
pub struct Chores {
    kms: Arc<Kms>,
    _reload: Option<AbortOnDropHandle<()>>,
    _tend: AbortOnDropHandle<()>,
    _follow: AbortOnDropHandle<()>,
}

impl Chores {
    pub fn spawn(
        identities: Arc<Identities>,
        kms: Arc<Kms>,
        (buckets, access): (Arc<Buckets>, Arc<AccessRules>),
        database: Database,
    ) -> Self {
        let reload = identities.file().is_some().then(|| AbortOnDropHandle::new(tokio::spawn(reload(identities))));
        let follow = tokio::spawn(follow(database, kms.clone(), buckets, access));
        Self {
            kms: kms.clone(),
            _reload: reload,
            _tend: AbortOnDropHandle::new(tokio::spawn(tend(kms))),
            _follow: AbortOnDropHandle::new(follow),
        }
    }
}

impl Chores {
    /// Ends them, and writes what would only have been written a minute later.
    pub async fn stop(self) {
        let Self { kms, .. } = self;
        if let Err(error) = kms.keep_last_uses().await {
            tracing::error!(%error, "when the keys were last used could not be written");
        }
    }
}

/// A file that is not what it should be leaves everyone as they were, and says so once for each change.
async fn reload(identities: Arc<Identities>) {
    let Some(path) = identities.file() else { return };
    let mut seen = state_of(path);
    loop {
        tokio::time::sleep(LOOK).await;
        let now = state_of(path);
        if now == seen {
            continue;
        }
        seen = now;
        match identities.reload() {
            Ok(()) => tracing::info!(path = %path.display(), "the identities file was read again"),
            Err(error) => {
                tracing::error!(%error, "the identities file was not taken over; those before it stay in force");
            }
        }
    }
}

/// What tells one state of the file from another. `None`: it is not there.
fn state_of(path: &Path) -> Option<(SystemTime, u64)> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

async fn tend(kms: Arc<Kms>) {
    loop {
        if let Err(error) = kms.tend().await {
            tracing::error!(%error, "the key manager could not do what was due");
        }
        tokio::time::sleep(TEND).await;
    }
}

/// Takes over what changed in the database, as long as the gateway runs.
async fn follow(database: Database, kms: Arc<Kms>, buckets: Arc<Buckets>, access: Arc<AccessRules>) {
    loop {
        match watch(&database, &kms, &buckets, &access).await {
            Ok(never) => match never {},
            Err(error) => {
                tracing::warn!(error = &*error, "changes by other gateways cannot be seen now");
                tokio::time::sleep(RETRY).await;
            }
        }
    }
}

async fn watch(
    database: &Database,
    kms: &Kms,
    buckets: &Buckets,
    access: &AccessRules,
) -> Result<Infallible, Box<dyn std::error::Error + Send + Sync>> {
    let mut watch = database.watch().await?;
    // What changed before the watch began was not heard of.
    loop {
        // Each for itself: what one cannot read does not keep the others behind.
        let (keys, marks, rules) = (kms.refresh().await, buckets.refresh().await, access.refresh().await);
        keys?;
        marks?;
        rules?;
        watch.next().await?;
    }
}
