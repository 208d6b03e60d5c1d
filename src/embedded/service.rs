//! The S3 service: which call is answered where, and what all of them share.

use std::borrow::Cow;
use std::sync::Arc;

use http::{HeaderMap, StatusCode};
use s3s::dto::*;
use s3s::{S3, S3Error, S3ErrorCode, S3Request, S3Response, S3Result, s3_error};
use sqlx::sqlite::SqliteConnection;
use time::OffsetDateTime;

use super::Error;
use super::aside::Aside;
use super::blobs::{Blobs, NewBlob};
use super::index::{Bucket, Change, Index, Versioning};

/// The one owner of everything here. Its canonical id is of S3's form and belongs to nobody on AWS.
const OWNER_ID: &str = "7365616c676174650000000000000000000000000000000000000000embedded";
const OWNER_NAME: &str = "sealgate";

/// The largest object of one request and the largest part, in bytes (S3: 5 GiB).
pub(super) const MAX_SINGLE: u64 = 5 << 30;

#[derive(Clone)]
pub(super) struct Service {
    pub(super) index: Arc<Index>,
    pub(super) blobs: Arc<Blobs>,
}

impl Service {
    /// Runs a change to its end, even if the request that wants it goes away in the middle: a commit whose outcome nobody
    /// hears must not race with the removal of its blob.
    pub(super) async fn settle<T: Send + 'static>(
        work: impl Future<Output = S3Result<T>> + Send + 'static,
    ) -> S3Result<T> {
        match tokio::spawn(work).await {
            Ok(outcome) => outcome,
            Err(stopped) => Err(Error::Service(Box::new(stopped)).into()),
        }
    }

    /// Commits a change, with the blob that it gave a name to, and buries what it left without one.
    pub(super) async fn commit(&self, change: Change, blob: Option<NewBlob>) -> S3Result<()> {
        if let Some(blob) = blob {
            blob.keep();
        }
        let freed = change.commit().await?;
        self.blobs.bury(&freed);
        Ok(())
    }

    pub(super) async fn bucket(connection: &mut SqliteConnection, name: &str) -> S3Result<Bucket> {
        let missing = || s3_error!(NoSuchBucket, "The specified bucket does not exist");
        Bucket::find(connection, name).await?.ok_or_else(missing)
    }

    /// Fails early where there is no such bucket, before a body is read for it.
    pub(super) async fn expect_bucket(&self, name: &str) -> S3Result<Bucket> {
        Self::bucket(&mut *self.index.snapshot().await?, name).await
    }
}

/// The headers that were taken aside from this request.
pub(super) fn aside<T>(request: &S3Request<T>) -> HeaderMap {
    request.extensions.get::<Aside>().map(|aside| aside.0.clone()).unwrap_or_default()
}

/// The declared length of the body. S3 takes no body without one.
pub(super) fn declared_len(headers: &HeaderMap) -> S3Result<u64> {
    let missing = || s3_error!(MissingContentLength, "You must provide the Content-Length HTTP header.");
    let text = headers.get(http::header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()).ok_or_else(missing)?;
    let len = text.parse().map_err(|_| missing())?;
    if len > MAX_SINGLE {
        return Err(s3_error!(
            EntityTooLarge,
            "Your proposed upload exceeds the maximum allowed size: {len} of {MAX_SINGLE} bytes."
        ));
    }
    Ok(len)
}

/// A code that s3s does not know.
pub(super) fn custom(status: StatusCode, code: &'static str, message: impl Into<Cow<'static, str>>) -> S3Error {
    let mut error = S3Error::with_message(S3ErrorCode::Custom(code.into()), message);
    error.set_status_code(status);
    error
}

pub(super) fn owner() -> Owner {
    Owner { display_name: Some(OWNER_NAME.into()), id: Some(OWNER_ID.into()) }
}

pub(super) fn initiator() -> Initiator {
    Initiator { display_name: Some(OWNER_NAME.into()), id: Some(OWNER_ID.into()) }
}

pub(super) fn timestamp(seconds: i64) -> Timestamp {
    OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH).into()
}

pub(super) fn strong(etag: &str) -> ETag {
    ETag::Strong(etag.to_owned())
}

/// A version id in the answer to a write: shown while versioning is enabled.
pub(super) fn written_version(bucket: &Bucket, version_id: &str) -> Option<String> {
    (bucket.versioning == Versioning::Enabled).then(|| version_id.to_owned())
}

/// A version id in the answer to a read: shown once versioning was ever enabled.
pub(super) fn read_version(bucket: &Bucket, version_id: &str) -> Option<String> {
    (bucket.versioning != Versioning::Never).then(|| version_id.to_owned())
}

