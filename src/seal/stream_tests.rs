//! Streams: what was sealed opens, in any pieces and any range; what was touched does not.

use bytes::{Bytes, BytesMut};
use proptest::prelude::*;

use crate::crypto::Secret;

use super::layout::{SEGMENT, stream_len};
use super::test_bytes::{joined, open_range, plaintext, seal_stream};
use super::{LayerKeys, Layers, StreamId, StreamOpener, StreamSealer, Unauthentic, cipher_range_for};

/// Around the edges of the segments of one layer and of two.
const PLAIN_LENS: [u64; 12] = [0, 1, 100, 65_423, 65_424, 65_425, 65_479, 65_480, 65_481, 131_000, 131_001, 300_000];

fn keys(layers: Layers) -> LayerKeys {
    match layers {
        Layers::One => LayerKeys::one(Secret::new([1; 32])),
        Layers::Two => LayerKeys::two(Secret::new([1; 32]), Secret::new([2; 32])),
    }
}

fn part(number: u16) -> StreamId {
    StreamId { part: number, attempt: Some([9; 16]) }
}

fn owned(bytes: &[u8]) -> BytesMut {
    BytesMut::from(bytes)
}

#[test]
fn what_was_sealed_opens_and_has_the_length_that_the_layout_says() {
    for layers in [Layers::One, Layers::Two] {
        for plain_len in PLAIN_LENS {
            let (keys, plain) = (keys(layers), plaintext(plain_len));
            let stream = seal_stream(&keys, &part(1), &plain);
            assert_eq!(stream.len() as u64, stream_len(plain_len, layers));
            assert_eq!(open_range(&keys, &part(1), plain_len, 0..plain_len, &stream), Ok(plain));
        }
    }
}

#[test]
fn the_last_segment_waits_for_finish() {
    let (mut sealer, mut out) = (StreamSealer::new(&keys(Layers::One), &part(1)), Vec::new());
    sealer.push(owned(&plaintext(65_480)), &mut out);
    assert!(out.is_empty(), "a segment that may be the last is withheld");
    sealer.push(owned(&[1]), &mut out);
    assert_eq!(out.iter().map(Bytes::len).sum::<usize>(), SEGMENT as usize);
    assert_eq!(sealer.plain_len(), 65_481);
    sealer.finish(&mut out);
    assert_eq!(joined(&out).len() as u64, stream_len(65_481, Layers::One));
}

#[test]
fn pieces_stay_small_however_much_is_pushed() {
    let (mut sealer, mut out) = (StreamSealer::new(&keys(Layers::Two), &part(1)), Vec::new());
    sealer.push(owned(&plaintext(400_000)), &mut out);
    sealer.finish(&mut out);
    assert!(out.iter().all(|piece| piece.len() <= SEGMENT as usize));
}

#[test]
fn a_lie_about_the_plaintext_length_does_not_open() {
    let keys = keys(Layers::One);
    for (sealed_len, claimed) in [(0, 1), (1, 0), (100, 99), (65_480, 65_481), (65_481, 65_480), (131_001, 131_000)] {
        let stream = seal_stream(&keys, &part(1), &plaintext(sealed_len));
        assert_eq!(open_range(&keys, &part(1), claimed, 0..claimed, &stream), Err(Unauthentic), "{claimed}");
    }
}

#[test]
fn truncated_at_a_segment_does_not_open() {
    let keys = keys(Layers::One);
    let stream = seal_stream(&keys, &part(1), &plaintext(131_001));
    let cut = &stream[..2 * SEGMENT as usize];
    // As long as its plaintext would be, and as it really was.
    assert_eq!(open_range(&keys, &part(1), 131_000, 0..131_000, cut), Err(Unauthentic));
    assert_eq!(open_range(&keys, &part(1), 131_001, 0..131_001, cut), Err(Unauthentic));
}

#[test]
fn bytes_beyond_the_range_are_refused() {
    let keys = keys(Layers::One);
    let stream = seal_stream(&keys, &part(1), &plaintext(100));
    let mut opener = StreamOpener::new(&keys, &part(1), 100, 0..100);
    let mut out = Vec::new();
    assert_eq!(opener.push(owned(&[stream.as_slice(), &[0]].concat()), &mut out), Err(Unauthentic));
}

