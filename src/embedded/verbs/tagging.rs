//! Tags of objects and buckets.

use s3s::dto::*;
use s3s::{S3Request, S3Response, S3Result, s3_error};

use crate::embedded::service::{Service, read_version};
use crate::embedded::tags::{self, MAX_BUCKET_TAGS, MAX_OBJECT_TAGS};

impl Service {
    pub(in crate::embedded) async fn get_object_tagging(
        &self,
        request: S3Request<GetObjectTaggingInput>,
    ) -> S3Result<S3Response<GetObjectTaggingOutput>> {
        let input = request.input;
        let mut snapshot = self.index.snapshot().await?;
        let bucket = Self::bucket(&mut snapshot, &input.bucket).await?;
        let version = Self::object(&mut snapshot, &bucket, &input.key, input.version_id.as_deref().into()).await?;
        Ok(S3Response::new(GetObjectTaggingOutput {
            tag_set: tags::decode(&version.tags)?,
            version_id: read_version(&bucket, &version.version_id),
        }))
    }

    pub(in crate::embedded) async fn put_object_tagging(
        &self,
        request: S3Request<PutObjectTaggingInput>,
    ) -> S3Result<S3Response<PutObjectTaggingOutput>> {
        let input = request.input;
        let tags = tags::encode(&input.tagging.tag_set, MAX_OBJECT_TAGS)?;
        let version_id = self.set_object_tags(input.bucket, input.key, input.version_id, tags).await?;
        Ok(S3Response::new(PutObjectTaggingOutput { version_id }))
    }

    pub(in crate::embedded) async fn delete_object_tagging(
        &self,
        request: S3Request<DeleteObjectTaggingInput>,
    ) -> S3Result<S3Response<DeleteObjectTaggingOutput>> {
        let input = request.input;
        let version_id = self.set_object_tags(input.bucket, input.key, input.version_id, String::new()).await?;
        Ok(S3Response::new(DeleteObjectTaggingOutput { version_id }))
    }

    async fn set_object_tags(
        &self,
        bucket: String,
        key: String,
        version_id: Option<String>,
        tags: String,
    ) -> S3Result<Option<String>> {
        let service = self.clone();
        Self::settle(async move {
            let mut change = service.index.change().await?;
            let bucket = Self::bucket(&mut change, &bucket).await?;
            let version = Self::object(&mut change, &bucket, &key, version_id.as_deref().into()).await?;
            version.set_tags(&mut change, &tags).await?;
            service.commit(change, None).await?;
            Ok(read_version(&bucket, &version.version_id))
        })
        .await
    }

    pub(in crate::embedded) async fn get_bucket_tagging(
        &self,
        request: S3Request<GetBucketTaggingInput>,
    ) -> S3Result<S3Response<GetBucketTaggingOutput>> {
        let bucket = self.expect_bucket(&request.input.bucket).await?;
        let tags = bucket.tags.ok_or_else(|| s3_error!(NoSuchTagSet, "The TagSet does not exist"))?;
        Ok(S3Response::new(GetBucketTaggingOutput { tag_set: tags::decode(&tags)? }))
    }

    pub(in crate::embedded) async fn put_bucket_tagging(
        &self,
        request: S3Request<PutBucketTaggingInput>,
    ) -> S3Result<S3Response<PutBucketTaggingOutput>> {
        let tags = tags::encode(&request.input.tagging.tag_set, MAX_BUCKET_TAGS)?;
        self.set_bucket_tags(request.input.bucket, Some(tags)).await?;
        Ok(S3Response::new(PutBucketTaggingOutput::default()))
    }

    pub(in crate::embedded) async fn delete_bucket_tagging(
        &self,
        request: S3Request<DeleteBucketTaggingInput>,
    ) -> S3Result<S3Response<DeleteBucketTaggingOutput>> {
        self.set_bucket_tags(request.input.bucket, None).await?;
        Ok(S3Response::new(DeleteBucketTaggingOutput::default()))
    }

    async fn set_bucket_tags(&self, bucket: String, tags: Option<String>) -> S3Result<()> {
        let service = self.clone();
        Self::settle(async move {
            let mut change = service.index.change().await?;
            let bucket = Self::bucket(&mut change, &bucket).await?;
            bucket.set_tags(&mut change, tags.as_deref()).await?;
            service.commit(change, None).await
        })
        .await
    }
}
