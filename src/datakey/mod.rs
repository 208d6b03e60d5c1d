//! Data keys for objects: KEKs from the key manager, and the bucket key cache in front of it.
//!
//! Guarantee: a KEK is handed out only to a requester whom the key manager authorised for this bucket and KMS key, at
//! most the bucket key's lifetime ago. Without bucket keys nothing is cached: each object asks the key manager.
//!
//! This room knows neither envelopes nor bodies: it names keys and hands out secrets.

mod error;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::crypto::Secret;
use crate::identity::Permit;
use crate::kms::Kms;
use crate::names::{BucketName, EncryptionContext, KeyArn, ObjectKey};

pub use error::Error;

#[derive(Clone, Debug)]
pub struct Config {
    /// How long a bucket key serves after the key manager made or opened it.
    pub bucket_key_lifetime: Duration,
    /// How many data keys one bucket key wraps at most.
    pub bucket_key_wraps: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self { bucket_key_lifetime: Duration::from_secs(300), bucket_key_wraps: 1 << 20 }
    }
}

/// How a new object is to be protected.
#[derive(Clone, Debug)]
pub enum Protection {
    SseS3,
    /// `key` as the client named it; `None` is `alias/aws/s3`.
    SseKms {
        key: Option<String>,
        bucket_key: bool,
        context: EncryptionContext,
    },
    DsseKms {
        key: Option<String>,
        context: EncryptionContext,
    },
}

/// What an envelope records of its KEKs. `blobs` has one KMS ciphertext for each layer.
pub struct Recorded<'a> {
    pub kind: RecordedKind,
    /// For SSE-S3 without meaning: the gateway's own key opens it.
    pub key: Option<&'a KeyArn>,
    pub context: &'a EncryptionContext,
    pub blobs: &'a [&'a [u8]],
}

/// What was asked for when the KEK was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordedKind {
    SseS3,
    SseKms { bucket_key: bool },
    DsseKms,
}

/// A key that wraps data keys, and its KMS ciphertext, by which it is found again.
#[derive(Clone)]
pub struct Kek {
    pub secret: Arc<Secret<32>>,
    pub blob: Bytes,
    pub key: KeyArn,
}

pub struct DataKeys {
    _kms: Arc<Kms>,
    _config: Config,
}

impl DataKeys {
    pub fn new(kms: Arc<Kms>, config: Config) -> Self {
        Self { _kms: kms, _config: config }
    }

    /// KEKs for a new object at `place`, one for each layer.
    pub async fn generate(
        &self,
        permit: &Permit,
        place: (&BucketName, &ObjectKey),
        protection: &Protection,
    ) -> Result<Vec<Kek>, Error> {
        let _ = (permit, place, protection);
        Err(Error::NotBuilt)
    }

    /// The KEKs of an object that stands at `place`, one for each layer.
    pub async fn unwrap(
        &self,
        permit: &Permit,
        place: (&BucketName, &ObjectKey),
        recorded: &Recorded<'_>,
    ) -> Result<Vec<Arc<Secret<32>>>, Error> {
        let _ = (permit, place, recorded);
        Err(Error::NotBuilt)
    }
}
