//! A wire between gateway and backend that counts what passes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Counts bytes in both directions, heads included.
#[derive(Clone)]
pub struct Meter {
    pub address: SocketAddr,
    bytes: Arc<AtomicU64>,
}

impl Meter {
    pub async fn before(backend: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let meter = Self { address: listener.local_addr().unwrap(), bytes: Arc::default() };
        let bytes = meter.bytes.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let bytes = bytes.clone();
                tokio::spawn(async move {
                    let Ok(far) = TcpStream::connect(backend).await else { return };
                    let ((near_read, near_write), (far_read, far_write)) = (near.into_split(), far.into_split());
                    tokio::join!(pump(near_read, far_write, bytes.clone()), pump(far_read, near_write, bytes));
                });
            }
        });
        meter
    }

    /// Bytes so far.
    pub fn read(&self) -> u64 {
        self.bytes.load(Ordering::SeqCst)
    }
}

async fn pump(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, bytes: Arc<AtomicU64>) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(read) = from.read(&mut buffer).await {
        bytes.fetch_add(read as u64, Ordering::SeqCst);
        if read == 0 || to.write_all(&buffer[..read]).await.is_err() {
            break;
        }
    }
    let _ = to.shutdown().await;
}
