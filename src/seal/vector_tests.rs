//! Known answers of a second implementation, and what a reader says to each fault: `tests/vectors/seal`.

use serde::Deserialize;

use crate::checksum::Algorithm;
use crate::crypto::{Secret, sha256};

use super::layout::{part_sealed_len, stream_len};
use super::test_bytes::{open_range, plaintext, seal_stream, vectors};
use super::{ChecksumKind, Error, FullChecksum, LayerKeys, Manifest, Opened, PartEntry, Unauthentic};

#[derive(Deserialize)]
struct Vector {
    deks: Vec<String>,
    parts: Vec<Part>,
    checksum: Option<Checksum>,
    sealed_sha256: String,
    edits: Vec<Edit>,
    stored_sha256: String,
    stored: Option<String>,
    read_deks: Option<Vec<String>>,
    read_commitments: Option<Vec<String>>,
    read_part: Option<u16>,
    read_attempt: Option<String>,
    expect: String,
}

#[derive(Deserialize)]
struct Part {
    number: u16,
    plain_len: u64,
    attempt: String,
    checksum: String,
    staged: bool,
}

#[derive(Deserialize)]
pub(crate) struct Checksum {
    algorithm: String,
    kind: String,
    value: String,
}

impl Checksum {
    pub(crate) fn read(&self) -> FullChecksum {
        let kind = if self.kind == "COMPOSITE" { ChecksumKind::Composite } else { ChecksumKind::FullObject };
        let algorithm = Algorithm::from_name(&self.algorithm).unwrap();
        FullChecksum { algorithm, kind, value: hex::decode(&self.value).unwrap() }
    }
}

/// One change to the stored bytes; offsets and lengths in bytes.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Edit {
    Truncate(usize),
    Remove([usize; 2]),
    Insert(usize, String),
    Write(usize, String),
    Flip(usize),
    Swap([usize; 3]),
    Copy([usize; 3]),
}

impl Edit {
    fn apply(&self, stored: &mut Vec<u8>) {
        match self {
            Self::Truncate(len) => stored.truncate(stored.len() - len),
            Self::Remove([at, len]) => drop(stored.drain(*at..at + len)),
            Self::Insert(at, bytes) => drop(stored.splice(at..at, hex::decode(bytes).unwrap())),
            Self::Write(at, bytes) => {
                let bytes = hex::decode(bytes).unwrap();
                stored[*at..at + bytes.len()].copy_from_slice(&bytes);
            }
            Self::Flip(at) => stored[*at] ^= 1,
            Self::Swap([one, other, len]) => (0..*len).for_each(|at| stored.swap(one + at, other + at)),
            Self::Copy([from, to, len]) => stored.copy_within(*from..from + len, *to),
        }
    }
}

pub(crate) fn layer_keys(deks: &[String]) -> LayerKeys {
    let key = |text: &String| Secret::from_slice(&hex::decode(text).unwrap()).unwrap();
    match deks {
        [only] => LayerKeys::one(key(only)),
        [inner, outer] => LayerKeys::two(key(inner), key(outer)),
        _ => panic!("one layer or two"),
    }
}

fn non_empty(text: &str) -> Option<Vec<u8>> {
    (!text.is_empty()).then(|| hex::decode(text).unwrap())
}

impl Vector {
    fn manifest(&self, keys: &LayerKeys) -> Manifest {
        let entry = |part: &Part| PartEntry {
            number: part.number,
            plain_len: part.plain_len,
            attempt: non_empty(&part.attempt).map(|bytes| bytes.try_into().unwrap()),
            checksum: non_empty(&part.checksum),
            staged: part.staged,
        };
        Manifest {
            plain_len: self.parts.iter().map(|part| part.plain_len).sum(),
            layers: keys.count(),
            parts: self.parts.iter().map(entry).collect(),
            checksum: self.checksum.as_ref().map(Checksum::read),
        }
    }

    /// The object as the backend holds it, faults and all, and its plaintext.
    fn stored(&self, name: &str) -> (Vec<u8>, Vec<u8>) {
        let keys = layer_keys(&self.deks);
        let manifest = self.manifest(&keys);
        let (plain, mut object) = (plaintext(manifest.plain_len), Vec::new());
        for (place, part) in manifest.streams().zip(&manifest.parts) {
            object.extend(seal_stream(&keys, &place.id, &plain[place.plain.start as usize..place.plain.end as usize]));
            if !part.staged {
                object.resize((place.offset + part_sealed_len(part.plain_len)) as usize, 0);
            }
        }
        object.extend(manifest.tail(&keys, &keys.commitments(), object.len() as u64).unwrap());
        assert_eq!(hex::encode(sha256(&[&object])), self.sealed_sha256, "{name}: the sealed bytes");
        self.edits.iter().for_each(|edit| edit.apply(&mut object));
        assert_eq!(hex::encode(sha256(&[&object])), self.stored_sha256, "{name}: the stored bytes");
        assert!(self.stored.as_ref().is_none_or(|stored| *stored == hex::encode(&object)), "{name}: the stored bytes");
        (object, plain)
    }

    /// A whole read: the manifest first, then every stream.
    fn read(&self, object: &[u8]) -> Result<(Manifest, Vec<u8>), Error> {
        let keys = layer_keys(self.read_deks.as_ref().unwrap_or(&self.deks));
        let commitments: Vec<[u8; 32]> = match &self.read_commitments {
            Some(texts) => texts.iter().map(|text| hex::decode(text).unwrap().try_into().unwrap()).collect(),
            None => keys.commitments(),
        };
        let opened = Manifest::open(&keys, &commitments, object, object.len() as u64)?;
        let Opened::Manifest(manifest) = opened else { return Err(Unauthentic.into()) };
        let mut plain = Vec::new();
        for place in manifest.streams() {
            let mut id = place.id;
            id.part = self.read_part.unwrap_or(id.part);
            id.attempt = match &self.read_attempt {
                Some(attempt) => Some(hex::decode(attempt).unwrap().try_into().unwrap()),
                None => id.attempt,
            };
            let (start, len) = (place.offset as usize, place.plain_len());
            let stream = &object[start..start + stream_len(len, manifest.layers) as usize];
            plain.extend(open_range(&keys, &id, len, 0..len, stream)?);
        }
        Ok((manifest, plain))
    }
}

#[test]
fn known_answers_and_faults() {
    let mut outcomes = std::collections::BTreeMap::new();
    for (name, text) in vectors("seal") {
        let vector: Vector = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let (object, plain) = vector.stored(&name);
        match (vector.expect.as_str(), vector.read(&object)) {
            ("opens", Ok((manifest, opened))) => {
                assert!(opened == plain, "{name}: other plaintext");
                assert_eq!(manifest, vector.manifest(&layer_keys(&vector.deks)), "{name}");
            }
            ("refused", Err(_)) => {}
            (expect, outcome) => panic!("{name}: expected {expect}, got {outcome:?}"),
        }
        *outcomes.entry(vector.expect).or_insert(0) += 1;
    }
    assert!(outcomes["opens"] >= 8 && outcomes["refused"] >= 27, "{outcomes:?}");
}
