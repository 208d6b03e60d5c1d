//! The trail in a file: JSON lines, only ever appended to.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::Event;

/// When `record` may return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// The operating system has the line: it survives the end of the process.
    Written,
    /// The disk has the line: it survives the loss of power.
    Synced,
}

#[derive(Clone, Debug)]
pub struct Config {
    pub file: PathBuf,
    pub durability: Durability,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the audit trail cannot be written")]
    Write(#[from] io::Error),
}

/// The open trail. Clones write to the same file.
#[derive(Clone)]
pub struct Audit {
    file: Arc<Mutex<File>>,
    durability: Durability,
}

impl Audit {
    /// Opens or makes the file, readable for its owner alone.
    pub fn open(config: &Config) -> Result<Self, Error> {
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(&config.file)?;
        Ok(Self { file: Arc::new(Mutex::new(file)), durability: config.durability })
    }

    pub async fn record(&self, event: &Event<'_>) -> Result<(), Error> {
        let mut line = event.to_record().to_string().into_bytes();
        line.push(b'\n');
        // One write into the page cache is shorter than a hop to another thread.
        lock(&self.file).write_all(&line)?;
        match self.durability {
            Durability::Written => Ok(()),
            Durability::Synced => self.sync().await,
        }
    }

    async fn sync(&self) -> Result<(), Error> {
        let file = lock(&self.file).try_clone()?;
        tokio::task::spawn_blocking(move || file.sync_data()).await.map_err(io::Error::other)??;
        Ok(())
    }
}

/// A panic in another writer cannot have torn the file handle itself.
fn lock(file: &Mutex<File>) -> std::sync::MutexGuard<'_, File> {
    file.lock().unwrap_or_else(PoisonError::into_inner)
}
