//! Uploads and reads of whole objects, by length, connections and form.

use std::io;

use crate::bars::Bar;
use crate::cell::{Cell, Work, size_name};
use crate::load::{self, Form, KIB, MIB};
use crate::measured::Measured;
use crate::report::Report;
use crate::run::Run;
use crate::tables::{self, Detail, Row};
use crate::targets::{NGINX, SEALGATE, Target};

const LARGE: u64 = 64 * MIB;
const SMALL: u64 = 4 * KIB;

/// Every length at every number of connections.
pub fn run(run: &Run, report: &mut Report) -> io::Result<()> {
    let mut targets = run.field()?.targets(run);
    let only = load::option("--kib", 0) * KIB;
    if only > 0 {
        targets.retain(Target::is_core);
    }
    let mut cells = Vec::new();
    for (len, many) in [(SMALL, [1, 16, 64]), (64 * KIB, [1, 16, 64]), (MIB, [1, 16, 64]), (LARGE, [1, 4, 16])] {
        for connections in many {
            for work in [Work::Put(Form::Unsigned), Work::Get] {
                let has_bar = len == SMALL || len == LARGE || (len == MIB && connections == 16);
                if (!run.quick || has_bar) && (only == 0 || only == len) {
                    let turns = match (len, connections) {
                        // A latency needs more of them than CPU.
                        (SMALL, 1) => 9,
                        // A turn of uploads ends when a GiB more has come to the disk.
                        (LARGE, 16) => 3,
                        _ if has_bar => 5,
                        _ => 3,
                    };
                    cells.push(Cell { work, len, connections, turns });
                }
            }
        }
    }
    let mut rows = Vec::new();
    let result = measure_all(run, report, &targets, &cells, &mut rows);
    tables::add(report, "Objects", Detail::All, &rows);
    result
}

/// Long objects over as many connections as the short ones have at most. Each target fills the disk with 4 GiB a turn.
pub fn wide(run: &Run, report: &mut Report) -> io::Result<()> {
    let targets = run.field()?.targets(run);
    let cell = |work| Cell { work, len: LARGE, connections: 64, turns: 3 };
    let mut rows = Vec::new();
    let result = measure_all(run, report, &targets, &[Work::Put(Form::Unsigned), Work::Get].map(cell), &mut rows);
    tables::add(report, "Objects over 64 connections", Detail::CpuAndRate, &rows);
    result
}

/// Reads that ask for the checksum, as new SDKs do, beside reads of the same objects that do not.
pub fn checksums(run: &Run, report: &mut Report) -> io::Result<()> {
    let mut targets = run.field()?.targets(run);
    targets.retain(Target::is_core);
    let mut cells = Vec::new();
    for (len, connections) in [(SMALL, 16), (MIB, 16), (LARGE, 4)] {
        for work in [Work::GetSummed, Work::GetWithChecksum] {
            cells.push(Cell { work, len, connections, turns: 3 });
        }
    }
    let mut rows = Vec::new();
    let result = measure_all(run, report, &targets, &cells, &mut rows);
    tables::add(report, "Checksums", Detail::CpuAndRate, &rows);
    result
}

/// The other forms of uploads.
pub fn forms(run: &Run, report: &mut Report) -> io::Result<()> {
    let all = run.field()?.targets(run);
    let core: Vec<Target<'_>> = all.iter().copied().filter(Target::is_core).collect();
    let ours: Vec<Target<'_>> = all.iter().copied().filter(|target| target.name == SEALGATE).collect();
    let cell = |form, len, connections| Cell { work: Work::Put(form), len, connections, turns: 3 };
    let mut cells = Vec::new();
    for form in [Form::Signed, Form::Trailer] {
        cells.extend([(SMALL, 16), (MIB, 16), (LARGE, 4)].map(|(len, connections)| cell(form, len, connections)));
    }
    let mut rows = Vec::new();
    let mut result = measure_all(run, report, &all, &cells, &mut rows);
    let signed = [Form::SignedChunks, Form::SignedChunksTrailer].map(|form| cell(form, LARGE, 4));
    result = result.and_then(|()| measure_all(run, report, &core, &signed, &mut rows));
    // MinIO refuses chunks of more than 16 MiB.
    result = result.and_then(|()| measure_all(run, report, &ours, &[cell(Form::OneChunk, LARGE, 4)], &mut rows));
    tables::add(report, "Upload forms", Detail::CpuAndRate, &rows);
    result
}

pub fn measure_all(
    run: &Run,
    report: &mut Report,
    targets: &[Target<'_>],
    cells: &[Cell],
    rows: &mut Vec<Row>,
) -> io::Result<()> {
    for cell in cells {
        let measured = cell.measure(run, targets)?;
        for one in &measured {
            tables::print(cell, one);
            if let Some(error) = one.errors.first() {
                let (name, many) = (cell.name(), one.errors.len());
                report.trouble(format!(
                    "{name}, {} connections, {}: {many} errors, {error}",
                    cell.connections, one.target
                ));
            }
        }
        readings(report, cell, &measured);
        if matches!(cell.work, Work::Put(_)) && cell.len >= LARGE {
            cell.clear(run, targets);
        }
        rows.push((*cell, measured));
    }
    Ok(())
}

/// What the bars say of a cell.
fn readings(report: &mut Report, cell: &Cell, measured: &[Measured]) {
    let find = |name: &str| measured.iter().find(|one| one.target == name && one.errors.is_empty());
    if !matches!(cell.work, Work::Put(Form::Unsigned) | Work::Get) {
        return;
    }
    let verb = if cell.work == Work::Get { "GET" } else { "PUT" };
    let what = format!("{verb}, {} conn.:", cell.connections);
    let of = |value: fn(&Measured) -> f64| match (find(SEALGATE), find(NGINX)) {
        (Some(ours), Some(nginx)) => (value(ours), value(nginx)),
        _ => (f64::NAN, f64::NAN),
    };
    let mut add = |bar: Bar, what: &str, (ours, nginx): (f64, f64)| report.readings.push(bar.ratio(what, ours, nginx));
    if cell.len == LARGE {
        add(Bar::CpuLarge, &what, of(|one| one.cpu_secs_per_gib));
    }
    if cell.connections == 16 && cell.len >= MIB {
        let what = format!("{verb} {}:", size_name(cell.len));
        add(Bar::RateLarge, &what, of(|one| one.requests_per_sec));
    }
    if cell.len == SMALL {
        add(Bar::CpuSmall, &what, of(|one| one.cpu_us));
        if cell.connections == 16 {
            add(Bar::RateSmall, &format!("{verb}:"), of(|one| one.requests_per_sec));
        }
        if cell.connections == 1 {
            let (ours, nginx) = of(|one| one.added_us);
            add(Bar::AddedLatency, &format!("{verb} ({ours:.0} us, nginx {nginx:.0} us):"), (ours, nginx));
        }
    }
}
