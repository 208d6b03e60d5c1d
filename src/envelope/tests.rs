//! Envelopes: what was sealed opens in its place, and nothing else does.

use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;

use crate::checksum::Algorithm;
use crate::crypto::{Secret, Unauthentic};
use crate::names::{BucketName, EncryptionContext, ObjectKey};
use crate::seal::{ChecksumKind, FullChecksum, LayerKeys, Layers, layout};

use super::*;

const MODES: [Mode; 4] = [Mode::SseS3, Mode::SseKms, Mode::DsseKms, Mode::SseC];

struct Names {
    bucket: BucketName,
    object_key: ObjectKey,
}

impl Names {
    fn new(bucket: &str, object_key: &str) -> Self {
        Self { bucket: BucketName::new(bucket).unwrap(), object_key: ObjectKey::new(object_key).unwrap() }
    }

    fn place(&self) -> Place<'_> {
        Place { bucket: &self.bucket, object_key: &self.object_key }
    }
}

fn keks(mode: Mode) -> Vec<Secret<32>> {
    (1..=mode.layers().count()).map(|number| Secret::new([number; 32])).collect()
}

fn checksum(algorithm: Algorithm) -> FullChecksum {
    FullChecksum { algorithm, kind: ChecksumKind::FullObject, value: vec![0xc5; algorithm.value_len()] }
}

fn draft(mode: Mode) -> Draft {
    let kms_key = "arn:aws:kms:us-east-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab".parse().unwrap();
    Draft {
        mode,
        bucket_key: mode == Mode::SseKms,
        kms_key: (mode != Mode::SseC).then_some(kms_key),
        context: EncryptionContext::new(),
        shape: Shape::Single { plain_len: 5_000_000 },
        checksum: Some(checksum(Algorithm::Crc64Nvme)),
    }
}

fn metadata(value: &'static str) -> ClientMetadata {
    let mut headers = HeaderMap::new();
    headers.insert("x-amz-meta-colour", HeaderValue::from_static(value));
    ClientMetadata::from_headers(&headers)
}

/// The envelope of `draft` at bucket/key with metadata "blue", and the data keys in it.
fn sealed(draft: Draft) -> (Envelope, LayerKeys) {
    let (names, secrets) = (Names::new("bucket", "key"), keks(draft.mode));
    let blob = if draft.mode == Mode::SseC { vec![] } else { vec![0xb1; 120] };
    let keks: Vec<_> = secrets.iter().map(|secret| Kek { secret, blob: &blob }).collect();
    let deks = LayerKeys::random(draft.mode.layers());
    (seal_envelope(draft, &keks, &deks, &names.place(), &metadata("blue")).unwrap(), deks)
}

fn unauthentic<T>(result: Result<T, Error>) -> bool {
    matches!(result, Err(Error::Unauthentic(Unauthentic)))
}

#[test]
fn every_mode_and_shape_comes_back() {
    for mode in MODES {
        for shape in
            [Shape::Single { plain_len: 0 }, Shape::Single { plain_len: layout::MAX_PLAIN_LEN }, Shape::Multipart]
        {
            for checksum in [None, Some(checksum(Algorithm::Sha512))] {
                let context =
                    [("team".to_owned(), "α".to_owned()), (String::new(), "x".to_owned())].into_iter().collect();
                let (envelope, deks) = sealed(Draft { shape, checksum: checksum.clone(), context, ..draft(mode) });
                let decoded = Envelope::decode(&envelope.encode()).unwrap();
                assert!(decoded == envelope);

                let names = Names::new("bucket", "key");
                let unwrapped = decoded.unwrap_deks(&keks(mode), &names.place()).unwrap();
                assert_eq!(unwrapped.commitments(), deks.commitments());
                assert_eq!(decoded.commitments(), deks.commitments());
                assert_eq!(decoded.layers(), deks.count());
                assert_eq!(decoded.verify_binding(&unwrapped, &names.place(), &metadata("blue")), Ok(()));
                assert_eq!(decoded.open_checksum(&unwrapped), Ok(checksum));
            }
        }
    }
}

