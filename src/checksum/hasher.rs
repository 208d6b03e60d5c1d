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
    Crc { digest: Box<Crc>, value_len: usize },
    Sha(digest::Context),
    Md5(Md5),
    Xx64(Xxh64),
    Xx3(Box<Xxh3>),
    Xx128(Box<Xxh3>),
}

impl Hasher {
    pub fn new(algorithm: Algorithm) -> Self {
        let crc = |kind| State::Crc { digest: Box::new(Crc::new(kind)), value_len: algorithm.value_len() };
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

#[cfg(test)]
pub(super) mod tests {
    use base64::{Engine as _, engine::general_purpose::STANDARD};

    use super::*;

    /// 0, 1, 2 ... 250, 0, 1 ...
    pub fn counted(len: usize) -> Vec<u8> {
        (0..len).map(|index| (index % 251) as u8).collect()
    }

    pub fn value(algorithm: Algorithm, plain: &[u8]) -> Vec<u8> {
        let mut hasher = Hasher::new(algorithm);
        hasher.update(plain);
        hasher.finish()
    }

    /// Of nothing, of "123456789", and of 100,000 counted bytes: computed with awscrt 0.38.1 and hashlib, encoded as
    /// botocore 1.44 does.
    const KNOWN: [(Algorithm, [&str; 3]); 10] = [
        (Algorithm::Crc32, ["AAAAAA==", "y/Q5Jg==", "s1O4+g=="]),
        (Algorithm::Crc32c, ["AAAAAA==", "4waSgw==", "ckf2aw=="]),
        (Algorithm::Crc64Nvme, ["AAAAAAAAAAA=", "rosUhgp5mIg=", "rdtuPFGJcz8="]),
        (
            Algorithm::Sha1,
            ["2jmj7l5rSw0yVb/vlWAYkK/YBwk=", "98O8HYCOBHMq32eZZczDTKeuNEE=", "I6EGWg9qSFEZBJvyeZF53QFU77s="],
        ),
        (
            Algorithm::Sha256,
            [
                "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
                "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=",
                "zS32lOQkvHlozDf0d1EBnlygzRvfLkeepTfDocMu4ao=",
            ],
        ),
        (
            Algorithm::Sha512,
            [
                "z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
                "2eZ2LdHI6vbWGzxhkvxAjU1tXxF20MKRabwk5xw/J0rSf81YEbMT1oH35V7ALXPUmclUVba1u1A6z1dPuo/+hQ==",
                "mmMxSnGQeYKqicot/W4itcWkNt86e1X5N4XX95cTJKP9UArnLgZqU2ex8tQHqCBQPG4vE99Yhfg6Sa7bBwbbhA==",
            ],
        ),
        (Algorithm::Md5, ["1B2M2Y8AsgTpgAmY7PhCfg==", "JfnnlDI7RTiF9RgfG2JNCw==", "KMtZXBWOm3TjSuno2nEP/w=="]),
        (Algorithm::XxHash64, ["70bbN1HY6Zk=", "jLhB20DmroM=", "TPde5yzY9Mw="]),
        (Algorithm::XxHash3, ["LQaABTjTlMI=", "ctyxi2ehff8=", "QsI67q2WdQ0="]),
        (Algorithm::XxHash128, ["maoG0wFHmNhgAcMkRo1Jfw==", "MxGUd+3l3NXpcWQnaB1YYA==", "VBgsWLuxM3xCwjrurZZ1DQ=="]),
    ];

    #[test]
    fn known_answers_of_all_ten() {
        for (algorithm, expected) in KNOWN {
            let values = [&[][..], b"123456789", &counted(100_000)].map(|plain| value(algorithm, plain));
            assert_eq!(values.each_ref().map(|value| STANDARD.encode(value)), expected, "{algorithm:?}");
            assert!(values.iter().all(|value| value.len() == algorithm.value_len()), "{algorithm:?}");
        }
    }

    #[test]
    fn pieces_do_not_matter() {
        let plain = counted(100_000);
        for algorithm in Algorithm::ALL {
            let mut hasher = Hasher::new(algorithm);
            for piece in [&plain[..1], &plain[1..1], &plain[1..65_537], &plain[65_537..]] {
                hasher.update(piece);
            }
            assert_eq!(hasher.finish(), value(algorithm, &plain), "{algorithm:?}");
        }
    }
}
