//! What a sealed object consists of: its parts, their lengths and checksums.

use std::fmt;

use crate::checksum::{Algorithm, ChecksumKind};

use super::layout::{self, MAX_PARTS, MIN_PART};
use super::{Attempt, Error, Layers};

/// The checksum of a whole object over its plaintext: it tells what the plaintext is, so it is stored sealed only.
#[derive(Clone, PartialEq, Eq)]
pub struct FullChecksum {
    pub algorithm: Algorithm,
    pub kind: ChecksumKind,
    /// [`Algorithm::value_len`] bytes.
    pub value: Vec<u8>,
}

impl fmt::Debug for FullChecksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FullChecksum({:?}, {:?}, redacted)", self.algorithm, self.kind)
    }
}

/// One part of an object.
#[derive(Clone, PartialEq, Eq)]
pub struct PartEntry {
    /// 1 to 10,000 as the client numbered it; 0 for the one stream of a single-request object or a POST form.
    pub number: u16,
    pub plain_len: u64,
    /// Of every part but part 0.
    pub attempt: Option<Attempt>,
    /// By the upload's one algorithm, at most 64 bytes.
    pub checksum: Option<Vec<u8>>,
    /// The stream stands without padding, as the last thing before the tail: part 0, a last part below
    /// [`MIN_PART`], part 10,000.
    pub staged: bool,
}

impl PartEntry {
    /// Bytes that the part takes in the object.
    pub(super) fn stored_len(&self, layers: Layers) -> u64 {
        if self.staged { layout::stream_len(self.plain_len, layers) } else { layout::part_sealed_len(self.plain_len) }
    }
}

impl fmt::Debug for PartEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, plain_len, staged, .. } = self;
        write!(f, "PartEntry(number {number}, plain_len {plain_len}, staged {staged})")
    }
}

/// The inventory of an object, sealed at its very end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Of the whole object, the sum of the parts'.
    pub plain_len: u64,
    pub layers: Layers,
    /// At least one, numbers ascending.
    pub parts: Vec<PartEntry>,
    pub checksum: Option<FullChecksum>,
}

impl Manifest {
    /// The manifest of a single-request object, or of a form: one stream, part 0.
    pub fn single(plain_len: u64, layers: Layers, checksum: Option<FullChecksum>) -> Self {
        let part = PartEntry { number: 0, plain_len, attempt: None, checksum: None, staged: true };
        Self { plain_len, layers, parts: vec![part], checksum }
    }

    /// Bytes that stand before the tail.
    pub fn body_len(&self) -> u64 {
        self.parts.iter().map(|part| part.stored_len(self.layers)).fold(0, u64::saturating_add)
    }

    /// The rules that every manifest keeps, so that lengths add up and the law has room for them.
    pub(super) fn check(&self) -> Result<(), Error> {
        let rule = |kept: bool, words| if kept { Ok(()) } else { Err(Error::Inconsistent(words)) };
        let Some((last, others)) = self.parts.split_last() else { return rule(false, "an object has parts") };

        rule(self.parts.is_sorted_by(|one, next| one.number < next.number), "part numbers ascend")?;
        rule(last.number <= MAX_PARTS, "part numbers end at 10,000")?;
        let sum = self.parts.iter().map(|part| part.plain_len).try_fold(0, u64::checked_add);
        rule(sum == Some(self.plain_len), "the lengths of the parts add up")?;
        rule(self.plain_len <= layout::MAX_PLAIN_LEN, "the plaintext is no longer than the longest")?;
        rule(!others.iter().any(|part| part.staged), "only the last part is staged")?;

        for part in &self.parts {
            rule(part.staged || part.plain_len >= MIN_PART, "a part below 5 MiB is staged")?;
            rule((part.number == 0) == part.attempt.is_none(), "every part but part 0 has an attempt")?;
            rule(part.number != 0 || (part.staged && self.parts.len() == 1), "part 0 stands alone, without padding")?;
            rule(part.checksum.as_ref().is_none_or(|value| value.len() <= 64), "a checksum has at most 64 bytes")?;
        }
        let of_its_length = |sum: &FullChecksum| sum.value.len() == sum.algorithm.value_len();
        rule(self.checksum.as_ref().is_none_or(of_its_length), "a checksum has its algorithm's length")
    }
}
