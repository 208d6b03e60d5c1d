//! What the bytes of an object cost before anything moves them: cipher and checksums alone, in memory.

use std::hint::black_box;
use std::io;
use std::time::Instant;

use bytes::BytesMut;
use sealgate::checksum::{Algorithm, Hasher};
use sealgate::seal::{LayerKeys, Layers, StreamId, StreamOpener, StreamSealer};

use crate::load::{GIB, MIB, median};
use crate::report::{Report, Section};
use crate::run::Run;

/// Less than any second-level cache.
const PIECE: usize = 256 * 1024;
const TEXT: &str = "\
On one thread, over the same 256 KiB of memory again and again. An upload without a checksum of its own is sealed and gets a \
CRC-64/NVME, a read is opened: nginx's seconds and these together are what a proxy would take that moves bytes as nginx does \
and finds cipher and data always in the cache. Segments are sealed and opened where they lie, so each piece is copied \
into memory of its own first; that copy counts here, and is not made in the gateway.";

pub fn run(run: &Run, report: &mut Report) -> io::Result<()> {
    let mib = if run.quick { 256 } else { 1024 };
    let mut section = Section::new("Cipher and checksums alone", TEXT, &["work", "CPU s/GiB"]);
    let mut row = |name: &str, work: &dyn Fn(u64)| {
        let once = |_| {
            let begun = Instant::now();
            work(mib * MIB);
            begun.elapsed().as_secs_f64() * GIB as f64 / (mib * MIB) as f64
        };
        section.row(vec![name.to_owned(), format!("{:.3}", median((0..5).map(once).collect()))]);
    };
    for (name, layers) in [("AES-256-GCM", Layers::One), ("AES-256-GCM twice (DSSE)", Layers::Two)] {
        let keys = LayerKeys::random(layers);
        row(&format!("{name}, sealed"), &|len| seal(&keys, len));
        let sealed = sealed(&keys, MIB);
        row(&format!("{name}, opened"), &|len| (0..len / MIB).for_each(|_| open(&keys, &sealed)));
    }
    for (name, algorithm) in [
        ("CRC-64/NVME", Algorithm::Crc64Nvme),
        ("CRC-32C", Algorithm::Crc32c),
        ("MD5", Algorithm::Md5),
        ("SHA-256", Algorithm::Sha256),
    ] {
        row(name, &|len| digest(algorithm, len));
    }
    report.sections.push(section);
    Ok(())
}

fn seal(keys: &LayerKeys, len: u64) {
    let (plain, mut out) = (vec![7; PIECE], Vec::new());
    let mut sealer = StreamSealer::new(keys, &StreamId::default());
    for _ in 0..len / PIECE as u64 {
        sealer.push(black_box(BytesMut::from(&plain[..])), &mut out);
        out.clear();
    }
    sealer.finish(&mut out);
}

fn sealed(keys: &LayerKeys, len: u64) -> Vec<u8> {
    let mut out = Vec::new();
    let mut sealer = StreamSealer::new(keys, &StreamId::default());
    sealer.push(BytesMut::from(&vec![7; len as usize][..]), &mut out);
    sealer.finish(&mut out);
    out.concat()
}

fn open(keys: &LayerKeys, sealed: &[u8]) {
    let mut opener = StreamOpener::new(keys, &StreamId::default(), MIB, 0..MIB);
    let mut out = Vec::new();
    for piece in sealed.chunks(PIECE) {
        let opened = opener.push(black_box(BytesMut::from(piece)), &mut out);
        assert!(opened.is_ok());
        out.clear();
    }
    assert!(opener.finish().is_ok());
}

fn digest(algorithm: Algorithm, len: u64) {
    let (plain, mut hasher) = (vec![7; PIECE], Hasher::new(algorithm));
    for _ in 0..len / PIECE as u64 {
        hasher.update(black_box(&plain));
    }
    black_box(hasher.finish());
}
