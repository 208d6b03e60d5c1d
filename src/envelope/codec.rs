//! The record's bytes and text, as the module documentation of `envelope` lays them down.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::names::EncryptionContext;
use crate::seal::{Reader, layout};

use super::{ClientMetadata, Envelope, Error, Mode, SealedChecksum, Shape, VERSION, WrappedLayer, key_id, varint};

/// The header that carries the envelope.
pub const HEADER: &str = "x-amz-meta-sealgate";

/// Bytes of user metadata that backends keep, full header names included: AWS's limit, and MinIO's measure of it.
pub const METADATA_LIMIT: usize = 2_048;

/// Longer texts are not looked at: no backend returns them.
const MAX_TEXT: usize = 8_192;

const MODE: u8 = 0b11;
const BUCKET_KEY: u8 = 1 << 2;
const KMS_KEY: u8 = 1 << 3;
const CONTEXT: u8 = 1 << 4;
const MULTIPART: u8 = 1 << 5;
const CHECKSUM: u8 = 1 << 6;
const KNOWN: u8 = 0b0111_1111;

impl Envelope {
    /// The header's value.
    pub fn encode(&self) -> String {
        let mut record = self.bound_bytes();
        record.extend_from_slice(&self.binding);
        URL_SAFE_NO_PAD.encode(record)
    }

    /// [`Envelope::encode`], or [`Error::TooLarge`] where a backend would refuse it beside the client's metadata.
    pub fn encode_beside(&self, metadata: &ClientMetadata) -> Result<String, Error> {
        let text = self.encode();
        let have = metadata.user_metadata_len() + HEADER.len() + text.len();
        if have > METADATA_LIMIT { Err(Error::TooLarge { have, limit: METADATA_LIMIT }) } else { Ok(text) }
    }

    /// Reads a header's value. Every envelope has one text: any other spelling of it is malformed.
    pub fn decode(text: &str) -> Result<Self, Error> {
        if text.len() > MAX_TEXT {
            return Err(Error::Malformed);
        }
        let record = URL_SAFE_NO_PAD.decode(text.trim()).map_err(|_| Error::Malformed)?;
        match record.first() {
            Some(&VERSION) => {}
            Some(&version) => return Err(Error::Version(version)),
            None => return Err(Error::Malformed),
        }
        let envelope = Self::parse(&record).ok_or(Error::Malformed)?;
        // Overlong numbers, a key id in two forms, an unordered context: the binding could not tell them apart. Of one
        // record the decoder takes one text.
        let same = record.strip_suffix(&envelope.binding).is_some_and(|bound| bound == envelope.bound_bytes());
        if same { Ok(envelope) } else { Err(Error::Malformed) }
    }

    /// The record without its binding: what the binding covers.
    pub(super) fn bound_bytes(&self) -> Vec<u8> {
        let mut to = Vec::with_capacity(512);
        to.push(VERSION);
        to.push(self.flags());
        if let Some(arn) = &self.kms_key {
            key_id::encode(arn, &mut to);
        }
        if !self.context.is_empty() {
            put_context(&mut to, &self.context);
        }
        if let Shape::Single { plain_len } = self.shape {
            varint::put_number(&mut to, plain_len);
        }
        for layer in &self.layers {
            varint::put_bytes(&mut to, &layer.kek_blob);
            to.extend_from_slice(&layer.salt);
            to.extend_from_slice(&layer.wrapped_dek);
            to.extend_from_slice(&layer.commitment);
        }
        if let Some(checksum) = &self.checksum {
            varint::put_bytes(&mut to, checksum.as_bytes());
        }
        to
    }

    fn flags(&self) -> u8 {
        let flag = |set: bool, flag: u8| if set { flag } else { 0 };
        self.mode.code()
            | flag(self.bucket_key, BUCKET_KEY)
            | flag(self.kms_key.is_some(), KMS_KEY)
            | flag(!self.context.is_empty(), CONTEXT)
            | flag(self.shape == Shape::Multipart, MULTIPART)
            | flag(self.checksum.is_some(), CHECKSUM)
    }

    fn parse(record: &[u8]) -> Option<Self> {
        let mut from = Reader::new(record);
        let (_version, flags) = (from.byte()?, from.byte()?);
        if flags & !KNOWN != 0 {
            return None;
        }
        let has = |flag: u8| flags & flag != 0;
        let mode = mode(flags & MODE);
        let kms_key = if has(KMS_KEY) { Some(key_id::decode(&mut from)?) } else { None };
        let context = if has(CONTEXT) { context(&mut from)? } else { EncryptionContext::new() };
        let shape = if has(MULTIPART) { Shape::Multipart } else { single(&mut from)? };
        let layers = (0..mode.layers().count()).map(|_| layer(&mut from)).collect::<Option<_>>()?;
        let checksum = if has(CHECKSUM) { Some(SealedChecksum::new(varint::bytes(&mut from)?)?) } else { None };
        let binding = from.array()?;
        from.end()?;
        Some(Self { mode, bucket_key: has(BUCKET_KEY), kms_key, context, layers, shape, checksum, binding })
    }
}

fn mode(code: u8) -> Mode {
    match code & MODE {
        0 => Mode::SseS3,
        1 => Mode::SseKms,
        2 => Mode::DsseKms,
        _ => Mode::SseC,
    }
}

fn single(from: &mut Reader<'_>) -> Option<Shape> {
    let plain_len = varint::number(from)?;
    (plain_len <= layout::MAX_PLAIN_LEN).then_some(Shape::Single { plain_len })
}

fn layer(from: &mut Reader<'_>) -> Option<WrappedLayer> {
    Some(WrappedLayer {
        kek_blob: varint::bytes(from)?.to_vec(),
        salt: from.array()?,
        wrapped_dek: from.array()?,
        commitment: from.array()?,
    })
}

fn put_context(to: &mut Vec<u8>, context: &EncryptionContext) {
    varint::put_number(to, context.len() as u64);
    for (name, value) in context.iter() {
        varint::put_bytes(to, name.as_bytes());
        varint::put_bytes(to, value.as_bytes());
    }
}

fn context(from: &mut Reader<'_>) -> Option<EncryptionContext> {
    let count = varint::number(from)?;
    let mut context = EncryptionContext::new();
    // Each pair takes bytes of the record, so a count that lies ends the record, not the memory.
    for _ in 0..count {
        let name = varint::text(from)?;
        context.insert(name, varint::text(from)?);
    }
    Some(context)
}
