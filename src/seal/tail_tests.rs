//! The tail: what a manifest says comes back, whatever the object; what was touched does not.

use proptest::prelude::*;

use crate::checksum::Algorithm;
use crate::crypto::{Secret, Unauthentic};

use super::layout::{MIN_PART, part_sealed_len, plain_len, sealed_len, stream_len};
use super::test_bytes::{open_range, plaintext, seal_object, seal_stream};
use super::{ChecksumKind, Error, FullChecksum, LayerKeys, Layers, Manifest, Opened, PartEntry, StreamId};

fn keys(layers: Layers) -> LayerKeys {
    match layers {
        Layers::One => LayerKeys::one(Secret::new([1; 32])),
        Layers::Two => LayerKeys::two(Secret::new([1; 32]), Secret::new([2; 32])),
    }
}

fn open(keys: &LayerKeys, object: &[u8]) -> Result<Opened, Error> {
    Manifest::open(keys, &keys.commitments(), object, object.len() as u64)
}

fn part(number: u16, plain_len: u64, staged: bool) -> PartEntry {
    let checksum = Some(vec![number as u8; 4]);
    PartEntry { number, plain_len, attempt: Some([number as u8; 16]), checksum, staged }
}

fn multipart(layers: Layers, parts: Vec<PartEntry>) -> Manifest {
    let value = vec![5; 4];
    let checksum = Some(FullChecksum { algorithm: Algorithm::Crc32, kind: ChecksumKind::Composite, value });
    Manifest { plain_len: parts.iter().map(|part| part.plain_len).sum(), layers, parts, checksum }
}

/// An object of several parts as the backend holds it, with its plaintext.
fn seal_multipart(keys: &LayerKeys, manifest: &Manifest) -> (Vec<u8>, Vec<u8>) {
    let plain = plaintext(manifest.plain_len);
    let mut object = Vec::new();
    for (place, part) in manifest.streams().zip(&manifest.parts) {
        assert_eq!(place.offset, object.len() as u64);
        let text = &plain[place.plain.start as usize..place.plain.end as usize];
        object.extend_from_slice(&seal_stream(keys, &place.id, text));
        if !part.staged {
            object.resize((place.offset + part_sealed_len(part.plain_len)) as usize, 0);
        }
    }
    let tail = manifest.tail(keys, &keys.commitments(), object.len() as u64).unwrap();
    object.extend_from_slice(&tail);
    (object, plain)
}

#[test]
fn the_length_of_a_tail_is_known_without_sealing_it() {
    for layers in [Layers::One, Layers::Two] {
        let (keys, parts) = (keys(layers), vec![part(1, MIN_PART, false), part(2, 7, true)]);
        for manifest in [Manifest::single(4, layers, None), multipart(layers, parts)] {
            assert_eq!(manifest.sealed_len(), manifest.seal(&keys, &keys.commitments()).len());
        }
    }
}

#[test]
fn a_single_request_object_has_its_lawful_length_and_opens() {
    for layers in [Layers::One, Layers::Two] {
        for plain_len in [0, 1, 65_480, 65_481, 70_000] {
            let keys = keys(layers);
            let object = seal_object(&keys, &plaintext(plain_len));
            assert_eq!(object.len() as u64, sealed_len(plain_len));
            assert_eq!(open(&keys, &object), Ok(Opened::Manifest(Manifest::single(plain_len, layers, None))));
        }
    }
}

#[test]
fn an_object_of_parts_opens_part_by_part_and_range_by_range() {
    for layers in [Layers::One, Layers::Two] {
        let keys = keys(layers);
        let parts = vec![part(3, MIN_PART + 7, false), part(5, MIN_PART, false), part(9, 70_001, true)];
        let manifest = multipart(layers, parts);
        let (object, plain) = seal_multipart(&keys, &manifest);
        assert_eq!(plain_len(object.len() as u64), Some(manifest.plain_len));
        assert_eq!(open(&keys, &object), Ok(Opened::Manifest(manifest.clone())));

        let third = 2 * MIN_PART + 7;
        for range in [0..manifest.plain_len, MIN_PART - 5..MIN_PART + 20, third - 1..third, third..third + 1, 9..9] {
            let mut opened = Vec::new();
            for piece in manifest.pieces(range.clone()) {
                let start = piece.place.offset as usize;
                let stream = &object[start..start + stream_len(piece.place.plain_len(), layers) as usize];
                let in_object = piece.cipher.start - piece.place.offset..piece.cipher.end - piece.place.offset;
                assert!(in_object.end <= stream.len() as u64);
                opened
                    .extend(open_range(&keys, &piece.place.id, piece.place.plain_len(), piece.plain, stream).unwrap());
            }
            assert_eq!(opened, plain[range.start as usize..range.end as usize]);
        }
    }
}

