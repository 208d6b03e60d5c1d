//! Connections that send one request after the other.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant, SystemTime};

use super::payload::Payload;
use super::sign::Signer;

/// An endpoint with credentials.
#[derive(Clone)]
pub struct S3 {
    pub address: SocketAddr,
    signer: Signer,
}

/// A request before it is signed.
#[derive(Clone)]
pub struct Request {
    pub method: &'static str,
    /// Path and query, encoded.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub payload: Payload,
}

impl Request {
    pub fn new(method: &'static str, target: impl Into<String>) -> Self {
        Self { method, target: target.into(), headers: Vec::new(), payload: Payload::empty() }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn headers(mut self, headers: &[(&str, &str)]) -> Self {
        self.headers.extend(headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self
    }

    pub fn payload(mut self, payload: &Payload) -> Self {
        self.payload = payload.clone();
        self
    }
}

/// A signed head and its body.
struct Prepared {
    head: Vec<u8>,
    payload: Payload,
}

/// An answer with its body in memory.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        find_header(&self.head, name)
    }
}

impl S3 {
    pub fn new(address: SocketAddr, access_key: &str, secret_key: &str) -> Self {
        let signer = Signer {
            access_key: access_key.into(),
            secret_key: secret_key.into(),
            session_token: None,
            region: "us-east-1".into(),
            service: "s3",
        };
        Self { address, signer }
    }

    /// One request on its own connection; its body is `body` where it is given.
    pub fn call(&self, request: Request, body: Option<&[u8]>) -> io::Result<Answer> {
        let mut stream = self.connect()?;
        let prepared = self.prepare(&request, body);
        stream.write_all(&prepared.head)?;
        match body {
            Some(body) => stream.write_all(body)?,
            None => {
                prepared.payload.write(|piece| stream.write_all(piece).map(|()| true))?;
            }
        }
        let mut buffer = vec![0; 1 << 16];
        let mut body = Vec::new();
        let head = read_answer(&mut stream, &mut buffer, request.method, |piece| {
            body.extend_from_slice(piece);
            true
        })?;
        let status = status_of(&head)?;
        Ok(Answer { status, head, body })
    }

    /// The same, with an error for a status outside 2xx.
    pub fn expect(&self, request: Request, body: Option<&[u8]>) -> io::Result<Answer> {
        let what = format!("{} {}", request.method, request.target);
        let answer = self.call(request, body)?;
        if answer.status / 100 == 2 {
            return Ok(answer);
        }
        Err(io::Error::other(format!("{what}: {} {}", answer.status, String::from_utf8_lossy(&answer.body))))
    }

    fn connect(&self) -> io::Result<TcpStream> {
        let stream = TcpStream::connect(self.address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        stream.set_write_timeout(Some(Duration::from_secs(60)))?;
        Ok(stream)
    }

    fn prepare(&self, request: &Request, body: Option<&[u8]>) -> Prepared {
        let host = self.address.to_string();
        let mut headers = vec![("host".to_owned(), host.clone())];
        headers.extend(request.headers.iter().cloned());
        headers.extend(request.payload.headers());
        let uri = format!("http://{host}{}", request.target);
        let signed =
            self.signer.sign(request.method, &uri, &headers, request.payload.signable(), SystemTime::now(), None);
        headers.extend(signed.headers);
        let len = body.map_or_else(|| request.payload.wire_len(), |body| body.len() as u64);
        if len > 0 || matches!(request.method, "PUT" | "POST") {
            headers.push(("content-length".into(), len.to_string()));
        }
        let mut head = format!("{} {} HTTP/1.1\r\n", request.method, request.target);
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        Prepared { head: head.into_bytes(), payload: request.payload.clone() }
    }
}

/// When a load ends.
#[derive(Clone, Copy)]
pub enum Stop {
    /// No new request after this time.
    After(Duration),
    /// After this time, in the middle of whatever goes on.
    Abandon(Duration),
    /// After so many requests of each connection.
    Requests(u64),
}

/// Requests over several connections at once. Each connection repeats its own list.
pub struct Load<'a> {
    pub s3: &'a S3,
    pub connections: usize,
    pub stop: Stop,
    /// The requests of connection `i`.
    pub requests: &'a (dyn Fn(usize) -> Vec<Request> + Sync),
}

/// What a load did.
#[derive(Default)]
pub struct Outcome {
    pub requests: u64,
    /// Body bytes of answers, and plaintext bytes of uploads.
    pub bytes: u64,
    pub secs: f64,
    /// Of each request, in seconds.
    pub latencies: Vec<f64>,
    pub errors: Vec<String>,
}

