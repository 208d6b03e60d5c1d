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

/// The process and its descendants. Not every kernel lists children, so they are found by their parent.
fn family(id: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let parents: Vec<(u32, u32)> = ids.filter_map(|id| Some((id, parent(id)?))).collect();
    let mut family = vec![id];
    let mut at = 0;
    while let Some(&one) = family.get(at) {
        family.extend(parents.iter().filter(|(_, parent)| *parent == one).map(|(id, _)| *id));
        at += 1;
    }
    family
}

fn parent(id: u32) -> Option<u32> {
    stat_fields(id)?.get(1)?.parse().ok()
}

/// What stands behind the name in parentheses, which may hold spaces: the third field of proc_pid_stat(5) is the first.
fn stat_fields(id: u32) -> Option<Vec<String>> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    Some(stat.rsplit_once(')')?.1.split_whitespace().map(str::to_owned).collect())
}

fn cpu_ticks(id: u32) -> Option<u64> {
    let fields = stat_fields(id)?;
    Some(fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?)
}

fn resident(id: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()? * 1024)
}
