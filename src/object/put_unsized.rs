//! An object whose length is known only when its body ends: what a form carries.
//!
//! A body that ends within the first MiB is an ordinary [`Write`]. A longer one is one stream, part 0, cut into pieces of
//! a backend upload: a piece is begun only when so much of the request is left that it must fill; what comes after the
//! last such piece waits in the system bucket, a MiB at a time, and becomes part 10,000 together with the tail.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use http::HeaderMap;
use http_body::Frame;
use http_body_util::{BodyExt, BodyStream, StreamBody};

use super::body::{BodyFault, PlainBody};
use super::error::{Error, Fault};
use super::multipart::UploadName;
use super::put::{Enveloped, MAX_PUT, client_etag, place};
use super::sealing::{Closing, Sealing, Shared};
use super::{Objects, Write, Written, attributes};
use crate::envelope::Shape;
use crate::seal::{LayerKeys, Manifest, StreamId, StreamSealer, layout};
use crate::upstream::{Body, BoxError};

/// A body that ends within so many bytes is held in memory.
const SMALL: usize = 1024 * 1024;

/// A piece of the backend's upload.
const PIECE: u64 = 8 * 1024 * 1024;

/// What a form may hold behind its file: the closing boundary and ignored fields.
pub const FORM_SLACK: u64 = 64 * 1024;

/// The backend part that the rest and the tail are.
const TAIL_PART: u16 = 10_000;

/// How many bytes of the request can still come.
pub trait Remaining: Send + Sync {
    fn remaining(&self) -> u64;
}

impl Objects {
    /// Seals and stores an object whose body ends when it ends. `left` bounds what is still to come.
    pub async fn put_unsized(&self, mut write: Write, left: Arc<dyn Remaining>) -> Result<Written, Error> {
        let mut held = BytesMut::new();
        while held.len() <= SMALL {
            let Some(piece) = write.body.stream.next().await else {
                let len = Some(held.len() as u64);
                let stream = Box::pin(futures::stream::once(async { Ok(held) }));
                let body = PlainBody { len, stream, verdict: write.body.verdict };
                return self.put(Write { body, ..write }).await;
            };
            held.extend_from_slice(&piece?);
        }
        let held_len = held.len() as u64;
        let rest = write.body.stream;
        write.body.stream = Box::pin(futures::stream::once(async { Ok(held) }).chain(rest));
        self.put_long(write, left, held_len).await
    }

