//! The tables as they are printed and kept.

use std::fmt::Write as _;
use std::io;
use std::process::Command;

use crate::cell::{Cell, Measured};
use crate::load::MIB;
use crate::targets::{NGINX, SEALGATE};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/benchmarks.md");

pub struct Table {
    large: Vec<String>,
    small: Vec<String>,
    once: Vec<String>,
}

impl Table {
    pub fn new() -> Self {
        Self { large: Vec::new(), small: Vec::new(), once: Vec::new() }
    }

    /// A measured row: by the byte for large objects, by the request for small ones.
    pub fn add(&mut self, cell: &Cell, measured: Vec<Measured>) {
        let by_byte = cell.len >= MIB;
        let find = |name: &str| measured.iter().find(|one| one.target == name);
        let (nginx, ours) = (find(NGINX), find(SEALGATE));
        for one in &measured {
            let cost = |one: &Measured| if by_byte { one.cpu_secs_per_gib } else { one.cpu_us_per_request };
            let ratio = nginx.map_or(0.0, |nginx| cost(one) / cost(nginx));
            let speed = nginx.map_or(0.0, |nginx| one.requests_per_sec / nginx.requests_per_sec);
            let mut row = format!("| {} | {} | {} | ", cell.name(), cell.connections, one.target);
            let _ = match by_byte {
                true => write!(row, "{:.3} | {ratio:.2} | {:.0} MiB/s", one.cpu_secs_per_gib, one.mib_per_sec),
                false => write!(row, "{:.0} | {ratio:.2} | {:.0}/s", one.cpu_us_per_request, one.requests_per_sec),
            };
            let _ = write!(row, " | {speed:.2} | {:.0} | {:.0} |", one.latency_us, one.minio_us_per_request);
            if one.errors > 0 {
                let _ = write!(row, " {} errors", one.errors);
            }
            println!("{row}");
            if by_byte { self.large.push(row) } else { self.small.push(row) }
        }
        if let (Some(ours), Some(nginx), Some(direct)) = (ours, nginx, find("direct")) {
            let added = |one: &Measured| one.latency_us - direct.latency_us;
            println!("    added median latency: sealgate {:.0} us, nginx {:.0} us", added(ours), added(nginx));
        }
    }

    /// What was done once: name, CPU seconds, seconds.
    pub fn add_once(&mut self, name: &str, done: &[(&'static str, f64, f64)]) {
        for (target, cpu, secs) in done {
            let row = format!("| {name} | {target} | {cpu:.2} | {secs:.2} |");
            println!("{row}");
            self.once.push(row);
        }
    }

    pub fn add_listing(&mut self, keys: u64, direct: f64, sealed: f64) {
        for (target, secs) in [("direct", direct), (SEALGATE, sealed)] {
            let row =
                format!("| LIST of {keys} keys, whole, {:.2} x direct | {target} | | {secs:.2} |", sealed / direct);
            println!("{row}");
            self.once.push(row);
        }
    }

    /// Writes docs/benchmarks.md.
    pub fn write(&self) -> io::Result<()> {
        let head = "| load | connections | through | CPU | x nginx | rate | x nginx | median us | MinIO CPU us a request |\n\
                    |---|---|---|---|---|---|---|---|---|";
        let text = format!(
            "# Benchmarks\n\nWritten by `cargo bench --bench compare` at commit {}, on {}.\n\n\
             Every row is the median of short turns, in which the targets alternate, all in front of the same MinIO on loopback. \
             CPU is that of the target's own processes; for `direct` and `MinIO SSE` it is MinIO's. `sealgate` seals with SSE-KMS \
             and bucket keys. `x nginx` compares with nginx in the same row, tuned: 256 KiB buffers, nothing collected before it \
             is passed on, connections kept. HAProxy splices. Load generator and servers share the cores.\n\n\
             ## By the byte: CPU seconds a GiB\n\n{head}\n{}\n\n## By the request: CPU microseconds\n\n{head}\n{}\n\n\
             ## Once\n\n| work | through | CPU s | s |\n|---|---|---|---|\n{}\n",
            commit(),
            machine(),
            self.large.join("\n"),
            self.small.join("\n"),
            self.once.join("\n"),
        );
        std::fs::create_dir_all(concat!(env!("CARGO_MANIFEST_DIR"), "/docs"))?;
        std::fs::write(FILE, text)
    }
}

fn commit() -> String {
    first_line(Command::new("git").args(["describe", "--always", "--dirty"]))
}

/// Processor, cores, memory, kernel, and the versions of what is compared.
fn machine() -> String {
    let read = |file: &str| std::fs::read_to_string(file).unwrap_or_default();
    let value = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_once(':').map_or(String::new(), |(_, value)| value.trim().to_owned())
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!(
        "{}, {cores} cores, memory {}, Linux {}; {}; {}",
        value(&read("/proc/cpuinfo"), "model name"),
        value(&read("/proc/meminfo"), "MemTotal"),
        read("/proc/sys/kernel/osrelease").trim(),
        first_line(Command::new("nginx").arg("-v")),
        first_line(Command::new("haproxy").arg("-v")),
    )
}

/// The first line that a program prints, wherever it prints it.
fn first_line(command: &mut Command) -> String {
    let Ok(output) = command.output() else { return "unknown".to_owned() };
    let text = [output.stdout, output.stderr].concat();
    String::from_utf8_lossy(&text).lines().next().unwrap_or_default().trim().to_owned()
}
