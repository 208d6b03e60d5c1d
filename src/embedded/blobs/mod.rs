//! Blob files: bytes under a random name, written once, synced, never changed.
//!
//! A blob that the index does not name is nothing yet, or nothing any more: the next start sets it aside.

mod graves;
mod orphans;
mod read;
mod write;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Error;
use graves::Graves;

pub(super) use graves::Lease;
pub(super) use orphans::Swept;
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
    /// Where blobs lie that the index did not name at a start.
    lost: PathBuf,
    graves: Arc<Graves>,
}

impl Blobs {
    /// Opens `blobs` and `lost` in `dir`, which are made if absent.
    pub(super) fn open(dir: &Path) -> Result<Self, Error> {
        let (folder, lost) = (dir.join("blobs"), dir.join("lost"));
        std::fs::create_dir_all(&lost).map_err(fault(&lost))?;
        for shard in 0..=u8::MAX {
            let path = shard_folder(&folder, shard);
            std::fs::create_dir_all(&path).map_err(fault(&path))?;
        }
        sync_folder(&folder)?;
        Ok(Self { folder, lost, graves: Arc::default() })
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
