//! The object store against a byte vector: any puts, parts, copies and ranges.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::{Form, Gateway, MIN_PART, S3, Sum, bytes};

/// One step; keys and sources are numbers below four.
#[derive(Clone, Debug)]
enum Step {
    Put { key: u8, len: usize, form: u8, kms: bool },
    Parts { key: u8, lens: Vec<usize>, kms: bool },
    Copy { from: u8, to: u8, kms: bool },
    PartCopy { from: u8, to: u8, cut: u16, tail: usize },
    Delete { key: u8 },
    Read { key: u8, start: u16, end: u16, form: u8 },
}

/// Lengths where something changes: about segments, about 256 KiB, and anything small.
fn len() -> impl Strategy<Value = usize> {
    prop_oneof![
        0..300_usize,
        (0..5_usize, 0..40_usize).prop_map(|(segments, off)| (segments * 65_520 + 65_480 + off).saturating_sub(20)),
        Just(262_144_usize),
        0..400_000_usize,
    ]
}

fn part_lens() -> impl Strategy<Value = Vec<usize>> {
    let large = prop_oneof![Just(MIN_PART), Just(MIN_PART + 1), (0..200_000_usize).prop_map(|more| MIN_PART + more)];
    (prop::collection::vec(large, 0..3), len()).prop_map(|(mut lens, last)| {
        lens.push(last);
        lens
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..4_u8, len(), 0..6_u8, any::<bool>()).prop_map(|(key, len, form, kms)| Step::Put { key, len, form, kms }),
        2 => (0..4_u8, part_lens(), any::<bool>()).prop_map(|(key, lens, kms)| Step::Parts { key, lens, kms }),
        3 => (0..4_u8, 0..4_u8, any::<bool>()).prop_map(|(from, to, kms)| Step::Copy { from, to, kms }),
        1 => (0..4_u8, 0..4_u8, any::<u16>(), len()).prop_map(|(from, to, cut, tail)| Step::PartCopy { from, to, cut, tail }),
        1 => (0..4_u8).prop_map(|key| Step::Delete { key }),
        8 => (0..4_u8, any::<u16>(), any::<u16>(), 0..4_u8).prop_map(|(key, start, end, form)| Step::Read { key, start, end, form }),
    ]
}

fn form(number: u8) -> Form {
    match number {
        0 => Form::Header,
        1 => Form::Unsigned,
        2 => Form::Presigned(60),
        3 => Form::Chunked(65_536),
        4 => Form::ChunkedTrailer(8_192, Sum::Crc32),
        _ => Form::UnsignedTrailer(70_000, Sum::Crc64Nvme),
    }
}

struct Model {
    s3: S3,
    bucket: String,
    held: BTreeMap<u8, Vec<u8>>,
    seed: u64,
}

impl Model {
    fn draw(&mut self, len: usize) -> Vec<u8> {
        self.seed += 1;
        bytes(self.seed, len)
    }

    async fn take(&mut self, step: Step) {
        let (s3, bucket) = (self.s3.clone(), self.bucket.clone());
        let mode = |kms: bool| if kms { "aws:kms" } else { "AES256" };
        match step {
            Step::Put { key, len, form: number, kms } => {
                let plain = self.draw(len);
                let call = s3.put(&bucket, &name(key), plain.clone()).form(form(number));
                call.header("x-amz-server-side-encryption", mode(kms)).send().await.ok();
                self.held.insert(key, plain);
            }
            Step::Parts { key, lens, kms } => {
                let parts: Vec<Vec<u8>> = lens.iter().map(|len| self.draw(*len)).collect();
                let lent: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
                s3.put_parts(&bucket, &name(key), &[("x-amz-server-side-encryption", mode(kms))], &lent).await;
                self.held.insert(key, parts.concat());
            }
            Step::Copy { from, to, kms } => {
                let call = s3.copy((&bucket, &name(from)), &bucket, &name(to));
                let answer = call.header("x-amz-server-side-encryption", mode(kms)).send().await;
                match self.held.get(&from).cloned() {
                    Some(plain) => {
                        answer.ok();
                        self.held.insert(to, plain);
                    }
                    None => {
                        answer.error(404, "NoSuchKey");
                    }
                }
            }
            Step::PartCopy { from, to, cut, tail } => self.part_copy(from, to, cut, tail).await,
            Step::Delete { key } => {
                s3.delete(&bucket, &name(key)).send().await.status(204);
                self.held.remove(&key);
            }
            Step::Read { key, start, end, form } => self.read(key, start, end, form).await,
        }
    }

