//! How long a client is waited for while a body goes one way or the other.
//!
//! Silence uses patience up, and each byte that moves gives some back, up to what there was at first. So a client that is
//! silent ends after that time, and so does one that moves a byte now and then only to stay.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

/// What is asked of a client.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The longest silence.
    pub silence: Duration,
    /// Bytes a second, in the long run; 0: only silence ends a client.
    pub least_rate: u32,
}

/// A client that is silent, or as good as that.
#[derive(Debug, thiserror::Error)]
#[error("the client was not heard from for too long")]
pub struct Silent;

/// What is left of the patience with one client.
pub struct Patience {
    pace: Pace,
    left: Duration,
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl Patience {
    pub fn new(pace: Pace) -> Self {
        Self { pace, left: pace.silence, waiting: None }
    }

    /// To be polled while nothing moves. Ready: it is at its end.
    pub fn poll_end(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let left = self.left;
        let waiting = self.waiting.get_or_insert_with(|| (Instant::now(), Box::pin(tokio::time::sleep(left))));
        waiting.1.as_mut().poll(context)
    }

    /// So many bytes have moved; none, where it turned out that nothing had to.
    pub fn moved(&mut self, bytes: usize) {
        let waited = self.waiting.take().map_or(Duration::ZERO, |(since, _)| since.elapsed());
        if waited.is_zero() && self.left == self.pace.silence {
            return;
        }
        let earned = match self.pace.least_rate {
            0 => self.pace.silence,
            rate => Duration::from_secs_f64(bytes as f64 / f64::from(rate)),
        };
        self.left = self.left.saturating_sub(waited).saturating_add(earned).min(self.pace.silence);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;

    const TICK: Duration = Duration::from_millis(40);

    /// How many ticks a client lasts that moves so many bytes in each, of at most 20.
    async fn lasts(least_rate: u32, bytes: usize) -> usize {
        let mut patience = Patience::new(Pace { silence: 5 * TICK, least_rate });
        for tick in 0..20 {
            let end = poll_fn(|context| patience.poll_end(context));
            if tokio::time::timeout(TICK, end).await.is_ok() {
                return tick;
            }
            patience.moved(bytes);
        }
        20
    }

    #[tokio::test]
    async fn who_moves_fast_enough_lasts() {
        // A tick's worth is 40 bytes at 1,000 a second.
        let (enough, too_few, none, without) =
            tokio::join!(lasts(1000, 80), lasts(1000, 10), lasts(1000, 0), lasts(0, 1));
        assert_eq!((enough, without), (20, 20));
        assert!((4..=9).contains(&too_few) && (3..=5).contains(&none), "{too_few} {none}");
    }
}
