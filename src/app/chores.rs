//! What happens without a request: the identities file is read again when it changes, and the key manager does what is due.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio_util::task::AbortOnDropHandle;

use crate::identity::Identities;
use crate::kms::Kms;

/// How often the identities file is looked at.
const LOOK: Duration = Duration::from_secs(2);
/// How often the key manager looks for due rotations and deletions.
const TEND: Duration = Duration::from_secs(60);

/// The running chores. They end when it is dropped.
pub struct Chores {
    _reload: Option<AbortOnDropHandle<()>>,
    _tend: AbortOnDropHandle<()>,
}

impl Chores {
    pub fn spawn(identities: Arc<Identities>, kms: Arc<Kms>) -> Self {
        let reload = identities.file().is_some().then(|| AbortOnDropHandle::new(tokio::spawn(reload(identities))));
        Self { _reload: reload, _tend: AbortOnDropHandle::new(tokio::spawn(tend(kms))) }
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
