//! Servers on loopback ports of their own, with folders of their own under the system's temporary one.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::endpoint::{Endpoint, Request};
use super::process::Process;

pub const ACCESS_KEY: &str = "SGBENCHACCESSKEY0001";
pub const SECRET_KEY: &str = "bench-secret-key-bench-secret-key-bench-";

/// The folder of all servers' files; removed at the end.
pub struct Servers {
    folder: tempfile::TempDir,
}

/// What is to be started.
pub struct Plan {
    pub name: &'static str,
    pub address: SocketAddr,
    pub command: Command,
}

/// A running server.
pub struct Server {
    pub process: Process,
    pub s3: Endpoint,
}

impl Servers {
    pub fn new() -> io::Result<Self> {
        Ok(Self { folder: tempfile::Builder::new().prefix("sealgate-bench-").tempdir()? })
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Starts a server and waits until it answers.
    pub fn start(&self, plan: Plan) -> io::Result<Server> {
        let mut server = self.spawn(plan)?;
        self.await_ready(&mut server)?;
        Ok(server)
    }

    /// Starts a server. Its output goes to a file, as an operator's would.
    pub fn spawn(&self, mut plan: Plan) -> io::Result<Server> {
        let log = std::fs::File::options().create(true).append(true).open(self.log(plan.name))?;
        plan.command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let process = Process::start(plan.name, &mut plan.command)?;
        Ok(Server { process, s3: Endpoint::s3(plan.address, ACCESS_KEY, SECRET_KEY) })
    }

    fn log(&self, name: &str) -> PathBuf {
        self.path(&format!("{name}.log"))
    }

    /// Asks again and again for the list of buckets.
    fn await_ready(&self, server: &mut Server) -> io::Result<()> {
        let deadline = Instant::now() + Duration::from_secs(60);
        while !server.s3.call(Request::new("GET", "/")).is_ok_and(|answer| answer.head.status == 200) {
            if server.process.has_ended() || Instant::now() > deadline {
                let log = std::fs::read_to_string(self.log(server.process.name)).unwrap_or_default();
                return Err(io::Error::other(format!("{} did not start: {log}", server.process.name)));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Empties MinIO's trash. MinIO does the same, but for the first time five minutes after its start, whatever
    /// MINIO_API_DELETE_CLEANUP_INTERVAL says.
    pub fn settle(&self) {
        let trash = self.path("minio").join(".minio.sys/tmp/.trash");
        for entry in std::fs::read_dir(trash).into_iter().flatten().flatten() {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }

    /// Whether MinIO can take so many bytes more: it refuses writes where less than a tenth of the disk is free.
    pub fn has_room(&self, bytes: u64) -> io::Result<bool> {
        let output =
            Command::new("df").args(["--block-size=1", "--output=avail,size"]).arg(self.folder.path()).output()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut numbers = text.split_whitespace().filter_map(|word| word.parse::<u64>().ok());
        match (numbers.next(), numbers.next()) {
            (Some(free), Some(size)) => Ok(free > bytes + size / 8),
            _ => Err(io::Error::other(format!("df says {text}"))),
        }
    }
}

/// The binary that a setting names, or the one on the PATH, or where Debian and `go install` put it.
pub fn binary(setting: &str, name: &str) -> PathBuf {
    if let Some(set) = std::env::var_os(setting) {
        return set.into();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&path).collect();
    places.extend(["/usr/sbin".into(), PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join("go/bin")]);
    places.into_iter().map(|place| place.join(name)).find(|file| file.is_file()).unwrap_or_else(|| name.into())
}

pub fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}