#[test]
fn an_empty_object_needs_its_one_piece() {
    let manifest = Manifest::single(0, Layers::One, None);
    let pieces: Vec<_> = manifest.pieces(0..0).collect();
    assert_eq!(pieces.len(), 1);
    assert_eq!(pieces[0].cipher, 0..56);
}

#[test]
fn equal_manifests_are_equal_bytes_and_others_share_no_nonce() {
    let keys = keys(Layers::Two);
    let tail = |plain_len| {
        let manifest = Manifest::single(plain_len, Layers::Two, None);
        manifest.tail(&keys, &keys.commitments(), stream_len(plain_len, Layers::Two)).unwrap()
    };
    assert_eq!(tail(5), tail(5));
    let sealed = |plain_len| Manifest::single(plain_len, Layers::Two, None).seal(&keys, &keys.commitments());
    assert_ne!(sealed(5)[..12], sealed(6)[..12]);
}

#[test]
fn a_short_read_says_how_much_it_needs() {
    let keys = keys(Layers::One);
    let parts = (1..=60).map(|number| part(number, MIN_PART, false)).collect();
    let manifest = multipart(Layers::One, parts);
    let sealed_len = sealed_len(manifest.plain_len);
    let tail = manifest.tail(&keys, &keys.commitments(), manifest.body_len()).unwrap();
    let open = |tail: &[u8]| Manifest::open(&keys, &keys.commitments(), tail, sealed_len);
    let Ok(Opened::Needs(needed)) = open(&tail[tail.len() - 100..]) else { panic!("100 bytes are too few") };
    assert_eq!(open(&tail[tail.len() - needed as usize + 1..]), Ok(Opened::Needs(needed)));
    assert_eq!(open(&tail[tail.len() - needed as usize..]), Ok(Opened::Manifest(manifest)));
    assert_eq!(open(&tail[tail.len() - 4..]), Ok(Opened::Needs(5)));
    assert_eq!(open(&[]), Ok(Opened::Needs(5)));
}

#[test]
fn a_tail_that_does_not_follow_its_body_is_refused() {
    let keys = keys(Layers::One);
    let manifest = Manifest::single(10, Layers::One, None);
    let tail = |written| manifest.tail(&keys, &keys.commitments(), written);
    assert!(tail(66).is_ok());
    assert_eq!(tail(67), Err(Error::Written { written: 67, expected: 66 }));
    let wrong = Manifest::single(10, Layers::Two, None).tail(&keys, &keys.commitments(), 106);
    assert!(matches!(wrong, Err(Error::Inconsistent(_))));
}

#[test]
fn manifests_that_break_a_rule_are_not_sealed() {
    let keys = keys(Layers::One);
    let good = multipart(Layers::One, vec![part(1, MIN_PART, false), part(2, 5, true)]);
    assert!(good.check().is_ok());
    let mut bad = Vec::new();
    let mut breaks = |change: fn(&mut Manifest)| {
        let mut manifest = good.clone();
        change(&mut manifest);
        bad.push(manifest);
    };
    breaks(|manifest| manifest.parts.clear());
    breaks(|manifest| manifest.parts.swap(0, 1));
    breaks(|manifest| manifest.parts[1].number = 1);
    breaks(|manifest| manifest.parts[1].number = 10_001);
    breaks(|manifest| manifest.parts[0].number = 0);
    breaks(|manifest| manifest.parts[0].attempt = None);
    breaks(|manifest| manifest.parts[0].staged = true);
    breaks(|manifest| manifest.parts[1].staged = false);
    breaks(|manifest| manifest.parts[1].checksum = Some(vec![0; 65]));
    breaks(|manifest| manifest.plain_len += 1);
    breaks(|manifest| manifest.parts[0].plain_len = u64::MAX);
    breaks(|manifest| manifest.checksum.as_mut().unwrap().value.push(0));
    for manifest in bad {
        let tail = manifest.tail(&keys, &keys.commitments(), manifest.body_len());
        assert!(matches!(tail, Err(Error::Inconsistent(_))), "{manifest:?}");
        // And none that somebody with the key sealed all the same is believed.
        let mut object = vec![0; sealed_len(good.plain_len) as usize];
        let sealed = manifest.seal(&keys, &keys.commitments());
        let start = object.len() - sealed.len();
        object[start..].copy_from_slice(&sealed);
        assert_eq!(open(&keys, &object), Err(Unauthentic.into()));
    }
}

