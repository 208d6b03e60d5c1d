//! Request bodies that are documents: small, checked, held in memory.

use std::pin::pin;

use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use http::request::Parts;

use super::S3Error;
use crate::checksum::{Checks, Expectations};
use crate::sigv4::{Chunks, Verified};
use crate::upstream::OwnBody;

/// The decoded body of at most `limit` bytes, after every check that the request states: payload hash, chunk signatures,
/// Content-MD5, checksums.
pub async fn read(head: &Parts, verified: Option<&Verified>, body: OwnBody, limit: usize) -> Result<Bytes, S3Error> {
    let mut chunks = pin!(Chunks::new(body, head, verified)?);
    if let Some(len) = chunks.plain_len().filter(|len| *len > limit as u64) {
        return Err(S3Error::entity_too_large(len, limit as u64));
    }
    let payload_sha256 = verified.and_then(Verified::payload_sha256);
    let mut checks = Checks::new(Expectations::from_headers(&head.headers, payload_sha256)?);
    let mut document = BytesMut::new();
    while let Some(piece) = chunks.next().await {
        let piece = piece?;
        if document.len() + piece.len() > limit {
            return Err(S3Error::entity_too_large((document.len() + piece.len()) as u64, limit as u64).close());
        }
        checks.update(&piece);
        document.extend_from_slice(&piece);
    }
    checks.finish(chunks.trailers())?;
    Ok(document.freeze())
}
