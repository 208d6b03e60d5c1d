//! What follows the last chunk: declared headers, and their signature where chunks are signed.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::ChunkError;
use super::chunk_signature::ChunkSigner;

/// A name and the base64 of 64 bytes need far less.
pub(super) const MAX_LINE_LEN: usize = 1024;
const SIGNATURE: &str = "x-amz-trailer-signature";

pub(super) struct Trailer {
    declared: Vec<HeaderName>,
    values: HeaderMap,
    /// `name:value\n` of each, in order: what the signature covers.
    signed_lines: Vec<u8>,
    signature: Option<String>,
    /// The last line ended with a bare line feed, so the next one may be what is left of its CRLF.
    bare: bool,
}

impl Trailer {
    pub fn new(declared: Vec<HeaderName>) -> Self {
        Self { declared, values: HeaderMap::new(), signed_lines: Vec::new(), signature: None, bare: false }
    }

    pub fn values(&self) -> &HeaderMap {
        &self.values
    }

    /// Takes a line that ends with a line feed. True: it was the empty line that ends the trailer.
    pub fn line(&mut self, line: &[u8]) -> Result<bool, ChunkError> {
        if line == b"\r\n" {
            // minio-go ends a trailer's line with LF CRLF.
            return Ok(!std::mem::take(&mut self.bare));
        }
        let line = line.strip_suffix(b"\n").ok_or(ChunkError::Trailer)?;
        let (line, bare) = match line.strip_suffix(b"\r") {
            Some(line) => (line, false),
            None => (line, true),
        };
        self.bare = bare;
        // The signature stands last.
        if self.signature.is_some() {
            return Err(ChunkError::Trailer);
        }
        let (name, value) =
            std::str::from_utf8(line).ok().and_then(|line| line.split_once(':')).ok_or(ChunkError::Trailer)?;
        let (name, value) = (name.to_ascii_lowercase(), value.trim());
        if name == SIGNATURE {
            self.signature = Some(value.to_owned());
            return Ok(false);
        }
        let name = self.declared.iter().find(|known| known.as_str() == name).ok_or(ChunkError::Trailer)?;
        if self.values.contains_key(name) {
            return Err(ChunkError::Trailer);
        }
        self.values.insert(name, HeaderValue::from_str(value).map_err(|_| ChunkError::Trailer)?);
        self.signed_lines.extend_from_slice(format!("{name}:{value}\n").as_bytes());
        Ok(false)
    }

    /// Everything that was declared came, and is signed where chunks are.
    pub fn finish(&mut self, signer: Option<&mut ChunkSigner>) -> Result<(), ChunkError> {
        if self.declared.iter().any(|name| !self.values.contains_key(name)) {
            return Err(ChunkError::Trailer);
        }
        match (signer, self.signature.take()) {
            (Some(signer), Some(signature)) => Ok(signer.trailer(&self.signed_lines, &signature)?),
            (Some(_), None) if !self.values.is_empty() => Err(ChunkError::Trailer),
            (None, Some(_)) => Err(ChunkError::Trailer),
            (Some(_) | None, None) => Ok(()),
        }
    }
}
