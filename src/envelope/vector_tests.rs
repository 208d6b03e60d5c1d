//! Known answers of a second implementation, and what a reader says to each fault: `tests/vectors/envelope`.

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;

use crate::crypto::Secret;
use crate::names::{BucketName, ObjectKey};
use crate::seal::test_bytes::vectors;
use crate::seal::vector_tests::{Checksum, layer_keys};

use super::*;

#[derive(Deserialize)]
struct Vector {
    mode: String,
    bucket: String,
    object_key: String,
    bucket_key: bool,
    kms_key: Option<String>,
    context: BTreeMap<String, String>,
    plain_len: Option<u64>,
    checksum: Option<Checksum>,
    blob: String,
    keks: Vec<String>,
    deks: Vec<String>,
    metadata: BTreeMap<String, String>,
    text: String,
    expect: String,
}

impl Vector {
    fn metadata(&self) -> ClientMetadata {
        let pair = |(name, value): (&String, &String)| {
            (name.parse::<HeaderName>().unwrap(), value.parse::<HeaderValue>().unwrap())
        };
        ClientMetadata::from_headers(&self.metadata.iter().map(pair).collect::<HeaderMap>())
    }

    /// The step at which the envelope is refused, or "opens".
    fn outcome(&self) -> &'static str {
        let (bucket, object_key) = (BucketName::new(&self.bucket).unwrap(), ObjectKey::new(&self.object_key).unwrap());
        let place = Place { bucket: &bucket, object_key: &object_key };
        let keks: Vec<_> =
            self.keks.iter().map(|kek| Secret::from_slice(&hex::decode(kek).unwrap()).unwrap()).collect();
        let Ok(envelope) = Envelope::decode(&self.text) else { return "decode" };
        let Ok(deks) = envelope.unwrap_deks(&keks, &place) else { return "unwrap" };
        if envelope.verify_binding(&deks, &place, &self.metadata()).is_err() {
            return "binding";
        }
        self.assert_fields(&envelope);
        assert_eq!(deks.commitments(), layer_keys(&self.deks).commitments());
        assert_eq!(envelope.open_checksum(&deks), Ok(self.checksum.as_ref().map(Checksum::read)));
        "opens"
    }

    fn assert_fields(&self, envelope: &Envelope) {
        let mode = match envelope.mode {
            Mode::SseS3 => "SSE-S3",
            Mode::SseKms => "SSE-KMS",
            Mode::DsseKms => "DSSE-KMS",
            Mode::SseC => "SSE-C",
        };
        assert_eq!(mode, self.mode);
        assert_eq!(envelope.bucket_key, self.bucket_key);
        assert_eq!(envelope.kms_key.as_ref().map(ToString::to_string), self.kms_key);
        assert_eq!(envelope.context, self.context.clone().into_iter().collect());
        assert_eq!(envelope.shape, self.plain_len.map_or(Shape::Multipart, |plain_len| Shape::Single { plain_len }));
        assert!(envelope.layers.iter().all(|layer| hex::encode(&layer.kek_blob) == self.blob));
    }
}

#[test]
fn known_answers_and_faults() {
    let mut outcomes = BTreeMap::new();
    for (name, text) in vectors("envelope") {
        let vector: Vector = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(vector.outcome(), vector.expect, "{name}");
        *outcomes.entry(vector.expect).or_insert(0) += 1;
    }
    let least = [("opens", 7), ("decode", 9), ("unwrap", 9), ("binding", 9)];
    assert!(least.iter().all(|(outcome, least)| outcomes[*outcome] >= *least), "{outcomes:?}");
}
