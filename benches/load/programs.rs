//! The programs under comparison: MinIO, the gateway, moto.

use std::io;
use std::net::SocketAddr;
use std::process::Command;

use super::servers::{ACCESS_KEY, Plan, SECRET_KEY, Server, Servers, binary, free_address};

/// For MinIO's own SSE.
const MINIO_KMS: &str = "bench:MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=";

impl Servers {
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
            .env("HOME", self.path("home"));
        self.start(Plan { name: "minio", address, command })
    }

    /// A gateway with its defaults. `store` names the folder of its keys: gateways that are given the same one follow each
    /// other.
    pub fn sealgate_plan(&self, backend: SocketAddr, store: &str) -> io::Result<Plan> {
        let mut plan = self.gateway_plan("sealgate", store)?;
        plan.command
            .env("SEALGATE_BACKEND_ENDPOINT", format!("http://{backend}"))
            .env("SEALGATE_BACKEND_ACCESS_KEY", ACCESS_KEY)
            .env("SEALGATE_BACKEND_SECRET_KEY", SECRET_KEY);
        Ok(plan)
    }

    /// The gateway that this package builds, or the one that SEALGATE_BIN names, on its own disk.
    fn gateway_plan(&self, name: &'static str, store: &str) -> io::Result<Plan> {
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
            .env("SEALGATE_LOG", super::option("--log", "info".to_owned()))
            .env("SEALGATE_LISTEN", address.to_string())
            .env("SEALGATE_CONSOLE_LISTEN", free_address()?.to_string())
            .env("SEALGATE_DATA_DIR", self.path(store))
            .env("SEALGATE_SYSTEM_BUCKET", format!("{store}-system"))
            .env("SEALGATE_ROOT_ACCESS_KEY", ACCESS_KEY)
            .env("SEALGATE_ROOT_SECRET_KEY", SECRET_KEY);
        Ok(Plan { name, address, command })
    }

    /// A gateway on its own disk.
    pub fn store(&self) -> io::Result<Server> {
        self.start(self.gateway_plan("store", "store")?)
    }

    pub fn sealgate(&self, backend: SocketAddr, store: &str) -> io::Result<Server> {
        self.start(self.sealgate_plan(backend, store)?)
    }

    /// Moto's server (`pip install "moto[server]"`), of SEALGATE_MOTO or on the PATH.
    pub fn moto(&self) -> io::Result<Server> {
        let address = free_address()?;
        let mut command = Command::new(binary("SEALGATE_MOTO", "moto_server"));
        command.args(["-H", "127.0.0.1", "-p", &address.port().to_string()]);
        self.start(Plan { name: "moto", address, command })
    }
}
