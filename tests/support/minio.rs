//! A real MinIO on loopback, one for the whole test process, ended with it.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

pub const ACCESS_KEY: &str = "backendroot";
pub const SECRET_KEY: &str = "backendsecret";

pub struct Minio {
    child: Child,
    pub address: SocketAddr,
    pub folder: PathBuf,
}

/// The path of the binary, where the tests are to use MinIO.
pub fn binary() -> Option<PathBuf> {
    std::env::var_os("SEALGATE_TEST_MINIO").filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// The process's MinIO, started by the first caller.
pub fn shared() -> &'static Minio {
    static SHARED: OnceLock<Minio> = OnceLock::new();
    SHARED.get_or_init(|| {
        let minio = Minio::start(&binary().expect("SEALGATE_TEST_MINIO"));
        end_with_this_process(&minio);
        minio
    })
}

impl Minio {
    pub fn start(binary: &std::path::Path) -> Self {
        let folder = tempfile::Builder::new().prefix("sealgate-minio-").tempdir().unwrap().keep();
        let address = free_address();
        let log = std::fs::File::create(folder.join("minio.log")).unwrap();
        let data = folder.join("data");
        std::fs::create_dir(&data).unwrap();
        let child = Command::new(binary)
            .args(["server", "--quiet", "--address", &address.to_string(), "--console-address", "127.0.0.1:0"])
            .arg(&data)
            .env("MINIO_ROOT_USER", ACCESS_KEY)
            .env("MINIO_ROOT_PASSWORD", SECRET_KEY)
            .env("MINIO_API_DELETE_CLEANUP_INTERVAL", "1s")
            .env("MINIO_BROWSER", "off")
            .env("MINIO_UPDATE", "off")
            .env("HOME", &folder)
            .stdout(Stdio::from(log.try_clone().unwrap()))
            .stderr(Stdio::from(log))
            .spawn()
            .expect("start MinIO");
        let minio = Self { child, address, folder };
        minio.await_health();
        minio
    }

    /// The process id.
    #[allow(dead_code, reason = "for the benches, which read its processor time")]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    fn await_health(&self) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while !self.healthy() {
            assert!(Instant::now() < deadline, "MinIO did not start: {}", self.folder.join("minio.log").display());
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// An anonymous request is refused with 403 once the store is ready; before, with 503.
    fn healthy(&self) -> bool {
        use std::io::{Read, Write};
        let Ok(mut stream) = std::net::TcpStream::connect_timeout(&self.address, Duration::from_secs(1)) else {
            return false;
        };
        let _ = stream.set_read_timeout(Some(Duration::from_secs(2)));
        let request = format!("GET / HTTP/1.0\r\nHost: {}\r\n\r\n", self.address);
        let mut text = String::new();
        stream.write_all(request.as_bytes()).is_ok()
            && stream.read_to_string(&mut text).is_ok()
            && text.starts_with("HTTP/1.0 403")
    }
}

impl Drop for Minio {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Statics are not dropped: a small watcher process ends MinIO and removes its folder once this process is gone,
/// however it went.
fn end_with_this_process(minio: &Minio) {
    let script = format!(
        "(while kill -0 {} 2>/dev/null; do sleep 0.5; done; kill {} 2>/dev/null; sleep 1; rm -rf '{}') &",
        std::process::id(),
        minio.child.id(),
        minio.folder.display()
    );
    Command::new("sh")
        .args(["-c", &script])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("start the watcher");
}

/// A loopback address whose port was free a moment ago.
pub fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}
