//! The record's fields.

use std::fmt;

use crate::crypto::Secret;
use crate::names::{BucketName, EncryptionContext, KeyArn, ObjectKey};
use crate::seal::{FullChecksum, Layers};

use super::SealedChecksum;

/// Where the key encryption key comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    SseS3,
    SseKms,
    DsseKms,
    SseC,
}

impl Mode {
    /// How often a body is sealed.
    pub const fn layers(self) -> Layers {
        match self {
            Self::SseS3 | Self::SseKms | Self::SseC => Layers::One,
            Self::DsseKms => Layers::Two,
        }
    }

    pub(super) const fn code(self) -> u8 {
        match self {
            Self::SseS3 => 0,
            Self::SseKms => 1,
            Self::DsseKms => 2,
            Self::SseC => 3,
        }
    }
}

/// How the object was put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One stream, part 0, of `plain_len` bytes.
    Single { plain_len: u64 },
    /// Whatever the manifest says.
    Multipart,
}

/// The bucket and object key that an envelope holds for.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub bucket: &'a BucketName,
    pub object_key: &'a ObjectKey,
}

/// A key encryption key, and what the KMS needs to give it again: empty for SSE-C.
#[derive(Clone, Copy, Debug)]
pub struct Kek<'a> {
    pub secret: &'a Secret<32>,
    pub blob: &'a [u8],
}

/// What a new envelope is to say.
#[derive(Clone, Debug)]
pub struct Draft {
    pub mode: Mode,
    pub bucket_key: bool,
    /// None for SSE-C, and for SSE-S3 where the blob alone names the gateway's key.
    pub kms_key: Option<KeyArn>,
    /// As the client sent it, without the pair that the gateway adds.
    pub context: EncryptionContext,
    pub shape: Shape,
    pub checksum: Option<FullChecksum>,
}

/// A data key, wrapped for one place and mode.
#[derive(Clone, PartialEq, Eq)]
pub struct WrappedLayer {
    /// The KMS's ciphertext of the key encryption key; empty for SSE-C.
    pub kek_blob: Vec<u8>,
    pub salt: [u8; 32],
    /// Ciphertext and tag.
    pub wrapped_dek: [u8; 48],
    pub commitment: [u8; 32],
}

/// The record beside an object. Its fields are as the backend gave them until [`Envelope::verify_binding`] has passed.
#[derive(Clone, PartialEq, Eq)]
pub struct Envelope {
    pub mode: Mode,
    pub bucket_key: bool,
    pub kms_key: Option<KeyArn>,
    pub context: EncryptionContext,
    /// As many as [`Mode::layers`] says, the inner one first.
    pub layers: Vec<WrappedLayer>,
    pub shape: Shape,
    pub checksum: Option<SealedChecksum>,
    pub(super) binding: [u8; 32],
}

impl Envelope {
    /// The commitments to the data keys, the inner one first.
    pub fn commitments(&self) -> Vec<[u8; 32]> {
        self.layers.iter().map(|layer| layer.commitment).collect()
    }

    pub fn layers(&self) -> Layers {
        self.mode.layers()
    }
}

impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope")
            .field("mode", &self.mode)
            .field("bucket_key", &self.bucket_key)
            .field("kms_key", &self.kms_key)
            .field("shape", &self.shape)
            .finish_non_exhaustive()
    }
}
