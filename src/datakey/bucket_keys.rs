//! Bucket keys: one KEK for many objects of a bucket, for a requester and a short time.
//!
//! Two caches, since the key manager gives two permissions: who was allowed to have a key made was not thereby allowed to
//! have one opened. Requests that miss together ask the key manager once.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use moka::future::Cache;

use crate::crypto::Secret;
use crate::identity::Caller;
use crate::names::{BucketName, EncryptionContext, KeyArn};

use super::{Config, Error, Kek};

/// How many bucket keys are kept of each kind.
const CAPACITY: u64 = 10_000;

/// Who asked. Two sessions of one role may have different session policies, so the credential counts, not the name alone.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Requester {
    principal: String,
    access_key_id: Option<String>,
}

impl Requester {
    pub fn of(caller: &Caller) -> Self {
        Self { principal: caller.arn().to_owned(), access_key_id: caller.access_key_id().map(str::to_owned) }
    }
}

/// What a KEK for new objects belongs to. With the material's id, so that a rotation takes effect at once.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct MakeId {
    pub requester: Requester,
    pub bucket: BucketName,
    pub key: KeyArn,
    pub material_id: String,
    pub context: EncryptionContext,
}

/// What an opened KEK belongs to.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct OpenId {
    pub requester: Requester,
    pub bucket: BucketName,
    pub key: Option<KeyArn>,
    pub context: EncryptionContext,
    pub blob: Bytes,
}

#[derive(Clone)]
struct Made {
    kek: Kek,
    wraps: Arc<AtomicU64>,
}

pub struct BucketKeys {
    made: Cache<MakeId, Made>,
    opened: Cache<OpenId, Arc<Secret<32>>>,
    most_wraps: u64,
}

impl BucketKeys {
    pub fn new(config: &Config) -> Self {
        let lifetime = config.bucket_key_lifetime;
        Self {
            made: Cache::builder().max_capacity(CAPACITY).time_to_live(lifetime).build(),
            opened: Cache::builder().max_capacity(CAPACITY).time_to_live(lifetime).build(),
            most_wraps: config.bucket_key_wraps.max(1),
        }
    }

    /// The KEK for new objects, for one more wrap.
    pub async fn made<F>(&self, id: &MakeId, make: impl Fn() -> F) -> Result<Kek, Error>
    where
        F: Future<Output = Result<Kek, Error>>,
    {
        loop {
            let made = match self.made.get(id).await {
                Some(made) => made,
                None => {
                    let fresh = async { Ok::<_, Error>(Made { kek: make().await?, wraps: Arc::default() }) };
                    let made = Box::pin(self.made.try_get_with_by_ref(id, fresh)).await;
                    made.map_err(|error| Error::clone(&error))?
                }
            };
            if made.wraps.fetch_add(1, Ordering::Relaxed) < self.most_wraps {
                return Ok(made.kek);
            }
            self.made.invalidate(id).await;
        }
    }

    /// An opened KEK.
    pub async fn opened<F>(&self, id: &OpenId, open: impl FnOnce() -> F) -> Result<Arc<Secret<32>>, Error>
    where
        F: Future<Output = Result<Arc<Secret<32>>, Error>>,
    {
        match self.opened.get(id).await {
            Some(secret) => Ok(secret),
            None => Box::pin(self.opened.try_get_with_by_ref(id, open())).await.map_err(|error| Error::clone(&error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::{AccountId, Region};

    /// The default limit, at its edge: the key wraps 2^20 times, and the next wrap has a new one.
    #[tokio::test]
    async fn a_key_wraps_a_million_times_and_not_once_more() {
        let keys = BucketKeys::new(&Config::default());
        let made = AtomicU64::new(0);
        let make = || async {
            let number = made.fetch_add(1, Ordering::Relaxed);
            Ok(Kek { secret: Arc::new(Secret::random()), blob: number.to_be_bytes().to_vec().into(), key: None })
        };
        let (account, region) = (AccountId::new("000000000000").unwrap(), Region::new("us-east-1").unwrap());
        let id = MakeId {
            requester: Requester { principal: "arn:aws:iam::000000000000:root".into(), access_key_id: None },
            bucket: BucketName::new("photos").unwrap(),
            key: format!("arn:aws:kms:{region}:{account}:key/k").parse().unwrap(),
            material_id: "m".into(),
            context: EncryptionContext::new(),
        };
        let first = keys.made(&id, make).await.unwrap();
        let wraps = keys.made.get(&id).await.unwrap().wraps;
        assert_eq!(wraps.swap((1 << 20) - 1, Ordering::Relaxed), 1);
        assert_eq!(keys.made(&id, make).await.unwrap().blob, first.blob);
        assert_ne!(keys.made(&id, make).await.unwrap().blob, first.blob);
        assert_eq!(made.into_inner(), 2);
    }
}
