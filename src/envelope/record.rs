//! skeleton
use super::{ClientMetadata, Error};
use crate::crypto::Secret;
use crate::names::{BucketName, EncryptionContext, KeyArn, ObjectKey};
use crate::seal::{FullChecksum, LayerKeys, Layers};

/// The header that carries the envelope.
pub const HEADER: &str = "x-amz-meta-sealgate";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    SseS3,
    SseKms,
    DsseKms,
    SseC,
}

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

/// A key encryption key and what the KMS needs to give it again (empty for SSE-C).
pub struct Kek<'a> {
    pub secret: &'a Secret<32>,
    pub blob: &'a [u8],
}

/// What a new envelope says.
pub struct Draft {
    pub mode: Mode,
    pub bucket_key: bool,
    pub kms_key: Option<KeyArn>,
    pub context: EncryptionContext,
    pub shape: Shape,
    pub checksum: Option<FullChecksum>,
}

/// A full-object checksum, sealed under the data keys.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedChecksum(Vec<u8>);

#[derive(Clone, PartialEq, Eq)]
pub struct WrappedLayer {
    pub kek_blob: Vec<u8>,
    pub salt: [u8; 32],
    pub wrapped_dek: [u8; 48],
    pub commitment: [u8; 32],
}

#[derive(Clone, PartialEq, Eq)]
pub struct Envelope {
    pub mode: Mode,
    pub bucket_key: bool,
    pub kms_key: Option<KeyArn>,
    pub context: EncryptionContext,
    pub layers: Vec<WrappedLayer>,
    pub shape: Shape,
    pub checksum: Option<SealedChecksum>,
    binding: [u8; 32],
}

/// Wraps fresh or existing data keys for a place and binds the record. Errors: `Error::Layers`.
pub fn seal_envelope(
    _draft: Draft,
    _keks: &[Kek<'_>],
    _deks: &LayerKeys,
    _place: &Place<'_>,
    _metadata: &ClientMetadata,
) -> Result<Envelope, Error> {
    todo!()
}

impl Envelope {
    pub fn encode(&self) -> String {
        todo!()
    }
    /// `encode`, or `Error::TooLarge` where the backend would refuse it beside the client's metadata.
    pub fn encode_beside(&self, _metadata: &ClientMetadata) -> Result<String, Error> {
        todo!()
    }
    pub fn decode(_text: &str) -> Result<Self, Error> {
        todo!()
    }
    /// Unwraps the data keys and checks their commitments.
    pub fn unwrap_deks(&self, _keks: &[Secret<32>], _place: &Place<'_>) -> Result<LayerKeys, Error> {
        todo!()
    }
    pub fn verify_binding(
        &self,
        _deks: &LayerKeys,
        _place: &Place<'_>,
        _metadata: &ClientMetadata,
    ) -> Result<(), Error> {
        todo!()
    }
    pub fn open_checksum(&self, _deks: &LayerKeys) -> Result<Option<FullChecksum>, Error> {
        todo!()
    }
    pub fn commitments(&self) -> Vec<[u8; 32]> {
        self.layers.iter().map(|layer| layer.commitment).collect()
    }
    pub fn layers(&self) -> Layers {
        todo!()
    }
}
