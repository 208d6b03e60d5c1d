//! Blobs without a name in the index, at a start.
//!
//! A crash leaves them; so does an index that is missing or older than its blobs, and then they are the data of objects that
//! were acknowledged. Nobody can tell the two apart here, so nothing is removed: they move to a folder of their own, and
//! come back once the index that names them does.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::Path;

use super::{Blobs, Error, fault, shard_folder, sync_folder};
use crate::embedded::index::Index;

/// What a start found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Swept {
    /// Blobs that no object names, moved aside now.
    pub set_aside: usize,
    /// Blobs that an earlier start had moved aside and that the index names.
    pub restored: usize,
    /// Blobs that lie aside, of this start and of earlier ones.
    pub lying: usize,
}

impl Blobs {
    /// Whether there is any blob, in its place or aside.
    pub(in super::super) fn any(&self) -> Result<bool, Error> {
        for shard in 0..=u8::MAX {
            if !names(&shard_folder(&self.folder, shard))?.is_empty() {
                return Ok(true);
            }
        }
        Ok(!names(&self.lost)?.is_empty())
    }

    /// Moves every file aside that the index does not name, and back what it names. Only right while nothing else uses the
    /// backend.
    pub(in super::super) async fn sweep(&self, index: &Index) -> Result<Swept, Error> {
        let mut lying: HashSet<OsString> = names(&self.lost)?.into_iter().collect();
        let mut swept = Swept::default();
        for shard in 0..=u8::MAX {
            let named = index.blobs_of_shard(shard).await?;
            let named: HashSet<OsString> = named.iter().map(|id| hex::encode(id.0).into()).collect();
            let folder = shard_folder(&self.folder, shard);
            let there: HashSet<OsString> = names(&folder)?.into_iter().collect();
            for name in there.difference(&named) {
                rename(&folder, &self.lost, name)?;
                swept.set_aside += 1;
            }
            for name in named.difference(&there).filter(|name| lying.contains(*name)) {
                rename(&self.lost, &folder, name)?;
                sync_folder(&folder)?;
                swept.restored += 1;
            }
            lying.retain(|name| !named.contains(name));
        }
        sync_folder(&self.lost)?;
        swept.lying = lying.len() + swept.set_aside;
        Ok(swept)
    }
}

fn names(folder: &Path) -> Result<Vec<OsString>, Error> {
    let entries = std::fs::read_dir(folder).map_err(fault(folder))?;
    entries.map(|entry| Ok(entry.map_err(fault(folder))?.file_name())).collect()
}

fn rename(from: &Path, to: &Path, name: &OsString) -> Result<(), Error> {
    let path = from.join(name);
    std::fs::rename(&path, to.join(name)).map_err(fault(&path))
}
