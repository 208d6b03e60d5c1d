//! Upload bodies: any length out of one block of random bytes, in each form that clients send.

use std::sync::LazyLock;

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
}

impl Form {
    pub const ALL: [Self; 3] = [Self::Unsigned, Self::Signed, Self::Trailer];

    pub fn name(self) -> &'static str {
        match self {
            Self::Unsigned => "unsigned",
            Self::Signed => "signed payload",
            Self::Trailer => "chunked, CRC trailer",
        }
    }
}

const BLOCK_LEN: usize = 1 << 20;

/// Random bytes that every body repeats.
pub static BLOCK: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut block = vec![0; BLOCK_LEN];
    #[expect(clippy::expect_used, reason = "a bench without random bytes measures nothing")]
    aws_lc_rs::rand::fill(&mut block).expect("the system has random bytes");
    block
});

/// A body of `len` bytes in one form, with what its request must say of it.
#[derive(Clone)]
pub struct Payload {
    pub form: Form,
    pub len: u64,
    sha256: Option<String>,
    trailer: Option<Vec<u8>>,
}

impl Payload {
    pub fn new(form: Form, len: u64) -> Self {
        let (mut sha256, mut trailer) = (None, None);
        match form {
            Form::Unsigned => {}
            Form::Signed => {
                let mut context = digest::Context::new(&digest::SHA256);
                pieces(len).for_each(|piece| context.update(piece));
                sha256 = Some(hex::encode(context.finish()));
            }
            Form::Trailer => {
                let mut crc = crc_fast::Digest::new(crc_fast::CrcAlgorithm::Crc32IsoHdlc);
                pieces(len).for_each(|piece| crc.update(piece));
                let value = STANDARD.encode((crc.finalize() as u32).to_be_bytes());
                trailer = Some(format!("0\r\nx-amz-checksum-crc32:{value}\r\n\r\n").into_bytes());
            }
        }
        Self { form, len, sha256, trailer }
    }

    pub fn empty() -> Self {
        Self::new(Form::Unsigned, 0)
    }

    /// Headers that the form adds.
    pub fn headers(&self) -> Vec<(String, String)> {
        match self.form {
            Form::Unsigned | Form::Signed => Vec::new(),
            Form::Trailer => [
                ("content-encoding", "aws-chunked"),
                ("x-amz-trailer", "x-amz-checksum-crc32"),
                ("x-amz-decoded-content-length", &self.len.to_string()),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        }
    }

    pub fn signable(&self) -> SignableBody<'static> {
        match (&self.sha256, self.form) {
            (Some(sha256), _) => SignableBody::Precomputed(sha256.clone()),
            (None, Form::Trailer) => SignableBody::StreamingUnsignedPayloadTrailer,
            (None, _) => SignableBody::UnsignedPayload,
        }
    }

    /// Bytes on the wire.
    pub fn wire_len(&self) -> u64 {
        let mut len = 0;
        let _ = self.write(|piece| {
            len += piece.len() as u64;
            Ok(true)
        });
        len
    }

    /// Hands everything to `write`, block by block, until it says stop.
    pub fn write(&self, mut write: impl FnMut(&[u8]) -> std::io::Result<bool>) -> std::io::Result<bool> {
        let Some(trailer) = &self.trailer else {
            for piece in pieces(self.len) {
                if !write(piece)? {
                    return Ok(false);
                }
            }
            return Ok(true);
        };
        for piece in pieces(self.len) {
            let head = format!("{:x}\r\n", piece.len());
            if !(write(head.as_bytes())? && write(piece)? && write(b"\r\n")?) {
                return Ok(false);
            }
        }
        write(trailer)
    }
}

fn pieces(len: u64) -> impl Iterator<Item = &'static [u8]> {
    let whole = (len / BLOCK_LEN as u64) as usize;
    let rest = (len % BLOCK_LEN as u64) as usize;
    std::iter::repeat_n(&BLOCK[..], whole).chain((rest > 0).then(|| &BLOCK[..rest]))
}