impl Load<'_> {
    pub fn run(&self) -> Outcome {
        let prepared: Vec<Vec<Prepared>> = (0..self.connections)
            .map(|at| (self.requests)(at).iter().map(|request| self.s3.prepare(request, None)).collect())
            .collect();
        let begun = Instant::now();
        let mut outcome = Outcome::default();
        std::thread::scope(|scope| {
            let threads: Vec<_> = prepared
                .iter()
                .enumerate()
                .map(|(at, list)| (scope.spawn(move || self.connection(list, begun)), at))
                .collect();
            for (thread, at) in threads {
                let Ok(one) = thread.join() else { continue };
                outcome.requests += one.requests;
                outcome.bytes += one.bytes;
                outcome.latencies.extend(one.latencies);
                outcome.errors.extend(one.errors.into_iter().map(|error| format!("connection {at}: {error}")));
            }
        });
        outcome.secs = begun.elapsed().as_secs_f64();
        outcome
    }

    fn connection(&self, list: &[Prepared], begun: Instant) -> Outcome {
        let mut outcome = Outcome::default();
        let mut stream = None;
        let mut buffer = vec![0; 1 << 20];
        for prepared in list.iter().cycle() {
            let ended = match self.stop {
                Stop::After(limit) | Stop::Abandon(limit) => begun.elapsed() >= limit,
                Stop::Requests(count) => outcome.requests >= count,
            };
            if ended || outcome.errors.len() > 3 {
                break;
            }
            match self.exchange(&mut stream, &mut buffer, prepared, begun) {
                Ok(Some((bytes, latency))) => {
                    outcome.requests += 1;
                    outcome.bytes += bytes;
                    outcome.latencies.push(latency);
                }
                Ok(None) => break,
                Err(error) => {
                    outcome.errors.push(error.to_string());
                    stream = None;
                }
            }
        }
        outcome
    }

    /// Bytes and seconds of one request; None: abandoned.
    fn exchange(
        &self,
        stream: &mut Option<TcpStream>,
        buffer: &mut [u8],
        prepared: &Prepared,
        begun: Instant,
    ) -> io::Result<Option<(u64, f64)>> {
        let stream = match stream {
            Some(stream) => stream,
            None => stream.insert(self.s3.connect()?),
        };
        let goes_on = || !matches!(self.stop, Stop::Abandon(limit) if begun.elapsed() >= limit);
        let sent = Instant::now();
        if prepared.payload.len > 0 && prepared.payload.len <= 64 * 1024 {
            let mut whole = prepared.head.clone();
            prepared.payload.write(|piece| {
                whole.extend_from_slice(piece);
                Ok(true)
            })?;
            stream.write_all(&whole)?;
        } else {
            stream.write_all(&prepared.head)?;
            if !prepared.payload.write(|piece| stream.write_all(piece).map(|()| goes_on()))? {
                return Ok(None);
            }
        }
        let mut received = 0;
        let head = read_answer(stream, buffer, "", |piece| {
            received += piece.len() as u64;
            goes_on()
        })?;
        let status = status_of(&head)?;
        if status / 100 != 2 {
            return Err(io::Error::other(format!("status {status}")));
        }
        if !goes_on() {
            return Ok(None);
        }
        Ok(Some((received + prepared.payload.len, sent.elapsed().as_secs_f64())))
    }
}

fn status_of(head: &str) -> io::Result<u16> {
    head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(|| io::Error::other("no status line"))
}

fn find_header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

/// Reads one answer; its body goes to `take` until that says stop. The head comes back as text.
fn read_answer(
    stream: &mut TcpStream,
    buffer: &mut [u8],
    method: &str,
    mut take: impl FnMut(&[u8]) -> bool,
) -> io::Result<String> {
    let mut filled = 0;
    let mut head_end = 0;
    while head_end == 0 {
        let read = stream.read(&mut buffer[filled..])?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        filled += read;
        head_end = buffer[..filled].windows(4).position(|window| window == b"\r\n\r\n").map_or(0, |at| at + 4);
    }
    let head = String::from_utf8_lossy(&buffer[..head_end]).into_owned();
    if method == "HEAD" || status_of(&head)? == 204 {
        return Ok(head);
    }
    let body = &buffer[head_end..filled];
    if let Some(len) = find_header(&head, "content-length") {
        let len: u64 = len.parse().map_err(io::Error::other)?;
        let mut left = len.saturating_sub(body.len() as u64);
        let mut goes_on = take(body);
        while left > 0 && goes_on {
            let read = stream.read(buffer)?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            left = left.saturating_sub(read as u64);
            goes_on = take(&buffer[..read]);
        }
        return Ok(head);
    }
    // Chunked, of documents only: read until the last chunk.
    let mut raw = body.to_vec();
    while !raw.ends_with(b"0\r\n\r\n") {
        let read = stream.read(buffer)?;
        if read == 0 {
            break;
        }
        raw.extend_from_slice(&buffer[..read]);
    }
    let mut rest = &raw[..];
    while let Some(at) = rest.windows(2).position(|window| window == b"\r\n") {
        let size = std::str::from_utf8(&rest[..at]).ok().and_then(|text| usize::from_str_radix(text.trim(), 16).ok());
        let Some(size) = size.filter(|size| *size > 0 && at + 2 + size <= rest.len()) else { break };
        take(&rest[at + 2..at + 2 + size]);
        rest = rest.get(at + 4 + size..).unwrap_or_default();
    }
    Ok(head)
}
