//! Sealed bytes in, plaintext out: what a client reads while the backend still sends.
//!
//! No plaintext leaves before its tag has verified. A whole read withholds its last piece until the padding and the
//! manifest behind the streams agree, so that a damaged object ends as an aborted answer, never as a clean one.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};

use super::error::Error;
use super::plan::{Piece, Plan};
use super::tail::TailCheck;
use crate::seal::{LayerKeys, Manifest, StreamOpener};
use crate::upstream::{BoxBody, BoxError, OwnBody};

/// An answer of the backend being opened along a plan.
pub struct Opening {
    keys: Arc<LayerKeys>,
    body: OwnBody,
    /// Offset in the stored object of the next byte that `body` yields.
    at: u64,
    pieces: VecDeque<Piece>,
    current: Option<Current>,
    /// For whole reads: what must stand behind the streams.
    tail: Option<TailCheck>,
    withheld: Option<Bytes>,
    /// Plaintext bytes of the plan that were not yet handed on.
    plain_left: u64,
    /// What the tail said.
    manifest: Option<Manifest>,
    /// What has come and is not yet opened.
    unopened: BytesMut,
    ready: VecDeque<Bytes>,
    scratch: Vec<Bytes>,
}

struct Current {
    opener: StreamOpener,
    /// What is left of its bytes in the stored object.
    start: u64,
    end: u64,
}

impl Opening {
    /// `body` begins at offset `at` of the stored object and reaches at least to the plan's last byte.
    pub fn new(keys: Arc<LayerKeys>, body: OwnBody, at: u64, plan: Plan, tail: Option<TailCheck>) -> Self {
        Self {
            keys,
            body,
            at,
            plain_left: plan.plain_range.end - plan.plain_range.start,
            pieces: plan.pieces.into(),
            current: None,
            tail,
            withheld: None,
            manifest: None,
            unopened: BytesMut::new(),
            ready: VecDeque::new(),
            scratch: Vec::new(),
        }
    }

    /// The next piece of plaintext; `None` once everything has verified.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            if let Some(piece) = self.ready.pop_front() {
                return Ok(Some(piece));
            }
            self.advance()?;
            if self.current.is_none() && self.tail.is_none() {
                return Ok(self.withheld.take());
            }
            if !self.unopened.is_empty() {
                self.take_some()?;
                continue;
            }
            match self.body.frame().await {
                Some(frame) => {
                    let frame = frame.map_err(|source| Error::Backend(crate::upstream::Error::Answer(source)))?;
                    self.unopened = frame.into_data().unwrap_or_default();
                }
                None => self.end()?,
            }
        }
    }

    /// Opens the next piece when there is none at hand.
    fn advance(&mut self) -> Result<(), Error> {
        while self.current.is_none() {
            let Some(piece) = self.pieces.pop_front() else { return Ok(()) };
            let opener = piece.opener(&self.keys);
            let within = opener.cipher_range();
            let (start, end) = (piece.stream_offset + within.start, piece.stream_offset + within.end);
            if start < self.at {
                return Err(Error::Internal("a plan that goes back"));
            }
            self.current = Some(Current { opener, start, end });
            self.finish_if_spent()?;
        }
        Ok(())
    }

    /// Takes the beginning of what has come, a segment at most: what is opened before it is wanted takes room beside what it
    /// was made of.
    fn take_some(&mut self) -> Result<(), Error> {
        let data = &mut self.unopened;
        let Some(current) = self.current.as_mut() else {
            let data = std::mem::take(data);
            self.at += data.len() as u64;
            return self.tail.as_mut().map_or(Ok(()), |tail| tail.push(&data));
        };
        if self.at < current.start {
            // Padding between two streams.
            let padding = data.split_to(clamp(current.start - self.at, data.len()));
            if self.tail.is_some() && padding.iter().any(|&byte| byte != 0) {
                return Err(Error::Damaged("its padding"));
            }
            self.at += padding.len() as u64;
            return Ok(());
        }
        let mine = data.split_to(clamp(current.opener.missing().min(current.end - self.at), data.len()));
        if mine.is_empty() {
            return Err(Error::Internal("an opener that wants nothing"));
        }
        self.at += mine.len() as u64;
        current.opener.push(mine, &mut self.scratch)?;
        self.release()?;
        self.finish_if_spent()
    }

    fn finish_if_spent(&mut self) -> Result<(), Error> {
        if self.current.as_ref().is_some_and(|current| self.at >= current.end)
            && let Some(current) = self.current.take()
        {
            current.opener.finish()?;
        }
        Ok(())
    }

    /// Hands on what was opened; a whole read keeps the last piece back.
    fn release(&mut self) -> Result<(), Error> {
        for piece in self.scratch.drain(..).filter(|piece| !piece.is_empty()) {
            let left = self.plain_left.checked_sub(piece.len() as u64);
            self.plain_left = left.ok_or(Error::Internal("more plaintext than was planned"))?;
            match self.tail.is_some() && self.plain_left == 0 {
                true => self.withheld = Some(piece),
                false => self.ready.push_back(piece),
            }
        }
        Ok(())
    }

    /// The backend's answer has ended: everything planned must have been seen.
    fn end(&mut self) -> Result<(), Error> {
        if self.current.is_some() || !self.pieces.is_empty() {
            return Err(Error::Damaged("its body"));
        }
        if let Some(tail) = self.tail.take() {
            self.manifest = Some(tail.finish(&self.keys)?);
            self.ready.extend(self.withheld.take());
        }
        Ok(())
    }

    /// Opens the first piece before the answer begins: what is damaged there becomes an error and not a broken answer.
    pub async fn begin(&mut self) -> Result<(), Error> {
        if let Some(first) = self.next().await? {
            self.ready.push_front(first);
        }
        Ok(())
    }

    /// The plaintext as an answer's body. An error aborts the answer.
    pub fn into_body(self) -> BoxBody {
        let stream = futures::stream::try_unfold(self, |mut opening| async move {
            match opening.next().await {
                Ok(Some(piece)) => Ok(Some((Frame::data(piece), opening))),
                Ok(None) => Ok(None),
                Err(error) => {
                    tracing::error!(%error, "an object was broken off while it was read");
                    Err(Box::new(error) as BoxError)
                }
            }
        });
        StreamBody::new(stream).boxed_unsync()
    }

    /// The plaintext in one piece, for objects that are known to be small, and the manifest of a whole read.
    pub async fn collect(mut self) -> Result<(Bytes, Option<Manifest>), Error> {
        let mut whole = bytes::BytesMut::new();
        while let Some(piece) = self.next().await? {
            whole.extend_from_slice(&piece);
        }
        Ok((whole.freeze(), self.manifest))
    }
}

fn clamp(wanted: u64, have: usize) -> usize {
    usize::try_from(wanted).unwrap_or(usize::MAX).min(have)
}
