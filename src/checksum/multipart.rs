//! The checksum of a multipart upload: what CreateMultipartUpload chooses and CompleteMultipartUpload states.

use http::HeaderMap;

use super::{Algorithm, Invalid, error::InvalidKind, expectations};

/// How the checksum of a multipart object is made (`x-amz-checksum-type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChecksumKind {
    /// The checksum of the parts' checksums, written with "-N".
    Composite,
    /// The checksum of the whole plaintext, as if it had come in one request.
    FullObject,
}

impl ChecksumKind {
    /// AWS's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Composite => "COMPOSITE",
            Self::FullObject => "FULL_OBJECT",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Composite, Self::FullObject].into_iter().find(|kind| kind.name().eq_ignore_ascii_case(name))
    }

    /// What AWS takes where a request names the algorithm alone.
    pub fn default_for(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Crc64Nvme => Self::FullObject,
            _ => Self::Composite,
        }
    }
}

/// The algorithm and kind that CreateMultipartUpload asks for; None where it asks for no checksum.
pub fn multipart_checksum(headers: &HeaderMap) -> Result<Option<(Algorithm, ChecksumKind)>, Invalid> {
    let _ = (headers, InvalidKind::MultipleChecksums, expectations::single);
    todo!()
}

/// The object checksum that CompleteMultipartUpload states: the value, and the part count of a composite one ("-N").
pub fn stated_checksum(headers: &HeaderMap) -> Result<Option<(Algorithm, Vec<u8>, Option<u32>)>, Invalid> {
    let _ = headers;
    todo!()
}
