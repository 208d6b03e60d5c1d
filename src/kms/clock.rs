//! The time, as the key manager sees it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

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