#[test]
fn a_manifest_of_other_keys_or_commitments_does_not_open() {
    let right = keys(Layers::One);
    let object = seal_object(&right, b"text");
    let wrong = LayerKeys::one(Secret::new([3; 32]));
    assert_eq!(open(&wrong, &object), Err(Unauthentic.into()));
    let commitments = wrong.commitments();
    assert_eq!(Manifest::open(&right, &commitments, &object, object.len() as u64), Err(Unauthentic.into()));
    assert_eq!(open(&keys(Layers::Two), &object), Err(Unauthentic.into()));
}

#[test]
fn length_fields_that_lie_are_not_believed() {
    let keys = keys(Layers::One);
    let object = seal_object(&keys, b"text");
    let at = object.len() - 5;
    for lie in [0, 1, 27, 28, 500, 512, 513, 1 << 20, u32::MAX] {
        let mut object = object.clone();
        object[at..at + 4].copy_from_slice(&u32::to_be_bytes(lie));
        assert_eq!(open(&keys, &object), Err(Unauthentic.into()), "{lie}");
        let end = &object[object.len() - 20..];
        let answer = Manifest::open(&keys, &keys.commitments(), end, object.len() as u64);
        assert!(matches!(answer, Err(_) | Ok(Opened::Needs(..=516))), "{lie}: {answer:?}");
    }
}

#[test]
fn another_version_is_named() {
    let keys = keys(Layers::One);
    let mut object = seal_object(&keys, b"text");
    *object.last_mut().unwrap() = 2;
    assert_eq!(open(&keys, &object), Err(Error::Version(2)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn hostile_tails_are_harmless(tail in prop::collection::vec(any::<u8>(), 0..600), sealed_len in 0u64..1_000_000) {
        let keys = keys(Layers::Two);
        let mut tail = tail;
        if let Some(version) = tail.last_mut() {
            *version = 1;
        }
        let answer = Manifest::open(&keys, &keys.commitments(), &tail, sealed_len);
        prop_assert!(!matches!(answer, Ok(Opened::Manifest(_))));
    }

    #[test]
    fn hostile_manifests_are_harmless(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Some(manifest) = Manifest::decode(&bytes) {
            prop_assert_eq!(manifest.encode(), bytes);
            let _ = manifest.check();
        }
    }

    /// One bit anywhere in manifest or trailer.
    #[test]
    fn one_bit_anywhere(two in any::<bool>(), at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let keys = keys(if two { Layers::Two } else { Layers::One });
        let mut object = seal_object(&keys, b"text");
        let manifest_len = Manifest::single(4, keys.count(), None).seal(&keys, &keys.commitments()).len();
        let at = object.len() - manifest_len + at.index(manifest_len);
        object[at] ^= 1 << bit;
        prop_assert!(open(&keys, &object).is_err());
    }
}

/// A stream's identity is in its key: the parts of one object cannot change places.
#[test]
fn parts_that_changed_places_do_not_open() {
    let keys = keys(Layers::One);
    let id = |number: u16| StreamId { part: number, attempt: Some([number as u8; 16]) };
    let stream = seal_stream(&keys, &id(1), &plaintext(100));
    assert_eq!(open_range(&keys, &id(2), 100, 0..100, &stream), Err(Unauthentic));
}