/// One line for each call: its answer is made by the method of the same name in `verbs`.
macro_rules! calls {
    ($($call:ident: $input:ty => $output:ty;)*) => {
        #[async_trait::async_trait]
        impl S3 for Service {
            $(async fn $call(&self, request: S3Request<$input>) -> S3Result<S3Response<$output>> {
                Service::$call(self, request).await
            })*
        }
    };
}

calls! {
    list_buckets: ListBucketsInput => ListBucketsOutput;
    create_bucket: CreateBucketInput => CreateBucketOutput;
    head_bucket: HeadBucketInput => HeadBucketOutput;
    delete_bucket: DeleteBucketInput => DeleteBucketOutput;
    get_bucket_location: GetBucketLocationInput => GetBucketLocationOutput;
    get_bucket_versioning: GetBucketVersioningInput => GetBucketVersioningOutput;
    put_bucket_versioning: PutBucketVersioningInput => PutBucketVersioningOutput;
    get_bucket_tagging: GetBucketTaggingInput => GetBucketTaggingOutput;
    put_bucket_tagging: PutBucketTaggingInput => PutBucketTaggingOutput;
    delete_bucket_tagging: DeleteBucketTaggingInput => DeleteBucketTaggingOutput;
    get_bucket_acl: GetBucketAclInput => GetBucketAclOutput;
    put_bucket_acl: PutBucketAclInput => PutBucketAclOutput;
    get_bucket_cors: GetBucketCorsInput => GetBucketCorsOutput;
    get_bucket_encryption: GetBucketEncryptionInput => GetBucketEncryptionOutput;
    get_bucket_lifecycle_configuration: GetBucketLifecycleConfigurationInput => GetBucketLifecycleConfigurationOutput;
    get_bucket_policy: GetBucketPolicyInput => GetBucketPolicyOutput;
    get_bucket_replication: GetBucketReplicationInput => GetBucketReplicationOutput;
    get_bucket_website: GetBucketWebsiteInput => GetBucketWebsiteOutput;
    get_object_lock_configuration: GetObjectLockConfigurationInput => GetObjectLockConfigurationOutput;
    get_bucket_ownership_controls: GetBucketOwnershipControlsInput => GetBucketOwnershipControlsOutput;
    get_public_access_block: GetPublicAccessBlockInput => GetPublicAccessBlockOutput;
    get_bucket_notification_configuration: GetBucketNotificationConfigurationInput => GetBucketNotificationConfigurationOutput;
    get_bucket_logging: GetBucketLoggingInput => GetBucketLoggingOutput;
    get_bucket_request_payment: GetBucketRequestPaymentInput => GetBucketRequestPaymentOutput;
    get_bucket_accelerate_configuration: GetBucketAccelerateConfigurationInput => GetBucketAccelerateConfigurationOutput;
    list_objects: ListObjectsInput => ListObjectsOutput;
    list_objects_v2: ListObjectsV2Input => ListObjectsV2Output;
    list_object_versions: ListObjectVersionsInput => ListObjectVersionsOutput;
    list_multipart_uploads: ListMultipartUploadsInput => ListMultipartUploadsOutput;
    put_object: PutObjectInput => PutObjectOutput;
    get_object: GetObjectInput => GetObjectOutput;
    head_object: HeadObjectInput => HeadObjectOutput;
    get_object_attributes: GetObjectAttributesInput => GetObjectAttributesOutput;
    delete_object: DeleteObjectInput => DeleteObjectOutput;
    delete_objects: DeleteObjectsInput => DeleteObjectsOutput;
    copy_object: CopyObjectInput => CopyObjectOutput;
    get_object_tagging: GetObjectTaggingInput => GetObjectTaggingOutput;
    put_object_tagging: PutObjectTaggingInput => PutObjectTaggingOutput;
    delete_object_tagging: DeleteObjectTaggingInput => DeleteObjectTaggingOutput;
    get_object_acl: GetObjectAclInput => GetObjectAclOutput;
    put_object_acl: PutObjectAclInput => PutObjectAclOutput;
    create_multipart_upload: CreateMultipartUploadInput => CreateMultipartUploadOutput;
    upload_part: UploadPartInput => UploadPartOutput;
    upload_part_copy: UploadPartCopyInput => UploadPartCopyOutput;
    complete_multipart_upload: CompleteMultipartUploadInput => CompleteMultipartUploadOutput;
    abort_multipart_upload: AbortMultipartUploadInput => AbortMultipartUploadOutput;
    list_parts: ListPartsInput => ListPartsOutput;
}
