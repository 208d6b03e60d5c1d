//! A TCP relay between the gateway and its backend, which breaks connections in the ways that backends, and what stands
//! before them, break them.
//!
//! It reads whole requests, asks the backend for each on a connection of its own, and hands the answer on as the next fault
//! for such a request says.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{Between, Gateway, minio};

/// What is done to one request or its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Answers, and closes without having said so.
    CloseAfterAnswer,
    /// Closes once the head of a request has come on a connection that had one before.
    CloseOnArrival,
    /// The same, with a reset.
    ResetOnArrival,
    /// The same, with what proxies say when they give up waiting.
    Answer408OnArrival,
    /// Half of the answer's head, and the end.
    HalfHead,
    /// The head and half of the body, and a reset.
    ResetInBody,
    /// The head and half of the body, and the end as if that were all.
    EndInBody,
    /// `503 SlowDown` as soon as the head has come; the body is never read.
    RefuseBeforeBody,
    /// `Connection: close`.
    SayClose,
    /// HTTP/1.0, without a length, ended by the connection's end.
    Http10,
    /// `100 Continue` before the answer, unasked.
    Continue,
    /// After the answer, on the idle connection, what proxies say when they give up waiting.
    Stray408,
    /// Behind the answer, in the same segment, another one that nobody asked for.
    Surplus,
    /// The same, a moment later.
    SurplusLater,
}

impl Fault {
    pub const ALL: [Self; 14] = [
        Self::CloseAfterAnswer,
        Self::CloseOnArrival,
        Self::ResetOnArrival,
        Self::Answer408OnArrival,
        Self::HalfHead,
        Self::ResetInBody,
        Self::EndInBody,
        Self::RefuseBeforeBody,
        Self::SayClose,
        Self::Http10,
        Self::Continue,
        Self::Stray408,
        Self::Surplus,
        Self::SurplusLater,
    ];

    fn is_for_used_connections(self) -> bool {
        matches!(self, Self::CloseOnArrival | Self::ResetOnArrival | Self::Answer408OnArrival)
    }
}

const STRAY_408: &[u8] = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const SURPLUS: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\netag: \"0\"\r\n\r\nnot yours";
const SLOW_DOWN: &str = "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>";

#[derive(Clone)]
pub struct Relay {
    backend: SocketAddr,
    /// Method, a part of the target, and what is to be done.
    faults: Arc<Mutex<VecDeque<(&'static str, String, Fault)>>>,
    /// Request lines, in order.
    seen: Arc<Mutex<Vec<String>>>,
}

impl Relay {
    /// A gateway whose backend stands behind a relay.
    pub async fn gateway() -> (Gateway, Self) {
        let backend = match minio::binary() {
            Some(_) => minio::shared().address,
            None => Between::default().serve().await,
        };
        let relay = Self { backend, faults: Arc::default(), seen: Arc::default() };
        let endpoint = format!("http://{}", relay.clone().serve().await);
        let settings = [
            ("SEALGATE_BACKEND_ENDPOINT", endpoint.as_str()),
            ("SEALGATE_BACKEND_ACCESS_KEY", "between"),
            ("SEALGATE_BACKEND_SECRET_KEY", "between-secret"),
            ("SEALGATE_BACKEND_READ_TIMEOUT_SECS", "10"),
        ];
        (Gateway::start_with(&settings).await, relay)
    }

    /// Does this to the next request with the method, whose target holds `part`.
    pub fn fault(&self, method: &'static str, part: &str, fault: Fault) {
        self.faults.lock().unwrap().push_back((method, part.to_owned(), fault));
    }

    /// How many faults still wait for their request.
    pub fn waiting(&self) -> usize {
        self.faults.lock().unwrap().len()
    }

    /// How many requests came with the method whose target holds `part`; forgets them.
    pub fn seen(&self, method: &str, part: &str) -> usize {
        let seen = std::mem::take(&mut *self.seen.lock().unwrap());
        seen.iter().filter(|line| line.starts_with(method) && line.contains(part)).count()
    }

