//! The threads that serve clients: one for each core, each with a scheduler of its own.
//!
//! A connection stays on its thread to its end, and the backend connections that it uses with it: nothing that happens to
//! a request wakes a second thread.

use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

pub struct Workers(Vec<Worker>);

struct Worker {
    runtime: Handle,
    /// Held once by each connection.
    seats: Arc<()>,
    /// The thread ends when this is dropped.
    _stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

/// A place on the thread with the fewest connections; taken as long as it is kept.
pub struct Seat {
    pub runtime: Handle,
    _held: Arc<()>,
}

impl Workers {
    pub fn start() -> io::Result<Self> {
        let count = thread::available_parallelism().map_or(1, usize::from);
        (0..count).map(|_| Worker::start()).collect::<io::Result<_>>().map(Self)
    }

    pub fn seat(&self) -> Seat {
        let least = self.0.iter().min_by_key(|worker| Arc::strong_count(&worker.seats));
        match least {
            Some(worker) => Seat { runtime: worker.runtime.clone(), _held: worker.seats.clone() },
            // There is one at least.
            None => Seat { runtime: Handle::current(), _held: Arc::default() },
        }
    }

    /// Ends the threads and what still runs there.
    pub async fn stop(self) {
        let threads: Vec<_> = self.0.into_iter().map(|Worker { thread, .. }| thread).collect();
        let joined = move || threads.into_iter().for_each(|thread| drop(thread.join()));
        let _ = tokio::task::spawn_blocking(joined).await;
    }
}

/// A timer that is set for earlier than all others wakes its scheduler by a system call. With one that is always near,
/// the timeouts of requests, which are long, never do.
async fn tick() {
    let mut ticks = tokio::time::interval(Duration::from_millis(250));
    loop {
        ticks.tick().await;
    }
}

impl Worker {
    fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let serve = move || {
            runtime.spawn(tick());
            drop(runtime.block_on(stopped));
        };
        let thread = thread::Builder::new().name("clients".to_owned()).spawn(serve)?;
        Ok(Self { runtime: handle, seats: Arc::default(), _stop: stop, thread })
    }
}
