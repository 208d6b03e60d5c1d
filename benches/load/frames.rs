//! Bodies as they go over the wire: as they are, or in the frames of aws-chunked.

use std::io;
use std::sync::LazyLock;
use std::time::SystemTime;

use aws_sigv4::sign::v4;

use super::payload::{BLOCK, BLOCK_LEN, Form, Payload, pieces};
use super::sign::{Signer, stamps};
use super::sums::sha256_hex;

const SIGNED_CHUNK: usize = 64 << 10;
/// Hexadecimal digits of a signature.
const SIGNATURE_LEN: u64 = 64;

/// Hashes of the block's chunks, so that signing one costs no hashing of its bytes.
static CHUNK_HASHES: LazyLock<Vec<String>> = LazyLock::new(|| BLOCK.chunks(SIGNED_CHUNK).map(sha256_hex).collect());

/// What the signatures of chunks depend on.
pub struct Chain {
    key: Vec<u8>,
    /// Time and scope, as strings to sign hold them.
    scope: String,
    seed: String,
}

impl Chain {
    pub fn new(signer: &Signer, time: SystemTime, seed: String) -> Self {
        let key = v4::generate_signing_key(&signer.secret_key, time, &signer.region, signer.service);
        let (date_time, date) = stamps(time);
        let scope = format!("{date_time}\n{date}/{}/{}/aws4_request", signer.region, signer.service);
        Self { key: key.as_ref().to_vec(), scope, seed }
    }

    /// S3 API reference, "Signature calculations for the authorization header: transferring payload in multiple chunks".
    fn sign(&self, algorithm: &str, previous: &str, hashes: &str) -> String {
        let text = format!("{algorithm}\n{}\n{previous}\n{hashes}", self.scope);
        v4::calculate_signature(&self.key, text.as_bytes())
    }

    fn sign_chunk(&self, previous: &str, chunk_hash: &str) -> String {
        const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        self.sign("AWS4-HMAC-SHA256-PAYLOAD", previous, &format!("{EMPTY}\n{chunk_hash}"))
    }
}

/// Bytes on the wire.
pub fn wire_len(payload: &Payload) -> u64 {
    let digits = |len: usize| format!("{len:x}").len() as u64;
    let frame = |len: usize| digits(len) + 2 + len as u64 + 2;
    let trailer = payload.trailer().map_or(0, |trailer| trailer.len() as u64 + 2);
    let signature = ";chunk-signature=".len() as u64 + SIGNATURE_LEN;
    match payload.form {
        Form::Unsigned | Form::Signed => payload.len,
        Form::OneChunk => frame(payload.len as usize) + 3 + trailer + 2,
        Form::Trailer => pieces(payload.len, BLOCK_LEN).map(|piece| frame(piece.len())).sum::<u64>() + 3 + trailer + 2,
        Form::SignedChunks | Form::SignedChunksTrailer => {
            let chunks: u64 = pieces(payload.len, SIGNED_CHUNK).map(|piece| frame(piece.len()) + signature).sum();
            let sealed = if trailer > 0 { "x-amz-trailer-signature:\r\n".len() as u64 + SIGNATURE_LEN } else { 0 };
            chunks + 3 + signature + trailer + sealed + 2
        }
    }
}

/// Hands everything to `write`, piece by piece, until it says stop: then false.
pub fn write(payload: &Payload, chain: &Chain, mut write: impl FnMut(&[u8]) -> io::Result<bool>) -> io::Result<bool> {
    if let Some(document) = &payload.document {
        return write(document);
    }
    let trailer = payload.trailer().map_or(String::new(), |trailer| trailer + "\r\n");
    match payload.form {
        Form::Unsigned | Form::Signed => write_all(payload.len, &mut write),
        Form::OneChunk => Ok(write(format!("{:x}\r\n", payload.len).as_bytes())?
            && write_all(payload.len, &mut write)?
            && write(format!("\r\n0\r\n{trailer}\r\n").as_bytes())?),
        Form::Trailer => {
            for piece in pieces(payload.len, BLOCK_LEN) {
                let head = format!("{:x}\r\n", piece.len());
                if !(write(head.as_bytes())? && write(piece)? && write(b"\r\n")?) {
                    return Ok(false);
                }
            }
            write(format!("0\r\n{trailer}\r\n").as_bytes())
        }
        Form::SignedChunks | Form::SignedChunksTrailer => write_signed(payload.len, &trailer, chain, &mut write),
    }
}

fn write_all(len: u64, write: &mut impl FnMut(&[u8]) -> io::Result<bool>) -> io::Result<bool> {
    for piece in pieces(len, BLOCK_LEN) {
        if !write(piece)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn write_signed(
    len: u64,
    trailer: &str,
    chain: &Chain,
    write: &mut impl FnMut(&[u8]) -> io::Result<bool>,
) -> io::Result<bool> {
    let mut previous = chain.seed.clone();
    for (at, piece) in pieces(len, SIGNED_CHUNK).enumerate() {
        previous = match CHUNK_HASHES.get(at % CHUNK_HASHES.len()) {
            Some(hash) if piece.len() == SIGNED_CHUNK => chain.sign_chunk(&previous, hash),
            _ => chain.sign_chunk(&previous, &sha256_hex(piece)),
        };
        // The end of the last frame and the head of this one, in one write.
        let begin = if at == 0 { "" } else { "\r\n" };
        let head = format!("{begin}{:x};chunk-signature={previous}\r\n", piece.len());
        if !(write(head.as_bytes())? && write(piece)?) {
            return Ok(false);
        }
    }
    previous = chain.sign_chunk(&previous, &sha256_hex(b""));
    let begin = if len == 0 { "" } else { "\r\n" };
    let mut end = format!("{begin}0;chunk-signature={previous}\r\n{trailer}");
    if !trailer.is_empty() {
        // Signed as `name:value\n`.
        let hash = sha256_hex(trailer.replace("\r\n", "\n").as_bytes());
        let signature = chain.sign("AWS4-HMAC-SHA256-TRAILER", &previous, &hash);
        end.push_str(&format!("x-amz-trailer-signature:{signature}\r\n"));
    }
    end.push_str("\r\n");
    write(end.as_bytes())
}
