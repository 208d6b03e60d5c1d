//! Standard error, many lines at a time: a system call for each line of the access log costs as much as making the line.

use std::io::{self, Write as _};
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

#[derive(Default)]
struct Shared {
    waiting: Mutex<Vec<u8>>,
    some: Condvar,
    /// Held by who writes; its buffer is the one that was written last.
    writing: Mutex<Vec<u8>>,
}

impl Lines {
    /// Starts the thread that writes what waits.
    pub fn start() -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
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
        std::mem::swap(&mut *writing, &mut *self.waiting());
        // Where standard error cannot be written, nobody can be told.
        let _ = io::stderr().write_all(&writing);
        writing.clear();
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
