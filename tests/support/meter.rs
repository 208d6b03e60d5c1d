//! A wire between gateway and backend that counts what passes, and keeps what goes down if told to.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{Between, Gateway, minio};

/// Counts bytes in both directions, heads included.
#[derive(Clone)]
pub struct Meter {
    pub address: SocketAddr,
    bytes: Arc<AtomicU64>,
    connections: Arc<AtomicU64>,
    /// What the backend was sent.
    sent: Option<Arc<Mutex<Vec<u8>>>>,
}

impl Meter {
    pub async fn before(backend: SocketAddr) -> Self {
        Self::start(backend, None).await
    }

    /// One that keeps all that the backend is sent.
    pub async fn listening(backend: SocketAddr) -> Self {
        Self::start(backend, Some(Arc::default())).await
    }

    async fn start(backend: SocketAddr, sent: Option<Arc<Mutex<Vec<u8>>>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let meter =
            Self { address: listener.local_addr().unwrap(), bytes: Arc::default(), connections: Arc::default(), sent };
        let (bytes, connections, sent) = (meter.bytes.clone(), meter.connections.clone(), meter.sent.clone());
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                let (bytes, sent) = (bytes.clone(), sent.clone());
                tokio::spawn(async move {
                    let Ok(far) = TcpStream::connect(backend).await else { return };
                    let ((near_read, near_write), (far_read, far_write)) = (near.into_split(), far.into_split());
                    tokio::join!(pump(near_read, far_write, &bytes, sent), pump(far_read, near_write, &bytes, None));
                });
            }
        });
        meter
    }

    /// A gateway with such a wire to its backend, whichever that is. None where there is no gateway.
    pub async fn gateway(settings: &[(&str, &str)]) -> Option<(Gateway, Self)> {
        let backend = match minio::binary() {
            _ if std::env::var_os("SEALGATE_TEST_CONTROL").is_some() => return None,
            Some(_) => minio::shared().address,
            None => Between::embedded().await,
        };
        let meter = Self::listening(backend).await;
        let endpoint = format!("http://{}", meter.address);
        let own = [
            ("SEALGATE_BACKEND_ENDPOINT", endpoint.as_str()),
            ("SEALGATE_BACKEND_ACCESS_KEY", "between"),
            ("SEALGATE_BACKEND_SECRET_KEY", "between-secret"),
        ];
        Some((Gateway::start_with(&[&own, settings].concat()).await, meter))
    }

    /// How many reads of an object, `/bucket/key`, the backend was asked for since it had been sent `before` bytes, and
    /// how many bytes it has been sent now. What is written meanwhile is not to look like a request.
    pub fn reads(&self, path: &str, before: usize) -> (usize, usize) {
        let sent = self.sent.as_ref().expect("it listens").lock().unwrap();
        let text = String::from_utf8_lossy(&sent[before..]);
        let begins = |line: &str| {
            let target = line.strip_prefix("GET ").or(line.strip_prefix("HEAD "));
            target.and_then(|target| target.strip_prefix(path)).is_some_and(|rest| rest.starts_with([' ', '?']))
        };
        (text.lines().filter(|line| begins(line)).count(), sent.len())
    }

    /// What the backend was sent so far.
    pub fn sent(&self) -> Vec<u8> {
        self.sent.as_ref().expect("it listens").lock().unwrap().clone()
    }

    /// How many were opened so far.
    pub fn connections(&self) -> u64 {
        self.connections.load(Ordering::SeqCst)
    }

    /// Bytes so far.
    pub fn read(&self) -> u64 {
        self.bytes.load(Ordering::SeqCst)
    }
}

async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    bytes: &AtomicU64,
    kept: Option<Arc<Mutex<Vec<u8>>>>,
) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(read) = from.read(&mut buffer).await {
        bytes.fetch_add(read as u64, Ordering::SeqCst);
        if let Some(kept) = &kept {
            kept.lock().unwrap().extend_from_slice(&buffer[..read]);
        }
        if read == 0 || to.write_all(&buffer[..read]).await.is_err() {
            break;
        }
    }
    let _ = to.shutdown().await;
}