    async fn serve(self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let relay = self.clone();
                tokio::spawn(async move { relay.connection(stream).await });
            }
        });
        address
    }

    async fn connection(&self, mut stream: TcpStream) -> Option<()> {
        let mut read = Vec::new();
        for used in 0.. {
            let head = read_head(&mut stream, &mut read).await?;
            let line = head.lines().next()?.to_owned();
            self.seen.lock().unwrap().push(line.clone());
            let fault = self.next_fault(&line, used > 0);
            match fault {
                Some(Fault::CloseOnArrival) => return None,
                Some(Fault::ResetOnArrival) => return reset(&stream),
                Some(Fault::Answer408OnArrival) => {
                    stream.write_all(STRAY_408).await.ok()?;
                    return None;
                }
                Some(Fault::RefuseBeforeBody) => {
                    let head = format!("HTTP/1.1 503 Slow Down\r\ncontent-length: {}\r\n\r\n", SLOW_DOWN.len());
                    stream.write_all(format!("{head}{SLOW_DOWN}").as_bytes()).await.ok()?;
                    // It stays open, as if it might be used again.
                    tokio::time::sleep(Duration::from_millis(300)).await;
                    return None;
                }
                _ => {}
            }
            let body = read_body(&mut stream, &mut read, &head).await?;
            let answer = self.ask(&head, &body).await?;
            self.hand_on(&mut stream, answer, fault).await?;
        }
        None
    }

    fn next_fault(&self, line: &str, used: bool) -> Option<Fault> {
        let mut faults = self.faults.lock().unwrap();
        let fits = |(method, part, fault): &(&str, String, Fault)| {
            line.starts_with(method) && line.contains(part.as_str()) && (used || !fault.is_for_used_connections())
        };
        let at = faults.iter().position(fits)?;
        faults.remove(at).map(|(.., fault)| fault)
    }

    /// The backend's answer, head and body, on a connection of its own.
    async fn ask(&self, head: &str, body: &[u8]) -> Option<(String, Vec<u8>)> {
        let mut backend = TcpStream::connect(self.backend).await.ok()?;
        let head = format!("{}\r\nconnection: close\r\n\r\n", head.trim_end());
        backend.write_all(head.as_bytes()).await.ok()?;
        backend.write_all(body).await.ok()?;
        let mut answer = Vec::new();
        backend.read_to_end(&mut answer).await.ok()?;
        let end = memchr::memmem::find(&answer, b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        let kept = head.lines().filter(|line| !line.to_ascii_lowercase().starts_with("connection:"));
        Some((kept.collect::<Vec<_>>().join("\r\n"), answer.split_off(end + 4)))
    }

    async fn hand_on(&self, stream: &mut TcpStream, answer: (String, Vec<u8>), fault: Option<Fault>) -> Option<()> {
        let (mut head, body) = answer;
        if fault == Some(Fault::Continue) {
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await.ok()?;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        match fault {
            Some(Fault::HalfHead) => {
                stream.write_all(&head.as_bytes()[..head.len() / 2]).await.ok()?;
                return None;
            }
            Some(Fault::SayClose) => head.push_str("\r\nconnection: close"),
            Some(Fault::Http10) => {
                let lines = head.lines().filter(|line| !line.to_ascii_lowercase().starts_with("content-length:"));
                head = lines.collect::<Vec<_>>().join("\r\n").replacen("HTTP/1.1", "HTTP/1.0", 1);
            }
            _ => {}
        }
        let mut sent = format!("{head}\r\n\r\n").into_bytes();
        match fault {
            Some(Fault::ResetInBody | Fault::EndInBody) => {
                sent.extend_from_slice(&body[..body.len() / 2]);
                stream.write_all(&sent).await.ok()?;
                tokio::time::sleep(Duration::from_millis(20)).await;
                return if fault == Some(Fault::ResetInBody) { reset(stream) } else { None };
            }
            Some(Fault::Surplus) => sent.extend([body.as_slice(), SURPLUS].concat()),
            _ => sent.extend_from_slice(&body),
        }
        stream.write_all(&sent).await.ok()?;
        match fault {
            Some(Fault::CloseAfterAnswer | Fault::SayClose | Fault::Http10) => return None,
            Some(Fault::Stray408) => {
                tokio::time::sleep(Duration::from_millis(20)).await;
                stream.write_all(STRAY_408).await.ok()?;
            }
            Some(Fault::SurplusLater) => {
                tokio::time::sleep(Duration::from_millis(20)).await;
                stream.write_all(SURPLUS).await.ok()?;
            }
            _ => {}
        }
        Some(())
    }
}

fn reset(stream: &TcpStream) -> Option<()> {
    stream.set_zero_linger().ok()?;
    None
}

/// A head with its final blank line. `None`: the gateway has closed.
async fn read_head(stream: &mut TcpStream, read: &mut Vec<u8>) -> Option<String> {
    loop {
        if let Some(end) = memchr::memmem::find(read, b"\r\n\r\n") {
            let rest = read.split_off(end + 4);
            let head = std::mem::replace(read, rest);
            return String::from_utf8(head).ok();
        }
        if stream.read_buf(read).await.ok()? == 0 {
            return None;
        }
    }
}

async fn read_body(stream: &mut TcpStream, read: &mut Vec<u8>, head: &str) -> Option<Vec<u8>> {
    let mut lengths = head.lines().filter_map(|line| line.split_once(':'));
    let len = lengths.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let len: usize = len.map_or(Ok(0), |(_, value)| value.trim().parse()).ok()?;
    while read.len() < len {
        if stream.read_buf(read).await.ok()? == 0 {
            return None;
        }
    }
    let rest = read.split_off(len);
    Some(std::mem::replace(read, rest))
}
