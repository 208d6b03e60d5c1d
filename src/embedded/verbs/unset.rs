//! Configurations that no bucket here has: reading one answers what S3 answers for a bucket that never had it.
//!
//! Setting one is NotImplemented: a rule that was accepted but not followed would be a lie.

use http::StatusCode;
use s3s::dto::*;
use s3s::{S3Error, S3Request, S3Response, S3Result};

use crate::embedded::service::{Service, custom};

macro_rules! absent {
    ($($call:ident: $input:ty => $output:ty, $error:expr;)*) => {
        impl Service {
            $(pub(in crate::embedded) async fn $call(&self, request: S3Request<$input>) -> S3Result<S3Response<$output>> {
                self.expect_bucket(&request.input.bucket).await?;
                Err($error)
            })*
        }
    };
}

fn not_found(code: &'static str, message: &'static str) -> S3Error {
    custom(StatusCode::NOT_FOUND, code, message)
}

absent! {
    get_bucket_cors: GetBucketCorsInput => GetBucketCorsOutput,
        not_found("NoSuchCORSConfiguration", "The CORS configuration does not exist");
    get_bucket_encryption: GetBucketEncryptionInput => GetBucketEncryptionOutput,
        not_found(
            "ServerSideEncryptionConfigurationNotFoundError",
            "The server side encryption configuration was not found"
        );
    get_bucket_lifecycle_configuration: GetBucketLifecycleConfigurationInput => GetBucketLifecycleConfigurationOutput,
        not_found("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist");
    get_bucket_policy: GetBucketPolicyInput => GetBucketPolicyOutput,
        not_found("NoSuchBucketPolicy", "The bucket policy does not exist");
    get_bucket_replication: GetBucketReplicationInput => GetBucketReplicationOutput,
        not_found("ReplicationConfigurationNotFoundError", "The replication configuration was not found");
    get_bucket_website: GetBucketWebsiteInput => GetBucketWebsiteOutput,
        not_found("NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration");
    get_object_lock_configuration: GetObjectLockConfigurationInput => GetObjectLockConfigurationOutput,
        not_found("ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket");
    get_bucket_ownership_controls: GetBucketOwnershipControlsInput => GetBucketOwnershipControlsOutput,
        not_found("OwnershipControlsNotFoundError", "The bucket ownership controls were not found");
    get_public_access_block: GetPublicAccessBlockInput => GetPublicAccessBlockOutput,
        not_found("NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found");
}

macro_rules! empty {
    ($($call:ident: $input:ty => $output:ty;)*) => {
        impl Service {
            $(pub(in crate::embedded) async fn $call(&self, request: S3Request<$input>) -> S3Result<S3Response<$output>> {
                self.expect_bucket(&request.input.bucket).await?;
                Ok(S3Response::new(<$output>::default()))
            })*
        }
    };
}

empty! {
    get_bucket_notification_configuration: GetBucketNotificationConfigurationInput => GetBucketNotificationConfigurationOutput;
    get_bucket_logging: GetBucketLoggingInput => GetBucketLoggingOutput;
    get_bucket_accelerate_configuration: GetBucketAccelerateConfigurationInput => GetBucketAccelerateConfigurationOutput;
}

impl Service {
    pub(in crate::embedded) async fn get_bucket_request_payment(
        &self,
        request: S3Request<GetBucketRequestPaymentInput>,
    ) -> S3Result<S3Response<GetBucketRequestPaymentOutput>> {
        self.expect_bucket(&request.input.bucket).await?;
        let payer = Some(Payer::from_static(Payer::BUCKET_OWNER));
        Ok(S3Response::new(GetBucketRequestPaymentOutput { payer }))
    }
}
