//! Bucket names.

use std::sync::Arc;

use super::{InvalidName, text_newtype};

/// A bucket's name: 3 to 63 lower-case letters, digits, dots and dashes, as S3's general purpose buckets.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BucketName(Arc<str>);
text_newtype!(BucketName);

impl BucketName {
    /// Rules: S3 user guide, "General purpose bucket naming rules".
    pub fn new(text: &str) -> Result<Self, InvalidName> {
        let invalid = |reason| Err(InvalidName { kind: "bucket name", reason });
        if !(3..=63).contains(&text.len()) {
            return invalid("a bucket name has 3 to 63 characters");
        }
        let alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        if !text.bytes().all(|byte| alphanumeric(byte) || byte == b'.' || byte == b'-') {
            return invalid("a bucket name has lower-case letters, digits, dots and dashes only");
        }
        if text.split('.').any(|label| label.is_empty() || label.starts_with('-') || label.ends_with('-')) {
            return invalid("each label of a bucket name begins and ends with a letter or digit");
        }
        if text.parse::<std::net::Ipv4Addr>().is_ok() {
            return invalid("a bucket name is not an IP address");
        }
        Ok(Self(text.into()))
    }

    /// `arn:aws:s3:::<bucket>`.
    pub fn arn(&self) -> String {
        ["arn:aws:s3:::", &self.0].concat()
    }
}
