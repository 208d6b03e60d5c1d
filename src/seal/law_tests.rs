//! The length law: every object has room for its tail, and its stored length gives its plaintext length.

use proptest::prelude::*;

use crate::checksum::Algorithm;

use super::layout::*;
use super::{ChecksumKind, FullChecksum, Layers, Manifest, PartEntry};

const MIB: u64 = 1024 * 1024;

/// The heaviest manifest: the longest checksums everywhere.
fn manifest(layers: Layers, parts: &[(u16, u64)]) -> Manifest {
    let last = parts.len() - 1;
    let entry = |(at, &(number, plain_len)): (usize, &(u16, u64))| PartEntry {
        number,
        plain_len,
        attempt: (number > 0).then_some([0; 16]),
        checksum: Some(vec![0; 64]),
        staged: number == 0 || number == MAX_PARTS || (at == last && plain_len < MIN_PART),
    };
    Manifest {
        plain_len: parts.iter().map(|(_, plain_len)| plain_len).sum(),
        layers,
        parts: parts.iter().enumerate().map(entry).collect(),
        checksum: Some(FullChecksum {
            algorithm: Algorithm::Sha512,
            kind: ChecksumKind::Composite,
            value: vec![0; 64],
        }),
    }
}

/// What the law leaves for zeros, once body, sealed manifest and trailer have their room; negative: too little.
fn slack(manifest: &Manifest) -> i64 {
    manifest.check().expect("a consistent manifest");
    let layers = manifest.layers.count() as u64;
    let tail = manifest.encode().len() as u64 + layers * (12 + 16) + 5;
    sealed_len(manifest.plain_len) as i64 - (manifest.body_len() + tail) as i64
}

/// Lengths at which a floor or ceiling of the law or of a stream turns over.
fn edges(near: u64) -> impl Iterator<Item = u64> {
    let segments = near / SEGMENT_PLAIN;
    let steps = [segments * SEGMENT_PLAIN, (segments + 1) * SEGMENT_PLAIN, near / MIN_PART * MIN_PART, near];
    let offsets = [-40, -41, -80, -1, 0, 1, 40].into_iter().chain((-3000..3000).step_by(97));
    offsets.flat_map(move |offset| steps.map(|step| step.saturating_add_signed(offset)))
}

#[test]
fn published_values_of_the_law() {
    assert_eq!(sealed_len(0), 512);
    assert_eq!(sealed_len(65_519), 65_519 + 512);
    assert_eq!(sealed_len(65_520), 65_520 + 32 + 512);
    assert_eq!(sealed_len(5 * MIB), 5 * MIB + 32 * 80 + 256 + 512);
    assert_eq!(plain_len(511), None);
    assert_eq!(plain_len(512), Some(0));
    assert_eq!(plain_len(65_520 + 512), None, "the step over a segment is no value");
    assert_eq!(plain_len(u64::MAX), None);
}

/// Tink's law as `format` states it, computed apart from `layout`.
#[test]
fn stream_lengths() {
    let one = |p: u64| p + 40 + 16 * 1.max((p + 40).div_ceil(65_520));
    for p in (0..200_000).chain(5 * MIB - 100..5 * MIB + 100) {
        assert_eq!(stream_len(p, Layers::One), one(p));
        assert_eq!(stream_len(p, Layers::Two), one(one(p)));
    }
}

#[test]
fn the_limits_are_what_their_documentation_says() {
    assert_eq!(MAX_PLAIN_LEN, 53_658_264_444_672);
    assert!(sealed_len(MAX_PLAIN_LEN) <= MAX_SEALED_LEN);
    assert!(plain_len(MAX_SEALED_LEN + 1).is_none());
    let longest = max_client_part();
    assert!(part_sealed_len(longest) <= MAX_BACKEND_PART && part_sealed_len(longest + 1) > MAX_BACKEND_PART);
}

#[test]
fn every_single_request_object_has_room() {
    let all = (0..400_000u64)
        .chain(edges(5 * MIB))
        .chain(edges(5 * 1024 * MIB))
        .chain((0..2_000).flat_map(|n| edges(n * 5 * MIB)))
        .chain((0..64).flat_map(|n| edges(MAX_PLAIN_LEN / 64 * n)))
        .chain([MAX_PLAIN_LEN]);
    let mut worst = (i64::MAX, 0, Layers::One);
    for plain_len in all.filter(|plain_len| *plain_len <= MAX_PLAIN_LEN) {
        for layers in [Layers::One, Layers::Two] {
            let slack = slack(&manifest(layers, &[(0, plain_len)]));
            worst = if slack < worst.0 { (slack, plain_len, layers) } else { worst };
        }
    }
    assert_eq!(worst, (154, 65_481, Layers::Two), "the worst slack, as the specification says");
}

