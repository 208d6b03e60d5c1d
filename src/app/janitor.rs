//! What is done now and then while the gateway serves: clearing what unfinished uploads leave.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use crate::object::{Error, Objects};

const CLEAR_EVERY: Duration = Duration::from_secs(60 * 60);

/// Runs until it is dropped.
pub struct Janitor {
    objects: Arc<Objects>,
    running: JoinHandle<()>,
}

impl Janitor {
    pub fn spawn(objects: Arc<Objects>) -> Self {
        let running = tokio::spawn({
            let objects = objects.clone();
            async move { clear(&objects).await }
        });
        Self { objects, running }
    }

    /// Ends it, and waits until it has let go of everything.
    pub async fn stop(mut self) {
        self.running.abort();
        let _ = (&mut self.running).await;
    }

    /// One round, as if it were `now`. Returns how many uploads were cleared.
    pub async fn round(&self, now: SystemTime) -> Result<usize, Error> {
        round(&self.objects, now).await
    }
}

async fn round(objects: &Objects, now: SystemTime) -> Result<usize, Error> {
    let now_ms = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    objects.clear_abandoned_uploads(u64::try_from(now_ms).unwrap_or(0)).await
}

async fn clear(objects: &Objects) {
    let mut ticks = interval(CLEAR_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match round(objects, SystemTime::now()).await {
            Ok(0) => {}
            Ok(cleared) => tracing::info!(cleared, "abandoned uploads were cleared from the system bucket"),
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "abandoned uploads were not cleared");
            }
        }
    }
}

impl Drop for Janitor {
    fn drop(&mut self) {
        self.running.abort();
    }
}
