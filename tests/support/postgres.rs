//! A real PostgreSQL on a Unix socket in a folder of its own, one for the whole test process, ended with it.

use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use sealgate::database::Config;

use super::data::unique;

pub struct Postgres {
    child: Child,
    programs: PathBuf,
    pub folder: PathBuf,
}

/// The folder of `initdb` and `postgres`, where the tests are to use PostgreSQL.
pub fn programs() -> Option<PathBuf> {
    std::env::var_os("SEALGATE_TEST_POSTGRES").filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// The URL of a new, empty database, where the tests are to use PostgreSQL.
pub fn fresh_url() -> Option<String> {
    programs().map(|_| shared().fresh_url())
}

/// The database of one test: in PostgreSQL if the tests are to use that, else a file in `folder`.
pub fn fresh(folder: &Path) -> Config {
    match fresh_url() {
        Some(url) => Config::Postgres(url.into()),
        None => Config::Sqlite(folder.join("sealgate.db")),
    }
}

/// The process's server, started by the first caller.
pub fn shared() -> &'static Postgres {
    static SHARED: OnceLock<Postgres> = OnceLock::new();
    SHARED.get_or_init(|| {
        let postgres = Postgres::start(programs().expect("SEALGATE_TEST_POSTGRES"));
        postgres.end_with_this_process();
        postgres
    })
}

impl Postgres {
    fn start(programs: PathBuf) -> Self {
        let folder = tempfile::Builder::new().prefix("sealgate-postgres-").tempdir().unwrap().keep();
        let user = unprivileged(&folder);
        let data = folder.join("data");
        let log = std::fs::File::create(folder.join("log")).unwrap();
        let run = |program: &str, arguments: &[&str]| {
            let mut command = Command::new(programs.join(program));
            command.args(arguments).arg("-D").arg(&data).current_dir(&folder).stdin(Stdio::null());
            command.stdout(log.try_clone().unwrap()).stderr(log.try_clone().unwrap());
            if let Some((uid, gid)) = user {
                command.uid(uid).gid(gid);
            }
            command.spawn().unwrap_or_else(|error| panic!("start {program}: {error}"))
        };
        let made = run("initdb", &["-U", "sealgate", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"]).wait().unwrap();
        assert!(made.success(), "initdb: {}", folder.join("log").display());
        let socket = folder.to_str().unwrap();
        // The strictest default that an operator may have set: what needs another isolation has to say so.
        let isolation = "default_transaction_isolation=serializable";
        let settings =
            ["-c", "listen_addresses=", "-c", "max_connections=500", "-c", "fsync=off", "-c", isolation, "-k", socket];
        let postgres = Self { child: run("postgres", &settings), programs, folder };
        let deadline = Instant::now() + Duration::from_secs(60);
        while !postgres.client("pg_isready", &["-q"]) {
            let log = postgres.folder.join("log");
            assert!(Instant::now() < deadline, "PostgreSQL did not start: {}", log.display());
            std::thread::sleep(Duration::from_millis(100));
        }
        postgres
    }

    fn fresh_url(&self) -> String {
        let name = unique("db").replace('-', "_");
        assert!(self.client("createdb", &[&name]), "createdb");
        format!("postgres://sealgate@localhost/{name}?host={}", self.folder.display())
    }

    fn client(&self, program: &str, arguments: &[&str]) -> bool {
        let mut command = Command::new(self.programs.join(program));
        command.args(arguments).env("PGHOST", &self.folder).env("PGUSER", "sealgate").stdin(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }

    /// Every byte that the server keeps, write-ahead log included.
    pub fn stored(&self) -> Vec<u8> {
        assert!(self.client("psql", &["-q", "-c", "CHECKPOINT", "postgres"]), "checkpoint");
        let mut stored = Vec::new();
        let mut folders = vec![self.folder.join("data")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().flatten() {
                match entry.file_type().unwrap().is_dir() {
                    true => folders.push(entry.path()),
                    // Other tests make and drop files meanwhile.
                    false => stored.extend(std::fs::read(entry.path()).unwrap_or_default()),
                }
            }
        }
        stored
    }

    /// Statics are not dropped: a small watcher process ends the server and removes its folder once this process is gone,
    /// however it went.
    fn end_with_this_process(&self) {
        let script = format!(
            "(while kill -0 {} 2>/dev/null; do sleep 0.5; done; kill -QUIT {} 2>/dev/null; sleep 1; rm -rf '{}') &",
            std::process::id(),
            self.child.id(),
            self.folder.display()
        );
        let mut command = Command::new("sh");
        command.args(["-c", &script]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().expect("start the watcher");
    }
}

/// PostgreSQL does not run as root: then the folder is given to another user, whose ids these are.
fn unprivileged(folder: &Path) -> Option<(u32, u32)> {
    if std::fs::metadata("/proc/self").unwrap().uid() != 0 {
        return None;
    }
    let id = |flag: &str, name: &str| {
        let answer = Command::new("id").args([flag, name]).output().ok()?;
        String::from_utf8(answer.stdout).ok()?.trim().parse().ok()
    };
    let user = ["postgres", "nobody"].into_iter().find_map(|name| Some((id("-u", name)?, id("-g", name)?)));
    let (uid, gid) = user.expect("a user to run PostgreSQL as");
    chown(folder, Some(uid), Some(gid)).unwrap();
    Some((uid, gid))
}
