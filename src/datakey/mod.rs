//! Data keys for objects: KEKs from the key manager, and the bucket key cache in front of it.
//!
//! Guarantee: a KEK is handed out only to a requester whom the key manager authorised for this bucket and KMS key, at
//! most the bucket key's lifetime ago, and for the same purpose: leave to make a key is no leave to open one. Without
//! bucket keys nothing is cached: each object asks the key manager.
//!
//! This room knows neither envelopes nor bodies: it names keys and hands out secrets.

mod bucket_keys;
mod context;
mod customer_key;
mod error;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::crypto::{Secret, SecretBytes};
use crate::identity::Permit;
use crate::kms::ops::decrypt::{self, Decrypt};
use crate::kms::ops::generate_data_key::{self, DataKeySpec, GenerateDataKey};
use crate::kms::wire::Blob;
use crate::kms::{Call, Kms, Via};
use crate::names::{BucketName, EncryptionContext, KeyArn, ObjectKey, Region};

use bucket_keys::{BucketKeys, MakeId, OpenId, Requester};

pub use customer_key::CustomerKey;
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
    /// The customer's key is the KEK; the key manager has no part in it.
    SseC(CustomerKey),
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

/// A key that wraps data keys, and its KMS ciphertext, by which it is found again: empty for a customer's key.
#[derive(Clone)]
pub struct Kek {
    pub secret: Arc<Secret<32>>,
    pub blob: Bytes,
    /// `None`: the customer's.
    pub key: Option<KeyArn>,
}

const AWS_MANAGED_KEY: &str = "alias/aws/s3";

/// Shared behind an `Arc`.
pub struct DataKeys {
    kms: Arc<Kms>,
    bucket_keys: BucketKeys,
}

impl DataKeys {
    pub fn new(kms: Arc<Kms>, config: Config) -> Self {
        Self { kms, bucket_keys: BucketKeys::new(&config) }
    }

    /// KEKs for a new object at `place`, one for each layer.
    pub async fn generate(
        &self,
        permit: &Permit,
        place: (&BucketName, &ObjectKey),
        protection: &Protection,
    ) -> Result<Vec<Kek>, Error> {
        check_place(permit, place)?;
        match protection {
            Protection::SseS3 => Ok(vec![self.generate_for_gateway(place)?]),
            Protection::SseKms { key, bucket_key: false, context } => {
                let context = context::of_object(context, place)?;
                Ok(vec![self.generate_once(permit, place.0, key.as_deref(), &context).await?])
            }
            Protection::SseKms { key, bucket_key: true, context } => {
                let context = context::of_bucket(context, place.0)?;
                Ok(vec![self.generate_for_bucket(permit, place.0, key.as_deref(), context).await?])
            }
            Protection::DsseKms { key, context } => {
                let context = context::of_object(context, place)?;
                let inner = self.generate_once(permit, place.0, key.as_deref(), &context).await?;
                let outer = self.generate_once(permit, place.0, key.as_deref(), &context).await?;
                Ok(vec![inner, outer])
            }
            Protection::SseC(key) => Ok(vec![Kek { secret: key.secret().clone(), blob: Bytes::new(), key: None }]),
        }
    }

    /// The KEKs of an object that stands at `place`, one for each layer.
    pub async fn unwrap(
        &self,
        permit: &Permit,
        place: (&BucketName, &ObjectKey),
        recorded: &Recorded<'_>,
    ) -> Result<Vec<Arc<Secret<32>>>, Error> {
        check_place(permit, place)?;
        let mut secrets = Vec::with_capacity(recorded.blobs.len());
        for blob in recorded.blobs {
            secrets.push(match recorded.kind {
                RecordedKind::SseS3 => self.open_for_gateway(place, blob)?,
                RecordedKind::SseKms { bucket_key: false } | RecordedKind::DsseKms => {
                    let context = context::of_object(recorded.context, place)?;
                    self.open_once(permit, place.0, recorded.key, &context, blob).await?
                }
                RecordedKind::SseKms { bucket_key: true } => {
                    let context = context::of_bucket(recorded.context, place.0)?;
                    self.open_for_bucket(permit, place.0, recorded.key, context, blob).await?
                }
            });
        }
        Ok(secrets)
    }

    /// No cache: the gateway's own key asks nobody, so a key for each object costs a few microseconds.
    fn generate_for_gateway(&self, place: (&BucketName, &ObjectKey)) -> Result<Kek, Error> {
        let made = self.kms.generate_gateway_data_key(&context::of_object(&EncryptionContext::new(), place)?)?;
        Ok(Kek { secret: exact(&made.plaintext)?, blob: made.blob.into(), key: Some(made.key) })
    }

