//! Object keys.

use std::sync::Arc;

use super::{BucketName, InvalidName, text_newtype};

/// The S3 name of an object: 1 to 1,024 bytes of UTF-8 without NUL, decoded.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectKey(Arc<str>);
text_newtype!(ObjectKey);

impl ObjectKey {
    pub fn new(text: &str) -> Result<Self, InvalidName> {
        let invalid = |reason| Err(InvalidName { kind: "object key", reason });
        if text.is_empty() {
            return invalid("an object key has at least one byte");
        }
        if text.len() > 1024 {
            return invalid("an object key has at most 1,024 bytes");
        }
        if text.contains('\0') {
            return invalid("an object key has no NUL byte");
        }
        Ok(Self(text.into()))
    }

    /// `arn:aws:s3:::<bucket>/<object key>`.
    pub fn arn(&self, bucket: &BucketName) -> String {
        ["arn:aws:s3:::", bucket.as_str(), "/", &self.0].concat()
    }
}
