//! Lines of Prometheus' text format.

use std::fmt::{Display, Write as _};

pub fn kind(out: &mut String, name: &str, kind: &str) {
    let _ = writeln!(out, "# TYPE {name} {kind}");
}

pub fn gauge(out: &mut String, name: &str, labels: &[(&str, &str)], value: impl Display) {
    kind(out, name, "gauge");
    sample(out, name, labels, value);
}

pub fn counter(out: &mut String, name: &str, labels: &[(&str, &str)], value: impl Display) {
    kind(out, name, "counter");
    sample(out, name, labels, value);
}

/// Label values are ours and need no escaping.
pub fn sample(out: &mut String, name: &str, labels: &[(&str, &str)], value: impl Display) {
    let labels: Vec<String> = labels.iter().map(|(label, text)| format!("{label}=\"{text}\"")).collect();
    let _ = match labels.is_empty() {
        true => writeln!(out, "{name} {value}"),
        false => writeln!(out, "{name}{{{}}} {value}", labels.join(",")),
    };
}

/// The process's memory in RAM, where the system tells.
pub fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
