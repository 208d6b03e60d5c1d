//! When a blob may be removed: once every reader that could have seen it in the index is gone.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Blobs to be removed, and the readers that they wait for. Leases and burials are numbered by one counter, so that a
/// burial waits for the leases taken before it and for no other.
#[derive(Default)]
pub(super) struct Graves {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    next: u64,
    /// The leases that live, by number.
    leases: BTreeMap<u64, ()>,
    /// Buried files with the number of their burial, in its order.
    waiting: VecDeque<(u64, PathBuf)>,
}

impl State {
    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Takes out the files that no living lease protects.
    fn due(&mut self) -> Vec<PathBuf> {
        let oldest = self.leases.keys().next().copied().unwrap_or(u64::MAX);
        let count = self.waiting.iter().take_while(|(burial, _)| *burial < oldest).count();
        self.waiting.drain(..count).map(|(_, path)| path).collect()
    }
}

impl Graves {
    fn state(&self) -> MutexGuard<'_, State> {
        // Every change of the state is complete before anything could panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn lease(graves: &Arc<Self>) -> Lease {
        let mut state = graves.state();
        let number = state.number();
        state.leases.insert(number, ());
        Lease { number, graves: Arc::clone(graves) }
    }

    pub(super) fn bury(&self, paths: impl Iterator<Item = PathBuf>) {
        let due = {
            let mut state = self.state();
            let number = state.number();
            state.waiting.extend(paths.map(|path| (number, path)));
            state.due()
        };
        remove(due);
    }
}

/// Held by a reader from before it asks the index until its last byte.
pub(in super::super) struct Lease {
    number: u64,
    graves: Arc<Graves>,
}

impl Drop for Lease {
    fn drop(&mut self) {
        let due = {
            let mut state = self.graves.state();
            state.leases.remove(&self.number);
            state.due()
        };
        remove(due);
    }
}

/// A file that stays is no harm: the next start sets it aside.
fn remove(paths: Vec<PathBuf>) {
    if paths.is_empty() {
        return;
    }
    let work = move || {
        for path in paths {
            if let Err(error) = std::fs::remove_file(&path) {
                tracing::warn!(?path, %error, "a blob without reference could not be removed");
            }
        }
    };
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => drop(runtime.spawn_blocking(work)),
        Err(_) => work(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burial_waits_for_the_leases_before_it_only() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("blob");
        std::fs::write(&path, b"bytes").unwrap();
        let graves = Arc::new(Graves::default());
        let before = Graves::lease(&graves);
        graves.bury(std::iter::once(path.clone()));
        let after = Graves::lease(&graves);
        assert!(path.exists());
        drop(before);
        assert!(!path.exists());
        drop(after);
    }

    #[test]
    fn without_readers_a_blob_goes_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("blob");
        std::fs::write(&path, b"bytes").unwrap();
        Graves::default().bury(std::iter::once(path.clone()));
        assert!(!path.exists());
    }
}
