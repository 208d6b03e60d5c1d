//! What stood at a place when it was last read: enough to aim the next read of it.
//!
//! Other gateways write too, so that nothing here is believed: see [`Aim`](super::aim::Aim).

use std::ops::Range;

use moka::future::Cache;

use super::Objects;
use super::aim::Aim;
use super::manifests::Name;
use super::plan::{self, Plan};
use super::read::Read;
use super::stored::Stored;
use crate::envelope::{Envelope, Shape};
use crate::names::{BucketName, ObjectKey};
use crate::seal::Layers;

/// Bucket, object key, and the version as the request names it.
type Place = (BucketName, ObjectKey, Option<String>);

/// How a sealed object lies in its stored bytes.
#[derive(Clone, PartialEq, Eq)]
struct Stood {
    plain_len: u64,
    layers: Layers,
    /// `None` for one stream.
    manifest: Option<Name>,
}

pub(super) struct Places(Cache<Place, Stood>);

impl Places {
    /// `capacity` in bytes.
    pub fn new(capacity: u64) -> Self {
        let weigh = |(_, object_key, version): &Place, _: &Stood| {
            let names = object_key.as_str().len() + version.as_ref().map_or(0, String::len);
            u32::try_from(320 + names).unwrap_or(u32::MAX)
        };
        Self(Cache::builder().max_capacity(capacity).weigher(weigh).build())
    }
}

impl Objects {
    /// What the first request of a read asks for.
    pub(super) async fn aim(&self, read: &Read, place: (&BucketName, &ObjectKey)) -> Aim {
        match Box::pin(self.remembered(read, place)).await {
            Some(range) => Aim::Bytes(range),
            None => Aim::unknowing(read.section),
        }
    }

    /// The stored bytes of what is read, if what stood there last still does.
    async fn remembered(&self, read: &Read, (bucket, object_key): (&BucketName, &ObjectKey)) -> Option<Range<u64>> {
        let place = (bucket.clone(), object_key.clone(), read.version_id.clone());
        let stood = self.places.0.get(&place).await?;
        let known = match &stood.manifest {
            Some(name) => Some(self.manifests.get(name).await?),
            None => None,
        };
        let manifest = known.as_ref().map(|known| &*known.manifest);
        let range = plan::section_range(read.section, stood.plain_len, manifest).ok()?;
        Plan::of(manifest, stood.plain_len, range).stored_range(stood.layers)
    }

    /// Keeps how an object lies whose manifest is known, or which needs none.
    pub(super) async fn remember(
        &self,
        read: &Read,
        place: (&BucketName, &ObjectKey),
        stored: &Stored,
        envelope: &Envelope,
    ) {
        let single = matches!(envelope.shape, Shape::Single { .. });
        let (Ok(plain_len), Ok(name)) = (stored.plain_len(), Name::of(stored, envelope)) else { return };
        let manifest = (!single).then_some(name);
        let stood = Stood { plain_len, layers: envelope.layers(), manifest };
        let place = (place.0.clone(), place.1.clone(), read.version_id.clone());
        if self.places.0.get(&place).await.as_ref() != Some(&stood) {
            self.places.0.insert(place, stood).await;
        }
    }
}
