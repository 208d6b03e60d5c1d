//! An endpoint with credentials, and requests to it.

use std::io::{self, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, SystemTime};

use super::answer::{self, Answer};
use super::frames::{self, Chain};
use super::payload::Payload;
use super::sign::Signer;

/// Where requests go, and who signs them.
#[derive(Clone)]
pub struct Endpoint {
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
    pub expected: Option<Expected>,
}

/// The body of the right answer: so many bytes of an object, from an offset on.
#[derive(Clone, Copy)]
pub struct Expected {
    pub at: u64,
    pub len: u64,
}

impl Request {
    pub fn new(method: &'static str, target: impl Into<String>) -> Self {
        let payload = Payload::empty();
        Self { method, target: target.into(), headers: Vec::new(), payload, expected: None }
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

    /// The answer holds the whole object of `len` bytes.
    pub fn expect(mut self, len: u64) -> Self {
        self.expected = Some(Expected { at: 0, len });
        self
    }

    /// Asks for a range, and expects it.
    pub fn range(mut self, at: u64, len: u64) -> Self {
        self.expected = Some(Expected { at, len });
        self.header("range", &format!("bytes={at}-{}", at + len - 1))
    }
}

/// A signed request, ready to be sent any number of times.
pub struct Prepared {
    /// The head, and a small body with it.
    pub begin: Vec<u8>,
    /// What follows.
    pub rest: Option<(Payload, Chain)>,
    /// Plaintext bytes of the upload.
    pub len: u64,
    pub is_head: bool,
    pub expected: Option<Expected>,
}

/// Bodies up to this length go out with their head in one write.
const SMALL: u64 = 64 * 1024;

impl Endpoint {
    pub fn s3(address: SocketAddr, access_key: &str, secret_key: &str) -> Self {
        Self { address, signer: Signer::s3(access_key, secret_key) }
    }

    /// The same address and credentials, signed for the key manager.
    pub fn kms(&self) -> Self {
        Self { address: self.address, signer: Signer { service: "kms", ..self.signer.clone() } }
    }

    /// One request on its own connection.
    pub fn call(&self, request: Request) -> io::Result<Answer> {
        let mut stream = self.connect()?;
        let prepared = self.prepare(&request)?;
        stream.write_all(&prepared.begin)?;
        if let Some((payload, chain)) = &prepared.rest {
            frames::write(payload, chain, |piece| stream.write_all(piece).map(|()| true))?;
        }
        let mut buffer = vec![0; 1 << 16];
        let mut body = Vec::new();
        let head = answer::read(&mut stream, &mut buffer, prepared.is_head, |piece| {
            body.extend_from_slice(piece);
            true
        })?;
        Ok(Answer { head, body })
    }

    /// The same, with an error for a status outside 2xx.
    pub fn expect(&self, request: Request) -> io::Result<Answer> {
        let what = format!("{} {}", request.method, request.target);
        let answer = self.call(request)?;
        match answer.head.status / 100 {
            2 => Ok(answer),
            _ => Err(io::Error::other(format!("{what}: {} {}", answer.head.status, answer.text()))),
        }
    }

    pub fn connect(&self) -> io::Result<TcpStream> {
        let stream = TcpStream::connect(self.address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        stream.set_write_timeout(Some(Duration::from_secs(30)))?;
        Ok(stream)
    }

    /// Signs a request.
    pub fn prepare(&self, request: &Request) -> io::Result<Prepared> {
        let (host, time, payload) = (self.address.to_string(), SystemTime::now(), &request.payload);
        let mut headers = vec![("host".to_owned(), host.clone())];
        headers.extend(request.headers.iter().cloned());
        headers.extend(payload.headers());
        let uri = format!("http://{host}{}", request.target);
        let signed = self.signer.sign(request.method, &uri, &headers, payload.signable(), time, None);
        headers.extend(signed.headers);
        if payload.len > 0 || matches!(request.method, "PUT" | "POST") {
            headers.push(("content-length".into(), frames::wire_len(payload).to_string()));
        }
        let mut begin = format!("{} {} HTTP/1.1\r\n", request.method, request.target).into_bytes();
        for (name, value) in headers {
            begin.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        begin.extend_from_slice(b"\r\n");
        let chain = Chain::new(&self.signer, time, signed.signature);
        let mut rest = None;
        if payload.len > SMALL {
            rest = Some((payload.clone(), chain));
        } else if payload.len > 0 {
            frames::write(payload, &chain, |piece| {
                begin.extend_from_slice(piece);
                Ok(true)
            })?;
        }
        let is_head = request.method == "HEAD";
        Ok(Prepared { begin, rest, len: payload.len, is_head, expected: request.expected })
    }
}
