//! The time, as the key manager sees it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use time::OffsetDateTime;

/// The system's clock, or one that tests move.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    #[default]
    System,
    /// Seconds since 1970.
    Virtual(Arc<AtomicI64>),
}

impl Clock {
    pub fn now(&self) -> OffsetDateTime {
        match self {
            Self::System => OffsetDateTime::now_utc(),
            Self::Virtual(seconds) => OffsetDateTime::from_unix_timestamp(seconds.load(Ordering::Relaxed))
                .unwrap_or(OffsetDateTime::UNIX_EPOCH),
        }
    }
}

/// How long a process has run, whatever is done to the system's clock meanwhile.
pub struct Running {
    clock: Clock,
    since: OffsetDateTime,
    began: Instant,
}

impl Running {
    pub fn begin(clock: Clock) -> Self {
        Self { since: clock.now(), clock, began: Instant::now() }
    }

    pub fn elapsed(&self) -> Duration {
        match self.clock {
            Clock::System => self.began.elapsed(),
            Clock::Virtual(_) => (self.clock.now() - self.since).try_into().unwrap_or_default(),
        }
    }
}
