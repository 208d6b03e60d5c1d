//! One run: the servers' folder, the MinIO that all share, and the scale.

use std::cell::OnceCell;
use std::io;
use std::time::Duration;

use crate::load::{self, Server, Servers};
use crate::targets::Field;

pub struct Run {
    // In the order in which they end: the folder goes when no server writes to it any more.
    field: OnceCell<Field>,
    pub minio: Server,
    pub servers: Servers,
    /// A reduced scale.
    pub quick: bool,
}

impl Run {
    pub fn new(quick: bool) -> io::Result<Self> {
        let servers = Servers::new()?;
        let minio = servers.minio()?;
        Ok(Self { field: OnceCell::new(), minio, servers, quick })
    }

    /// The servers under comparison, started by the first stage that needs them.
    pub fn field(&self) -> io::Result<&Field> {
        if let Some(field) = self.field.get() {
            return Ok(field);
        }
        let field = Field::start(self)?;
        Ok(self.field.get_or_init(|| field))
    }

    /// How often each target takes its turn.
    pub fn turns(&self, full: usize) -> usize {
        load::option("--turns", if self.quick { full.min(3) } else { full })
    }

    pub fn turn(&self) -> Duration {
        Duration::from_millis(load::option("--turn-millis", 1000))
    }

    /// A number of the full scale, or of the reduced one.
    pub fn scale(&self, full: u64, reduced: u64) -> u64 {
        if self.quick { reduced } else { full }
    }

    /// A gateway of a stage's own, in front of the same MinIO.
    pub fn gateway(&self, store: &str) -> io::Result<Server> {
        self.servers.sealgate(self.minio.s3.address, store)
    }
}
