//! The trail in a file: JSON lines, only ever appended to.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
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
    file: Arc<Mutex<Lines>>,
    durability: Durability,
}

struct Lines {
    file: File,
    /// The file ends in the middle of a line: of a call that was refused, since its record could not be written.
    torn: bool,
}

impl Audit {
    /// Opens or makes the file, readable for its owner alone.
    pub fn open(config: &Config) -> Result<Self, Error> {
        let file = OpenOptions::new().append(true).read(true).create(true).mode(0o600).open(&config.file)?;
        let torn = ends_torn(&file)?;
        Ok(Self { file: Arc::new(Mutex::new(Lines { file, torn })), durability: config.durability })
    }

    pub async fn record(&self, event: &Event<'_>) -> Result<(), Error> {
        let line = event.to_line().map_err(io::Error::from)?;
        // One write into the page cache is shorter than a hop to another thread.
        lock(&self.file).write(&line)?;
        match self.durability {
            Durability::Written => Ok(()),
            Durability::Synced => self.sync().await,
        }
    }

    async fn sync(&self) -> Result<(), Error> {
        let file = lock(&self.file).file.try_clone()?;
        tokio::task::spawn_blocking(move || file.sync_data()).await.map_err(io::Error::other)??;
        Ok(())
    }
}

impl Lines {
    /// A disk that fills up takes a part of a line: the next one begins on its own.
    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        if self.torn {
            self.file.write_all(b"\n")?;
        }
        self.torn = true;
        self.file.write_all(line)?;
        self.torn = false;
        Ok(())
    }
}

fn ends_torn(file: &File) -> io::Result<bool> {
    let metadata = file.metadata()?;
    let mut last = [b'\n'];
    if metadata.is_file() && metadata.len() > 0 {
        file.read_exact_at(&mut last, metadata.len() - 1)?;
    }
    Ok(last != [b'\n'])
}

/// A panic in another writer cannot have torn the file handle itself.
fn lock(file: &Mutex<Lines>) -> std::sync::MutexGuard<'_, Lines> {
    file.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_was_cut_short_spoils_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("audit.jsonl");
        std::fs::write(&path, "{\"whole\":1}\n{\"cut").unwrap();
        let audit = Audit::open(&Config { file: path.clone(), durability: Durability::Written }).unwrap();
        lock(&audit.file).write(b"{\"next\":2}\n").unwrap();
        // A full disk, and room again.
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let file = std::mem::replace(&mut lock(&audit.file).file, full);
        assert!(lock(&audit.file).write(b"{\"lost\":3}\n").is_err());
        lock(&audit.file).file = file;
        lock(&audit.file).write(b"{\"last\":4}\n").unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, "{\"whole\":1}\n{\"cut\n{\"next\":2}\n\n{\"last\":4}\n");
    }
}
