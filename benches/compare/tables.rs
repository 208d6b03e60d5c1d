//! Cells as they are printed and kept: a table for each kind of number, a row for each cell, a column for each target.

use crate::cell::Cell;
use crate::load::MIB;
use crate::measured::Measured;
use crate::report::{Report, Section};
use crate::targets::{NGINX, SEALGATE};

/// A cell with its targets' numbers.
pub type Row = (Cell, Vec<Measured>);

pub fn print(cell: &Cell, one: &Measured) {
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

/// Which kinds of numbers are kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    All,
    CpuAndRate,
}

/// One table for each kind of number.
pub fn add(report: &mut Report, begin: &str, detail: Detail, rows: &[Row]) {
    type Kind = (&'static str, fn(&Measured) -> f64, usize);
    let (large, small): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|(cell, _)| cell.len >= MIB);
    let by_byte: [Kind; 3] = [
        ("CPU seconds per GiB", |one| one.cpu_secs_per_gib, 3),
        ("MiB per second", |one| one.mib_per_sec, 0),
        ("MinIO's CPU milliseconds per request", |one| one.minio_us / 1e3, 1),
    ];
    let by_request: [Kind; 5] = [
        ("CPU microseconds per request", |one| one.cpu_us, 0),
        ("requests per second", |one| one.requests_per_sec, 0),
        ("median latency in microseconds", |one| one.latency_us, 0),
        ("latency above direct in the same round, median, in microseconds", |one| one.added_us, 0),
        ("MinIO's CPU microseconds per request", |one| one.minio_us, 0),
    ];
    for (rows, kinds) in [(large, &by_byte[..]), (small, &by_request[..])] {
        let kept = if detail == Detail::All { kinds.len() } else { 2 };
        for (name, value, digits) in kinds.iter().take(kept).filter(|_| !rows.is_empty()) {
            report.sections.push(table(&format!("{begin}: {name}"), &rows, *value, *digits));
        }
    }
}

fn table(title: &str, rows: &[&Row], value: fn(&Measured) -> f64, digits: usize) -> Section {
    let most = rows.iter().max_by_key(|(_, measured)| measured.len());
    let names: Vec<&str> = most.map_or(Vec::new(), |(_, measured)| measured.iter().map(|one| one.target).collect());
    let header = [&["load", "connections"], &names[..], &["sealgate / nginx"]].concat();
    let mut section = Section::new(title, "", &header);
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
