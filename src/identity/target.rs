//! What a request acts on.

use crate::names::{BucketName, ObjectKey};

/// The S3 resource that an action is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The service: ListBuckets.
    Service,
    Bucket(BucketName),
    Object(BucketName, ObjectKey),
}

impl Target {
    /// The ARN that policies are matched with.
    pub fn arn(&self) -> String {
        match self {
            Self::Service => "arn:aws:s3:::*".to_owned(),
            Self::Bucket(bucket) => bucket.arn(),
            Self::Object(bucket, object_key) => object_key.arn(bucket),
        }
    }

    pub fn bucket(&self) -> Option<&BucketName> {
        match self {
            Self::Service => None,
            Self::Bucket(bucket) | Self::Object(bucket, _) => Some(bucket),
        }
    }

    pub fn object_key(&self) -> Option<&ObjectKey> {
        match self {
            Self::Service | Self::Bucket(_) => None,
            Self::Object(_, object_key) => Some(object_key),
        }
    }
}
