//! What can go wrong with an object, named by who is at fault: the caller, the stored data, the backend, the key
//! manager. What a client is told is the door's choice.

use super::body::BodyFault;
use crate::{bucket, datakey, envelope, seal, upstream};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the request cannot be done: {0}")]
    Caller(#[from] Fault),
    #[error("the request body failed")]
    Body(#[from] BodyFault),
    #[error("the backend failed")]
    Backend(#[source] upstream::Error),
    #[error("no data key")]
    DataKey(#[from] datakey::Error),
    #[error("the bucket's settings failed")]
    Bucket(#[from] bucket::Error),
    /// The object has no envelope, and its bucket holds sealed objects only.
    #[error("the stored object is not sealed, and its bucket accepts sealed objects only")]
    Unsealed,
    /// The stored bytes, their envelope or their length are not what was once sealed.
    #[error("the stored object does not verify: {0}")]
    Damaged(&'static str),
    /// The object was overwritten between two requests of one operation.
    #[error("the object changed while it was read")]
    Changed,
    /// A state that the code rules out.
    #[error("internal error: {0}")]
    Internal(&'static str),
}

/// The caller's fault, or a state of the object that the caller asked about.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error("the object has {have} bytes; at most {limit} are possible")]
    EntityTooLarge { have: u64, limit: u64 },
    #[error("{have} bytes are less than the {limit} that are demanded")]
    EntityTooSmall {
        have: u64,
        limit: u64,
        /// Number and ETag of a part that is not the last.
        part: Option<(u16, String)>,
    },
    #[error("the length of the body is not declared")]
    MissingContentLength,
    #[error("no byte of the range is in an object of {plain_len} bytes")]
    InvalidRange { plain_len: u64 },
    #[error("there is no part {number} among {count}")]
    NoSuchPart { number: u16, count: usize },
    #[error("metadata of {have} bytes exceeds the {limit} that are left beside the envelope")]
    MetadataTooLarge { have: usize, limit: usize },
    #[error("no such object")]
    NoSuchKey,
    #[error("no such version of the object")]
    NoSuchVersion,
    #[error("no such bucket")]
    NoSuchBucket,
    #[error("no such upload")]
    NoSuchUpload,
    #[error("part {number} was not found, or its ETag or checksum differs")]
    InvalidPart { number: u16 },
    #[error("the parts are not in ascending order")]
    InvalidPartOrder,
    #[error("a condition of the request does not hold")]
    PreconditionFailed { condition: &'static str },
    #[error("the object is encrypted with other settings than it takes: {0}")]
    InvalidRequest(String),
    #[error("{name} is invalid: {message}")]
    InvalidArgument { name: &'static str, value: String, message: String },
    #[error("the checksum does not match")]
    BadDigest { algorithm: &'static str },
    #[error("{0}")]
    CustomerKey(#[from] CustomerKeyFault),
    #[error("{0}")]
    Rewrap(#[from] RewrapFault),
}

/// Why an object is not wrapped anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RewrapFault {
    #[error("the object is not sealed")]
    Plain,
    #[error("the object is under DSSE-KMS or SSE-C")]
    OtherMode,
    #[error("the object is under a retention period or a legal hold")]
    Locked,
    #[error("the version is not the current one")]
    Noncurrent,
}

impl From<RewrapFault> for Error {
    fn from(fault: RewrapFault) -> Self {
        Self::Caller(fault.into())
    }
}

/// What is wrong with a customer's key (SSE-C), or with its absence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CustomerKeyFault {
    #[error("the object was sealed under a customer's key, and none was sent")]
    Missing,
    #[error("the customer's key is not the one that the object was sealed under")]
    Wrong,
    #[error("the object was not sealed under a customer's key")]
    NotApplicable,
    #[error("the upload was started with a customer's key and the request has none, or the other way round")]
    UploadDiffers,
    #[error("the customer's key is not the one that the upload was started with")]
    WrongInUpload,
}

impl From<CustomerKeyFault> for Error {
    fn from(fault: CustomerKeyFault) -> Self {
        Self::Caller(fault.into())
    }
}

impl From<upstream::Error> for Error {
    /// An error that our own body raised comes back as itself.
    fn from(error: upstream::Error) -> Self {
        match error {
            upstream::Error::Body(source) => match source.downcast::<Error>() {
                Ok(ours) => *ours,
                Err(other) => Self::Backend(upstream::Error::Body(other)),
            },
            other => Self::Backend(other),
        }
    }
}

impl From<envelope::Error> for Error {
    fn from(error: envelope::Error) -> Self {
        match error {
            envelope::Error::TooLarge { have, limit } => Fault::MetadataTooLarge { have, limit }.into(),
            _ => Self::Damaged("its envelope"),
        }
    }
}

impl From<seal::Error> for Error {
    fn from(_: seal::Error) -> Self {
        Self::Damaged("its body")
    }
}

impl From<crate::crypto::Unauthentic> for Error {
    fn from(_: crate::crypto::Unauthentic) -> Self {
        Self::Damaged("its body")
    }
}

impl Error {
    /// Whether the backend said that there is no such object, version or bucket.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Backend(error) if error.status() == Some(http::StatusCode::NOT_FOUND))
    }
}
