//! A server's process: its CPU seconds and its resident memory, with all its children.

use std::process::{Child, Command};
use std::time::Duration;

pub struct Process {
    child: Child,
    pub name: &'static str,
}

impl Process {
    pub fn start(name: &'static str, command: &mut Command) -> std::io::Result<Self> {
        Ok(Self { child: command.spawn()?, name })
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// User and system time so far, in seconds.
    pub fn cpu_secs(&self) -> f64 {
        let ticks: u64 = family(self.id()).into_iter().filter_map(cpu_ticks).sum();
        ticks as f64 / TICKS_PER_SEC
    }

    /// Resident bytes.
    pub fn resident(&self) -> u64 {
        family(self.id()).into_iter().filter_map(resident).sum()
    }

    /// Ends it as an operator would.
    pub fn stop(&mut self) {
        let _ = Command::new("kill").arg(self.id().to_string()).status();
        for _ in 0..100 {
            if matches!(self.child.try_wait(), Ok(Some(_)) | Err(_)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Linux counts in hundredths of a second on every architecture that it tells programs of.
const TICKS_PER_SEC: f64 = 100.0;

fn family(id: u32) -> Vec<u32> {
    let mut family = vec![id];
    let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
    for child in children.split_whitespace().filter_map(|child| child.parse().ok()) {
        family.extend(self::family(child));
    }
    family
}

fn cpu_ticks(id: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name in parentheses may hold spaces: fields 14 and 15 are the 12th and 13th behind it.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    Some(fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?)
}

fn resident(id: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()? * 1024)
}