    /// An upload of the source from `cut` on as one part, and fresh bytes as the last.
    async fn part_copy(&mut self, from: u8, to: u8, cut: u16, tail: usize) {
        let Some(source) = self.held.get(&from).cloned().filter(|source| source.len() > MIN_PART) else { return };
        let cut = scale(cut, source.len() - MIN_PART + 1);
        let (s3, bucket, tail) = (self.s3.clone(), self.bucket.clone(), self.draw(tail));
        let upload = s3.start_upload(&bucket, &name(to), &[]).await;
        let call = s3.part(&bucket, &name(to), &upload, 1, "").copy_source((&bucket, &name(from)));
        let range = format!("bytes={cut}-{}", source.len() - 1);
        let one = call.header("x-amz-copy-source-range", &range).send().await.xml().at("ETag").to_owned();
        let two = s3.part(&bucket, &name(to), &upload, 2, tail.clone()).send().await.ok().etag();
        s3.complete(&bucket, &name(to), &upload, &[(1, one), (2, two)]).send().await.ok();
        self.held.insert(to, [&source[cut..], &tail].concat());
    }

    async fn read(&self, key: u8, start: u16, end: u16, form: u8) {
        let call = self.s3.get(&self.bucket, &name(key));
        let Some(plain) = self.held.get(&key) else {
            call.send().await.error(404, "NoSuchKey");
            return;
        };
        let len = plain.len();
        let (start, end) = (scale(start, len + 2), scale(end, len + 2));
        let (start, end) = (start.min(end), start.max(end));
        let (range, expected) = match form {
            0 => (None, Some(0..len)),
            1 => (Some(format!("{start}-")), (start < len).then_some(start..len)),
            2 => (Some(format!("-{end}")), (end > 0 && len > 0).then_some(len.saturating_sub(end)..len)),
            _ => (Some(format!("{start}-{end}")), (start < len).then_some(start..len.min(end + 1))),
        };
        let answer = match &range {
            Some(range) => call.range(range).send().await,
            None => call.send().await,
        };
        match expected {
            Some(expected) => {
                let answer = answer.status(if range.is_some() { 206 } else { 200 });
                assert!(answer.body == plain[expected], "{range:?} of {len}");
            }
            None => {
                answer.error(416, "InvalidRange");
            }
        }
    }

    /// What a listing and HEAD say of all that is held.
    async fn survey(&self) {
        let listing = self.s3.get(&self.bucket, "").query("list-type", "2").send().await.xml();
        let listed: Vec<(String, String)> =
            listing.all("Contents").map(|line| (line.at("Key").to_owned(), line.at("Size").to_owned())).collect();
        let held: Vec<(String, String)> =
            self.held.iter().map(|(key, plain)| (name(*key), plain.len().to_string())).collect();
        assert_eq!(listed, held);
        for (key, plain) in &self.held {
            let head = self.s3.head(&self.bucket, &name(*key)).send().await.ok();
            assert_eq!(head.must("content-length"), plain.len().to_string());
            assert!(self.s3.get(&self.bucket, &name(*key)).send().await.ok().body == *plain);
        }
    }
}

fn name(key: u8) -> String {
    format!("k{key}")
}

/// A point below `below` that `fraction` of 65,536 gives.
fn scale(fraction: u16, below: usize) -> usize {
    (usize::from(fraction) * below) >> 16
}

#[test]
fn any_puts_parts_copies_and_ranges() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let gateway = runtime.block_on(Gateway::start());
    let cases = std::env::var("SEALGATE_TEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(12);
    let config = Config { cases, max_shrink_iters: 60, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&prop::collection::vec(step(), 1..25), |steps| {
        let taken = std::panic::AssertUnwindSafe(|| {
            runtime.block_on(async {
                let s3 = gateway.s3();
                let bucket = s3.bucket("model").await;
                let mut model = Model { s3, bucket, held: BTreeMap::new(), seed: 0 };
                for step in steps.clone() {
                    model.take(step).await;
                }
                model.survey().await;
            });
        });
        taken();
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}
