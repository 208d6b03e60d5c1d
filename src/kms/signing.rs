//! What Sign and Verify demand of a message before they touch a key.

use super::error::Error;
use super::key::Key;
use super::material::{Message, SM2_DIGEST_LEN};
use super::spec::{SigningAlgorithm, wire_enum};

wire_enum!(MessageType { Raw => "RAW", Digest => "DIGEST", ExternalMu => "EXTERNAL_MU" });

/// Length of FIPS 204's message representative in bytes.
const MU_LEN: usize = 64;

impl MessageType {
    pub fn message(self, bytes: &[u8]) -> Message<'_> {
        match self {
            Self::Raw => Message::Raw(bytes),
            Self::Digest => Message::Digest(bytes),
            Self::ExternalMu => Message::ExternalMu(bytes),
        }
    }
}

/// The key's spec knows the algorithm, the algorithm takes the message type, and a digest has its length.
pub fn check(key: &Key, algorithm: SigningAlgorithm, message_type: MessageType, message: &[u8]) -> Result<(), Error> {
    if !key.spec.signing_algorithms().contains(&algorithm) {
        return Err(key.incompatible(algorithm.as_str()));
    }
    let taken = match (algorithm, message_type) {
        (SigningAlgorithm::Ed25519Sha512, other) => other == MessageType::Raw,
        (SigningAlgorithm::Ed25519PhSha512, other) => other == MessageType::Digest,
        (SigningAlgorithm::MlDsaShake256, other) => other != MessageType::Digest,
        (_, other) => other != MessageType::ExternalMu,
    };
    if !taken {
        return Err(Error::validation(format!("MessageType {message_type} is not valid for algorithm {algorithm}.")));
    }
    let wanted = match message_type {
        MessageType::Raw => None,
        MessageType::Digest => Some(digest_len(algorithm)),
        MessageType::ExternalMu => Some(MU_LEN),
    };
    match wanted {
        Some(len) if message.len() != len => {
            Err(Error::validation(format!("Digest is invalid length for algorithm {algorithm}.")))
        }
        _ => Ok(()),
    }
}

fn digest_len(algorithm: SigningAlgorithm) -> usize {
    use SigningAlgorithm::*;
    match algorithm {
        RsassaPssSha256 | RsassaPkcs1V15Sha256 | EcdsaSha256 => 32,
        RsassaPssSha384 | RsassaPkcs1V15Sha384 | EcdsaSha384 => 48,
        RsassaPssSha512 | RsassaPkcs1V15Sha512 | EcdsaSha512 | Ed25519Sha512 | Ed25519PhSha512 => 64,
        Sm2Dsa => SM2_DIGEST_LEN,
        MlDsaShake256 => MU_LEN,
    }
}
