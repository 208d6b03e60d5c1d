//! The checksums of S3, from the crates directly: the tests' own view of what is right.

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};

/// The algorithms of `x-amz-checksum-*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sum {
    Crc32,
    Crc32c,
    Crc64Nvme,
    Sha1,
    Sha256,
    Sha512,
    Md5,
    XxHash64,
    XxHash3,
    XxHash128,
}

impl Sum {
    pub const ALL: [Self; 10] = [
        Self::Crc32,
        Self::Crc32c,
        Self::Crc64Nvme,
        Self::Sha1,
        Self::Sha256,
        Self::Sha512,
        Self::Md5,
        Self::XxHash64,
        Self::XxHash3,
        Self::XxHash128,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Crc64Nvme => "CRC64NVME",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha512 => "SHA512",
            Self::Md5 => "MD5",
            Self::XxHash64 => "XXHASH64",
            Self::XxHash3 => "XXHASH3",
            Self::XxHash128 => "XXHASH128",
        }
    }

    pub fn header(self) -> String {
        format!("x-amz-checksum-{}", self.name().to_ascii_lowercase())
    }

    /// The element that carries a value in XML, such as `ChecksumCRC32`.
    pub fn element(self) -> String {
        format!("Checksum{}", self.name())
    }

    /// The value of `data`, in bytes.
    pub fn of(self, data: &[u8]) -> Vec<u8> {
        match self {
            Self::Crc32 => crc_fast::crc32_iso_hdlc(data).to_be_bytes().to_vec(),
            Self::Crc32c => crc_fast::crc32_iscsi(data).to_be_bytes().to_vec(),
            Self::Crc64Nvme => crc_fast::crc64_nvme(data).to_be_bytes().to_vec(),
            Self::Sha1 => digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, data).as_ref().to_vec(),
            Self::Sha256 => digest::digest(&digest::SHA256, data).as_ref().to_vec(),
            Self::Sha512 => digest::digest(&digest::SHA512, data).as_ref().to_vec(),
            Self::Md5 => Md5::digest(data).to_vec(),
            Self::XxHash64 => xxhash_rust::xxh64::xxh64(data, 0).to_be_bytes().to_vec(),
            Self::XxHash3 => xxhash_rust::xxh3::xxh3_64(data).to_be_bytes().to_vec(),
            Self::XxHash128 => xxhash_rust::xxh3::xxh3_128(data).to_be_bytes().to_vec(),
        }
    }

    /// The value of `data` as headers carry it.
    pub fn text(self, data: &[u8]) -> String {
        STANDARD.encode(self.of(data))
    }

    /// The checksum of the parts' checksums, with `-<count>`, as headers carry it.
    pub fn composite(self, parts: &[&[u8]]) -> String {
        let joined: Vec<u8> = parts.iter().flat_map(|part| self.of(part)).collect();
        format!("{}-{}", self.text(&joined), parts.len())
    }
}

pub fn sha256_hex(data: &[u8]) -> String {
    hex::encode(Sum::Sha256.of(data))
}

pub fn content_md5(data: &[u8]) -> String {
    Sum::Md5.text(data)
}

#[cfg(test)]
mod tests {
    #[allow(unused_imports)]
    use super::Sum;

    /// Known answers for "123456789": the CRC catalogue's check values, RFC 1321, FIPS 180 and xxHash's own vectors.
    #[test]
    fn known_answers() {
        let expected = [
            (Sum::Crc32, "cbf43926"),
            (Sum::Crc32c, "e3069283"),
            (Sum::Crc64Nvme, "ae8b14860a799888"),
            (Sum::Md5, "25f9e794323b453885f5181f1b624d0b"),
            (Sum::Sha1, "f7c3bc1d808e04732adf679965ccc34ca7ae3441"),
            (Sum::XxHash64, "8cb841db40e6ae83"),
        ];
        for (sum, value) in expected {
            assert_eq!(hex::encode(sum.of(b"123456789")), value, "{sum:?}");
        }
    }
}