    async fn put_long(&self, write: Write, left: Arc<dyn Remaining>, held_len: u64) -> Result<Written, Error> {
        let (bucket, object_key) = place(&write.permit)?;
        let sealed = self.envelop(&write.permit, &write.protection, &write.attributes, Shape::Multipart, None).await?;
        let conditions = write.conditions.for_backend(self.forms(&bucket), None);
        let Enveloped { keys, headers, protected, .. } = sealed;
        let upload = self.create_backend_upload((&bucket, &object_key), headers).await?;
        let name = UploadName { bucket, object_key, upload_id: upload.id().to_owned() };
        let sent = self.send_pieces(&name, write.body, &keys, left, held_len, conditions).await;
        // Staged pieces are of no use any more, whatever came of it.
        if let Err(error) = self.clear_folder(&name.folder(), |_| true).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "a form's staged pieces were not removed");
        }
        match sent {
            Ok((answer, manifest)) => {
                upload.keep();
                Ok(Written {
                    etag: client_etag(&answer)?,
                    headers: attributes::to_client(&answer),
                    protected,
                    plain_len: manifest.plain_len,
                    checksum: manifest.checksum,
                })
            }
            Err(error) => {
                upload.give_up().await;
                Err(error)
            }
        }
    }

    async fn send_pieces(
        &self,
        name: &UploadName,
        body: PlainBody,
        keys: &LayerKeys,
        left: Arc<dyn Remaining>,
        held_len: u64,
        conditions: HeaderMap,
    ) -> Result<(HeaderMap, Manifest), Error> {
        let verdict = body.verdict.clone();
        let sealer = StreamSealer::new(keys, &StreamId { part: 0, attempt: None });
        let nothing: Closing = Box::new(|_| Ok(Vec::new()));
        let sealing = Shared::new(Sealing::new(limited(body), sealer, nothing));
        let mut parts = Vec::new();
        let mut written = 0;
        // Held or still to come, less what may not be the file's; a stream is longer than its plaintext.
        let mut certain = held_len + left.remaining().saturating_sub(FORM_SLACK);
        while certain >= PIECE {
            let number = u16::try_from(parts.len() + 1).ok().filter(|number| *number < TAIL_PART);
            let number = number.ok_or(Error::Internal("too many pieces"))?;
            let tag = self.upload_backend_part(name.place(), &name.upload_id, number, sealing.take(PIECE)).await?;
            parts.push((number, tag));
            written += PIECE;
            // What the sealer holds back is within the plaintext that the piece took.
            certain = left.remaining().saturating_sub(FORM_SLACK);
        }
        let staged = self.stage_rest(name, &sealing).await?;
        written += staged.iter().map(|(_, len)| len).sum::<u64>();
        let checksum = verdict.get().cloned().flatten();
        let plain_len = sealing.plain_len().await;
        let manifest = Manifest::single(plain_len, keys.count(), checksum);
        let tail = Bytes::from(manifest.tail(keys, &keys.commitments(), written)?);
        let body = self.staged_body(staged, tail).await?;
        parts.push((TAIL_PART, self.upload_backend_part(name.place(), &name.upload_id, TAIL_PART, body).await?));
        let answer = self.complete_backend_upload(name.place(), &name.upload_id, &parts, conditions).await?;
        Ok((answer, manifest))
    }

    /// Puts what is left of a stream into the system bucket, a MiB at a time.
    async fn stage_rest(&self, name: &UploadName, sealing: &Shared) -> Result<Vec<(String, u64)>, Error> {
        let mut staged = Vec::new();
        loop {
            let mut piece = BytesMut::new();
            while piece.len() < SMALL {
                match sealing.next(SMALL - piece.len()).await? {
                    Some(more) => piece.extend_from_slice(&more),
                    None => break,
                }
            }
            if piece.is_empty() {
                return Ok(staged);
            }
            let key = format!("{}staged/{:05}", name.folder(), staged.len());
            let len = piece.len() as u64;
            self.write_system_object(&key, Body::Bytes(piece.freeze())).await?;
            staged.push((key, len));
        }
    }

    /// The staged pieces, one after the other, and the tail.
    async fn staged_body(&self, staged: Vec<(String, u64)>, tail: Bytes) -> Result<Body, Error> {
        let len = staged.iter().map(|(_, len)| len).sum::<u64>() + tail.len() as u64;
        let mut bodies = Vec::with_capacity(staged.len());
        for (key, _) in &staged {
            bodies.push(BodyStream::new(self.read_system_object(key).await?.into_body()));
        }
        let tail = futures::stream::once(async { Ok::<_, BoxError>(Frame::data(tail)) });
        let frames = futures::stream::iter(bodies).flatten().chain(tail);
        Ok(Body::Stream { len, body: StreamBody::new(frames).boxed_unsync() })
    }
}

/// The body, refused beyond what one request may hold.
fn limited(body: PlainBody) -> PlainBody {
    let stream = body.stream.scan(0_u64, |taken, piece| {
        let piece = piece.and_then(|piece| {
            *taken += piece.len() as u64;
            let fault = || Error::from(Fault::EntityTooLarge { have: *taken, limit: MAX_PUT });
            if *taken > MAX_PUT { Err(BodyFault::Source(Box::new(fault()))) } else { Ok(piece) }
        });
        std::future::ready(Some(piece))
    });
    PlainBody { len: None, stream: Box::pin(stream), verdict: body.verdict }
}

const _: () = assert!(PIECE >= layout::MIN_PART, "backends refuse smaller pieces");
