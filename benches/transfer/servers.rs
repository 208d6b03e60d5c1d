//! The two servers under load: a MinIO, and sealgate in front of it.

use std::io::Read;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::minio::{self, Minio};
use crate::process::{self, Watch};
use crate::sign::Signer;

/// An endpoint and whom it knows.
#[derive(Clone)]
pub struct Target {
    pub name: &'static str,
    pub address: SocketAddr,
    pub signer: Signer,
    pub is_gateway: bool,
    pub bucket: &'static str,
}

pub struct Servers {
    minio: Minio,
    gateway: Gateway,
    /// Resident memory of the gateway before any load, in bytes.
    pub idle: u64,
}

struct Gateway {
    child: Child,
    address: SocketAddr,
    _folder: tempfile::TempDir,
}

const ACCESS_KEY: &str = "SEALGATEBENCHROOT";
const SECRET_KEY: &str = "a-secret-for-benches-only";

impl Servers {
    pub fn start() -> Self {
        let binary = std::env::var_os("SEALGATE_MINIO").map(PathBuf::from).unwrap_or_else(|| "minio".into());
        let minio = Minio::start(&binary);
        let gateway = Gateway::start(minio.address);
        std::thread::sleep(Duration::from_secs(1));
        let idle = process::resident(gateway.child.id());
        Self { minio, gateway, idle }
    }

    pub fn targets(&self) -> [Target; 2] {
        let signer = |access_key: &str, secret_key: &str| Signer {
            access_key: access_key.into(),
            secret_key: secret_key.into(),
            session_token: None,
            region: "us-east-1".into(),
            service: "s3",
        };
        [
            Target {
                name: "MinIO",
                address: self.minio.address,
                signer: signer(minio::ACCESS_KEY, minio::SECRET_KEY),
                is_gateway: false,
                bucket: "bench-direct",
            },
            Target {
                name: "sealgate",
                address: self.gateway.address,
                signer: signer(ACCESS_KEY, SECRET_KEY),
                is_gateway: true,
                bucket: "bench-sealed",
            },
        ]
    }

    pub fn gateway_cpu(&self) -> f64 {
        process::cpu(self.gateway.child.id())
    }

    pub fn minio_cpu(&self) -> f64 {
        process::cpu(self.minio.id())
    }

    pub fn watch_memory(&self) -> Watch {
        Watch::start(self.gateway.child.id())
    }
}

impl Gateway {
    fn start(backend: SocketAddr) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (address, console) = (minio::free_address(), minio::free_address());
        let log = std::fs::File::create(folder.path().join("sealgate.log")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_sealgate"));
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("SEALGATE_")) {
            command.env_remove(name);
        }
        let child = command
            .arg("serve")
            .env("SEALGATE_LISTEN", address.to_string())
            .env("SEALGATE_CONSOLE_LISTEN", console.to_string())
            .env("SEALGATE_DATA_DIR", folder.path().join("data"))
            .env("SEALGATE_ROOT_ACCESS_KEY", ACCESS_KEY)
            .env("SEALGATE_ROOT_SECRET_KEY", SECRET_KEY)
            .env("SEALGATE_BACKEND_ENDPOINT", format!("http://{backend}"))
            .env("SEALGATE_BACKEND_ACCESS_KEY", minio::ACCESS_KEY)
            .env("SEALGATE_BACKEND_SECRET_KEY", minio::SECRET_KEY)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("start sealgate");
        let deadline = Instant::now() + Duration::from_secs(30);
        while std::net::TcpStream::connect(address).is_err() {
            if Instant::now() > deadline {
                let mut text = String::new();
                let _ = std::fs::File::open(folder.path().join("sealgate.log"))
                    .and_then(|mut log| log.read_to_string(&mut text));
                panic!("sealgate did not start: {text}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Self { child, address, _folder: folder }
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
