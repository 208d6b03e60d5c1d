//! Standard error, many lines at a time: a system call for each line of the access log costs as much as making the line.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How long a line may wait for others.
const WAIT: Duration = Duration::from_millis(50);
/// How many bytes may wait. Whoever brings more writes them, as slowly as the reader takes them.
const MOST: usize = 64 * 1024;

/// Lines on their way to standard error. A warning or an error goes out at once, with all that came before it.
#[derive(Clone)]
pub struct Lines(Arc<Shared>);

struct Shared {
    waiting: Mutex<Vec<u8>>,
    some: Condvar,
    writing: Mutex<Writing>,
}

/// Held by who writes.
struct Writing {
    to: Box<dyn io::Write + Send>,
    /// What is written, or the room of what was.
    lines: Vec<u8>,
}

impl Lines {
    /// Starts the thread that writes what waits to `to`, which is standard error but in tests.
    pub fn start(to: impl io::Write + Send + 'static) -> io::Result<Self> {
        let writing = Writing { to: Box::new(to), lines: Vec::new() };
        let shared = Arc::new(Shared { waiting: Mutex::default(), some: Condvar::new(), writing: Mutex::new(writing) });
        let lines = Self(shared.clone());
        thread::Builder::new().name("log".to_owned()).spawn(move || {
            loop {
                let waiting = shared.some.wait_while(shared.waiting(), |waiting| waiting.is_empty());
                drop(waiting);
                thread::sleep(WAIT);
                shared.write();
            }
        })?;
        Ok(lines)
    }

    /// Writes what waits.
    pub fn flush(&self) {
        self.0.write();
    }
}

impl Shared {
    fn waiting(&self) -> MutexGuard<'_, Vec<u8>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) {
        let mut writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let Writing { to, lines } = &mut *writing;
        std::mem::swap(lines, &mut *self.waiting());
        // Where the log cannot be written, nobody can be told.
        let _ = to.write_all(lines);
        lines.clear();
    }

    fn add(&self, line: &[u8], urgent: bool) {
        let mut waiting = self.waiting();
        let first = waiting.is_empty();
        waiting.extend_from_slice(line);
        let now = urgent || waiting.len() >= MOST;
        drop(waiting);
        if now {
            self.write();
        } else if first {
            self.some.notify_one();
        }
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Self::Writer {
        Line { shared: &self.0, urgent: true }
    }

    fn make_writer_for(&'a self, event: &Metadata<'_>) -> Self::Writer {
        Line { shared: &self.0, urgent: *event.level() <= Level::WARN }
    }
}

/// One line.
pub struct Line<'a> {
    shared: &'a Shared,
    urgent: bool,
}

impl io::Write for Line<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.shared.add(line, self.urgent);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::fmt::layer;
    use tracing_subscriber::layer::SubscriberExt;

    use super::super::kept::Kept;
    use super::*;

    fn logged(log: impl FnOnce(&Lines)) -> Kept {
        let kept = Kept::default();
        let lines = Lines::start(kept.clone()).unwrap();
        let subscriber = tracing_subscriber::registry().with(layer().with_writer(lines.clone()));
        tracing::subscriber::with_default(subscriber, || log(&lines));
        kept
    }

    #[test]
    fn a_warning_goes_out_at_once_and_takes_along_what_waits() {
        let kept = logged(|_| {
            tracing::info!("first");
            tracing::warn!("second");
        });
        assert_eq!(kept.text().lines().count(), 2);
    }

    #[test]
    fn what_waits_goes_out_in_the_end() {
        assert_eq!(
            logged(|lines| {
                tracing::info!("first");
                lines.flush();
            })
            .text()
            .lines()
            .count(),
            1
        );
        let kept = logged(|_| tracing::info!("first"));
        while kept.text().lines().count() == 0 {
            thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn no_more_than_so_much_waits() {
        let long = "x".repeat(MOST);
        assert_eq!(logged(|_| tracing::info!("{long}")).text().lines().count(), 1);
    }
}
