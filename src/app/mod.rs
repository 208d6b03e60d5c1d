//! The only place where rooms are joined: settings in, a running gateway out.
//!
//! Guarantee: it listens only when everything behind it is open; when it stops, open requests end first, within the
//! drain time.

mod chores;
mod connection;
mod credentials;
mod descriptors;
mod house;
mod hygiene;
mod janitor;
mod listener;
mod patient_io;
mod system_bucket;
mod tls;
mod wire;
mod workers;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use tokio::net::TcpListener;

use crate::bucket::Buckets;
use crate::config::Settings;
use crate::front::Pace;
use crate::front::console::Console;
use crate::object::Objects;
use crate::upstream::Upstream;
use janitor::Janitor;
use listener::Listener;
use workers::Workers;

pub use hygiene::keep_memory_private;

/// The most connections to the console at once.
const MOST_OPERATORS: usize = 100;

/// A gateway that serves until it is stopped.
pub struct Running {
    address: SocketAddr,
    console_address: SocketAddr,
    scheme: &'static str,
    made: Option<MadeCredentials>,
    upstream: Arc<Upstream>,
    draining: Arc<AtomicBool>,
    drain: Duration,
    clients: Listener,
    console: Listener,
    janitor: Janitor,
    chores: chores::Chores,
    workers: Arc<Workers>,
}

/// The root user's access key, if this start made it.
pub struct MadeCredentials {
    pub access_key_id: String,
    pub secret_key: zeroize::Zeroizing<String>,
    /// Where it is kept.
    pub file: PathBuf,
}

/// The rooms that commands beside `serve` work in.
pub struct Rooms {
    pub objects: Arc<Objects>,
    pub buckets: Arc<Buckets>,
}

/// Opens every room and listens to nobody.
pub async fn open_without_serving(settings: Settings) -> anyhow::Result<Rooms> {
    let house = house::open(settings).await?;
    Ok(Rooms { objects: house.doors.s3.objects.clone(), buckets: house.doors.s3.buckets.clone() })
}

/// Opens every room and listens.
pub async fn start(settings: Settings) -> anyhow::Result<Running> {
    let acceptor = settings.tls.as_ref().map(tls::acceptor).transpose()?;
    let scheme = if acceptor.is_some() { "https" } else { "http" };
    let (listen, console_listen, drain) = (settings.listen, settings.console_listen, settings.drain);
    let proxies = Arc::new(settings.trusted_proxies.clone());
    let body = Pace { silence: settings.body_timeout, least_rate: settings.body_least_rate };
    let limits = connection::Limits { header: settings.header_timeout, body };
    let most = descriptors::make_room(settings.max_connections);
    let house = house::open(settings).await?;
    let clients = TcpListener::bind(listen).await.with_context(|| bind_hint("listen", listen))?;
    let console =
        TcpListener::bind(console_listen).await.with_context(|| bind_hint("console_listen", console_listen))?;
    let draining = Arc::new(AtomicBool::new(false));
    let upstream = house.upstream;
    let workers = Arc::new(Workers::start().context("cannot start threads")?);
    let janitor = Janitor::spawn(house.doors.s3.objects.clone());
    let shown =
        Console { metrics: house.doors.metrics.clone(), upstream: upstream.clone(), draining: draining.clone() };
    Ok(Running {
        address: clients.local_addr()?,
        console_address: console.local_addr()?,
        scheme,
        made: house.made,
        upstream,
        draining,
        drain,
        clients: Listener::spawn(
            clients,
            acceptor,
            connection::Clients { doors: Arc::new(house.doors), limits, proxies },
            (workers.clone(), most),
        ),
        console: Listener::spawn(
            console,
            None,
            connection::Operators { console: Arc::new(shown), limits },
            (workers.clone(), MOST_OPERATORS),
        ),
        janitor,
        chores: house.chores,
        workers,
    })
}

fn bind_hint(setting: &str, address: SocketAddr) -> String {
    format!("cannot listen on {address}; is another process there? Set `{setting}` to a free address")
}

impl Running {
    /// Where S3, KMS and STS are served.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL for `--endpoint-url`.
    pub fn endpoint(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    pub fn console_address(&self) -> SocketAddr {
        self.console_address
    }

    /// The backend, as it is: what it holds is ciphertext and envelopes.
    pub fn upstream(&self) -> &Arc<Upstream> {
        &self.upstream
    }

    pub fn made_credentials(&self) -> Option<&MadeCredentials> {
        self.made.as_ref()
    }

    /// What the janitor does each hour, as if it were `now`. Returns how many uploads were cleared.
    pub async fn clear_abandoned_uploads(&self, now: SystemTime) -> Result<usize, crate::object::Error> {
        self.janitor.round(now).await
    }

    /// Takes no more requests, lets the open ones end, and breaks off what is left after the drain time.
    pub async fn stop(self) {
        self.draining.store(true, Relaxed);
        self.clients.stop(self.drain).await;
        self.console.stop(Duration::from_secs(1)).await;
        self.janitor.stop().await;
        // Before the workers: a database connection that they opened lives no longer than their threads.
        self.chores.stop().await;
        if let Some(workers) = Arc::into_inner(self.workers) {
            workers.stop().await;
        }
    }
}
