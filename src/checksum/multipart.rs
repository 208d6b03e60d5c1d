//! The checksum of a multipart upload: what CreateMultipartUpload chooses and CompleteMultipartUpload states.

use http::HeaderMap;

use super::error::InvalidKind;
use super::expectations::{invalid_value, single, single_checksum};
use super::{Algorithm, Invalid, combine::crc_of, decode_value};

/// How the checksum of a multipart object is made (`x-amz-checksum-type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChecksumKind {
    /// The checksum of the parts' checksums, written with "-N".
    Composite,
    /// The checksum of the whole plaintext, as if it had come in one request.
    FullObject,
}

impl ChecksumKind {
    /// AWS's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Composite => "COMPOSITE",
            Self::FullObject => "FULL_OBJECT",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Composite, Self::FullObject].into_iter().find(|kind| kind.name().eq_ignore_ascii_case(name))
    }

    /// What AWS takes where a request names the algorithm alone.
    pub fn default_for(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Crc64Nvme => Self::FullObject,
            _ => Self::Composite,
        }
    }

    /// Only CRCs can be combined into a full-object checksum; S3 has no composite CRC64NVME.
    pub fn exists_for(self, algorithm: Algorithm) -> bool {
        match self {
            Self::Composite => algorithm != Algorithm::Crc64Nvme,
            Self::FullObject => crc_of(algorithm).is_some(),
        }
    }
}

/// The algorithm and kind that CreateMultipartUpload asks for; None where it asks for no checksum.
pub fn multipart_checksum(headers: &HeaderMap) -> Result<Option<(Algorithm, ChecksumKind)>, Invalid> {
    let algorithm = single(headers, "x-amz-checksum-algorithm", InvalidKind::UnknownAlgorithm)?;
    let kind = stated_kind(headers)?;
    let Some(name) = algorithm else {
        return match kind {
            None => Ok(None),
            Some(_) => invalid_type(
                "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.".to_owned(),
            ),
        };
    };
    let algorithm = Algorithm::from_name(name).ok_or_else(unsupported)?;
    let kind = kind.unwrap_or(ChecksumKind::default_for(algorithm));
    if !kind.exists_for(algorithm) {
        let name = algorithm.name().to_ascii_lowercase();
        return invalid_type(format!(
            "The {} checksum type cannot be used with the {name} checksum algorithm.",
            kind.name()
        ));
    }
    Ok(Some((algorithm, kind)))
}

/// `x-amz-checksum-type`, which CompleteMultipartUpload repeats.
pub fn stated_kind(headers: &HeaderMap) -> Result<Option<ChecksumKind>, Invalid> {
    let Some(name) = single(headers, "x-amz-checksum-type", InvalidKind::ChecksumType)? else { return Ok(None) };
    match ChecksumKind::from_name(name) {
        Some(kind) => Ok(Some(kind)),
        None => invalid_type("Value for x-amz-checksum-type header is invalid.".to_owned()),
    }
}

/// An object's checksum as a request states it: algorithm, value, and the part count of a composite one ("-N").
pub type StatedChecksum = (Algorithm, Vec<u8>, Option<u32>);

/// The object checksum that CompleteMultipartUpload states.
pub fn stated_checksum(headers: &HeaderMap) -> Result<Option<StatedChecksum>, Invalid> {
    let Some((algorithm, value)) = single_checksum(headers)? else { return Ok(None) };
    let invalid = || invalid_value(algorithm.header());
    let text = value.to_str().map_err(|_| invalid())?;
    let (text, count) = match text.split_once('-') {
        None => (text, None),
        Some((text, count)) => (text, Some(part_count(count).ok_or_else(invalid)?)),
    };
    let value = decode_value(algorithm, text.as_bytes()).ok_or_else(invalid)?;
    Ok(Some((algorithm, value, count)))
}

/// Plain digits, 1 to 10,000.
fn part_count(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|count| digits && (1..=10_000).contains(count))
}

fn unsupported() -> Invalid {
    let names = Algorithm::ALL.map(Algorithm::name).join(", ");
    Invalid::new(
        InvalidKind::UnknownAlgorithm,
        format!("Checksum algorithm provided is unsupported. Please try again with any of the valid types: [{names}]"),
    )
}

fn invalid_type<T>(message: String) -> Result<T, Invalid> {
    Err(Invalid::new(InvalidKind::ChecksumType, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checksum::expectations::tests::headers;

    #[test]
    fn kinds_of_each_algorithm() {
        let asked = |pairs: &[(&'static str, &str)]| multipart_checksum(&headers(pairs));
        assert_eq!(asked(&[]), Ok(None));
        for algorithm in Algorithm::ALL {
            let name = ("x-amz-checksum-algorithm", algorithm.name());
            let default = asked(&[name]).unwrap().unwrap();
            assert_eq!(default, (algorithm, ChecksumKind::default_for(algorithm)));
            let full = asked(&[name, ("x-amz-checksum-type", "FULL_OBJECT")]);
            let is_crc = matches!(algorithm, Algorithm::Crc32 | Algorithm::Crc32c | Algorithm::Crc64Nvme);
            assert_eq!(full.is_ok(), is_crc, "{algorithm:?}");
            let composite = asked(&[name, ("x-amz-checksum-type", "COMPOSITE")]);
            assert_eq!(composite.is_ok(), algorithm != Algorithm::Crc64Nvme, "{algorithm:?}");
        }
        for pairs in [
            &[("x-amz-checksum-type", "COMPOSITE")][..],
            &[("x-amz-checksum-algorithm", "CRC16")],
            &[("x-amz-checksum-algorithm", "CRC32"), ("x-amz-checksum-type", "HALF")],
        ] {
            assert_eq!(asked(pairs).unwrap_err().code(), "InvalidRequest", "{pairs:?}");
        }
    }

    #[test]
    fn stated_object_checksums() {
        let stated = |value: &str| stated_checksum(&headers(&[("x-amz-checksum-crc32", value)]));
        assert_eq!(stated("y/Q5Jg=="), Ok(Some((Algorithm::Crc32, vec![0xcb, 0xf4, 0x39, 0x26], None))));
        assert_eq!(stated("y/Q5Jg==-12"), Ok(Some((Algorithm::Crc32, vec![0xcb, 0xf4, 0x39, 0x26], Some(12)))));
        for wrong in ["y/Q5Jg==-", "y/Q5Jg==-0", "y/Q5Jg==-+1", "y/Q5Jg==-10001", "-1", "y/Q5"] {
            assert!(stated(wrong).is_err(), "{wrong}");
        }
    }
}
