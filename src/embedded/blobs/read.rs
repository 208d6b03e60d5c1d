//! Reading a range of an object from its extents, as a stream.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::Stream;
use s3s::dto::StreamingBlob;
use s3s::stream::{ByteStream, RemainingLength};
use tokio::sync::mpsc;

use super::{BlobId, Blobs, Error, Lease, RUN_LEN, blocking, fault};
use crate::embedded::index::Extent;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The bytes of a range; a file fault or a missing byte ends it with an error.
struct BlobBody {
    runs: mpsc::Receiver<Result<Bytes, BoxError>>,
    remaining: u64,
}

pub(in super::super) fn empty_body() -> StreamingBlob {
    StreamingBlob::from(s3s::Body::empty())
}

/// One contiguous run to read from one file.
struct Piece {
    blob: BlobId,
    start: u64,
    len: u64,
}

impl Blobs {
    /// Streams `range` of the object that `extents` make up. One run is read ahead.
    pub(in super::super) fn read(
        self: &Arc<Self>,
        extents: Vec<Extent>,
        range: Range<u64>,
        lease: Lease,
    ) -> StreamingBlob {
        let (sender, runs) = mpsc::channel(1);
        let remaining = range.end.saturating_sub(range.start);
        let pieces: Vec<Piece> = extents.iter().filter_map(|extent| piece(extent, &range)).collect();
        let blobs = Arc::clone(self);
        tokio::spawn(async move {
            if let Err(error) = send_pieces(&blobs, pieces, &sender).await {
                tracing::error!(error = &error as &dyn std::error::Error, "embedded backend");
                let _ = sender.send(Err(Box::new(error))).await;
            }
            drop(lease);
        });
        StreamingBlob::new(BlobBody { runs, remaining })
    }
}

/// What of `extent` lies in `range`.
fn piece(extent: &Extent, range: &Range<u64>) -> Option<Piece> {
    let from = extent.at.max(range.start);
    let to = extent.at.checked_add(extent.len)?.min(range.end);
    let len = to.checked_sub(from).filter(|len| *len > 0)?;
    Some(Piece { blob: extent.blob.clone(), start: extent.start.checked_add(from - extent.at)?, len })
}

async fn send_pieces(
    blobs: &Blobs,
    pieces: Vec<Piece>,
    sender: &mpsc::Sender<Result<Bytes, BoxError>>,
) -> Result<(), Error> {
    for piece in pieces {
        let path = blobs.path(&piece.blob);
        let opened = path.clone();
        let file = blocking(move || File::open(&opened).map(Arc::new).map_err(fault(&opened))).await?;
        let mut done = 0;
        while done < piece.len {
            let len = usize::try_from(piece.len - done).map_or(RUN_LEN, |left| left.min(RUN_LEN));
            let (file, path, at) = (Arc::clone(&file), path.clone(), piece.start + done);
            let read = move || {
                let mut run = vec![0; len];
                file.read_exact_at(&mut run, at).map_err(fault(&path))?;
                Ok(Bytes::from(run))
            };
            let run = blocking(read).await?;
            done += len as u64;
            if sender.send(Ok(run)).await.is_err() {
                // The reader went away.
                return Ok(());
            }
        }
    }
    Ok(())
}

impl Stream for BlobBody {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = std::task::ready!(self.runs.poll_recv(context));
        Poll::Ready(match next {
            Some(Ok(run)) => {
                self.remaining = self.remaining.saturating_sub(run.len() as u64);
                Some(Ok(run))
            }
            // The index and the files disagree: better a broken answer than a short one.
            None if self.remaining > 0 => {
                self.remaining = 0;
                Some(Err(Box::new(Error::Corrupt { what: "extents shorter than their object" })))
            }
            end => end,
        })
    }
}

impl ByteStream for BlobBody {
    fn remaining_length(&self) -> RemainingLength {
        RemainingLength::new_exact(usize::try_from(self.remaining).unwrap_or(usize::MAX))
    }
}
