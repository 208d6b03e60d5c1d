//! Bodies that are made while they are sent: the same random MiB again and again, in each upload form.

use std::time::SystemTime;

use bytes::Bytes;
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody, combinators::BoxBody};

use crate::sign::Signer;

pub const BLOCK: u64 = 1 << 20;
/// Bytes of one aws-chunked chunk, as SDKs send them.
const CHUNK: usize = 64 << 10;

pub type Body = BoxBody<Bytes, std::convert::Infallible>;

/// The plaintext of an object, and what of it must be known before it is sent.
#[derive(Clone)]
pub struct Plain {
    pub block: Bytes,
    pub len: u64,
}

impl Plain {
    pub fn new(len: u64) -> Self {
        assert_eq!(len % BLOCK, 0, "whole MiB");
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let words = std::iter::repeat_with(|| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()
        });
        Self { block: words.take(BLOCK as usize / 8).flatten().collect::<Vec<u8>>().into(), len }
    }

    fn blocks(&self) -> impl Iterator<Item = Bytes> + Send + Sync + 'static {
        let (block, count) = (self.block.clone(), self.len / BLOCK);
        (0..count).map(move |_| block.clone())
    }

    fn chunks(&self) -> impl Iterator<Item = Bytes> + Send + Sync + 'static {
        self.blocks().flat_map(|block| (0..block.len()).step_by(CHUNK).map(move |at| block.slice(at..at + CHUNK)))
    }

    /// The hash over everything, for a signed payload.
    pub fn sha256_hex(&self) -> String {
        let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
        self.blocks().for_each(|block| context.update(&block));
        hex::encode(context.finish())
    }

    /// The CRC-64/NVME over everything, as a header or trailer carries it.
    pub fn crc64(&self) -> String {
        use base64::Engine;
        let mut digest = crc_fast::Digest::new(crc_fast::CrcAlgorithm::Crc64Nvme);
        self.blocks().for_each(|block| digest.update(&block));
        base64::engine::general_purpose::STANDARD.encode(digest.finalize().to_be_bytes())
    }

    /// As it is.
    pub fn whole(&self) -> (Body, u64) {
        (body(self.blocks()), self.len)
    }

    /// aws-chunked without signatures, with a CRC in a trailer; `one`: a single chunk that holds everything.
    pub fn trailer(&self, crc: &str, one: bool) -> (Body, u64) {
        let end = format!("0\r\nx-amz-checksum-crc64nvme:{crc}\r\n\r\n");
        if one {
            let head = format!("{:x}\r\n", self.len);
            let len = head.len() as u64 + self.len + 2 + end.len() as u64;
            let pieces = std::iter::once(Bytes::from(head)).chain(self.blocks());
            return (body(pieces.chain([Bytes::from_static(b"\r\n"), Bytes::from(end)])), len);
        }
        let head = Bytes::from(format!("{CHUNK:x}\r\n"));
        let count = self.len / CHUNK as u64;
        let len = count * (head.len() + CHUNK + 2) as u64 + end.len() as u64;
        let pieces = self.chunks().flat_map(move |chunk| [head.clone(), chunk, Bytes::from_static(b"\r\n")]);
        (body(pieces.chain([Bytes::from(end)])), len)
    }

    /// aws-chunked with a signature for each chunk and, with a CRC, for the trailer.
    pub fn signed(&self, signer: Signer, seed: String, time: SystemTime, crc: Option<String>) -> (Body, u64) {
        let head_len = format!("{CHUNK:x};chunk-signature=\r\n").len() + 64;
        let end_len = "0;chunk-signature=\r\n\r\n".len() + 64;
        let trailer_len = crc.as_ref().map_or(0, |crc| {
            "x-amz-checksum-crc64nvme:\r\n".len() + crc.len() + "x-amz-trailer-signature:\r\n".len() + 64
        });
        let count = self.len / CHUNK as u64;
        let len = count * (head_len + CHUNK + 2) as u64 + (end_len + trailer_len) as u64;
        let mut previous = seed;
        let pieces = self.chunks().map(Some).chain([None]).flat_map(move |chunk| match chunk {
            Some(chunk) => {
                previous = signer.sign_chunk(&chunk, &previous, time);
                let head = format!("{CHUNK:x};chunk-signature={previous}\r\n");
                vec![Bytes::from(head), chunk, Bytes::from_static(b"\r\n")]
            }
            None => {
                previous = signer.sign_chunk(b"", &previous, time);
                let mut end = format!("0;chunk-signature={previous}\r\n");
                if let Some(crc) = &crc {
                    let signature = signer.sign_trailers(&format!("x-amz-checksum-crc64nvme:{crc}\n"), &previous, time);
                    end.push_str(&format!("x-amz-checksum-crc64nvme:{crc}\r\nx-amz-trailer-signature:{signature}\r\n"));
                }
                vec![Bytes::from(end + "\r\n")]
            }
        });
        (body(pieces), len)
    }
}

pub fn body(pieces: impl Iterator<Item = Bytes> + Send + Sync + 'static) -> Body {
    StreamBody::new(futures::stream::iter(pieces.map(|piece| Ok(Frame::data(piece))))).boxed()
}
