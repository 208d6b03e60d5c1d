//! Checksums of whole objects out of their parts' checksums.

use crc_fast::{CrcAlgorithm, checksum_combine};

use super::hasher::big_endian;
use super::{Algorithm, Hasher};

/// The full-object checksum from (value, plaintext length) of each part, in order. None for algorithms that cannot be
/// combined, for a value of the wrong length, and where there is no part.
pub fn combine<'a>(algorithm: Algorithm, parts: impl Iterator<Item = (&'a [u8], u64)>) -> Option<Vec<u8>> {
    let crc = crc_of(algorithm)?;
    let mut whole = None;
    for (value, plain_len) in parts {
        let value = number(value, algorithm.value_len())?;
        whole = Some(match whole {
            None => value,
            Some(before) => checksum_combine(crc, before, value, plain_len),
        });
    }
    Some(big_endian(whole?, algorithm.value_len()))
}

/// The checksum of the concatenated part checksums, without the "-N" that S3 writes behind it.
pub fn composite<'a>(algorithm: Algorithm, part_values: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut hasher = Hasher::new(algorithm);
    part_values.for_each(|value| hasher.update(value));
    hasher.finish()
}

/// The CRC behind an algorithm, where it is one.
pub(super) fn crc_of(algorithm: Algorithm) -> Option<CrcAlgorithm> {
    match algorithm {
        Algorithm::Crc32 => Some(CrcAlgorithm::Crc32IsoHdlc),
        Algorithm::Crc32c => Some(CrcAlgorithm::Crc32Iscsi),
        Algorithm::Crc64Nvme => Some(CrcAlgorithm::Crc64Nvme),
        Algorithm::Sha1
        | Algorithm::Sha256
        | Algorithm::Sha512
        | Algorithm::Md5
        | Algorithm::XxHash64
        | Algorithm::XxHash3
        | Algorithm::XxHash128 => None,
    }
}

fn number(value: &[u8], len: usize) -> Option<u64> {
    (value.len() == len).then(|| value.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::STANDARD};

    use super::*;
    use crate::checksum::hasher::tests::{counted, value};

    #[test]
    fn full_object_crcs_equal_the_crc_of_the_whole() {
        let plain = counted(100_000);
        for algorithm in [Algorithm::Crc32, Algorithm::Crc32c, Algorithm::Crc64Nvme] {
            let whole = std::iter::once(0..100_000).collect::<Vec<_>>();
            for cuts in [whole, vec![0..1, 1..60_000, 60_000..100_000], vec![0..0, 0..100_000, 7..7]] {
                let values: Vec<_> =
                    cuts.iter().map(|cut| (value(algorithm, &plain[cut.clone()]), cut.len() as u64)).collect();
                let parts = values.iter().map(|(value, len)| (value.as_slice(), *len));
                assert_eq!(combine(algorithm, parts), Some(value(algorithm, &plain)), "{algorithm:?}");
            }
        }
    }

    #[test]
    fn what_cannot_be_combined_is_none() {
        assert_eq!(combine(Algorithm::Sha256, [(&[0; 32][..], 1)].into_iter()), None);
        assert_eq!(combine(Algorithm::XxHash64, [(&[0; 8][..], 1)].into_iter()), None);
        assert_eq!(combine(Algorithm::Crc32, [(&[0; 8][..], 1)].into_iter()), None);
        assert_eq!(combine(Algorithm::Crc32, std::iter::empty()), None);
    }

    /// Computed with hashlib and awscrt over the same cut.
    #[test]
    fn composite_known_answers() {
        let plain = counted(100_000);
        for (algorithm, expected) in [
            (Algorithm::Sha256, "HkIXi7mckPBX3UY+7UUgtRLeeTEnHlFZFcQMPxuLIvE="),
            (Algorithm::Md5, "OAO/UA/4leCbkp5o9WhGYg=="),
            (Algorithm::Crc32, "hKuo9w=="),
        ] {
            let values = [value(algorithm, &plain[..60_000]), value(algorithm, &plain[60_000..])];
            let whole = composite(algorithm, values.iter().map(Vec::as_slice));
            assert_eq!(STANDARD.encode(whole), expected, "{algorithm:?}");
        }
    }
}