#[test]
fn every_padded_part_has_room_for_its_stream() {
    let parts = (1..1_024).flat_map(|n| edges(n * 5 * MIB)).chain([max_client_part()]);
    for plain_len in parts.filter(|plain_len| (MIN_PART..=max_client_part()).contains(plain_len)) {
        assert!(stream_len(plain_len, Layers::One) <= part_sealed_len(plain_len), "{plain_len}");
        assert!(stream_len(plain_len, Layers::Two) <= part_sealed_len(plain_len), "{plain_len}");
    }
}

#[test]
fn ten_thousand_parts_have_room_and_stay_below_the_cap() {
    for plain_len in [MIN_PART, MIN_PART + 1, 65_520 * 81 - 1, 65_520 * 81, 10 * MIB - 1, max_client_part()] {
        for last in [0, 1, MIN_PART - 1, MIN_PART, max_staged_part()] {
            let parts: Vec<_> =
                (1..=MAX_PARTS).map(|number| (number, if number == MAX_PARTS { last } else { plain_len })).collect();
            let manifest = manifest(Layers::Two, &parts);
            if manifest.plain_len > MAX_PLAIN_LEN {
                continue;
            }
            let slack = slack(&manifest);
            assert!(slack >= 0, "{plain_len} {last}: {slack}");
            assert!(slack as u64 / u64::from(MAX_PARTS) < 1024, "below 1 KiB of padding a part");
            assert!(manifest.encode().len() as u64 + 61 < MAX_MANIFEST);
        }
    }
}

/// Backend part 10,000 holds the staged part, the padding and the manifest.
#[test]
fn the_longest_staged_part_fits_the_last_backend_part() {
    let largest = (MAX_PLAIN_LEN - max_staged_part()) / u64::from(MAX_PARTS - 1);
    let parts: Vec<_> =
        (1..MAX_PARTS).map(|number| (number, largest)).chain([(MAX_PARTS, max_staged_part())]).collect();
    let manifest = manifest(Layers::Two, &parts);
    let before: u64 =
        manifest.parts.iter().filter(|part| !part.staged).map(|part| part_sealed_len(part.plain_len)).sum();
    assert!(sealed_len(manifest.plain_len) - before <= MAX_BACKEND_PART);
}

/// One part of an upload: mostly sizes at which something turns over.
fn part_len() -> impl Strategy<Value = u64> {
    prop_oneof![
        4 => (80u64..400, -200i64..200).prop_map(|(n, off)| (n * SEGMENT_PLAIN).saturating_add_signed(off)),
        2 => (1u64..200, -200i64..200).prop_map(|(n, off)| (n * MIN_PART).saturating_add_signed(off)),
        1 => MIN_PART..64 * MIB,
        1 => 4_000 * MIB..max_client_part(),
    ]
    .prop_map(|plain_len| plain_len.max(MIN_PART))
}

fn last_len() -> impl Strategy<Value = u64> {
    prop_oneof![
        Just(0),
        0..MIN_PART,
        (0u64..81, -200i64..200).prop_map(|(n, off)| (n * SEGMENT_PLAIN).saturating_add_signed(off)),
        part_len(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_inverse_is_exact(p in prop_oneof![0u64..10_000_000, 0..=MAX_PLAIN_LEN]) {
        let sealed = sealed_len(p);
        prop_assert_eq!(plain_len(sealed), Some(p));
        prop_assert!(sealed_len(p + 1) > sealed || p == MAX_PLAIN_LEN);
        for between in sealed + 1..sealed_len(p + 1) {
            prop_assert_eq!(plain_len(between), None);
        }
    }

    #[test]
    fn uploads_have_room(
        two in any::<bool>(), odd in prop::collection::vec(part_len(), 1..40), repeat in 1usize..250,
        gaps in 1u16..3, last in prop::option::of(last_len()), last_is_ten_thousand in any::<bool>(),
    ) {
        let mut parts = Vec::new();
        let others = odd.iter().cycle().take((odd.len() * repeat).min(9_998 / usize::from(gaps)));
        for (at, plain_len) in others.enumerate() {
            parts.push((1 + at as u16 * gaps, *plain_len));
        }
        if let Some(last) = last {
            let next = parts.last().map_or(1, |(number, _)| number + 1);
            parts.push((if last_is_ten_thousand { MAX_PARTS } else { next }, last.min(max_staged_part())));
        }
        let layers = if two { Layers::Two } else { Layers::One };
        let manifest = manifest(layers, &parts);
        prop_assume!(manifest.plain_len <= MAX_PLAIN_LEN);
        let slack = slack(&manifest);
        prop_assert!(slack >= 0, "{}", slack);
        // Streams stand where the parts before them end.
        let mut offset = 0;
        for (place, part) in manifest.streams().zip(&manifest.parts) {
            prop_assert_eq!(place.offset, offset);
            offset += if part.staged { stream_len(part.plain_len, layers) } else { part_sealed_len(part.plain_len) };
        }
    }
}
