//! The servers under load, each a process of its own.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::sign::Signer;

const ACCESS_KEY: &str = "SEALGATEBENCHROOT";
const SECRET_KEY: &str = "a-secret-for-benches-only";

pub struct Server {
    pub name: &'static str,
    pub address: SocketAddr,
    pub signer: Signer,
    child: Child,
    _folder: tempfile::TempDir,
}

impl Server {
    pub fn sealgate() -> Self {
        let (address, console) = (free_address(), free_address());
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_sealgate"));
        // The bench's own settings are none of the gateway's.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"SEALGATE_")) {
            command.env_remove(name);
        }
        let child = command
            .arg("serve")
            .env("SEALGATE_LISTEN", address.to_string())
            .env("SEALGATE_CONSOLE_LISTEN", console.to_string())
            .env("SEALGATE_DATA_DIR", folder.path().join("data"))
            .env("SEALGATE_ROOT_ACCESS_KEY", ACCESS_KEY)
            .env("SEALGATE_ROOT_SECRET_KEY", SECRET_KEY)
            .env("SEALGATE_LOG", "warn")
            .stdout(Stdio::null())
            .spawn()
            .expect("sealgate starts");
        Self::new("sealgate", address, child, folder)
    }

    /// `None` where moto's server is not installed (`pip install "moto[server]"`).
    pub fn moto() -> Option<Self> {
        let binary = std::env::var_os("SEALGATE_MOTO").unwrap_or_else(|| "moto_server".into());
        let address = free_address();
        let started = Command::new(binary)
            .args(["-H", "127.0.0.1", "-p", &address.port().to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        match started {
            Ok(child) => Some(Self::new("moto", address, child, tempfile::tempdir().unwrap())),
            Err(error) => {
                println!("moto_server is not here ({error}); only sealgate is measured");
                None
            }
        }
    }

    fn new(name: &'static str, address: SocketAddr, child: Child, folder: tempfile::TempDir) -> Self {
        let signer = Signer {
            access_key: ACCESS_KEY.into(),
            secret_key: SECRET_KEY.into(),
            session_token: None,
            region: "us-east-1".into(),
            service: "kms",
        };
        let server = Self { name, address, signer, child, _folder: folder };
        let deadline = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(address).is_err() {
            assert!(Instant::now() < deadline, "{name} does not listen");
            std::thread::sleep(Duration::from_millis(50));
        }
        server
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}
