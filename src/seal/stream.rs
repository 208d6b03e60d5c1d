//! One layer of one stream: its header, its key, its nonces.

use crate::crypto::{NONCE_LEN, TAG_LEN, Unauthentic};

use super::cipher::Cipher;
use super::derive::derive_stream_key;
use super::{DataKey, Layer, layout};

/// 16 fresh random bytes of one UploadPart, so that a part uploaded twice never shares a key.
pub type Attempt = [u8; 16];

/// Which stream of an object: a single-request object is part 0 without an attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamId {
    pub part: u16,
    pub attempt: Option<Attempt>,
}

const SALT_LEN: usize = 32;
const PREFIX_LEN: usize = 7;
pub(super) const HEADER_LEN: usize = layout::HEADER as usize;

/// Seals and opens the segments of one layer of one stream.
pub(super) struct LayerStream {
    cipher: Cipher,
    header: [u8; HEADER_LEN],
}

impl LayerStream {
    pub(super) fn new(dek: &DataKey, layer: Layer, id: &StreamId) -> Self {
        let part = id.part.to_be_bytes();
        let attempt = id.attempt.as_ref().map_or(&[][..], |attempt| attempt);
        let fields: [&[u8]; 3] = [&[layer.code()], &part, attempt];
        let drawn = dek.derive::<{ SALT_LEN + PREFIX_LEN }>("sealgate/v1/stream", &fields);
        let mut header = [HEADER_LEN as u8; HEADER_LEN];
        header[1..].copy_from_slice(drawn.expose());

        let associated_data = [super::VERSION, layer.code(), part[0], part[1]];
        let key = derive_stream_key(dek, &header[1..=SALT_LEN], &associated_data);
        Self { cipher: Cipher::new(layer, &key), header }
    }

    /// What the stream starts with.
    pub(super) fn header(&self) -> &[u8; HEADER_LEN] {
        &self.header
    }

    /// Seals the plaintext of segment `index` in place and returns its tag.
    pub(super) fn seal(&self, index: u64, end: End, plain: &mut [u8]) -> [u8; TAG_LEN] {
        self.cipher.seal(self.nonce(index, end), &[], plain)
    }

    /// Opens segment `index`, ciphertext and tag, in place and returns the plaintext.
    pub(super) fn open<'a>(&self, index: u64, end: End, sealed: &'a mut [u8]) -> Result<&'a mut [u8], Unauthentic> {
        self.cipher.open(self.nonce(index, end), &[], sealed)
    }

    /// Nonce prefix, segment number, last flag.
    #[expect(clippy::expect_used, reason = "2^32 segments are 256 TiB; a nonce that wraps must stop the process")]
    fn nonce(&self, index: u64, end: End) -> [u8; NONCE_LEN] {
        let index = u32::try_from(index).expect("a stream has fewer than 2^32 segments");
        let mut nonce = [0; NONCE_LEN];
        nonce[..PREFIX_LEN].copy_from_slice(&self.header[1 + SALT_LEN..]);
        nonce[PREFIX_LEN..NONCE_LEN - 1].copy_from_slice(&index.to_be_bytes());
        nonce[NONCE_LEN - 1] = match end {
            End::More => 0,
            End::Last => 1,
        };
        nonce
    }
}

/// Whether a segment is the last of its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    More,
    Last,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::Secret;

    fn header(part: u16, attempt: Option<Attempt>, layer: Layer) -> [u8; HEADER_LEN] {
        *LayerStream::new(&DataKey::new(Secret::new([1; 32])), layer, &StreamId { part, attempt }).header()
    }

    /// Equal headers would be equal keys and nonces.
    #[test]
    fn every_stream_of_a_data_key_has_its_own_header() {
        let headers = [
            header(0, None, Layer::Inner),
            header(0, None, Layer::Outer),
            header(1, None, Layer::Inner),
            header(1, Some([0; 16]), Layer::Inner),
            header(1, Some([1; 16]), Layer::Inner),
            header(2, Some([1; 16]), Layer::Inner),
            header(256, Some([1; 16]), Layer::Inner),
        ];
        for (at, one) in headers.iter().enumerate() {
            assert_eq!(one[0], 40);
            assert!(headers[..at].iter().all(|other| other != one));
        }
    }

    #[test]
    fn nonces_count_segments_and_mark_the_last() {
        let stream = LayerStream::new(&DataKey::new(Secret::new([1; 32])), Layer::Inner, &StreamId::default());
        let nonce = stream.nonce(0x0102_0304, End::Last);
        assert_eq!(nonce[..7], stream.header[33..]);
        assert_eq!(nonce[7..], [1, 2, 3, 4, 1]);
        assert_eq!(stream.nonce(5, End::More)[7..], [0, 0, 0, 5, 0]);
    }
}
