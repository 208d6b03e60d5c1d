//! A socket written by hand, for requests that no HTTP library would send.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub struct Raw {
    stream: TcpStream,
}

/// What came back on the socket: a status (0: nothing) and the text.
#[derive(Debug)]
pub struct Heard {
    pub status: u16,
    pub text: String,
}

impl Raw {
    pub async fn connect(address: SocketAddr) -> Self {
        Self { stream: TcpStream::connect(address).await.unwrap() }
    }

    /// Writes; a peer that has already closed is no error here, since it may answer early.
    pub async fn write(&mut self, data: &[u8]) {
        let _ = self.stream.write_all(data).await;
        let _ = self.stream.flush().await;
    }

    /// Ends the writing side: the client stops half way.
    pub async fn finish(&mut self) {
        let _ = self.stream.shutdown().await;
    }

    /// Reads until the peer closes.
    pub async fn ended(&mut self) {
        let mut dropped = [0_u8; 4096];
        while matches!(self.stream.read(&mut dropped).await, Ok(1..)) {}
    }

    /// Reads until the peer closes or is silent for two seconds.
    pub async fn hear(&mut self) -> Heard {
        let mut data = Vec::new();
        let mut buffer = [0_u8; 16384];
        loop {
            match tokio::time::timeout(Duration::from_secs(2), self.stream.read(&mut buffer)).await {
                Ok(Ok(0) | Err(_)) => break,
                Ok(Ok(count)) => data.extend_from_slice(&buffer[..count]),
                Err(_) => break,
            }
        }
        let text = String::from_utf8_lossy(&data).into_owned();
        let status = text.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok()).unwrap_or(0);
        Heard { status, text }
    }
}
