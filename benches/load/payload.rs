//! Upload bodies: any length out of one block of random bytes, in each form that clients send, or a document.

use std::sync::{Arc, LazyLock};

use aws_lc_rs::digest;
use aws_sigv4::http_request::SignableBody;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// How an upload is signed and framed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `UNSIGNED-PAYLOAD`.
    Unsigned,
    /// The payload's SHA-256 is signed.
    Signed,
    /// aws-chunked in chunks of 1 MiB with a CRC-32 in its trailer: what new SDKs send over TLS.
    Trailer,
    /// The same in a single chunk.
    OneChunk,
    /// aws-chunked in chunks of 64 KiB, each signed.
    SignedChunks,
    /// The same with a CRC-32 in a signed trailer.
    SignedChunksTrailer,
}

impl Form {
    pub const ALL: [Self; 6] =
        [Self::Unsigned, Self::Signed, Self::Trailer, Self::OneChunk, Self::SignedChunks, Self::SignedChunksTrailer];

    pub fn name(self) -> &'static str {
        match self {
            Self::Unsigned => "unsigned",
            Self::Signed => "signed payload",
            Self::Trailer => "chunked, CRC trailer",
            Self::OneChunk => "one chunk, CRC trailer",
            Self::SignedChunks => "signed chunks",
            Self::SignedChunksTrailer => "signed chunks, CRC trailer",
        }
    }

    pub fn has_trailer(self) -> bool {
        matches!(self, Self::Trailer | Self::OneChunk | Self::SignedChunksTrailer)
    }

    pub fn is_chunked(self) -> bool {
        self.has_trailer() || self == Self::SignedChunks
    }
}

pub const BLOCK_LEN: usize = 1 << 20;

/// Random bytes that every body repeats.
pub static BLOCK: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut block = vec![0; BLOCK_LEN];
    aws_lc_rs::rand::fill(&mut block).expect("the system has random bytes");
    block
});

/// A body of `len` bytes in one form, with what its request must say of it.
#[derive(Clone)]
pub struct Payload {
    pub form: Form,
    pub len: u64,
    /// The SHA-256 in hexadecimal digits, or the CRC-32 in Base64.
    sum: String,
    /// The body itself, where it is not made of the block.
    pub document: Option<Arc<[u8]>>,
}

impl Payload {
    pub fn new(form: Form, len: u64) -> Self {
        let mut sum = String::new();
        if form == Form::Signed {
            let mut context = digest::Context::new(&digest::SHA256);
            pieces(len, BLOCK_LEN).for_each(|piece| context.update(piece));
            sum = hex::encode(context.finish());
        }
        if form.has_trailer() {
            let mut crc = crc_fast::Digest::new(crc_fast::CrcAlgorithm::Crc32IsoHdlc);
            pieces(len, BLOCK_LEN).for_each(|piece| crc.update(piece));
            sum = STANDARD.encode((crc.finalize() as u32).to_be_bytes());
        }
        Self { form, len, sum, document: None }
    }

    pub fn empty() -> Self {
        Self::new(Form::Unsigned, 0)
    }

    /// A document, its hash signed.
    pub fn document(text: &str) -> Self {
        let sum = super::sums::sha256_hex(text.as_bytes());
        Self { form: Form::Signed, len: text.len() as u64, sum, document: Some(text.as_bytes().into()) }
    }

    /// Headers that the form adds.
    pub fn headers(&self) -> Vec<(String, String)> {
        let mut headers = Vec::new();
        if self.form.is_chunked() {
            headers.push(("content-encoding".to_owned(), "aws-chunked".to_owned()));
            headers.push(("x-amz-decoded-content-length".to_owned(), self.len.to_string()));
        }
        if self.form.has_trailer() {
            headers.push(("x-amz-trailer".to_owned(), "x-amz-checksum-crc32".to_owned()));
        }
        headers
    }

    pub fn signable(&self) -> SignableBody<'static> {
        match self.form {
            Form::Unsigned => SignableBody::UnsignedPayload,
            Form::Signed => SignableBody::Precomputed(self.sum.clone()),
            Form::Trailer | Form::OneChunk => SignableBody::StreamingUnsignedPayloadTrailer,
            Form::SignedChunks => SignableBody::Precomputed("STREAMING-AWS4-HMAC-SHA256-PAYLOAD".into()),
            Form::SignedChunksTrailer => SignableBody::StreamingSignedPayloadTrailer,
        }
    }

    /// `name:value` of the trailer, without a line's end.
    pub fn trailer(&self) -> Option<String> {
        self.form.has_trailer().then(|| format!("x-amz-checksum-crc32:{}", self.sum))
    }
}

/// A body's plaintext in pieces of at most `size`, which divides the block.
pub fn pieces(len: u64, size: usize) -> impl Iterator<Item = &'static [u8]> {
    (0..len).step_by(size).map(move |at| {
        let start = (at % BLOCK_LEN as u64) as usize;
        &BLOCK[start..start + size.min((len - at) as usize)]
    })
}

/// Whether `piece` is what stands at `at` of a body.
pub fn is_at(mut at: u64, mut piece: &[u8]) -> bool {
    while !piece.is_empty() {
        let start = (at % BLOCK_LEN as u64) as usize;
        let (now, later) = piece.split_at(piece.len().min(BLOCK_LEN - start));
        if now != &BLOCK[start..start + now.len()] {
            return false;
        }
        at += now.len() as u64;
        piece = later;
    }
    true
}
