//! GetObject and HeadObject: one optimistic request, corrected by what its answer's envelope says.

use std::ops::Range;
use std::sync::Arc;

use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, Response, StatusCode};

use super::conditions::Conditions;
use super::error::{Error, Fault};
use super::opening::Opening;
use super::plan::{self, Plan};
use super::protection::Protected;
use super::put::{joined, place};
use super::range::ByteRange;
use super::stored::{Kind, Stored};
use super::tail::{Expected, TailCheck};
use super::{Objects, manifests::Known, unlock};
use crate::datakey::CustomerKey;
use crate::envelope::{Envelope, Mode, Shape};
use crate::identity::Permit;
use crate::seal::{FullChecksum, LayerKeys, Layers, Manifest};
use crate::upstream::{self, BoxBody, Request};

/// Stored objects up to this length are read whole before the answer begins, so that their checksum can precede them.
const WHOLE_IN_MEMORY: u64 = 256 * 1024;

/// How often a read starts again because the object changed between two of its requests.
const ATTEMPTS: usize = 3;

/// What is read of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    Whole,
    Range(ByteRange),
    Part(u16),
}

/// Whether the client wants to see the stored checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChecksumMode {
    Enabled,
    Off,
}

/// A read, or with [`Objects::head`] the head of one.
#[derive(Clone)]
pub struct Read {
    pub permit: Permit,
    pub version_id: Option<String>,
    pub section: Section,
    pub conditions: Conditions,
    pub checksum: ChecksumMode,
    /// For objects under SSE-C.
    pub customer_key: Option<CustomerKey>,
    /// Further headers for the backend, such as `x-amz-request-payer`.
    pub headers: HeaderMap,
}

/// What a read answers.
pub struct ReadReply {
    /// The backend's headers for the client.
    pub headers: HeaderMap,
    /// As clients see it, without quotes.
    pub etag: String,
    /// `None` for an object that was there before.
    pub protected: Option<Protected>,
    /// Length of the whole plaintext.
    pub plain_len: u64,
    /// What of it the body holds; `None` is the whole, status 200.
    pub range: Option<Range<u64>>,
    pub checksum: Option<FullChecksum>,
    /// How many parts' checksums make a composite checksum of the whole.
    pub composite_parts: Option<usize>,
    /// Set when a part of a multipart object was asked for.
    pub parts_count: Option<usize>,
    pub body: BoxBody,
}

/// What GetObjectAttributes is answered from.
pub struct AttributesRead {
    pub reply: ReadReply,
    /// For sealed objects, when it was asked for.
    pub manifest: Option<Arc<Manifest>>,
}

