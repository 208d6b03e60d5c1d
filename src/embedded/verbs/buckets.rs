//! Buckets: create, head, delete, list, location, versioning.

use http::header::HeaderValue;
use s3s::dto::*;
use s3s::{S3Request, S3Response, S3Result, s3_error};
use time::OffsetDateTime;

use crate::embedded::headers::refuse_unsupported;
use crate::embedded::index::{Bucket, Upload, Versioning};
use crate::embedded::service::{Service, owner, timestamp};

const DEFAULT_REGION: &str = "us-east-1";

impl Service {
    pub(in crate::embedded) async fn list_buckets(
        &self,
        request: S3Request<ListBucketsInput>,
    ) -> S3Result<S3Response<ListBucketsOutput>> {
        let ListBucketsInput { prefix, max_buckets, continuation_token, .. } = request.input;
        let begins = prefix.clone().unwrap_or_default();
        let after = continuation_token.unwrap_or_default();
        let limit = max_buckets.and_then(|limit| usize::try_from(limit).ok()).filter(|limit| *limit > 0);
        let mut found = Bucket::all(&mut *self.index.snapshot().await?).await?;
        found.retain(|bucket| bucket.name.starts_with(&begins) && bucket.name > after);
        let limit = limit.unwrap_or(found.len());
        let next = (found.len() > limit).then(|| found.get(limit - 1).map(|bucket| bucket.name.clone())).flatten();
        found.truncate(limit);
        let shown = |bucket: Bucket| s3s::dto::Bucket {
            name: Some(bucket.name),
            creation_date: Some(timestamp(bucket.created)),
            ..Default::default()
        };
        Ok(S3Response::new(ListBucketsOutput {
            buckets: Some(found.into_iter().map(shown).collect()),
            continuation_token: next,
            owner: Some(owner()),
            prefix,
        }))
    }

    pub(in crate::embedded) async fn create_bucket(
        &self,
        request: S3Request<CreateBucketInput>,
    ) -> S3Result<S3Response<CreateBucketOutput>> {
        refuse_unsupported(&request.headers)?;
        let input = request.input;
        if input.object_lock_enabled_for_bucket == Some(true) {
            return Err(s3_error!(NotImplemented, "The embedded backend does not implement object lock."));
        }
        let region = input.create_bucket_configuration.and_then(|configuration| configuration.location_constraint);
        let region = region.map(|region| region.as_str().to_owned()).filter(|region| region != DEFAULT_REGION);
        let (service, name) = (self.clone(), input.bucket);
        Self::settle(async move {
            let mut change = service.index.change().await?;
            if Bucket::find(&mut change, &name).await?.is_some() {
                return Err(s3_error!(
                    BucketAlreadyOwnedByYou,
                    "Your previous request to create the named bucket succeeded and you already own it."
                ));
            }
            let now = OffsetDateTime::now_utc().unix_timestamp();
            Bucket::insert(&mut change, &name, &region.unwrap_or_default(), now).await?;
            service.commit(change, None).await?;
            Ok(S3Response::new(CreateBucketOutput { location: Some(format!("/{name}")) }))
        })
        .await
    }

    pub(in crate::embedded) async fn head_bucket(
        &self,
        request: S3Request<HeadBucketInput>,
    ) -> S3Result<S3Response<HeadBucketOutput>> {
        let bucket = self.expect_bucket(&request.input.bucket).await?;
        let mut response = S3Response::new(HeadBucketOutput::default());
        if let Ok(region) = HeaderValue::from_str(region_of(&bucket)) {
            response.headers.insert("x-amz-bucket-region", region);
        }
        Ok(response)
    }

    /// Objects keep their bucket alive; unfinished uploads do not.
    pub(in crate::embedded) async fn delete_bucket(
        &self,
        request: S3Request<DeleteBucketInput>,
    ) -> S3Result<S3Response<DeleteBucketOutput>> {
        let (service, name) = (self.clone(), request.input.bucket);
        Self::settle(async move {
            let mut change = service.index.change().await?;
            let bucket = Self::bucket(&mut change, &name).await?;
            if !bucket.is_empty(&mut change).await? {
                return Err(s3_error!(BucketNotEmpty, "The bucket you tried to delete is not empty"));
            }
            Upload::remove_all(&mut change, &bucket).await?;
            bucket.delete(&mut change).await?;
            service.commit(change, None).await?;
            Ok(S3Response::new(DeleteBucketOutput::default()))
        })
        .await
    }

    pub(in crate::embedded) async fn get_bucket_location(
        &self,
        request: S3Request<GetBucketLocationInput>,
    ) -> S3Result<S3Response<GetBucketLocationOutput>> {
        let bucket = self.expect_bucket(&request.input.bucket).await?;
        let location_constraint = Some(BucketLocationConstraint::from(bucket.region));
        Ok(S3Response::new(GetBucketLocationOutput { location_constraint }))
    }

    pub(in crate::embedded) async fn get_bucket_versioning(
        &self,
        request: S3Request<GetBucketVersioningInput>,
    ) -> S3Result<S3Response<GetBucketVersioningOutput>> {
        let status = match self.expect_bucket(&request.input.bucket).await?.versioning {
            Versioning::Never => None,
            Versioning::Enabled => Some(BucketVersioningStatus::from_static(BucketVersioningStatus::ENABLED)),
            Versioning::Suspended => Some(BucketVersioningStatus::from_static(BucketVersioningStatus::SUSPENDED)),
        };
        Ok(S3Response::new(GetBucketVersioningOutput { status, ..Default::default() }))
    }

    pub(in crate::embedded) async fn put_bucket_versioning(
        &self,
        request: S3Request<PutBucketVersioningInput>,
    ) -> S3Result<S3Response<PutBucketVersioningOutput>> {
        let wanted = request.input.versioning_configuration;
        if wanted.mfa_delete.is_some_and(|mfa| mfa.as_str() != "Disabled") {
            return Err(s3_error!(NotImplemented, "The embedded backend does not implement MFA delete."));
        }
        let state = match wanted.status.as_ref().map(BucketVersioningStatus::as_str) {
            Some(BucketVersioningStatus::ENABLED) => Versioning::Enabled,
            Some(BucketVersioningStatus::SUSPENDED) => Versioning::Suspended,
            _ => {
                return Err(s3_error!(
                    IllegalVersioningConfigurationException,
                    "The Versioning element must be specified"
                ));
            }
        };
        let (service, name) = (self.clone(), request.input.bucket);
        Self::settle(async move {
            let mut change = service.index.change().await?;
            let bucket = Self::bucket(&mut change, &name).await?;
            bucket.set_versioning(&mut change, state).await?;
            service.commit(change, None).await?;
            Ok(S3Response::new(PutBucketVersioningOutput::default()))
        })
        .await
    }
}

fn region_of(bucket: &Bucket) -> &str {
    if bucket.region.is_empty() { DEFAULT_REGION } else { &bucket.region }
}
