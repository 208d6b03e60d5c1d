//! What can be wrong with statements about a body, in AWS's words.

use super::Algorithm;

/// A request whose statements about its body are malformed or contradict each other. The caller's fault; 400.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Invalid {
    pub kind: InvalidKind,
    message: String,
}

/// What is wrong, for those who match on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidKind {
    ContentMd5,
    ChecksumValue,
    MultipleChecksums,
    SdkAlgorithm,
    UnknownAlgorithm,
    ChecksumType,
    Trailer,
}

impl Invalid {
    pub(super) fn new(kind: InvalidKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// AWS's error code.
    pub fn code(&self) -> &'static str {
        match self.kind {
            InvalidKind::ContentMd5 => "InvalidDigest",
            InvalidKind::Trailer => "MalformedTrailerError",
            InvalidKind::ChecksumValue
            | InvalidKind::MultipleChecksums
            | InvalidKind::SdkAlgorithm
            | InvalidKind::UnknownAlgorithm
            | InvalidKind::ChecksumType => "InvalidRequest",
        }
    }
}

/// A body that is not what its request states. The caller's fault; 400.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    #[error("The Content-MD5 you specified did not match what we received.")]
    ContentMd5 { expected: String, computed: String },
    #[error("The {} you specified did not match the calculated checksum.", .0.name())]
    Checksum(Algorithm),
    #[error("The provided 'x-amz-content-sha256' header does not match what was computed.")]
    PayloadSha256 { expected: String, computed: String },
    #[error(transparent)]
    Invalid(#[from] Invalid),
}

impl Mismatch {
    /// AWS's error code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::ContentMd5 { .. } | Self::Checksum(_) => "BadDigest",
            Self::PayloadSha256 { .. } => "XAmzContentSHA256Mismatch",
            Self::Invalid(invalid) => invalid.code(),
        }
    }

    /// The further fields of AWS's answer.
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::ContentMd5 { expected, computed } => {
                vec![("ExpectedDigest", expected.clone()), ("CalculatedDigest", computed.clone())]
            }
            Self::PayloadSha256 { expected, computed } => {
                vec![("ClientComputedContentSHA256", expected.clone()), ("S3ComputedContentSHA256", computed.clone())]
            }
            Self::Checksum(_) | Self::Invalid(_) => Vec::new(),
        }
    }
}
