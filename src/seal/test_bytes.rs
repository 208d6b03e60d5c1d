//! Bytes for the tests of this room and of those above it.

use bytes::{Bytes, BytesMut};

use super::{LayerKeys, Manifest, StreamId, StreamOpener, StreamSealer, Unauthentic};

/// `len` bytes without a short period: the same on every run.
pub(crate) fn plaintext(len: u64) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    (0..len)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        })
        .collect()
}

/// The stream over `plain`, pushed whole.
pub(crate) fn seal_stream(keys: &LayerKeys, id: &StreamId, plain: &[u8]) -> Vec<u8> {
    let (mut sealer, mut out) = (StreamSealer::new(keys, id), Vec::new());
    sealer.push(BytesMut::from(plain), &mut out);
    sealer.finish(&mut out);
    joined(&out)
}

/// A single-request object, tail and all.
pub(crate) fn seal_object(keys: &LayerKeys, plain: &[u8]) -> Vec<u8> {
    let mut object = seal_stream(keys, &StreamId::default(), plain);
    let manifest = Manifest::single(plain.len() as u64, keys.count(), None);
    let tail = manifest.tail(keys, &keys.commitments(), object.len() as u64).expect("the tail fits");
    object.extend_from_slice(&tail);
    object
}

/// Plaintext `range` of a stream of `plain_len` bytes, read from the stream's own bytes.
pub(crate) fn open_range(
    keys: &LayerKeys,
    id: &StreamId,
    plain_len: u64,
    range: std::ops::Range<u64>,
    stream: &[u8],
) -> Result<Vec<u8>, Unauthentic> {
    let mut opener = StreamOpener::new(keys, id, plain_len, range);
    let cipher = opener.cipher_range();
    // A stream that was cut has fewer bytes than asked for, as a backend would answer.
    let end = (cipher.end as usize).min(stream.len());
    let mut out = Vec::new();
    opener.push(BytesMut::from(&stream[(cipher.start as usize).min(end)..end]), &mut out)?;
    opener.finish()?;
    Ok(joined(&out))
}

pub(crate) fn joined(pieces: &[Bytes]) -> Vec<u8> {
    pieces.iter().flat_map(|piece| piece.iter().copied()).collect()
}

/// Name and text of every known answer in `tests/vectors/<folder>`.
pub(crate) fn vectors(folder: &str) -> Vec<(String, String)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(folder);
    let files = std::fs::read_dir(folder).expect("the vectors are there");
    let read = |file: std::io::Result<std::fs::DirEntry>| {
        let path = file.expect("a folder's entry").path();
        (path.display().to_string(), std::fs::read_to_string(path).expect("a vector is text"))
    };
    files.map(read).collect()
}