    fn open_for_gateway(&self, place: (&BucketName, &ObjectKey), blob: &[u8]) -> Result<Arc<Secret<32>>, Error> {
        exact(&self.kms.open_gateway_data_key(&context::of_object(&EncryptionContext::new(), place)?, blob)?)
    }

    async fn generate_for_bucket(
        &self,
        permit: &Permit,
        bucket: &BucketName,
        key: Option<&str>,
        context: EncryptionContext,
    ) -> Result<Kek, Error> {
        let name = key.unwrap_or(AWS_MANAGED_KEY);
        let call = self.call(permit, bucket, permit.origin().region.clone());
        // A name that leads to no key is asked for like any other, so that the refusal is the key manager's.
        let Some((key, material_id)) = self.kms.current_material(&call, name).await else {
            return self.generate_once(permit, bucket, Some(name), &context).await;
        };
        let id =
            MakeId { requester: Requester::of(permit.caller()), bucket: bucket.clone(), key, material_id, context };
        let make = || self.generate_once(permit, bucket, Some(name), &id.context);
        self.bucket_keys.made(&id, make).await
    }

    async fn open_for_bucket(
        &self,
        permit: &Permit,
        bucket: &BucketName,
        key: Option<&KeyArn>,
        context: EncryptionContext,
        blob: &[u8],
    ) -> Result<Arc<Secret<32>>, Error> {
        let id = OpenId {
            requester: Requester::of(permit.caller()),
            bucket: bucket.clone(),
            key: key.cloned(),
            context,
            blob: Bytes::copy_from_slice(blob),
        };
        self.bucket_keys.opened(&id, || self.open_once(permit, bucket, key, &id.context, blob)).await
    }

    async fn generate_once(
        &self,
        permit: &Permit,
        bucket: &BucketName,
        key: Option<&str>,
        context: &EncryptionContext,
    ) -> Result<Kek, Error> {
        let call = self.call(permit, bucket, permit.origin().region.clone());
        let input = generate_data_key::Input {
            key_id: key.unwrap_or(AWS_MANAGED_KEY).to_owned(),
            encryption_context: context.clone(),
            key_spec: Some(DataKeySpec::Aes256),
            number_of_bytes: None,
            grant_tokens: Vec::new(),
            recipient: None,
            dry_run: false,
        };
        let output = Box::pin(self.kms.perform::<GenerateDataKey>(&call, input)).await?;
        Ok(Kek {
            secret: exact(&output.plaintext)?,
            blob: output.ciphertext_blob.0.into(),
            key: Some(output.key_id.parse().map_err(|_| Error::Damaged)?),
        })
    }

    async fn open_once(
        &self,
        permit: &Permit,
        bucket: &BucketName,
        key: Option<&KeyArn>,
        context: &EncryptionContext,
        blob: &[u8],
    ) -> Result<Arc<Secret<32>>, Error> {
        // The key's Region, whatever Region the reader signs for: the object lies where it lies.
        let region = key.map_or_else(|| permit.origin().region.clone(), |key| key.region.clone());
        let call = self.call(permit, bucket, region);
        let input = decrypt::Input {
            ciphertext_blob: Some(Blob(blob.to_vec())),
            key_id: key.map(KeyArn::to_string),
            encryption_context: context.clone(),
            grant_tokens: Vec::new(),
            encryption_algorithm: None,
            recipient: None,
            dry_run: false,
            dry_run_modifiers: Vec::new(),
        };
        exact(&Box::pin(self.kms.perform::<Decrypt>(&call, input)).await?.plaintext)
    }

    fn call(&self, permit: &Permit, bucket: &BucketName, region: Region) -> Call {
        let via = Via {
            service: ["s3.", region.as_str(), ".amazonaws.com"].concat(),
            source_arn: bucket.arn(),
            source_account: self.kms.account().clone(),
        };
        Call { caller: permit.caller().clone(), origin: permit.origin().clone(), region, via: Some(via) }
    }
}

/// A permit for one object hands out no key of another. The bucket may differ: a restored bucket's objects are bound to
/// the name that they were sealed under, which the operator says.
fn check_place(permit: &Permit, (_, object_key): (&BucketName, &ObjectKey)) -> Result<(), Error> {
    let fits = permit.object_key().is_none_or(|permitted| permitted == object_key);
    if fits { Ok(()) } else { Err(Error::OutsidePermit) }
}

fn exact(secret: &SecretBytes) -> Result<Arc<Secret<32>>, Error> {
    Secret::from_slice(secret.expose()).map(Arc::new).ok_or(Error::Damaged)
}
