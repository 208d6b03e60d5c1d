//! GetObject: one request aimed by guess or memory, corrected by what its answer's envelope says.

use std::sync::Arc;

use http::{Method, StatusCode, header};

use super::aim::{Aim, First};
use super::error::Error;
use super::opening::Opening;
use super::plan::{self, Plan};
use super::put::place;
use super::read::{ChecksumMode, Read, ReadReply, Section, Unlocked};
use super::stored::{Kind, Stored};
use super::tail::{Expected, TailCheck};
use super::{Objects, manifests::Known, unlock};
use crate::envelope::Shape;
use crate::upstream;

/// Stored objects up to this length are read whole before the answer begins, so that their checksum can precede them.
const WHOLE_IN_MEMORY: u64 = 256 * 1024;

/// How often a read starts again because the object changed between two of its requests.
pub(super) const ATTEMPTS: usize = 3;

impl Objects {
    /// Reads an object, or a range or part of it.
    pub async fn get(&self, read: &Read) -> Result<ReadReply, Error> {
        for _ in 0..ATTEMPTS {
            match self.get_once(read).await {
                Err(Error::Changed) => continue,
                done => return done,
            }
        }
        Err(Error::Changed)
    }

    async fn get_once(&self, read: &Read) -> Result<ReadReply, Error> {
        let (bucket, object_key) = place(&read.permit)?;
        let aim = match read.section {
            Section::Whole => Aim::All,
            Section::Range(_) | Section::Part(_) => Box::pin(self.aim(read, (&bucket, &object_key))).await,
        };
        let mut request = self.conditional(read, Method::GET).await?;
        if let Some(bytes) = aim.header()? {
            request = request.header(header::RANGE, bytes);
        }
        let answer = match self.upstream.expect(request).await {
            // Beyond the stored bytes, or beyond a plain object's: the head tells which.
            Err(error) if error.status() == Some(StatusCode::RANGE_NOT_SATISFIABLE) => {
                return Box::pin(self.get_cold(read)).await;
            }
            answer => answer?,
        };
        let (head, body) = answer.into_parts();
        let stored = Stored::read(head.status, head.headers, self.buckets.state(&bucket))?;
        let stored = stored.of_version(read.version_id.as_deref());
        unlock::check_customer_key(read.customer_key.as_ref(), &stored.kind)?;
        if let Kind::Plain = stored.kind {
            return match read.section {
                Section::Whole => {
                    let len = stored.stored_len;
                    Ok(Self::reply_without_keys(stored, len, None, upstream::shared(body)))
                }
                Section::Range(_) => Box::pin(self.plain_range(read, stored)).await,
                Section::Part(_) => Box::pin(self.plain_part(read, Method::GET)).await,
            };
        }
        let first = First::of(head.status, &stored.headers, stored.stored_len, body);
        let unlocked = self.unlock_stored(read, stored).await?;
        self.read_unlocked(read, unlocked, first).await
    }

    /// A read that has to know the object first: its first request has aimed beyond the object's end.
    async fn get_cold(&self, read: &Read) -> Result<ReadReply, Error> {
        let stored = self.stored(read).await?;
        unlock::check_customer_key(read.customer_key.as_ref(), &stored.kind)?;
        match stored.kind {
            Kind::Plain if matches!(read.section, Section::Part(_)) => {
                Box::pin(self.plain_part(read, Method::GET)).await
            }
            Kind::Plain => Box::pin(self.plain_range(read, stored)).await,
            Kind::Sealed(_) => {
                let unlocked = self.unlock_stored(read, stored).await?;
                self.read_unlocked(read, unlocked, None).await
            }
        }
    }

    /// Answers from a sealed object. `first` is an answer that already streams.
    async fn read_unlocked(&self, read: &Read, unlocked: Unlocked, first: Option<First>) -> Result<ReadReply, Error> {
        let (bucket, object_key) = place(&read.permit)?;
        let place = (&bucket, &object_key);
        let plain_len = unlocked.stored.plain_len()?;
        let single = matches!(unlocked.envelope.shape, Shape::Single { .. });
        let whole = read.section == Section::Whole;
        let wants_checksum = read.checksum == ChecksumMode::Enabled && whole;
        let small = whole && unlocked.stored.stored_len <= WHOLE_IN_MEMORY;
        let needs_manifest = !single
            || matches!(read.section, Section::Part(_))
            || wants_checksum && unlocked.envelope.checksum.is_none() && !small;
        let (known, first) = match needs_manifest {
            true => {
                let (known, first) = Box::pin(self.manifest_after(place, &unlocked, first)).await?;
                (Some(known), first)
            }
            false => (None, first),
        };
        // One stream that is read whole again costs one request as it is.
        if !single || !whole {
            Box::pin(self.remember(read, place, &unlocked.stored, &unlocked.envelope)).await;
        }
        let manifest = known.as_ref().map(|known| &*known.manifest);
        let plan = Plan::of(manifest, plain_len, plan::section_range(read.section, plain_len, manifest)?);
        let Some(stored_range) = plan.stored_range(unlocked.keys.count()) else {
            // A part without bytes.
            return unlocked.reply(read, known.as_ref(), upstream::empty());
        };
        let wanted = if whole { 0..unlocked.stored.stored_len } else { stored_range };
        let (at, body) = match first.filter(|first| first.holds(&wanted)) {
            Some(first) => first.into_parts(),
            None => {
                let request = self.ranged(place, &unlocked.stored, wanted.clone())?;
                (wanted.start, Box::pin(self.upstream.expect(request)).await.map_err(changed)?.into_body())
            }
        };
        let tail = whole.then(|| {
            let expected = match &known {
                Some(known) if !single => Expected::Known(known.manifest.clone(), known.tail_len),
                _ => Expected::Single { plain_len },
            };
            TailCheck::new(expected, unlocked.envelope.commitments(), unlocked.stored.stored_len)
        });
        let mut opening = Opening::new(unlocked.keys.clone(), body, at, plan, tail);
        opening.begin().await?;
        if wants_checksum && small {
            return Box::pin(self.read_small(read, unlocked, known, opening)).await;
        }
        unlocked.reply(read, known.as_ref(), opening.into_body())
    }

    /// Opens the whole of a small object, then answers with its checksum first.
    async fn read_small(
        &self,
        read: &Read,
        unlocked: Unlocked,
        known: Option<Known>,
        opening: Opening,
    ) -> Result<ReadReply, Error> {
        let (plain, manifest) = opening.collect().await?;
        let known = known.or(manifest.map(|manifest| Known { manifest: Arc::new(manifest), tail_len: 0 }));
        unlocked.reply(read, known.as_ref(), upstream::full(plain))
    }

    /// Unwraps and verifies the envelope of a stored object.
    pub(super) async fn unlock_stored(&self, read: &Read, stored: Stored) -> Result<Unlocked, Error> {
        let (bucket, object_key) = place(&read.permit)?;
        let Kind::Sealed(envelope) = &stored.kind else {
            return Err(Error::Internal("a plain object has no envelope"));
        };
        let envelope = envelope.clone();
        let customer = read.customer_key.as_ref();
        let (keys, bound) = self.unlock(&read.permit, (&bucket, &object_key), &envelope, &stored, customer).await?;
        Ok(Unlocked { stored, envelope, keys, bound })
    }
}

/// A follow-up that met another object than the first request.
pub(super) fn changed(error: upstream::Error) -> Error {
    match error.status() {
        Some(StatusCode::PRECONDITION_FAILED | StatusCode::NOT_FOUND) => Error::Changed,
        _ => error.into(),
    }
}
