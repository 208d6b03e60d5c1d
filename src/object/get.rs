//! GetObject: one optimistic request, corrected by what its answer's envelope says.

use std::sync::Arc;

use http::header::{self, HeaderValue};
use http::{Method, StatusCode};

use super::error::Error;
use super::opening::Opening;
use super::plan::{self, Plan};
use super::put::place;
use super::range::ByteRange;
use super::read::{ChecksumMode, Read, ReadReply, Section, Unlocked};
use super::stored::{Kind, Stored};
use super::tail::{Expected, TailCheck};
use super::{Objects, manifests::Known, unlock};
use crate::envelope::Shape;
use crate::seal::Layers;
use crate::upstream::{self, BoxBody};

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
        let (bucket, _) = place(&read.permit)?;
        let (start, end) = match read.section {
            Section::Whole => (0, None),
            Section::Range(ByteRange::FromTo(first, last)) => plan::optimistic(first, Some(last.saturating_add(1))),
            Section::Range(ByteRange::From(first)) => plan::optimistic(first, None),
            Section::Range(ByteRange::Suffix(_)) | Section::Part(_) => return Box::pin(self.get_cold(read)).await,
        };
        let mut request = self.conditional(read, Method::GET).await?;
        if read.section != Section::Whole {
            let bytes = match end {
                Some(end) => format!("bytes={start}-{}", end.saturating_sub(1)),
                None => format!("bytes={start}-"),
            };
            request = request.header(header::RANGE, header_value(&bytes)?);
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
                    Ok(Self::reply_without_keys(stored, len, None, body))
                }
                _ => Box::pin(self.plain_range(read, stored)).await,
            };
        }
        let unlocked = self.unlock_stored(read, stored).await?;
        let at = if head.status == StatusCode::PARTIAL_CONTENT { start } else { 0 };
        self.read_unlocked(read, unlocked, Some((at, body))).await
    }

    /// A read that has to know the object first: a suffix, a part, or a range that the optimistic request missed.
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

    /// Answers from a sealed object. `first` is an answer that already streams, with the offset of its first byte.
    async fn read_unlocked(
        &self,
        read: &Read,
        unlocked: Unlocked,
        first: Option<(u64, BoxBody)>,
    ) -> Result<ReadReply, Error> {
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
        let known = match needs_manifest {
            true => Some(Box::pin(self.manifest(place, &unlocked.stored, &unlocked.envelope, &*unlocked.keys)).await?),
            false => None,
        };
        let range = match (read.section, &known) {
            (Section::Whole, _) => 0..plain_len,
            (Section::Range(range), _) => range.resolve(plain_len)?,
            (Section::Part(number), Some(known)) => plan::part_range(&known.manifest, number)?,
            (Section::Part(_), None) => return Err(Error::Internal("a part without a manifest")),
        };
        let plan = match &known {
            Some(known) => Plan::of(&known.manifest, range.clone()),
            None => Plan::single(plain_len, range.clone()),
        };
        let Some(stored_range) = plan.stored_range(unlocked.keys.count()) else {
            // A part without bytes.
            return unlocked.reply(read, known.as_ref(), upstream::empty());
        };
        // The first answer serves if it begins where the plan does, or before and is the whole.
        let one_layer = unlocked.envelope.layers() == Layers::One;
        let serves = |at: u64| whole || (single && one_layer && at <= stored_range.start);
        let (at, body) = match first.filter(|(at, _)| serves(*at)) {
            Some(first) => first,
            None => {
                let wanted = if whole { 0..unlocked.stored.stored_len } else { stored_range.clone() };
                let request = self.ranged(place, &unlocked.stored, wanted.clone())?;
                let answer = self.upstream.expect(request).await.map_err(changed)?;
                (wanted.start, answer.into_body())
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
            return self.read_small(read, unlocked, known, opening).await;
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

fn header_value(text: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(text).map_err(|_| Error::Internal("a value that is no header"))
}

/// A follow-up that met another object than the first request.
pub(super) fn changed(error: upstream::Error) -> Error {
    match error.status() {
        Some(StatusCode::PRECONDITION_FAILED | StatusCode::NOT_FOUND) => Error::Changed,
        _ => error.into(),
    }
}
