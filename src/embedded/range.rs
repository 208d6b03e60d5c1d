//! The Range header, RFC 9110 section 14, in the one form that S3 serves: a single range of bytes.

use std::ops::Range;

/// What a Range header asks of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    Whole,
    Part(Range<u64>),
    /// Nothing of the object is in the range.
    Unsatisfiable,
}

/// A header that is not one plain range is ignored, as on S3: the whole object is the answer.
pub(super) fn parse(header: Option<&str>, size: u64) -> Asked {
    let Some((first, last)) = header.and_then(|text| text.strip_prefix("bytes=")).and_then(|text| text.split_once('-'))
    else {
        return Asked::Whole;
    };
    match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => up_to(first, last.saturating_add(1), size),
        (Some(first), None) if last.is_empty() => up_to(first, size, size),
        (None, Some(suffix)) if first.is_empty() => match suffix.min(size) {
            0 => Asked::Unsatisfiable,
            len => Asked::Part(size - len..size),
        },
        _ => Asked::Whole,
    }
}

fn up_to(start: u64, end: u64, size: u64) -> Asked {
    if start < size { Asked::Part(start..end.min(size)) } else { Asked::Unsatisfiable }
}

/// Digits alone; more than fit a `u64` mean "beyond every object".
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        let cases = [
            (None, 10, Asked::Whole),
            (Some("bytes=0-0"), 10, Asked::Part(0..1)),
            (Some("bytes=2-5"), 10, Asked::Part(2..6)),
            (Some("bytes=2-99"), 10, Asked::Part(2..10)),
            (Some("bytes=2-99999999999999999999999"), 10, Asked::Part(2..10)),
            (Some("bytes=9-"), 10, Asked::Part(9..10)),
            (Some("bytes=10-"), 10, Asked::Unsatisfiable),
            (Some("bytes=10-12"), 10, Asked::Unsatisfiable),
            (Some("bytes=-3"), 10, Asked::Part(7..10)),
            (Some("bytes=-30"), 10, Asked::Part(0..10)),
            (Some("bytes=-0"), 10, Asked::Unsatisfiable),
            (Some("bytes=-5"), 0, Asked::Unsatisfiable),
            (Some("bytes=0-"), 0, Asked::Unsatisfiable),
            (Some("bytes=5-2"), 10, Asked::Whole),
            (Some("bytes=-"), 10, Asked::Whole),
            (Some("bytes=a-b"), 10, Asked::Whole),
            (Some("bytes=0-1,4-5"), 10, Asked::Whole),
            (Some("rows=0-1"), 10, Asked::Whole),
            (Some("bytes=+1-2"), 10, Asked::Whole),
        ];
        for (header, size, expected) in cases {
            assert_eq!(parse(header, size), expected, "{header:?} of {size}");
        }
    }
}
