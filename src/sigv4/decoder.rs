//! aws-chunked, decoded incrementally and without I/O.
//!
//! ```text
//! <size in hex>[;chunk-signature=<64 hex>]\r\n <data> \r\n     for each chunk
//! 0[;chunk-signature=<64 hex>]\r\n                             the last, empty chunk
//! [<trailer name>:<value>\r\n ...]                             some clients end these lines with \n\r\n
//! [x-amz-trailer-signature:<64 hex>\r\n]
//! \r\n
//! ```

use bytes::{Buf, BytesMut};
use http::{HeaderMap, HeaderName};

use crate::checksum::{Algorithm, Hasher};

use super::ChunkError;
use super::chunk_signature::ChunkSigner;
use super::trailer::Trailer;

/// A chunk's line is at most 16 + 17 + 64 + 2 bytes.
const MAX_HEADER_LEN: usize = 128;
/// S3 takes smaller chunks only as the last one where chunks are signed.
const MIN_SIGNED_CHUNK: u64 = 8192;

pub(super) struct Decoder {
    state: State,
    /// The line that is being read.
    line: Vec<u8>,
    signer: Option<ChunkSigner>,
    /// Over the data of the current chunk, with the signature that it must have.
    signed: Option<(Hasher, String)>,
    trailer: Trailer,
    declared_len: u64,
    decoded_len: u64,
    chunks: u64,
    last_size: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Header,
    Data { left: u64 },
    DataEnd,
    Trailer,
    Done,
}

impl Decoder {
    /// `trailers`: the declared names. `declared_len`: of the decoded body.
    pub fn new(signer: Option<ChunkSigner>, trailers: Vec<HeaderName>, declared_len: u64) -> Self {
        Self {
            state: State::Header,
            line: Vec::new(),
            signer,
            signed: None,
            trailer: Trailer::new(trailers),
            declared_len,
            decoded_len: 0,
            chunks: 0,
            last_size: 0,
        }
    }

    /// Takes from the front of `input` up to the next piece of data, which shares its memory. None: `input` is used up.
    pub fn next(&mut self, input: &mut BytesMut) -> Result<Option<BytesMut>, ChunkError> {
        while !input.is_empty() {
            match self.state {
                State::Header => {
                    if self.take_line(input, MAX_HEADER_LEN)? {
                        self.header()?;
                    }
                }
                State::Data { left } => return self.data(left, input).map(Some),
                State::DataEnd => {
                    if self
                        .take_line(input, 2)
                        .map_err(|_| ChunkError::Malformed("a chunk's data is longer than its size"))?
                    {
                        if self.line != b"\r\n" {
                            return Err(ChunkError::Malformed("a chunk's data does not end with CRLF"));
                        }
                        self.line.clear();
                        self.state = State::Header;
                    }
                }
                State::Trailer => {
                    if self.take_line(input, super::trailer::MAX_LINE_LEN).map_err(|_| ChunkError::Trailer)? {
                        self.trailer_line()?;
                    }
                }
                State::Done => return Err(ChunkError::Malformed("data follows the end")),
            }
        }
        Ok(None)
    }

    /// The body has ended. Ok only where it was complete, and everything in it verified.
    pub fn finish(&self) -> Result<(), ChunkError> {
        match self.state {
            State::Done => Ok(()),
            State::Header | State::Data { .. } | State::DataEnd | State::Trailer => Err(ChunkError::Incomplete),
        }
    }

    pub fn trailers(&self) -> &HeaderMap {
        self.trailer.values()
    }

    pub fn declared_len(&self) -> u64 {
        self.declared_len
    }

    /// Moves bytes up to and with a line feed into `line`; true when the line is whole.
    fn take_line(&mut self, input: &mut BytesMut, max_len: usize) -> Result<bool, ChunkError> {
        let found = memchr::memchr(b'\n', input);
        let len = found.map_or(input.len(), |at| at + 1);
        if self.line.len() + len > max_len {
            return Err(ChunkError::Malformed("a line is too long"));
        }
        self.line.extend_from_slice(&input.split_to(len));
        Ok(found.is_some())
    }

    fn header(&mut self) -> Result<(), ChunkError> {
        let line = std::mem::take(&mut self.line);
        let (size, signature) = parse_header(&line)?;
        match (&self.signer, &signature) {
            (Some(_), None) => return Err(ChunkError::Malformed("a chunk has no signature")),
            (None, Some(_)) => return Err(ChunkError::Malformed("a chunk of an unsigned body has a signature")),
            (Some(_), Some(_)) | (None, None) => {}
        }
        self.chunks += 1;
        if size > self.declared_len - self.decoded_len {
            return Err(ChunkError::WrongLength);
        }
        if size > 0 && self.signer.is_some() && self.chunks > 1 && self.last_size < MIN_SIGNED_CHUNK {
            return Err(ChunkError::ChunkTooSmall { chunk: self.chunks, size: self.last_size });
        }
        self.last_size = size;
        self.signed = signature.map(|signature| (Hasher::new(Algorithm::Sha256), signature));
        if size > 0 {
            self.state = State::Data { left: size };
            return Ok(());
        }
        if self.decoded_len != self.declared_len {
            return Err(ChunkError::WrongLength);
        }
        self.state = State::Trailer;
        self.verify_chunk()
    }

    fn data(&mut self, left: u64, input: &mut BytesMut) -> Result<BytesMut, ChunkError> {
        let len = usize::try_from(left).unwrap_or(usize::MAX).min(input.remaining());
        let data = input.split_to(len);
        if let Some((hasher, _)) = &mut self.signed {
            hasher.update(&data);
        }
        self.decoded_len += len as u64;
        self.state = match left - len as u64 {
            0 => State::DataEnd,
            left => State::Data { left },
        };
        if self.state == State::DataEnd {
            self.verify_chunk()?;
        }
        Ok(data)
    }

    fn verify_chunk(&mut self) -> Result<(), ChunkError> {
        if let (Some(signer), Some((hasher, signature))) = (&mut self.signer, self.signed.take()) {
            signer.chunk(&hasher.finish(), &signature)?;
        }
        Ok(())
    }

    /// A line of the trailer; the empty one ends the body.
    fn trailer_line(&mut self) -> Result<(), ChunkError> {
        // "name:value\n\r\n": its first line feed ends the value, the rest is the line's real end.
        let line = std::mem::take(&mut self.line);
        if self.trailer.line(&line)? {
            self.trailer.finish(self.signer.as_mut())?;
            self.state = State::Done;
        }
        Ok(())
    }
}

/// Size and signature of a chunk's line, which ends with CRLF.
fn parse_header(line: &[u8]) -> Result<(u64, Option<String>), ChunkError> {
    let text = line
        .strip_suffix(b"\r\n")
        .and_then(|text| std::str::from_utf8(text).ok())
        .ok_or(ChunkError::Malformed("a chunk's line does not end with CRLF"))?;
    let (size, extension) = match text.split_once(';') {
        None => (text, None),
        Some((size, extension)) => (size, Some(extension)),
    };
    let hex = !size.is_empty() && size.bytes().all(|byte| byte.is_ascii_hexdigit());
    let size = u64::from_str_radix(size, 16)
        .ok()
        .filter(|_| hex)
        .ok_or(ChunkError::Malformed("a chunk's size is not a hexadecimal number"))?;
    let signature = match extension {
        None => None,
        Some(extension) => Some(
            extension
                .strip_prefix("chunk-signature=")
                .ok_or(ChunkError::Malformed("a chunk has an unknown extension"))?
                .to_owned(),
        ),
    };
    Ok((size, signature))
}
