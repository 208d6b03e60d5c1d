//! Writing a blob: a body of declared length into a new file, synced before it is handed out.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use futures::StreamExt;
use s3s::dto::StreamingBlob;
use tokio::task::JoinHandle;

use super::{BlobId, Blobs, Error, RUN_LEN, blocking, fault, sync_folder};
use crate::embedded::ids;

/// Why a body did not become a blob.
pub(in super::super) enum WriteFault {
    /// The body ended before its declared length, or went on beyond it.
    Length,
    /// Its error is kept by `Embedded::call`.
    Body,
    Room(Error),
}

/// A blob that is whole and synced, but not yet in the index. Dropped, its file goes.
pub(in super::super) struct NewBlob {
    id: BlobId,
    path: PathBuf,
    kept: bool,
}

impl NewBlob {
    pub(in super::super) fn id(&self) -> &BlobId {
        &self.id
    }

    /// Call right before the commit that names the blob: from there on only the index can tell whether it is wanted.
    pub(in super::super) fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for NewBlob {
    fn drop(&mut self) {
        if !self.kept {
            // What stays is set aside at the next start.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

impl Blobs {
    /// Writes exactly `len` bytes of `body`. An empty body needs no blob.
    pub(in super::super) async fn write(
        &self,
        body: Option<StreamingBlob>,
        len: u64,
    ) -> Result<Option<NewBlob>, WriteFault> {
        let mut body = Runs { body };
        let Some(first) = body.next_run().await? else {
            return if len == 0 { Ok(None) } else { Err(WriteFault::Length) };
        };
        if first.len > len {
            return Err(WriteFault::Length);
        }
        let id = ids::blob_id();
        let blob = NewBlob { path: self.path(&id), id, kept: false };
        let path = blob.path.clone();
        let file = blocking(move || File::create_new(&path).map(Arc::new).map_err(fault(&path))).await;
        let mut writer = Writer { path: blob.path.clone(), file: file.map_err(WriteFault::Room)?, under_way: None };
        let mut written = first.len;
        writer.put(first).await.map_err(WriteFault::Room)?;
        while let Some(run) = body.next_run().await? {
            written += run.len;
            if written > len {
                return Err(WriteFault::Length);
            }
            writer.put(run).await.map_err(WriteFault::Room)?;
        }
        if written < len {
            return Err(WriteFault::Length);
        }
        writer.finish().await.map_err(WriteFault::Room)?;
        Ok(Some(blob))
    }
}

/// Writes one run while the next is gathered.
struct Writer {
    path: PathBuf,
    file: Arc<File>,
    under_way: Option<JoinHandle<std::io::Result<()>>>,
}

impl Writer {
    async fn put(&mut self, run: Run) -> Result<(), Error> {
        self.settle().await?;
        let file = Arc::clone(&self.file);
        let write = move || run.pieces.iter().try_for_each(|piece| (&*file).write_all(piece));
        self.under_way = Some(tokio::task::spawn_blocking(write));
        Ok(())
    }

    async fn settle(&mut self) -> Result<(), Error> {
        match self.under_way.take() {
            None => Ok(()),
            Some(write) => match write.await {
                Ok(outcome) => outcome.map_err(fault(&self.path)),
                Err(stopped) => Err(Error::Service(Box::new(stopped))),
            },
        }
    }

    /// First the bytes, then the name.
    async fn finish(mut self) -> Result<(), Error> {
        self.settle().await?;
        let Self { path, file, .. } = self;
        blocking(move || {
            file.sync_all().map_err(fault(&path))?;
            path.parent().map_or(Ok(()), sync_folder)
        })
        .await
    }
}

/// Pieces of a body, gathered to about `RUN_LEN` without copying.
struct Run {
    pieces: Vec<Bytes>,
    len: u64,
}

struct Runs {
    body: Option<StreamingBlob>,
}

impl Runs {
    async fn next_run(&mut self) -> Result<Option<Run>, WriteFault> {
        let mut run = Run { pieces: Vec::new(), len: 0 };
        while let Some(body) = self.body.as_mut().filter(|_| run.len < RUN_LEN as u64) {
            match body.next().await {
                Some(piece) => {
                    let piece = piece.map_err(|_| WriteFault::Body)?;
                    run.len += piece.len() as u64;
                    run.pieces.push(piece);
                }
                None => self.body = None,
            }
        }
        Ok((run.len > 0).then_some(run))
    }
}
