//! What is compared, each on a loopback port of its own and with a folder of its own under the system's temporary one.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::client::S3;
use super::process::Process;

pub const ACCESS_KEY: &str = "SGBENCHACCESSKEY0001";
const SECRET_KEY: &str = "bench-secret-key-bench-secret-key-bench-";
/// For MinIO's own SSE.
const MINIO_KMS: &str = "bench:MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=";

/// The folder of all servers' files; removed at the end.
pub struct Servers {
    folder: tempfile::TempDir,
}

/// A running server.
pub struct Server {
    pub process: Process,
    pub s3: S3,
}

impl Servers {
    pub fn new() -> io::Result<Self> {
        Ok(Self { folder: tempfile::Builder::new().prefix("sealgate-bench-").tempdir()? })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn start(&self, name: &'static str, address: SocketAddr, command: &mut Command) -> io::Result<Server> {
        let log = std::fs::File::create(self.path(&format!("{name}.log")))?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let process = Process::start(name, command)?;
        let s3 = S3::new(address, ACCESS_KEY, SECRET_KEY);
        let server = Server { process, s3 };
        self.await_ready(&server)?;
        Ok(server)
    }

    fn await_ready(&self, server: &Server) -> io::Result<()> {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let listening = TcpStream::connect(server.s3.address).is_ok();
            let ready = listening
                && server.s3.call(super::Request::new("GET", "/"), None).is_ok_and(|answer| answer.status == 200);
            if ready {
                return Ok(());
            }
            if Instant::now() > deadline {
                let log = std::fs::read_to_string(self.path(&format!("{}.log", server.process.name)));
                return Err(io::Error::other(format!("{} did not start: {}", server.process.name, log?)));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    pub fn minio(&self) -> io::Result<Server> {
        let address = free_address()?;
        let data = self.path("minio");
        std::fs::create_dir_all(&data)?;
        let mut command = Command::new(binary("SEALGATE_MINIO", "minio"));
        command
            .args(["server", "--quiet", "--address", &address.to_string(), "--console-address", "127.0.0.1:0"])
            .arg(&data)
            .env("MINIO_ROOT_USER", ACCESS_KEY)
            .env("MINIO_ROOT_PASSWORD", SECRET_KEY)
            .env("MINIO_KMS_SECRET_KEY", MINIO_KMS)
            .env("MINIO_API_DELETE_CLEANUP_INTERVAL", "1s")
            .env("MINIO_BROWSER", "off")
            .env("MINIO_UPDATE", "off")
            .env("HOME", self.folder.path());
        self.start("minio", address, &mut command)
    }

    /// The gateway that this package builds, or the one that SEALGATE_BIN names.
    pub fn sealgate(&self, backend: &Server) -> io::Result<Server> {
        let address = free_address()?;
        let binary = std::env::var("SEALGATE_BIN").unwrap_or_else(|_| env!("CARGO_BIN_EXE_sealgate").to_owned());
        let mut command = Command::new(binary);
        // The benches' own settings are none of the gateway's, which refuses what it does not know.
        std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("SEALGATE_")).for_each(
            |(name, _)| {
                command.env_remove(name);
            },
        );
        command
            .arg("serve")
            .env("SEALGATE_LISTEN", address.to_string())
            .env("SEALGATE_CONSOLE_LISTEN", free_address()?.to_string())
            .env("SEALGATE_DATA_DIR", self.path(&format!("sealgate-{}", address.port())))
            .env("SEALGATE_ROOT_ACCESS_KEY", ACCESS_KEY)
            .env("SEALGATE_ROOT_SECRET_KEY", SECRET_KEY)
            .env("SEALGATE_BACKEND_ENDPOINT", format!("http://{}", backend.s3.address))
            .env("SEALGATE_BACKEND_ACCESS_KEY", ACCESS_KEY)
            .env("SEALGATE_BACKEND_SECRET_KEY", SECRET_KEY);
        self.start("sealgate", address, &mut command)
    }

    /// Buffers of 256 KiB, nothing collected before it is passed on, connections kept.
    pub fn nginx(&self, backend: &Server) -> io::Result<Server> {
        let address = free_address()?;
        let folder = self.folder.path().display();
        let config = format!(
            "daemon off; worker_processes 2; pid {folder}/nginx.pid; error_log {folder}/nginx-error.log; \
             events {{ worker_connections 1024; }} \
             http {{ access_log off; tcp_nodelay on; keepalive_requests 1000000; client_max_body_size 0; \
             client_body_buffer_size 256k; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; \
             fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s; \
             upstream backend {{ server {backend}; keepalive 256; keepalive_requests 1000000; }} \
             server {{ listen {address} backlog=1024; location / {{ proxy_pass http://backend; proxy_http_version 1.1; \
             proxy_set_header Connection \"\"; proxy_set_header Host $http_host; proxy_request_buffering off; \
             proxy_buffering off; proxy_buffer_size 256k; proxy_buffers 8 256k; }} }} }}",
            backend = backend.s3.address
        );
        let file = self.path("nginx.conf");
        std::fs::write(&file, config)?;
        self.start("nginx", address, Command::new(binary("SEALGATE_NGINX", "nginx")).arg("-c").arg(file))
    }

    /// Two threads, kernel splicing in both directions.
    pub fn haproxy(&self, backend: &Server) -> io::Result<Server> {
        let address = free_address()?;
        let config = format!(
            "global\n  nbthread 2\n  maxconn 4000\n  tune.pipesize 262144\n\
             defaults\n  mode http\n  option splice-auto\n  option http-no-delay\n  http-reuse always\n  \
             timeout connect 5s\n  timeout client 60s\n  timeout server 60s\n\
             frontend front\n  bind {address}\n  default_backend back\n\
             backend back\n  server minio {}\n",
            backend.s3.address
        );
        let file = self.path("haproxy.cfg");
        std::fs::write(&file, config)?;
        self.start(
            "haproxy",
            address,
            Command::new(binary("SEALGATE_HAPROXY", "haproxy")).arg("-db").arg("-f").arg(file),
        )
    }

    /// Waits until MinIO has emptied its trash, within a quarter of a minute.
    pub fn settle(&self) {
        let trash = self.path("minio").join(".minio.sys/tmp/.trash");
        for _ in 0..30 {
            if is_empty(&trash) {
                return;
            }
            std::thread::sleep(Duration::from_millis(500));
        }
    }
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none())
}

/// The binary that a setting names, or the one on the PATH, or where `go install` puts it.
fn binary(setting: &str, name: &str) -> PathBuf {
    if let Some(set) = std::env::var_os(setting) {
        return set.into();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&path).collect();
    places.extend(["/usr/sbin".into(), PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join("go/bin")]);
    places.into_iter().map(|place| place.join(name)).find(|file| file.is_file()).unwrap_or_else(|| name.into())
}

fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}
