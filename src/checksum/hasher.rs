//! One running checksum.

use aws_lc_rs::digest;
use crc_fast::{CrcAlgorithm, Digest as Crc};
use md5::{Digest as _, Md5};
use xxhash_rust::{xxh3::Xxh3, xxh64::Xxh64};

use super::Algorithm;

/// A checksum over plaintext that arrives in any pieces.
pub struct Hasher(State);

/// The large states are boxed so that a hasher is cheap to move.
enum State {
    Crc { digest: Crc, value_len: usize },
    Sha(digest::Context),
    Md5(Md5),
    Xx64(Xxh64),
    Xx3(Box<Xxh3>),
    Xx128(Box<Xxh3>),
}

impl Hasher {
    pub fn new(algorithm: Algorithm) -> Self {
        let crc = |kind| State::Crc { digest: Crc::new(kind), value_len: algorithm.value_len() };
        let sha = |kind| State::Sha(digest::Context::new(kind));
        Self(match algorithm {
            Algorithm::Crc32 => crc(CrcAlgorithm::Crc32IsoHdlc),
            Algorithm::Crc32c => crc(CrcAlgorithm::Crc32Iscsi),
            Algorithm::Crc64Nvme => crc(CrcAlgorithm::Crc64Nvme),
            Algorithm::Sha1 => sha(&digest::SHA1_FOR_LEGACY_USE_ONLY),
            Algorithm::Sha256 => sha(&digest::SHA256),
            Algorithm::Sha512 => sha(&digest::SHA512),
            Algorithm::Md5 => State::Md5(Md5::new()),
            Algorithm::XxHash64 => State::Xx64(Xxh64::new(0)),
            Algorithm::XxHash3 => State::Xx3(Box::new(Xxh3::new())),
            Algorithm::XxHash128 => State::Xx128(Box::new(Xxh3::new())),
        })
    }

    pub fn update(&mut self, plain: &[u8]) {
        match &mut self.0 {
            State::Crc { digest, .. } => digest.update(plain),
            State::Sha(context) => context.update(plain),
            State::Md5(md5) => md5.update(plain),
            State::Xx64(xx) => xx.update(plain),
            State::Xx3(xx) | State::Xx128(xx) => xx.update(plain),
        }
    }

    /// The value as S3 writes it before base64: every number big-endian, `Algorithm::value_len` bytes.
    pub fn finish(self) -> Vec<u8> {
        match self.0 {
            State::Crc { digest, value_len } => big_endian(digest.finalize(), value_len),
            State::Sha(context) => context.finish().as_ref().to_vec(),
            State::Md5(md5) => md5.finalize().to_vec(),
            State::Xx64(xx) => xx.digest().to_be_bytes().to_vec(),
            State::Xx3(xx) => xx.digest().to_be_bytes().to_vec(),
            State::Xx128(xx) => xx.digest128().to_be_bytes().to_vec(),
        }
    }
}

/// The low `len` bytes of a CRC.
pub(super) fn big_endian(value: u64, len: usize) -> Vec<u8> {
    value.to_be_bytes().into_iter().skip(8usize.saturating_sub(len)).collect()
}
