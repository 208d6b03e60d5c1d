//! Byte ranges as clients write them.

use std::ops::Range;

use super::error::{Error, Fault};

/// The one range of a `Range` header, RFC 9110 section 14.1.2. S3 serves one range at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteRange {
    /// `first-last`, both inclusive.
    FromTo(u64, u64),
    /// `first-`.
    From(u64),
    /// `-length`.
    Suffix(u64),
}

impl ByteRange {
    /// `None` for anything that is not one byte range: such a header is ignored, as on AWS.
    pub fn parse(value: &str) -> Option<Self> {
        let (first, last) = value.trim().strip_prefix("bytes=")?.trim().split_once('-')?;
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            // More digits than a u64 holds is a number beyond every object.
            digits.then(|| text.parse::<u64>().unwrap_or(u64::MAX))
        };
        match (first.trim(), last.trim()) {
            ("", last) => number(last).map(Self::Suffix),
            (first, "") => number(first).map(Self::From),
            (first, last) => {
                let (first, last) = (number(first)?, number(last)?);
                (first <= last).then_some(Self::FromTo(first, last))
            }
        }
    }

    /// The bytes it names in an object of `plain_len` bytes; none: 416.
    pub fn resolve(self, plain_len: u64) -> Result<Range<u64>, Error> {
        let range = match self {
            Self::FromTo(first, last) => first..last.saturating_add(1).min(plain_len),
            Self::From(first) => first..plain_len,
            Self::Suffix(length) => plain_len.saturating_sub(length)..plain_len,
        };
        if range.start >= range.end { Err(Fault::InvalidRange { plain_len }.into()) } else { Ok(range) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        assert_eq!(ByteRange::parse("bytes=0-9"), Some(ByteRange::FromTo(0, 9)));
        assert_eq!(ByteRange::parse("bytes=5-"), Some(ByteRange::From(5)));
        assert_eq!(ByteRange::parse("bytes=-5"), Some(ByteRange::Suffix(5)));
        for ignored in ["bytes=9-0", "bytes=a-b", "bytes=0-1,3-4", "bytes=-", "chunks=0-1", "bytes=+1-2", "0-9"] {
            assert_eq!(ByteRange::parse(ignored), None, "{ignored}");
        }
        assert_eq!(ByteRange::parse("bytes=1-99999999999999999999"), Some(ByteRange::FromTo(1, u64::MAX)));
    }

    #[test]
    fn what_they_name() {
        assert_eq!(ByteRange::FromTo(0, 9).resolve(5).unwrap(), 0..5);
        assert_eq!(ByteRange::FromTo(0, u64::MAX).resolve(5).unwrap(), 0..5);
        assert_eq!(ByteRange::Suffix(9).resolve(5).unwrap(), 0..5);
        assert_eq!(ByteRange::Suffix(2).resolve(5).unwrap(), 3..5);
        for (range, len) in
            [(ByteRange::From(5), 5), (ByteRange::Suffix(0), 5), (ByteRange::From(0), 0), (ByteRange::Suffix(3), 0)]
        {
            assert!(matches!(range.resolve(len), Err(Error::Caller(Fault::InvalidRange { .. }))));
        }
    }
}
