//! What is done now and then while the gateway serves: clearing what unfinished uploads leave.

use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use crate::object::Objects;

const CLEAR_EVERY: Duration = Duration::from_secs(60 * 60);

/// Runs until it is dropped.
pub struct Janitor(JoinHandle<()>);

impl Janitor {
    pub fn spawn(objects: Arc<Objects>) -> Self {
        Self(tokio::spawn(async move { clear(&objects).await }))
    }

    /// Ends it, and waits until it has let go of everything.
    pub async fn stop(mut self) {
        self.0.abort();
        let _ = (&mut self.0).await;
    }
}

async fn clear(objects: &Objects) {
    let mut ticks = interval(CLEAR_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let now_ms = OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000;
        match objects.clear_abandoned_uploads(u64::try_from(now_ms).unwrap_or(0)).await {
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
        self.0.abort();
    }
}
