//! Uploads and reads of whole objects, by length, connections and form.

use std::io;

use crate::bars::Bar;
use crate::cell::{Cell, Measured, Work};
use crate::load::{Form, KIB, MIB};
use crate::report::{Report, Section};
use crate::run::Run;
use crate::targets::{DIRECT, NGINX, SEALGATE, Target};

const LARGE: u64 = 64 * MIB;
const SMALL: u64 = 4 * KIB;

/// Every length at every number of connections.
pub fn run(run: &Run, report: &mut Report) -> io::Result<()> {
    let targets = run.field()?.targets(run);
    let mut cells = Vec::new();
    for (len, many) in [(SMALL, [1, 16, 64]), (64 * KIB, [1, 16, 64]), (MIB, [1, 16, 64]), (LARGE, [1, 4, 16])] {
        for connections in many {
            for work in [Work::Put(Form::Unsigned), Work::Get] {
                let has_bar = len == SMALL || len == LARGE || (len == MIB && connections == 16);
                if !run.quick || has_bar {
                    cells.push(Cell { work, len, connections, turns: if has_bar { 5 } else { 3 } });
                }
            }
        }
    }
    let mut rows = Vec::new();
    let result = measure_all(run, report, &targets, &cells, &mut rows);
    tables(report, "", &rows);
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
    tables(report, "Checksums: ", &rows);
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
    tables(report, "Forms: ", &rows);
    result
}

/// A cell with its targets' numbers.
pub type Row = (Cell, Vec<Measured>);

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
            print(cell, one);
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

fn print(cell: &Cell, one: &Measured) {
    println!(
        "    {:<30} {:>3} {:<14} {:>7.0} us {:>7.3} s/GiB {:>8.0}/s {:>6.0} MiB/s, median {:>8.0} us, MinIO {:>8.0} us",
        cell.name(),
        cell.connections,
        one.target,
        one.cpu_us,
        one.cpu_secs_per_gib,
        one.requests_per_sec,
        one.mib_per_sec,
        one.latency_us,
        one.minio_us,
    );
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
        let what = format!("{verb} {}:", crate::cell::size_name(cell.len));
        add(Bar::RateLarge, &what, of(|one| one.requests_per_sec));
    }
    if cell.len == SMALL {
        add(Bar::CpuSmall, &what, of(|one| one.cpu_us));
        if cell.connections == 16 {
            add(Bar::RateSmall, &format!("{verb}:"), of(|one| one.requests_per_sec));
        }
        if cell.connections == 1 {
            let (ours, nginx) = of(|one| one.latency_us);
            let direct = find(DIRECT).map_or(f64::NAN, |one| one.latency_us);
            let what = format!("{verb} ({:.0} us, nginx {:.0} us):", ours - direct, nginx - direct);
            add(Bar::AddedLatency, &what, (ours - direct, nginx - direct));
        }
    }
}

/// One table for each kind of number.
pub fn tables(report: &mut Report, begin: &str, rows: &[Row]) {
    type Kind = (&'static str, &'static str, fn(&Measured) -> f64, usize);
    let (large, small): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|(cell, _)| cell.len >= MIB);
    let by_byte: [Kind; 3] = [
        ("CPU seconds per GiB", "The target's own processes.", |one| one.cpu_secs_per_gib, 3),
        ("MiB per second", "", |one| one.mib_per_sec, 0),
        ("MinIO's CPU, milliseconds per request", "", |one| one.minio_us / 1e3, 1),
    ];
    let by_request: [Kind; 4] = [
        ("CPU microseconds per request", "The target's own processes.", |one| one.cpu_us, 0),
        ("requests per second", "", |one| one.requests_per_sec, 0),
        ("median latency, microseconds", "", |one| one.latency_us, 0),
        ("MinIO's CPU, microseconds per request", "", |one| one.minio_us, 0),
    ];
    for (rows, kinds) in [(large, &by_byte[..]), (small, &by_request[..])] {
        for kind in kinds.iter().filter(|_| !rows.is_empty()) {
            let section = table(&format!("{begin}{}", kind.0), kind.1, &rows, kind.2, kind.3);
            report.sections.push(section);
        }
    }
}

fn table(title: &str, text: &str, rows: &[&Row], value: fn(&Measured) -> f64, digits: usize) -> Section {
    let most = rows.iter().max_by_key(|(_, measured)| measured.len());
    let names: Vec<&str> = most.map_or(Vec::new(), |(_, measured)| measured.iter().map(|one| one.target).collect());
    let header = [&["load", "connections"], &names[..], &["sealgate / nginx"]].concat();
    let mut section = Section::new(title, text, &header);
    for (cell, measured) in rows {
        let find = |name: &str| measured.iter().find(|one| one.target == name).map(value);
        let shown = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.digits$}"));
        let ratio = find(SEALGATE).zip(find(NGINX)).filter(|(_, nginx)| *nginx > 0.0);
        let ratio = ratio.map_or("-".to_owned(), |(ours, nginx)| format!("{:.2}", ours / nginx));
        let values = names.iter().map(|name| shown(find(name)));
        let begin = [cell.name(), cell.connections.to_string()].into_iter();
        section.rows.push(begin.chain(values).chain([ratio]).collect());
    }
    section
}
