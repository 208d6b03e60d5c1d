//! What a signature says about the body: the value of `x-amz-content-sha256`.

use super::Error;

/// How the body is protected and framed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payload {
    /// `UNSIGNED-PAYLOAD`: the plain body, not covered.
    Unsigned,
    /// A hash of the plain body.
    Sha256([u8; 32]),
    /// aws-chunked, each chunk signed, and the trailer too where there is one.
    ChunkedSigned { trailer: bool },
    /// aws-chunked without signatures, with a trailer.
    ChunkedUnsigned,
}

impl Payload {
    pub(super) fn parse(value: &str) -> Result<Self, Error> {
        match value {
            "UNSIGNED-PAYLOAD" => Ok(Self::Unsigned),
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => Ok(Self::ChunkedUnsigned),
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" => Ok(Self::ChunkedSigned { trailer: false }),
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" => Ok(Self::ChunkedSigned { trailer: true }),
            hash => {
                let mut bytes = [0; 32];
                match hex::decode_to_slice(hash, &mut bytes) {
                    Ok(()) => Ok(Self::Sha256(bytes)),
                    Err(_) => Err(Error::PayloadHashInvalid { value: hash.to_owned() }),
                }
            }
        }
    }

    /// Whether the body is framed as aws-chunked.
    pub fn is_chunked(self) -> bool {
        match self {
            Self::Unsigned | Self::Sha256(_) => false,
            Self::ChunkedSigned { .. } | Self::ChunkedUnsigned => true,
        }
    }
}
