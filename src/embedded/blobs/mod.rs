//! Blob files: bytes under a random name, written once, synced, never changed.
//!
//! A blob that the index does not name is nothing yet, or nothing any more: the janitor removes it at the next start.

mod graves;
mod read;
mod write;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Error;
use super::index::Index;
use graves::Graves;

pub(super) use graves::Lease;
pub(super) use read::empty_body;
pub(super) use write::{NewBlob, WriteFault};

/// Bytes are read and written in runs of this length.
const RUN_LEN: usize = 256 * 1024;

/// The random id of a blob; its first byte names the folder, its hex digits the file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct BlobId([u8; 16]);

impl BlobId {
    pub(super) fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    pub(super) fn from_column(bytes: &[u8]) -> Result<Self, Error> {
        bytes.try_into().map(Self).map_err(|_| Error::Corrupt { what: "a blob id" })
    }

    pub(super) fn as_column(&self) -> &[u8] {
        &self.0
    }
}

/// The folder of blobs.
pub(super) struct Blobs {
    folder: PathBuf,
    graves: Arc<Graves>,
}

impl Blobs {
    pub(super) fn open(folder: PathBuf) -> Result<Self, Error> {
        for shard in 0..=u8::MAX {
            let path = shard_folder(&folder, shard);
            std::fs::create_dir_all(&path).map_err(fault(&path))?;
        }
        sync_folder(&folder)?;
        Ok(Self { folder, graves: Arc::default() })
    }

    fn path(&self, id: &BlobId) -> PathBuf {
        let [shard, ..] = id.0;
        shard_folder(&self.folder, shard).join(hex::encode(id.0))
    }

    /// While the lease lives, no blob is removed that the index named when it was taken, or names later.
    pub(super) fn lease(&self) -> Lease {
        Graves::lease(&self.graves)
    }

    /// Removes blobs that the index names no more, as soon as no reader can still want them.
    pub(super) fn bury(&self, ids: &[BlobId]) {
        self.graves.bury(ids.iter().map(|id| self.path(id)));
    }

    /// Removes every file that the index does not name. Only right while nothing else uses the backend.
    pub(super) async fn sweep(&self, index: &Index) -> Result<usize, Error> {
        let mut removed = 0;
        for shard in 0..=u8::MAX {
            let named = index.blobs_of_shard(shard).await?;
            let names: std::collections::HashSet<_> = named.iter().map(|id| hex::encode(id.0)).collect();
            let folder = shard_folder(&self.folder, shard);
            for entry in std::fs::read_dir(&folder).map_err(fault(&folder))? {
                let entry = entry.map_err(fault(&folder))?;
                if entry.file_name().to_str().is_none_or(|name| !names.contains(name)) {
                    std::fs::remove_file(entry.path()).map_err(fault(&entry.path()))?;
                    removed += 1;
                }
            }
        }
        Ok(removed)
    }
}

fn shard_folder(folder: &Path, shard: u8) -> PathBuf {
    folder.join(format!("{shard:02x}"))
}

/// A folder is synced so that the names of new files in it survive a crash.
pub(super) fn sync_folder(folder: &Path) -> Result<(), Error> {
    std::fs::File::open(folder).and_then(|handle| handle.sync_all()).map_err(fault(folder))
}

pub(super) fn fault(path: &Path) -> impl Fn(std::io::Error) -> Error + '_ {
    move |source| Error::File { path: path.into(), source }
}

/// Work on files, off the threads that serve requests.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(stopped) => Err(Error::Service(Box::new(stopped))),
    }
}
