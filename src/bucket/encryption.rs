//! Default encryption: what an object gets whose request says nothing, and what a bucket does not take at all.

use serde::{Deserialize, Serialize};

/// A bucket's one encryption rule, as it was put.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Encryption {
    /// `None`: the gateway's default.
    pub algorithm: Option<DefaultAlgorithm>,
    /// As the client named it, not looked up: an alias means what it means to each requester.
    pub key: Option<String>,
    /// `BucketKeyEnabled`, where it was said.
    pub bucket_key: Option<bool>,
    /// `BlockedEncryptionTypes`, where it was said.
    pub customer_keys: Option<CustomerKeys>,
}

impl Encryption {
    /// Says nothing but whether keys of the customer are taken. `None`: there is nothing to say.
    pub fn with_customer_keys(customer_keys: Option<CustomerKeys>) -> Option<Self> {
        customer_keys.map(|known| Self { algorithm: None, key: None, bucket_key: None, customer_keys: Some(known) })
    }
}

/// `SSEAlgorithm`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DefaultAlgorithm {
    #[serde(rename = "AES256")]
    SseS3,
    #[serde(rename = "aws:kms")]
    SseKms,
    #[serde(rename = "aws:kms:dsse")]
    DsseKms,
}

/// Whether new objects may be sealed under keys of the customer (SSE-C).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CustomerKeys {
    Allowed,
    Blocked,
}

impl DefaultAlgorithm {
    pub const ALL: [Self; 3] = [Self::SseS3, Self::SseKms, Self::DsseKms];

    /// As S3 writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SseS3 => "AES256",
            Self::SseKms => "aws:kms",
            Self::DsseKms => "aws:kms:dsse",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }
}