#[test]
fn no_plaintext_leaves_before_its_tag() {
    let keys = keys(Layers::One);
    let mut stream = seal_stream(&keys, &part(1), &plaintext(200_000));
    stream[SEGMENT as usize + 5] ^= 1;
    let mut opener = StreamOpener::new(&keys, &part(1), 200_000, 0..200_000);
    let mut out = Vec::new();
    assert_eq!(opener.push(owned(&stream), &mut out), Err(Unauthentic));
    assert_eq!(joined(&out), plaintext(65_480));
}

#[test]
fn a_stream_opens_as_itself_only() {
    let right = keys(Layers::One);
    let stream = seal_stream(&right, &part(1), &plaintext(10));
    let others = [
        StreamId { part: 2, attempt: Some([9; 16]) },
        StreamId { part: 1, attempt: Some([8; 16]) },
        StreamId { part: 1, attempt: None },
    ];
    for other in others {
        assert_eq!(open_range(&right, &other, 10, 0..10, &stream), Err(Unauthentic));
    }
    let wrong = LayerKeys::one(Secret::new([2; 32]));
    assert_eq!(open_range(&wrong, &part(1), 10, 0..10, &stream), Err(Unauthentic));
}

/// Lengths and ranges come from backends and clients: whatever they say, nothing overflows.
#[test]
fn absurd_lengths_and_ranges_are_harmless() {
    for layers in [Layers::One, Layers::Two] {
        for (start, end) in [(0, u64::MAX), (u64::MAX - 1, u64::MAX), (u64::MAX, 0), (5, 5), (7, 3)] {
            let range = start..end;
            let mut opener = StreamOpener::new(&keys(layers), &part(1), u64::MAX, range.clone());
            assert!(opener.push(owned(&[0; 70_000]), &mut Vec::new()).is_err());
            for p in [None, Some(u64::MAX), Some(0), Some(10)] {
                cipher_range_for(p, layers, range.start, Some(range.end));
                cipher_range_for(p, layers, range.start, None);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any range, sealed and opened in any pieces, is the slice; the optimistic request covers it.
    #[test]
    fn any_range_in_any_pieces(
        two in any::<bool>(), plain_len in 0u64..200_000, cuts in prop::collection::vec(1usize..90_000, 1..6),
        a in 0u64..220_000, b in 0u64..220_000,
    ) {
        let layers = if two { Layers::Two } else { Layers::One };
        let (keys, plain) = (keys(layers), plaintext(plain_len));
        let mut pieces = cuts.iter().cycle();

        let (mut sealer, mut stream) = (StreamSealer::new(&keys, &StreamId::default()), Vec::new());
        let mut rest = plain.as_slice();
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.len().min(*pieces.next().unwrap()));
            sealer.push(owned(piece), &mut stream);
            rest = after;
        }
        sealer.finish(&mut stream);
        let stream = joined(&stream);

        let range = a.min(b)..a.max(b);
        let mut opener = StreamOpener::new(&keys, &StreamId::default(), plain_len, range.clone());
        let cipher = opener.cipher_range();
        let mut out = Vec::new();
        let mut rest = &stream[cipher.start as usize..cipher.end as usize];
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.len().min(*pieces.next().unwrap()));
            opener.push(owned(piece), &mut out).unwrap();
            rest = after;
        }
        opener.finish().unwrap();
        let at = |offset: u64| offset.min(plain_len) as usize;
        prop_assert_eq!(joined(&out), &plain[at(range.start)..at(range.end)]);

        let known = cipher_range_for(Some(plain_len), layers, range.start, Some(range.end));
        prop_assert_eq!(known, (cipher.start, Some(cipher.end)));
        if range.start < range.end.min(plain_len) {
            let (start, end) = cipher_range_for(None, layers, range.start, Some(range.end));
            prop_assert_eq!(start, cipher.start);
            prop_assert!(end.unwrap() >= cipher.end);
            prop_assert_eq!(cipher_range_for(None, layers, range.start, None), (cipher.start, None));
        }
    }

    /// One bit anywhere in a stream, and the stream does not open.
    #[test]
    fn one_bit_anywhere(two in any::<bool>(), at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let keys = keys(if two { Layers::Two } else { Layers::One });
        let mut stream = seal_stream(&keys, &part(1), &plaintext(70_000));
        let at = at.index(stream.len());
        stream[at] ^= 1 << bit;
        prop_assert_eq!(open_range(&keys, &part(1), 70_000, 0..70_000, &stream), Err(Unauthentic));
    }
}
