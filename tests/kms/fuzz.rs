//! The fuzz targets' own functions on their seeds and on damaged seeds, so that `cargo test` sees what a long run of
//! `cargo fuzz` is given.

use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

#[path = "../../fuzz/door.rs"]
mod door;

use door::Door;

#[test]
fn requests() {
    run("kms_request", 500, Door::request);
}

#[test]
fn blobs() {
    run("kms_blob", 500, Door::blob);
}

/// Every seed as it is, then `cases` changed ones, the same in every run.
fn run(target: &str, cases: u32, look: fn(&mut Door, &[u8])) {
    let mut door = Door::open();
    let seeds = seeds(target);
    for seed in &seeds {
        look(&mut door, seed);
    }
    let edits = proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4);
    let damaged = (prop::sample::select(seeds), edits, any::<prop::sample::Index>(), any::<bool>());
    let mut runner = TestRunner::new_with_rng(
        Config { cases, failure_persistence: None, ..Config::default() },
        TestRng::deterministic_rng(RngAlgorithm::ChaCha),
    );
    let door = std::cell::RefCell::new(door);
    runner
        .run(&damaged, |(mut bytes, edits, end, cut)| {
            for (position, byte) in edits {
                let position = position.index(bytes.len());
                bytes[position] = byte;
            }
            if cut {
                bytes.truncate(end.index(bytes.len()));
            }
            look(&mut door.borrow_mut(), &bytes);
            Ok(())
        })
        .unwrap();
}

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}
