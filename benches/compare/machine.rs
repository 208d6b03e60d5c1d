//! Where and with what it was measured.

use std::process::Command;

use crate::load::{self, servers::binary};

/// The commit, and whether the tree or the gateway was another one. The documentation that a run writes does not count.
pub fn commit() -> String {
    let mut text = first_line(Command::new("git").args(["rev-parse", "--short=12", "HEAD"]));
    let changed = Command::new("git").args(["status", "--porcelain", "--", ".", ":!docs"]).output();
    if changed.is_ok_and(|output| !output.stdout.is_empty()) {
        text.push_str(" with uncommitted changes");
    }
    if let Ok(binary) = std::env::var("SEALGATE_BIN") {
        let binary = binary.strip_prefix(concat!(env!("CARGO_MANIFEST_DIR"), "/")).unwrap_or(&binary);
        let in_tree = !binary.starts_with('/');
        text.push_str(&format!(", the gateway {}", if in_tree { binary } else { "another build (SEALGATE_BIN)" }));
    }
    let level = load::option("--log", String::new());
    if !level.is_empty() {
        text.push_str(&format!(", log level {level}"));
    }
    text
}

/// The time in UTC, to the minute.
pub fn date() -> String {
    let now = time::OffsetDateTime::now_utc();
    format!("{} {:02}:{:02} UTC", now.date(), now.hour(), now.minute())
}

/// Processor, cores, memory, kernel, and the versions of what is compared.
pub fn description() -> String {
    let read = |file: &str| std::fs::read_to_string(file).unwrap_or_default();
    let value = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_once(':').map_or(String::new(), |(_, value)| value.trim().to_owned())
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory: u64 = value(&read("/proc/meminfo"), "MemTotal").trim_end_matches(" kB").parse().unwrap_or(0);
    let version = |setting, name, flag| first_line(Command::new(binary(setting, name)).arg(flag));
    let lines = [
        format!("{}, {cores} cores, {} GiB of memory", value(&read("/proc/cpuinfo"), "model name"), memory >> 20),
        format!("Linux {}", read("/proc/sys/kernel/osrelease").trim()),
        minio(),
        version("SEALGATE_NGINX", "nginx", "-v"),
        version("SEALGATE_HAPROXY", "haproxy", "-v"),
        first_line(Command::new("rustc").arg("--version")),
    ];
    lines.map(|line| format!("- {line}\n")).concat()
}

/// MinIO by its module's version, where Go can tell it: a build from source calls itself a development version.
fn minio() -> String {
    let binary = binary("SEALGATE_MINIO", "minio");
    let output = Command::new("go").args(["version", "-m"]).arg(&binary).output();
    let text = output.map_or(String::new(), |output| String::from_utf8_lossy(&output.stdout).into_owned());
    let module = text.lines().find_map(|line| line.trim().strip_prefix("mod\t")?.split('\t').nth(1));
    module.map_or_else(|| first_line(Command::new(&binary).arg("--version")), |version| format!("MinIO {version}"))
}

/// The first line that a program prints, wherever it prints it.
fn first_line(command: &mut Command) -> String {
    let name = command.get_program().to_string_lossy().into_owned();
    let Ok(output) = command.current_dir(env!("CARGO_MANIFEST_DIR")).output() else {
        return format!("{name}: not installed");
    };
    let text = [output.stdout, output.stderr].concat();
    String::from_utf8_lossy(&text).lines().next().unwrap_or_default().trim().to_owned()
}