/// A sealed object whose keys are at hand.
pub(super) struct Unlocked {
    pub stored: Stored,
    pub envelope: Arc<Envelope>,
    pub keys: Arc<LayerKeys>,
}

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

    /// The head of a read: no KMS call unless a checksum or a part is asked for.
    pub async fn head(&self, read: &Read) -> Result<ReadReply, Error> {
        let (bucket, object_key) = place(&read.permit)?;
        let stored = self.stored(read).await?;
        unlock::check_customer_key(read.customer_key.as_ref(), &stored.kind)?;
        let needs_checksum = read.checksum == ChecksumMode::Enabled;
        let needs_keys = needs_checksum || matches!(read.section, Section::Part(_));
        let stored = match &stored.kind {
            // Under SSE-C the customer's key is checked on every request.
            Kind::Sealed(envelope) if needs_keys || envelope.mode == Mode::SseC => {
                let unlocked = self.unlock_stored(read, stored).await?;
                let known = match (read.section, &unlocked.envelope.shape) {
                    (Section::Whole, Shape::Single { .. }) if unlocked.envelope.checksum.is_some() => None,
                    (Section::Whole | Section::Range(_), _) if !needs_checksum => None,
                    _ => Some(
                        self.manifest((&bucket, &object_key), &unlocked.stored, &unlocked.envelope, &unlocked.keys)
                            .await?,
                    ),
                };
                return unlocked.reply(read, known.as_ref(), upstream::empty());
            }
            _ => stored,
        };
        let plain_len = stored.plain_len()?;
        let range = match read.section {
            Section::Range(range) => Some(range.resolve(plain_len)?),
            // Of a plain object the backend knows the parts.
            Section::Part(_) => return self.plain_part(read, Method::HEAD).await,
            Section::Whole => None,
        };
        Ok(Self::reply_without_keys(stored, plain_len, range, upstream::empty()))
    }

    /// The head of an object with everything that its envelope and manifest say of it.
    pub async fn attributes(&self, read: &Read, needs: bool) -> Result<AttributesRead, Error> {
        let (bucket, object_key) = place(&read.permit)?;
        let stored = self.existing(read).await?;
        unlock::check_customer_key(read.customer_key.as_ref(), &stored.kind)?;
        let sse_c = matches!(&stored.kind, Kind::Sealed(envelope) if envelope.mode == Mode::SseC);
        if !needs && !sse_c || matches!(stored.kind, Kind::Plain) {
            let plain_len = stored.plain_len()?;
            let reply = Self::reply_without_keys(stored, plain_len, None, upstream::empty());
            return Ok(AttributesRead { reply, manifest: None });
        }
        let unlocked = self.unlock_stored(read, stored).await?;
        let known = self.manifest((&bucket, &object_key), &unlocked.stored, &unlocked.envelope, &unlocked.keys).await?;
        let enabled = Read { checksum: ChecksumMode::Enabled, ..read.clone() };
        let reply = unlocked.reply(&enabled, Some(&known), upstream::empty())?;
        Ok(AttributesRead { reply, manifest: Some(known.manifest) })
    }

    async fn get_once(&self, read: &Read) -> Result<ReadReply, Error> {
        let (bucket, _) = place(&read.permit)?;
        let (start, end) = match read.section {
            Section::Whole => (0, None),
            Section::Range(ByteRange::FromTo(first, last)) => plan::optimistic(first, Some(last.saturating_add(1))),
            Section::Range(ByteRange::From(first)) => plan::optimistic(first, None),
            Section::Range(ByteRange::Suffix(_)) | Section::Part(_) => return self.get_cold(read).await,
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
                return self.get_cold(read).await;
            }
            answer => answer?,
        };
        let (head, body) = answer.into_parts();
        let stored = Stored::read(head.status, head.headers, self.buckets.state(&bucket))?;
        unlock::check_customer_key(read.customer_key.as_ref(), &stored.kind)?;
        if let Kind::Plain = stored.kind {
            return match read.section {
                Section::Whole => {
                    let len = stored.stored_len;
                    Ok(Self::reply_without_keys(stored, len, None, body))
                }
                _ => self.plain_range(read, stored).await,
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
            Kind::Plain if matches!(read.section, Section::Part(_)) => self.plain_part(read, Method::GET).await,
            Kind::Plain => self.plain_range(read, stored).await,
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
            true => Some(self.manifest(place, &unlocked.stored, &unlocked.envelope, &unlocked.keys).await?),
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
        let Some(stored_range) = plan.stored_range(&unlocked.keys) else {
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
        let keys = self.unlock(&read.permit, (&bucket, &object_key), &envelope, &stored, customer).await?;
        Ok(Unlocked { stored, envelope, keys })
    }

    /// The head of what is read, with the client's conditions.
    pub(super) async fn stored(&self, read: &Read) -> Result<Stored, Error> {
        let (bucket, _) = place(&read.permit)?;
        let request = self.conditional(read, Method::HEAD).await?;
        let (head, _) = self.upstream.expect(request).await?.into_parts();
        Stored::read(head.status, head.headers, self.buckets.state(&bucket))
    }

    /// The same for operations that answer with a document: a HEAD does not say what is missing.
    pub(super) async fn existing(&self, read: &Read) -> Result<Stored, Error> {
        match self.stored(read).await {
            Err(error) if error.is_not_found() => {
                let (bucket, _) = place(&read.permit)?;
                let answer = self.upstream.send(Request::new(Method::HEAD).bucket(&bucket)).await?;
                Err(match (answer.status(), &read.version_id) {
                    (StatusCode::NOT_FOUND, _) => Fault::NoSuchBucket.into(),
                    (_, Some(_)) => Fault::NoSuchVersion.into(),
                    (_, None) => Fault::NoSuchKey.into(),
                })
            }
            answer => answer,
        }
    }

    /// The first request of a read. A list of ETags is narrowed to the one that stands there now.
    async fn conditional(&self, read: &Read, method: Method) -> Result<Request, Error> {
        let (bucket, object_key) = place(&read.permit)?;
        let forms = self.forms(&bucket);
        let current = match read.conditions.needs_current() {
            true => {
                let request = self.plain_request(read, Method::HEAD)?;
                let (head, _) = self.upstream.expect(request).await?.into_parts();
                Some(Stored::read(head.status, head.headers, self.buckets.state(&bucket))?.client_etag())
            }
            false => None,
        };
        let conditions = read.conditions.for_backend(forms, current.as_deref());
        let request = self.plain_request(read, method)?;
        debug_assert!(request.object_key.as_ref() == Some(&object_key));
        let headers = joined(request.headers.clone(), conditions);
        Ok(request.headers(headers))
    }

    fn plain_request(&self, read: &Read, method: Method) -> Result<Request, Error> {
        let (bucket, object_key) = place(&read.permit)?;
        let request = Request::new(method).object(&bucket, &object_key).headers(read.headers.clone());
        Ok(match &read.version_id {
            Some(version) => request.query("versionId", version.as_str()),
            None => request,
        })
    }

    /// A range of an object that was there before: as the backend serves it.
    async fn plain_range(&self, read: &Read, stored: Stored) -> Result<ReadReply, Error> {
        let (bucket, object_key) = place(&read.permit)?;
        let Section::Range(range) = read.section else { return Err(Error::Internal("a plain range without a range")) };
        let range = range.resolve(stored.stored_len)?;
        let request = self.ranged((&bucket, &object_key), &stored, range.clone())?;
        let answer = self.upstream.expect(request).await.map_err(changed)?;
        let len = stored.stored_len;
        Ok(Self::reply_without_keys(stored, len, Some(range), answer.into_body()))
    }

    /// A part of an object that was there before: the backend knows its parts.
    async fn plain_part(&self, read: &Read, method: Method) -> Result<ReadReply, Error> {
        let Section::Part(number) = read.section else { return Err(Error::Internal("a part without a number")) };
        let request = self.conditional(read, method).await?.query("partNumber", number.to_string());
        let answer: Response<BoxBody> = self.upstream.expect(request).await?;
        let (head, body) = answer.into_parts();
        let (bucket, _) = place(&read.permit)?;
        let range = head.headers.get(header::CONTENT_RANGE).and_then(|value| parse_content_range(value.to_str().ok()?));
        let count = head.headers.get("x-amz-mp-parts-count").and_then(|value| value.to_str().ok()?.parse().ok());
        let stored = Stored::read(head.status, head.headers, self.buckets.state(&bucket))?;
        let len = stored.stored_len;
        let mut reply = Self::reply_without_keys(stored, len, range, body);
        reply.parts_count = count;
        Ok(reply)
    }

    fn reply_without_keys(stored: Stored, plain_len: u64, range: Option<Range<u64>>, body: BoxBody) -> ReadReply {
        let protected = match &stored.kind {
            Kind::Plain => None,
            Kind::Sealed(envelope) => Some(Protected::of(envelope)),
        };
        ReadReply {
            headers: stored.client_headers(),
            etag: stored.client_etag(),
            protected,
            plain_len,
            range,
            checksum: None,
            composite_parts: None,
            parts_count: None,
            body,
        }
    }
}

impl Unlocked {
    /// The answer to `read` with `body`.
    fn reply(self, read: &Read, known: Option<&Known>, body: BoxBody) -> Result<ReadReply, Error> {
        let plain_len = self.stored.plain_len()?;
        let manifest = known.map(|known| &*known.manifest);
        let range = match (read.section, manifest) {
            (Section::Whole, _) => None,
            (Section::Range(range), _) => Some(range.resolve(plain_len)?),
            (Section::Part(number), Some(manifest)) => Some(plan::part_range(manifest, number)?),
            (Section::Part(_), None) => return Err(Error::Internal("a part without a manifest")),
        };
        let checksum = match read.section {
            _ if read.checksum == ChecksumMode::Off => None,
            Section::Whole => match manifest.and_then(|manifest| manifest.checksum.clone()) {
                Some(checksum) => Some(checksum),
                None => self.envelope.open_checksum(&self.keys)?,
            },
            Section::Part(number) => manifest.and_then(|manifest| part_checksum(manifest, number)),
            Section::Range(_) => None,
        };
        let parts_count = match (read.section, manifest) {
            (Section::Part(_), Some(manifest)) if !plan::is_single(manifest) => Some(manifest.parts.len()),
            _ => None,
        };
        let mut reply = Objects::reply_without_keys(self.stored, plain_len, range, body);
        reply.protected = Some(Protected::of(&self.envelope));
        reply.composite_parts = match read.section {
            Section::Whole => manifest.map(|manifest| manifest.parts.len()),
            Section::Range(_) | Section::Part(_) => None,
        };
        reply.checksum = checksum;
        reply.parts_count = parts_count;
        Ok(reply)
    }
}

/// The checksum of one part, in the algorithm of the upload.
fn part_checksum(manifest: &crate::seal::Manifest, number: u16) -> Option<FullChecksum> {
    let whole = manifest.checksum.as_ref()?;
    if plan::is_single(manifest) {
        return Some(whole.clone());
    }
    let part = manifest.parts.iter().find(|part| part.number == number)?;
    let value = part.checksum.clone()?;
    Some(FullChecksum { algorithm: whole.algorithm, kind: whole.kind, value })
}

fn parse_content_range(value: &str) -> Option<Range<u64>> {
    let (first, last) = value.strip_prefix("bytes ")?.split_once('/')?.0.split_once('-')?;
    Some(first.parse().ok()?..last.parse::<u64>().ok()?.checked_add(1)?)
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