/// The aim: 480 characters for SSE-KMS with a KMS blob of 120 bytes, less for the others.
#[test]
fn envelopes_are_short() {
    let len = |draft| sealed(draft).0.encode().len();
    assert_eq!(len(draft(Mode::SseKms)), 440);
    assert_eq!(len(Draft { checksum: Some(checksum(Algorithm::Sha256)), ..draft(Mode::SseKms) }), 472);
    assert_eq!(len(Draft { checksum: None, ..draft(Mode::SseKms) }), 404);
    assert_eq!(len(Draft { kms_key: None, ..draft(Mode::SseS3) }), 398);
    assert_eq!(len(draft(Mode::SseC)), 238);
    assert_eq!(len(draft(Mode::DsseKms)), 772);
}

#[test]
fn a_wrap_opens_in_its_place_mode_and_key_only() {
    let (envelope, _) = sealed(draft(Mode::SseS3));
    let right = keks(Mode::SseS3);
    for names in [Names::new("bucket", "other"), Names::new("other", "key"), Names::new("bucke", "tkey")] {
        assert!(unauthentic(envelope.unwrap_deks(&right, &names.place())));
    }
    let names = Names::new("bucket", "key");
    assert!(unauthentic(envelope.unwrap_deks(&[Secret::new([9; 32])], &names.place())));
    for mode in [Mode::SseKms, Mode::SseC] {
        let envelope = Envelope { mode, ..envelope.clone() };
        assert!(unauthentic(envelope.unwrap_deks(&right, &names.place())));
    }
}

#[test]
fn two_layers_do_not_change_places() {
    let (mut envelope, _) = sealed(draft(Mode::DsseKms));
    let mut keks = keks(Mode::DsseKms);
    envelope.layers.swap(0, 1);
    keks.swap(0, 1);
    assert!(unauthentic(envelope.unwrap_deks(&keks, &Names::new("bucket", "key").place())));
}

#[test]
fn a_wrong_commitment_is_refused() {
    let (mut envelope, _) = sealed(draft(Mode::SseKms));
    envelope.layers[0].commitment[31] ^= 1;
    assert!(unauthentic(envelope.unwrap_deks(&keks(Mode::SseKms), &Names::new("bucket", "key").place())));
}

#[test]
fn the_number_of_keys_is_checked() {
    let (names, secret) = (Names::new("bucket", "key"), Secret::new([1; 32]));
    let kek = Kek { secret: &secret, blob: &[] };
    let two = LayerKeys::random(Layers::Two);
    let result = seal_envelope(draft(Mode::DsseKms), &[kek], &two, &names.place(), &metadata("blue"));
    assert!(matches!(result, Err(Error::Layers { keks: 1, deks: 2, layers: 2 })));
    let result = seal_envelope(draft(Mode::SseKms), &[kek], &two, &names.place(), &metadata("blue"));
    assert!(matches!(result, Err(Error::Layers { keks: 1, deks: 2, layers: 1 })));
    let (envelope, _) = sealed(draft(Mode::DsseKms));
    assert!(matches!(envelope.unwrap_deks(&[secret], &names.place()), Err(Error::Layers { keks: 1, .. })));
}

