//! A checksum over the bytes that go to the backend, in a trailer of `aws-chunked`.
//!
//! The bytes of a stream are known only when they have gone by, so their checksum comes last: AWS's "unsigned payload with
//! trailer". Every chunk's length is known before its first byte, so nothing is held back.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, HeaderMap, HeaderName, HeaderValue};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;

use super::{BoxBody, BoxError};
use crate::checksum::{Algorithm, Hasher};

/// Plain bytes in a chunk; MinIO takes at most 16 MiB, AWS at least 8 KiB.
const CHUNK: u64 = 8 << 20;

const ALGORITHM: Algorithm = Algorithm::Crc32c;

/// Frames a body of exactly `len` bytes. Gives the framed body and its length, and sets the headers that say so.
pub fn frame(body: BoxBody, len: u64, headers: &mut HeaderMap) -> (BoxBody, u64) {
    headers.insert(HeaderName::from_static("x-amz-decoded-content-length"), HeaderValue::from(len));
    headers.insert(HeaderName::from_static("x-amz-trailer"), HeaderValue::from_static(ALGORITHM.header()));
    let encoding = match headers.get(CONTENT_ENCODING) {
        Some(known) => HeaderValue::from_bytes(&[b"aws-chunked,", known.as_bytes()].concat()),
        None => Ok(HeaderValue::from_static("aws-chunked")),
    };
    headers.insert(CONTENT_ENCODING, encoding.unwrap_or(HeaderValue::from_static("aws-chunked")));
    let framed = Framed {
        body,
        left: len,
        left_in_chunk: 0,
        hasher: Some(Hasher::new(ALGORITHM)),
        ready: VecDeque::new(),
        wire_left: wire_len(len),
    };
    (framed.boxed_unsync(), wire_len(len))
}

/// Length of `len` bytes in chunks, with the last chunk and the trailer.
fn wire_len(len: u64) -> u64 {
    let framed = |size: u64| format!("{size:x}\r\n").len() as u64 + size + 2;
    let whole = (len / CHUNK) * framed(CHUNK);
    let rest = if len.is_multiple_of(CHUNK) { 0 } else { framed(len % CHUNK) };
    whole + rest + trailer(&vec![0; ALGORITHM.value_len()]).len() as u64
}

fn trailer(value: &[u8]) -> String {
    format!("0\r\n{}:{}\r\n\r\n", ALGORITHM.header(), STANDARD.encode(value))
}

struct Framed {
    body: BoxBody,
    left: u64,
    left_in_chunk: u64,
    hasher: Option<Hasher>,
    ready: VecDeque<Bytes>,
    wire_left: u64,
}

impl Framed {
    /// Puts one piece of the body into frames.
    fn take(&mut self, mut data: Bytes) {
        if let Some(hasher) = &mut self.hasher {
            hasher.update(&data);
        }
        while !data.is_empty() {
            if self.left_in_chunk == 0 {
                self.left_in_chunk = self.left.min(CHUNK);
                self.ready.push_back(format!("{:x}\r\n", self.left_in_chunk).into());
            }
            let piece = data.split_to(data.len().min(usize::try_from(self.left_in_chunk).unwrap_or(usize::MAX)));
            self.left_in_chunk -= piece.len() as u64;
            self.left -= piece.len() as u64;
            self.ready.push_back(piece);
            if self.left_in_chunk == 0 {
                self.ready.push_back(Bytes::from_static(b"\r\n"));
            }
        }
        self.end_if_complete();
    }

    fn end_if_complete(&mut self) {
        if self.left == 0
            && let Some(hasher) = self.hasher.take()
        {
            self.ready.push_back(trailer(&hasher.finish()).into());
        }
    }
}

impl http_body::Body for Framed {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.end_if_complete();
        loop {
            if let Some(piece) = self.ready.pop_front() {
                self.wire_left = self.wire_left.saturating_sub(piece.len() as u64);
                return Poll::Ready(Some(Ok(Frame::data(piece))));
            }
            if self.hasher.is_none() {
                return Poll::Ready(None);
            }
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(Some(Err("the body ended before its declared length".into()))),
                Some(Ok(frame)) => {
                    let Ok(data) = frame.into_data() else { continue };
                    if data.len() as u64 > self.left {
                        return Poll::Ready(Some(Err("the body exceeds its declared length".into())));
                    }
                    self.take(data);
                }
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.wire_left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upstream::{collect, full};

    #[tokio::test]
    async fn the_announced_length_is_the_sent_length() {
        for len in [0, 1, 15, 16, 255, 65_536, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 17] {
            let mut headers = HeaderMap::new();
            let (body, wire_len) = frame(full(vec![7; len as usize]), len, &mut headers);
            let sent = collect(body, 100 << 20).await.unwrap();
            assert_eq!(sent.len() as u64, wire_len, "{len}");
        }
    }

    #[tokio::test]
    async fn the_trailer_carries_the_checksum() {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        let (body, _) = frame(full("123456789"), 9, &mut headers);
        let sent = collect(body, 1000).await.unwrap();
        // CRC-32C's published check value is e3069283.
        assert_eq!(sent, "9\r\n123456789\r\n0\r\nx-amz-checksum-crc32c:4waSgw==\r\n\r\n");
        assert_eq!(headers["content-encoding"], "aws-chunked,gzip");
        assert_eq!(headers["x-amz-decoded-content-length"], "9");
    }
}
