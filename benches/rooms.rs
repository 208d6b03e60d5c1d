//! What the rooms of the data path and of the key manager cost on their own: seal, open, envelope, policy, blob.
//!
//!     cargo bench --bench rooms

use std::hint::black_box;

use bytes::BytesMut;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sealgate::crypto::Secret;
use sealgate::envelope::{ClientMetadata, Draft, Envelope, Kek, Mode, Place, Shape, seal_envelope};
use sealgate::kms::{MaterialId, blob};
use sealgate::names::{BucketName, EncryptionContext, ObjectKey};
use sealgate::policy::{Document, Kind, NoFacts, Principal, Request, evaluate};
use sealgate::seal::{LayerKeys, Layers, StreamId, StreamOpener, StreamSealer};

/// Less than any second-level cache.
const PIECE: usize = 256 * 1024;
const LEN: usize = 16 * 1024 * 1024;

fn sealed(keys: &LayerKeys, plain: &[u8], mut take: impl FnMut(&[u8])) {
    let (mut sealer, mut out) = (StreamSealer::new(keys, &StreamId::default()), Vec::new());
    for piece in plain.chunks(PIECE) {
        sealer.push(BytesMut::from(piece), &mut out);
        out.drain(..).for_each(|sealed| take(&sealed));
    }
    sealer.finish(&mut out);
    out.drain(..).for_each(|sealed| take(&sealed));
}

fn streams(criterion: &mut Criterion) {
    for (name, layers) in [("one layer", Layers::One), ("two layers", Layers::Two)] {
        let keys = LayerKeys::random(layers);
        for (size, len) in [("4 KiB", 4096), ("16 MiB", LEN)] {
            let plain = vec![7; len];
            let mut stream = Vec::new();
            sealed(&keys, &plain, |piece| stream.extend_from_slice(piece));
            let mut group = criterion.benchmark_group(format!("{name}, {size}"));
            group.throughput(Throughput::Bytes(len as u64)).sample_size(20);
            group.bench_function("seal", |bencher| {
                bencher.iter(|| sealed(&keys, &plain, |piece| _ = black_box(piece.len())))
            });
            group.bench_function("open", |bencher| {
                bencher.iter(|| {
                    let mut opener = StreamOpener::new(&keys, &StreamId::default(), len as u64, 0..len as u64);
                    let mut out = Vec::new();
                    for piece in stream.chunks(PIECE) {
                        let opened = opener.push(BytesMut::from(piece), &mut out);
                        assert!(opened.is_ok());
                        out.clear();
                    }
                    assert!(opener.finish().is_ok());
                })
            });
            group.finish();
        }
    }
}

#[expect(clippy::unwrap_used, reason = "the names are constants")]
fn envelopes(criterion: &mut Criterion) {
    let (bucket, object_key) = (BucketName::new("photos").unwrap(), ObjectKey::new("2026/11/24/cat.jpg").unwrap());
    let place = Place { bucket: &bucket, object_key: &object_key };
    let kek = Secret::random();
    let blob = [9; 128];
    let metadata = ClientMetadata::from_headers(&http::HeaderMap::new());
    let seal = || {
        let draft = Draft {
            mode: Mode::SseKms,
            bucket_key: true,
            kms_key: None,
            context: EncryptionContext::new(),
            shape: Shape::Single { plain_len: 4096 },
            checksum: None,
        };
        let deks = LayerKeys::random(Layers::One);
        seal_envelope(draft, &[Kek { secret: &kek, blob: &blob }], &deks, &place, &metadata)
    };
    criterion.bench_function("envelope, sealed", |bencher| bencher.iter(|| seal().is_ok()));
    let Ok(text) = seal().map(|envelope| envelope.encode()) else { return };
    criterion.bench_function("envelope, opened", |bencher| {
        bencher.iter(|| {
            let envelope = Envelope::decode(&text).unwrap();
            let deks = envelope.unwrap_deks(&[&kek], &place).unwrap();
            envelope.verify_binding(&deks, &place, &metadata).unwrap();
        })
    });
}

#[expect(clippy::unwrap_used, reason = "the document is a constant")]
fn policies(criterion: &mut Criterion) {
    let statements: Vec<String> = (0..20)
        .map(|at| {
            format!(
                r#"{{"Effect":"Allow","Action":["s3:Get*","s3:PutObject"],"Resource":"arn:aws:s3:::bucket-{at}/team/*"}}"#
            )
        })
        .collect();
    let json = format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","));
    criterion.bench_function("policy, parsed, 20 statements", |bencher| {
        bencher.iter(|| Document::parse(&json, Kind::Identity).is_ok())
    });
    let document = Document::parse(&json, Kind::Identity).unwrap();
    let principal =
        Principal { account: Some("000000000000"), arn: "arn:aws:iam::000000000000:user/alice", role_arn: None };
    let request = Request {
        principal: &principal,
        action: "s3:GetObject",
        resource: "arn:aws:s3:::bucket-19/team/report.csv",
        facts: &NoFacts,
    };
    criterion.bench_function("policy, evaluated, 20 statements", |bencher| {
        bencher.iter(|| black_box(evaluate(&request, [&document])))
    });
}

#[expect(clippy::unwrap_used, reason = "the key id is a constant")]
fn blobs(criterion: &mut Criterion) {
    let material = Secret::random();
    let (key_id, material_id) = ("1234abcd-12ab-34cd-56ef-1234567890ab", MaterialId::from_bytes([3; 32]));
    let context = EncryptionContext::new();
    let seal = || blob::seal(key_id, &material_id, &material, &context, &[5; 32]);
    criterion.bench_function("blob of a data key, sealed", |bencher| bencher.iter(|| seal().is_some()));
    let sealed = seal().unwrap();
    criterion.bench_function("blob of a data key, opened", |bencher| {
        bencher.iter(|| blob::open(&material, &context, &sealed).is_ok())
    });
}

criterion_group!(rooms, streams, envelopes, policies, blobs);
criterion_main!(rooms);