/// Every field is bound: a change that still decodes, and still unwraps, fails the binding.
#[test]
fn the_binding_covers_every_field_place_and_metadata() {
    let names = Names::new("bucket", "key");
    let context: EncryptionContext = [("a".to_owned(), "b".to_owned())].into_iter().collect();
    let (good, deks) = sealed(Draft { context, ..draft(Mode::DsseKms) });
    let holds = |envelope: &Envelope, names: &Names, metadata: &ClientMetadata| {
        envelope.verify_binding(&deks, &names.place(), metadata).is_ok()
    };
    assert!(holds(&good, &names, &metadata("blue")));
    assert!(!holds(&good, &names, &metadata("red")));
    assert!(!holds(&good, &names, &ClientMetadata::default()));
    assert!(!holds(&good, &Names::new("bucket", "kez"), &metadata("blue")));
    assert!(!holds(&good, &Names::new("bucker", "key"), &metadata("blue")));

    let changes: [fn(&mut Envelope); 10] = [
        |envelope| envelope.mode = Mode::SseS3,
        |envelope| envelope.bucket_key ^= true,
        |envelope| envelope.kms_key = None,
        |envelope| envelope.context = EncryptionContext::new(),
        |envelope| envelope.shape = Shape::Multipart,
        |envelope| envelope.shape = Shape::Single { plain_len: 5_000_001 },
        |envelope| envelope.checksum = None,
        |envelope| envelope.layers[1].kek_blob[0] ^= 1,
        |envelope| envelope.layers[0].salt[0] ^= 1,
        |envelope| envelope.binding[0] ^= 1,
    ];
    for (at, change) in changes.iter().enumerate() {
        let mut bad = good.clone();
        change(&mut bad);
        assert!(!holds(&bad, &names, &metadata("blue")), "change {at}");
    }
    let others = LayerKeys::random(Layers::Two);
    assert!(unauthentic(good.verify_binding(&others, &names.place(), &metadata("blue"))));
}

/// A rewrap keeps the data keys: their wraps and sealed checksums must not repeat key and nonce.
#[test]
fn a_rewrap_shares_nothing_but_the_commitment() {
    let (names, secret) = (Names::new("bucket", "key"), Secret::new([1; 32]));
    let (kek, deks) = (Kek { secret: &secret, blob: &[] }, LayerKeys::random(Layers::One));
    let seal = || seal_envelope(draft(Mode::SseKms), &[kek], &deks, &names.place(), &metadata("blue")).unwrap();
    let (one, other) = (seal(), seal());
    assert_ne!(one.layers[0].salt, other.layers[0].salt);
    assert_ne!(one.layers[0].wrapped_dek, other.layers[0].wrapped_dek);
    assert!(one.checksum != other.checksum);
    assert_eq!(one.commitments(), other.commitments());
}

#[test]
fn too_much_metadata_names_both_numbers() {
    let (envelope, _) = sealed(draft(Mode::SseKms));
    let beside = |len: usize| {
        let mut headers = HeaderMap::new();
        headers.insert("x-amz-meta-a", HeaderValue::from_str(&"v".repeat(len)).unwrap());
        envelope.encode_beside(&ClientMetadata::from_headers(&headers))
    };
    let room = METADATA_LIMIT - HEADER.len() - 440 - "x-amz-meta-a".len();
    assert_eq!(beside(room), Ok(envelope.encode()));
    assert_eq!(beside(room + 1), Err(Error::TooLarge { have: 2_049, limit: 2_048 }));
}

#[test]
fn another_version_is_named_and_no_text_is_malformed() {
    assert_eq!(Envelope::decode("Ag").err(), Some(Error::Version(2)));
    for text in ["", "A", "AQ", "====", "ä", &"A".repeat(9_000)] {
        assert!(matches!(Envelope::decode(text), Err(Error::Malformed | Error::Version(0))), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Whatever a backend answers: no panic, and what decodes has exactly one text.
    #[test]
    fn hostile_envelopes_are_harmless(flags in any::<u8>(), bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        use base64::Engine;
        let record = [&[1, flags], bytes.as_slice()].concat();
        let text = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(record);
        if let Ok(envelope) = Envelope::decode(&text) {
            prop_assert_eq!(envelope.encode(), text);
        }
    }

    /// A real envelope with one character changed does not decode, does not unwrap, or does not bind.
    #[test]
    fn one_character_anywhere(mode in 0usize..4, at in any::<prop::sample::Index>(), with in "[A-Za-z0-9_-]") {
        let names = Names::new("bucket", "key");
        let (envelope, _) = sealed(draft(MODES[mode]));
        let mut text = envelope.encode();
        let at = at.index(text.len());
        prop_assume!(text[at..=at] != with);
        text.replace_range(at..=at, &with);
        if let Ok(bad) = Envelope::decode(&text)
            && let Ok(deks) = bad.unwrap_deks(&keks(bad.mode), &names.place())
        {
            prop_assert!(unauthentic(bad.verify_binding(&deks, &names.place(), &metadata("blue"))));
        }
    }
}
