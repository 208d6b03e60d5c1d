//! How an object is protected, as its envelope says it.

use crate::datakey::{Kek, Protection};
use crate::envelope::{Draft, Envelope, Mode, Shape};
use crate::names::{EncryptionContext, KeyArn};
use crate::seal::{FullChecksum, Layers};

/// What an answer says of an object's encryption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protected {
    pub mode: Mode,
    /// The KMS key, except under SSE-S3, whose key is the gateway's own.
    pub key: Option<KeyArn>,
    pub bucket_key: bool,
    /// As the client sent it.
    pub context: EncryptionContext,
}

impl Protected {
    pub fn of(envelope: &Envelope) -> Self {
        let key = match envelope.mode {
            Mode::SseKms | Mode::DsseKms => envelope.kms_key.clone(),
            Mode::SseS3 | Mode::SseC => None,
        };
        Self { mode: envelope.mode, key, bucket_key: envelope.bucket_key, context: envelope.context.clone() }
    }
}

/// The layers that a protection seals.
pub fn layers(protection: &Protection) -> Layers {
    match protection {
        Protection::SseS3 | Protection::SseKms { .. } | Protection::SseC(_) => Layers::One,
        Protection::DsseKms { .. } => Layers::Two,
    }
}

/// The draft of an envelope under these KEKs.
pub fn draft(protection: &Protection, keks: &[Kek], shape: Shape, checksum: Option<FullChecksum>) -> Draft {
    let (mode, bucket_key, context) = match protection {
        Protection::SseS3 => (Mode::SseS3, false, EncryptionContext::new()),
        Protection::SseKms { bucket_key, context, .. } => (Mode::SseKms, *bucket_key, context.clone()),
        Protection::DsseKms { context, .. } => (Mode::DsseKms, false, context.clone()),
        Protection::SseC(_) => (Mode::SseC, false, EncryptionContext::new()),
    };
    // SSE-S3: the gateway finds its own key by the blob; naming it would only say it twice.
    let kms_key = match mode {
        Mode::SseS3 | Mode::SseC => None,
        Mode::SseKms | Mode::DsseKms => keks.first().and_then(|kek| kek.key.clone()),
    };
    Draft { mode, bucket_key, kms_key, context, shape, checksum }
}
