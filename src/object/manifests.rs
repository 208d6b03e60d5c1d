//! Manifests of stored objects: fetched from their tail, opened, and kept for the next reader.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{self, HeaderValue};
use moka::future::Cache;

use super::Objects;
use super::aim::First;
use super::conditions;
use super::error::Error;
use super::get::changed;
use super::read::Unlocked;
use super::stored::Stored;
use super::tail::TAIL_LEN;
use crate::envelope::Envelope;
use crate::names::{BucketName, ObjectKey};
use crate::seal::{Manifest, Opened, SealsManifests};
use crate::upstream;

/// A manifest and how much of the object's end it takes.
#[derive(Clone)]
pub struct Known {
    pub manifest: Arc<Manifest>,
    pub tail_len: u64,
}

/// Commitment and backend ETag: what only the same body can have.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Name([u8; 32], String);

impl Name {
    pub fn of(stored: &Stored, envelope: &Envelope) -> Result<Self, Error> {
        let first = envelope.commitments().first().copied().ok_or(Error::Damaged("its envelope"))?;
        Ok(Self(first, stored.backend_etag.clone()))
    }
}

/// Opened manifests by name.
pub(super) struct Manifests(Cache<Name, Known>);

impl Manifests {
    /// `capacity` in bytes of manifest.
    pub fn new(capacity: u64) -> Self {
        let weigh = |_: &Name, known: &Known| u32::try_from(256 + known.manifest.parts.len() * 128).unwrap_or(u32::MAX);
        Self(Cache::builder().max_capacity(capacity).weigher(weigh).build())
    }

    pub async fn get(&self, name: &Name) -> Option<Known> {
        self.0.get(name).await
    }
}

impl Objects {
    /// The manifest of a sealed object. One request for its last 64 KiB, a second where it is longer, none when known.
    pub(super) async fn manifest(
        &self,
        place: (&BucketName, &ObjectKey),
        stored: &Stored,
        envelope: &Envelope,
        keys: &impl SealsManifests,
    ) -> Result<Known, Error> {
        match self.manifests.get(&Name::of(stored, envelope)?).await {
            Some(known) => Ok(known),
            None => self.open_manifest(place, stored, envelope, keys, &Bytes::new()).await,
        }
    }

    /// The same for a read whose first answer may end with it, which is then held in memory.
    pub(super) async fn manifest_after(
        &self,
        place: (&BucketName, &ObjectKey),
        Unlocked { stored, envelope, keys, .. }: &Unlocked,
        first: Option<First>,
    ) -> Result<(Known, Option<First>), Error> {
        if let Some(known) = self.manifests.get(&Name::of(stored, envelope)?).await {
            return Ok((known, first));
        }
        let (first, held) = match first {
            Some(first) => {
                let (first, held) = first.with_tail(stored.stored_len).await?;
                (Some(first), held)
            }
            None => (None, None),
        };
        let known = self.open_manifest(place, stored, envelope, &**keys, &held.unwrap_or_default()).await?;
        Ok((known, first))
    }

    /// `held`: the object's last bytes, as far as they are at hand.
    async fn open_manifest(
        &self,
        place: (&BucketName, &ObjectKey),
        stored: &Stored,
        envelope: &Envelope,
        keys: &impl SealsManifests,
        held: &Bytes,
    ) -> Result<Known, Error> {
        let commitments = envelope.commitments();
        let mut wanted = TAIL_LEN.min(stored.stored_len);
        for _ in 0..2 {
            let before = usize::try_from(wanted).ok().and_then(|wanted| held.len().checked_sub(wanted));
            let tail = match before {
                Some(before) => held.slice(before..),
                None => self.stored_bytes(place, stored, stored.stored_len - wanted..stored.stored_len).await?,
            };
            match Manifest::open(keys, &commitments, &tail, stored.stored_len)? {
                Opened::Needs(more) if more > wanted && more <= stored.stored_len => wanted = more,
                Opened::Needs(_) => break,
                Opened::Manifest(manifest) => {
                    if manifest.plain_len != stored.plain_len()? {
                        break;
                    }
                    let known = Known { manifest: Arc::new(manifest), tail_len: wanted };
                    self.manifests.0.insert(Name::of(stored, envelope)?, known.clone()).await;
                    return Ok(known);
                }
            }
        }
        Err(Error::Damaged("its manifest"))
    }

    /// A small range of exactly this stored object, in memory.
    async fn stored_bytes(
        &self,
        place: (&BucketName, &ObjectKey),
        stored: &Stored,
        range: std::ops::Range<u64>,
    ) -> Result<Bytes, Error> {
        let expected = range.end - range.start;
        let answer = self.upstream.expect(self.ranged(place, stored, range)?).await.map_err(changed)?;
        let limit = usize::try_from(expected).unwrap_or(usize::MAX);
        let bytes = upstream::collect(answer.into_body(), limit).await?;
        if bytes.len() as u64 == expected { Ok(bytes) } else { Err(Error::Damaged("its length")) }
    }

    /// A GET of a range of exactly this stored object and version.
    pub(super) fn ranged(
        &self,
        (bucket, object_key): (&BucketName, &ObjectKey),
        stored: &Stored,
        range: std::ops::Range<u64>,
    ) -> Result<upstream::Request, Error> {
        let mut request = upstream::Request::new(http::Method::GET).object(bucket, object_key);
        if let Some(version) = stored.version() {
            request = request.query("versionId", version);
        }
        let bytes = format!("bytes={}-{}", range.start, range.end.saturating_sub(1));
        let value = HeaderValue::from_str(&bytes).map_err(|_| Error::Internal("a range that is no header"))?;
        request = request.header(header::RANGE, value);
        let (name, value) = conditions::pin(&stored.backend_etag).ok_or(Error::Damaged("its ETag"))?;
        Ok(request.header(name, value))
    }
}
