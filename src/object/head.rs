//! HeadObject and GetObjectAttributes, and the look at an object that other operations begin with.

use http::{Method, StatusCode};

use super::aim::FAR;
use super::error::{Error, Fault};
use super::get::ATTEMPTS;
use super::put::{joined, place};
use super::read::{AttributesRead, ChecksumMode, Read, ReadReply, Section};
use super::stored::{Kind, Stored};
use super::{Objects, unlock};
use crate::envelope::{Mode, Shape};
use crate::upstream::{self, Request};

impl Objects {
    /// The head of a read: no KMS call unless a checksum or a part is asked for.
    pub async fn head(&self, read: &Read) -> Result<ReadReply, Error> {
        for _ in 1..ATTEMPTS {
            match self.head_once(read).await {
                Err(Error::Changed) => continue,
                done => return done,
            }
        }
        self.head_once(read).await
    }

    async fn head_once(&self, read: &Read) -> Result<ReadReply, Error> {
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
                        self.manifest((&bucket, &object_key), &unlocked.stored, &unlocked.envelope, &*unlocked.keys)
                            .await?,
                    ),
                };
                return unlocked.reply(read, known.as_ref(), upstream::empty());
            }
            Kind::Sealed(envelope) => {
                // What is long is soon read in ranges.
                if matches!(envelope.shape, Shape::Single { .. }) && stored.stored_len >= FAR {
                    self.remember(read, (&bucket, &object_key), &stored, envelope).await;
                }
                stored
            }
            Kind::Plain => stored,
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
        for _ in 1..ATTEMPTS {
            match self.attributes_once(read, needs).await {
                Err(Error::Changed) => continue,
                done => return done,
            }
        }
        self.attributes_once(read, needs).await
    }

    async fn attributes_once(&self, read: &Read, needs: bool) -> Result<AttributesRead, Error> {
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
        let known =
            self.manifest((&bucket, &object_key), &unlocked.stored, &unlocked.envelope, &*unlocked.keys).await?;
        let enabled = Read { checksum: ChecksumMode::Enabled, ..read.clone() };
        let reply = unlocked.reply(&enabled, Some(&known), upstream::empty())?;
        Ok(AttributesRead { reply, manifest: Some(known.manifest) })
    }

    /// The head of what is read, with the client's conditions.
    pub(super) async fn stored(&self, read: &Read) -> Result<Stored, Error> {
        let (bucket, _) = place(&read.permit)?;
        let request = self.conditional(read, Method::HEAD).await?;
        let (head, _) = self.upstream.expect(request).await?.into_parts();
        let stored = Stored::read(head.status, head.headers, self.buckets.state(&bucket))?;
        Ok(stored.of_version(read.version_id.as_deref()))
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
    pub(super) async fn conditional(&self, read: &Read, method: Method) -> Result<Request, Error> {
        let (bucket, object_key) = place(&read.permit)?;
        let forms = self.forms(&bucket);
        let current = match read.conditions.needs_current() {
            true => {
                let request = self.plain_request(read, Method::HEAD)?;
                let (head, _) = Box::pin(self.upstream.expect(request)).await?.into_parts();
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
}
