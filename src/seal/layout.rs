//! The length law and the place of every byte: arithmetic only, nothing secret, nothing stored.
//!
//! All lengths are bytes in `u64`. Nothing here overflows for plaintexts up to [`MAX_PLAIN_LEN`]; longer ones, which
//! only hostile input names, are cut to [`MAX_PLAIN_LEN`] before any arithmetic.

use std::ops::Range;

use super::Layers;

/// Length of a ciphertext segment, its tag included; only the last one of a stream is shorter.
pub const SEGMENT: u64 = 65_536;

/// Length of a segment's tag.
pub const TAG: u64 = 16;

/// Length of a stream's header: its own length, the salt, the nonce prefix.
pub const HEADER: u64 = 40;

/// Plaintext of a full segment; the first holds [`HEADER`] bytes less.
pub const SEGMENT_PLAIN: u64 = SEGMENT - TAG;

/// The shortest part that is sealed straight into its backend part, and S3's minimum for every part but the last.
pub const MIN_PART: u64 = 5 * 1024 * 1024;

/// The highest part number of S3.
pub const MAX_PARTS: u16 = 10_000;

/// The longest backend part and the longest single request of S3: 5 GiB.
pub const MAX_BACKEND_PART: u64 = 5 * 1024 * 1024 * 1024;

/// The longest sealed object: 10,000 backend parts of 5 GiB, about 48.8 TiB. A backend may set a lower limit.
pub const MAX_SEALED_LEN: u64 = MAX_PARTS as u64 * MAX_BACKEND_PART;

/// The longest plaintext, the largest P with `sealed_len(P) <= MAX_SEALED_LEN`: 53,658,264,444,672 bytes, 48.80 TiB.
pub const MAX_PLAIN_LEN: u64 = largest_within(MAX_SEALED_LEN);

/// What a manifest and its trailer take at most before they are believed: 10,000 entries stay below it.
pub const MAX_MANIFEST: u64 = 1024 * 1024;

/// Length of one layer's stream over `plain` bytes: Tink's law.
const fn one_layer_len(plain: u64) -> u64 {
    // (plain + HEADER) / SEGMENT_PLAIN is never zero segments: HEADER counts as plaintext of the first.
    plain + HEADER + TAG * (plain + HEADER).div_ceil(SEGMENT_PLAIN)
}

/// Length of the stream, all its layers, over `plain_len` bytes.
pub const fn stream_len(plain_len: u64, layers: Layers) -> u64 {
    let plain_len = clamp(plain_len);
    match layers {
        Layers::One => one_layer_len(plain_len),
        Layers::Two => one_layer_len(one_layer_len(plain_len)),
    }
}

/// What the law adds to `plain_len` in proportion to it.
const fn allowance(plain_len: u64) -> u64 {
    32 * (plain_len / SEGMENT_PLAIN) + 256 * (plain_len / MIN_PART)
}

/// The length law: L(P) = P + 32 * floor(P / 65,520) + 256 * floor(P / 5 MiB) + 512.
pub const fn sealed_len(plain_len: u64) -> u64 {
    let plain_len = clamp(plain_len);
    plain_len + allowance(plain_len) + 512
}

/// The inverse of the law: the one P with `sealed_len(P) == sealed`, or `None` where `sealed` is no value of the law
/// or lies beyond [`MAX_SEALED_LEN`].
pub const fn plain_len(sealed: u64) -> Option<u64> {
    if sealed < sealed_len(0) || sealed > MAX_SEALED_LEN {
        return None;
    }
    let plain_len = largest_within(sealed);
    if sealed_len_unclamped(plain_len) == sealed { Some(plain_len) } else { None }
}

/// Length of a part of at least [`MIN_PART`] plaintext bytes inside its backend part, its padding included.
pub const fn part_sealed_len(plain_len: u64) -> u64 {
    let plain_len = clamp(plain_len);
    plain_len + allowance(plain_len) - if plain_len < MIN_PART { 0 } else { 96 }
}

/// The longest client part: what seals into a backend part of 5 GiB.
pub const fn max_client_part() -> u64 {
    // part_sealed_len is the law less 608 bytes.
    largest_within(MAX_BACKEND_PART + 608)
}

/// The longest last part that is staged and so shares backend part 10,000 with padding and manifest.
pub const fn max_staged_part() -> u64 {
    // Below 1 KiB of padding for each of 9,999 parts, and the manifest.
    max_client_part() - 16 * 1024 * 1024
}

const fn clamp(plain_len: u64) -> u64 {
    if plain_len < MAX_PLAIN_LEN { plain_len } else { MAX_PLAIN_LEN }
}

const fn sealed_len_unclamped(plain_len: u64) -> u64 {
    plain_len + allowance(plain_len) + 512
}

/// The largest P whose sealed length is at most `sealed`, by bisection: the law grows strictly.
const fn largest_within(sealed: u64) -> u64 {
    let (mut low, mut high) = (0, sealed);
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if sealed_len_unclamped(middle) <= sealed {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    low
}

/// Number of segments of one layer's stream over `plain` bytes: at least one.
pub(super) const fn segments(plain: u64) -> u64 {
    (plain + HEADER).div_ceil(SEGMENT_PLAIN)
}

/// The segment that holds the plaintext byte at `offset`.
pub(super) const fn segment_of(offset: u64) -> u64 {
    (offset + HEADER) / SEGMENT_PLAIN
}

/// Where the plaintext of segment `index` starts.
pub(super) const fn segment_plain_start(index: u64) -> u64 {
    (index * SEGMENT_PLAIN).saturating_sub(HEADER)
}

/// The ciphertext that holds `plain` of one layer's stream: whole segments, the header with the first.
///
/// An empty range needs nothing, but an empty stream is always its one segment.
pub(super) fn one_layer_range(stream_plain_len: u64, plain: &Range<u64>) -> Range<u64> {
    if plain.is_empty() && stream_plain_len > 0 {
        return 0..0;
    }
    let first = segment_of(plain.start);
    let last = segment_of(plain.end.max(1) - 1);
    first * SEGMENT..((last + 1) * SEGMENT).min(one_layer_len(stream_plain_len))
}

/// The bytes of a stream, all its layers, that hold the plaintext `plain` of it; nothing where `plain` is empty, except
/// in an empty stream.
pub(super) fn stream_range(stream_plain_len: u64, layers: Layers, plain: &Range<u64>) -> Range<u64> {
    let inner = one_layer_range(stream_plain_len, plain);
    match layers {
        Layers::One => inner,
        Layers::Two => one_layer_range(one_layer_len(stream_plain_len), &inner),
    }
}
