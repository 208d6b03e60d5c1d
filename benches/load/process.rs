//! A server's process: its CPU seconds and its resident memory, with all its children.

use std::collections::HashMap;
use std::process::{Child, Command};
use std::time::Duration;

pub struct Process {
    child: Child,
    pub name: &'static str,
}

/// The CPU time of a process and its children at some moment.
pub struct Meter<'a> {
    process: &'a Process,
    threads: HashMap<String, f64>,
    whole: f64,
}

impl Process {
    pub fn start(name: &'static str, command: &mut Command) -> std::io::Result<Self> {
        Ok(Self { child: command.spawn()?, name })
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn has_ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)) | Err(_))
    }

    /// Begins to count CPU time.
    pub fn meter(&self) -> Meter<'_> {
        Meter { process: self, threads: threads(self.id()), whole: whole(self.id()) }
    }

    /// User and system time so far, in seconds.
    pub fn cpu_secs(&self) -> f64 {
        threads(self.id()).values().sum()
    }

    /// Resident bytes.
    pub fn resident(&self) -> u64 {
        family(self.id()).into_iter().filter_map(resident).sum()
    }

    /// Ends it as an operator would.
    pub fn stop(&mut self) {
        if self.has_ended() {
            return;
        }
        let _ = Command::new("kill").arg(self.id().to_string()).status();
        for _ in 0..1000 {
            if self.has_ended() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
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

impl Meter<'_> {
    /// User and system time since then, in seconds.
    pub fn secs(&self) -> f64 {
        let now = threads(self.process.id());
        let living: f64 =
            now.iter().map(|(thread, secs)| secs - self.threads.get(thread).copied().unwrap_or(0.0)).sum();
        let whole = whole(self.process.id()) - self.whole;
        // Threads that have ended count in the whole alone, which is rounded to ticks.
        let rounding = 2.0 * family(self.process.id()).len() as f64 / TICKS_PER_SEC;
        if whole > living + rounding { whole } else { living }
    }
}

/// Linux counts in hundredths of a second on every architecture that it tells programs of.
const TICKS_PER_SEC: f64 = 100.0;

/// CPU seconds of the family's processes, in ticks: fields 14 and 15 of proc_pid_stat(5).
fn whole(id: u32) -> f64 {
    let ticks = |id| Some(field::<u64>(id, 11)? + field::<u64>(id, 12)?);
    family(id).into_iter().filter_map(ticks).sum::<u64>() as f64 / TICKS_PER_SEC
}

/// CPU seconds of each living thread of the family, by its folder, to the nanosecond.
fn threads(id: u32) -> HashMap<String, f64> {
    let tasks = family(id).into_iter().map(|id| format!("/proc/{id}/task"));
    let entries = tasks.flat_map(|folder| std::fs::read_dir(folder).into_iter().flatten().flatten());
    let one = |folder: String| {
        let text = std::fs::read_to_string(format!("{folder}/schedstat")).ok()?;
        let nanos: f64 = text.split_whitespace().next()?.parse().ok()?;
        Some((folder, nanos / 1e9))
    };
    entries.filter_map(|entry| one(entry.path().to_string_lossy().into_owned())).collect()
}

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
    field(id, 1)
}

/// A field of proc_pid_stat(5), counted from the one behind the name in parentheses, which may hold spaces.
fn field<T: std::str::FromStr>(id: u32, at: usize) -> Option<T> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(at)?.parse().ok()
}

fn resident(id: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()? * 1024)
}
