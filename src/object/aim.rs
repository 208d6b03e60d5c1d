//! Which stored bytes the first request of a read asks for, and what its answer is good for.
//!
//! An aim is a guess: it is never trusted and pins nothing, so that a client's own conditions pass as they are. The
//! answer's headers say what stands there, and its bytes are used only where they hold what that object's plan wants.

use std::ops::Range;

use bytes::{Bytes, BytesMut};
use http::StatusCode;
use http::header::{HeaderMap, HeaderValue};

use super::error::Error;
use super::plan;
use super::range::ByteRange;
use super::read::Section;
use super::stored::content_range;
use super::tail::TAIL_LEN;
use crate::seal::layout;
use crate::upstream::{self, OwnBody};

/// Objects that are read from here on are taken for objects of parts: clients cut at 8 MiB unless told otherwise.
pub(super) const FAR: u64 = 8 * 1024 * 1024;

/// Suffixes of up to so many bytes are asked for together with the tail.
const SHORT_SUFFIX: u64 = 256 * 1024;

/// The longest answer that is held in memory for the manifest at its end.
const HELD: u64 = 512 * 1024;

/// Bytes of a stored object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    All,
    Bytes(Range<u64>),
    From(u64),
    Last(u64),
}

impl Aim {
    /// Of an object that nothing is known of. Where its tail is needed, the tail comes first.
    pub fn unknowing(section: Section) -> Self {
        match section {
            Section::Whole => Self::All,
            Section::Part(_) => Self::Last(TAIL_LEN),
            Section::Range(ByteRange::Suffix(length)) if length <= SHORT_SUFFIX => {
                Self::Last(layout::sealed_len(length) + layout::SEGMENT + TAIL_LEN)
            }
            Section::Range(ByteRange::Suffix(_)) => Self::Last(TAIL_LEN),
            Section::Range(ByteRange::From(first) | ByteRange::FromTo(first, _)) if first >= FAR => {
                Self::Last(TAIL_LEN)
            }
            Section::Range(ByteRange::From(first)) => Self::From(near(first, None).0),
            Section::Range(ByteRange::FromTo(first, last)) => match near(first, Some(last.saturating_add(1))) {
                (start, Some(end)) => Self::Bytes(start..end),
                (start, None) => Self::From(start),
            },
        }
    }

    /// As a `Range` header.
    pub fn header(&self) -> Result<Option<HeaderValue>, Error> {
        let text = match self {
            Self::All => return Ok(None),
            Self::Bytes(range) => format!("bytes={}-{}", range.start, range.end.saturating_sub(1)),
            Self::From(start) => format!("bytes={start}-"),
            Self::Last(length) => format!("bytes=-{length}"),
        };
        HeaderValue::try_from(text).map(Some).map_err(|_| Error::Internal("a range that is no header"))
    }
}

/// Where a range lies in one stream, and where it would lie in parts: within the least length of a part they agree.
fn near(first: u64, end: Option<u64>) -> (u64, Option<u64>) {
    let (start, mut stored_end) = plan::optimistic(first, end);
    // The segments of a later part begin elsewhere, up to one earlier; the law bounds how far parts move what follows.
    let start = if first < layout::MIN_PART { start } else { start.saturating_sub(layout::SEGMENT) };
    if let Some(end) = end.filter(|end| *end > layout::MIN_PART) {
        let moved = layout::sealed_len(end.min(layout::MAX_PLAIN_LEN)) + 2 * layout::SEGMENT;
        stored_end = stored_end.map(|stored_end| stored_end.max(moved));
    }
    (start, stored_end)
}

/// The first answer of a read.
pub(super) struct First {
    /// Of the stored object, what the body holds.
    range: Range<u64>,
    body: OwnBody,
}

impl First {
    /// `None` for a part of an object that does not say which.
    pub fn of(status: StatusCode, headers: &HeaderMap, stored_len: u64, body: OwnBody) -> Option<Self> {
        let range = match status {
            StatusCode::PARTIAL_CONTENT => content_range(headers)?,
            _ => 0..stored_len,
        };
        (range.start < range.end && range.end <= stored_len).then_some(Self { range, body })
    }

    pub fn holds(&self, wanted: &Range<u64>) -> bool {
        self.range.start <= wanted.start && wanted.end <= self.range.end
    }

    /// Where the body begins, and the body.
    pub fn into_parts(self) -> (u64, OwnBody) {
        (self.range.start, self.body)
    }

    /// The same in memory, with its bytes, if it is short and ends with the object's tail.
    pub async fn with_tail(self, stored_len: u64) -> Result<(Self, Option<Bytes>), Error> {
        let Self { range, body } = self;
        let len = range.end - range.start;
        if range.end != stored_len || len > HELD || len < TAIL_LEN.min(stored_len) {
            return Ok((Self { range, body }, None));
        }
        let bytes = upstream::collect(body, usize::try_from(len).unwrap_or(usize::MAX)).await?;
        if bytes.len() as u64 != len {
            return Err(Error::Damaged("its length"));
        }
        Ok((Self { range, body: upstream::full(BytesMut::from(&bytes[..])) }, Some(bytes)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::plan::Plan;
    use crate::seal::{Layers, Manifest, PartEntry};

    /// Wherever the parts of one layer are cut, the guess at a near range holds it.
    #[test]
    fn a_near_guess_holds_what_is_wanted_of_parts() {
        for part in [layout::MIN_PART, layout::MIN_PART + 1, 6_000_000, FAR] {
            let entry =
                |number| PartEntry { number, plain_len: part, attempt: Some([1; 16]), checksum: None, staged: false };
            let parts: Vec<PartEntry> = (1..=20).map(entry).collect();
            let manifest = Manifest { plain_len: 20 * part, layers: Layers::One, parts, checksum: None };
            for first in (0..FAR).step_by(9_973).chain([0, layout::MIN_PART - 1, layout::MIN_PART, part - 1]) {
                for len in [1, 65_536, FAR, 90_000_000] {
                    let last = first + len - 1;
                    let range = ByteRange::FromTo(first, last).resolve(manifest.plain_len).unwrap();
                    let wanted =
                        Plan::of(Some(&manifest), manifest.plain_len, range).stored_range(Layers::One).unwrap();
                    let Aim::Bytes(asked) = Aim::unknowing(Section::Range(ByteRange::FromTo(first, last))) else {
                        panic!("{first} is near")
                    };
                    assert!(asked.start <= wanted.start && wanted.end <= asked.end, "{part}: {first}-{last}");
                }
            }
        }
    }
}
