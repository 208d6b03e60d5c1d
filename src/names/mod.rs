//! The words of S3, IAM and KMS as types: a value that exists has been checked. Imports nothing of ours.

mod account;
mod arn;
mod bucket_name;
mod context;
pub mod headers;
mod object_key;

pub use account::{AccountId, Region};
pub use arn::{KeyArn, principal_arn};
pub use bucket_name::BucketName;
pub use context::EncryptionContext;
pub use object_key::ObjectKey;

/// A name that does not have the form its kind demands.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("invalid {kind}: {reason}")]
pub struct InvalidName {
    pub kind: &'static str,
    pub reason: &'static str,
}

/// A checked string that is cheap to clone.
macro_rules! text_newtype {
    ($name:ident) => {
        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }
        impl std::str::FromStr for $name {
            type Err = $crate::names::InvalidName;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::new(text)
            }
        }
    };
}
pub(crate) use text_newtype;
