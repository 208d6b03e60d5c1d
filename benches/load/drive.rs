//! Connections that send one request after the other.

use std::io::{self, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::answer;
use super::endpoint::{Endpoint, Prepared, Request};
use super::frames;
use super::payload::is_at;

/// When a load ends.
#[derive(Clone, Copy)]
pub enum Stop {
    /// No new request after this time.
    After(Duration),
    /// After this time, in the middle of whatever goes on.
    Abandon(Duration),
    /// After the list of each connection.
    Once,
    /// After so many requests of each connection.
    Requests(u64),
}

/// The requests of connection `i`, which it repeats.
pub type Requests<'a> = &'a (dyn Fn(usize) -> Vec<Request> + Sync);

/// Requests over several connections at once. Each connection repeats its own list.
pub struct Load<'a> {
    pub endpoint: &'a Endpoint,
    pub connections: usize,
    pub stop: Stop,
    pub requests: Requests<'a>,
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

impl Outcome {
    fn tries(&self) -> u64 {
        self.requests + self.errors.len() as u64
    }

    /// The first error as one.
    pub fn checked(self) -> io::Result<Self> {
        match self.errors.first() {
            Some(error) => Err(io::Error::other(error.clone())),
            None => Ok(self),
        }
    }
}

/// A connection gives up after so many errors.
const MOST_ERRORS: usize = 3;

impl Load<'_> {
    pub fn run(&self) -> Outcome {
        self.drive(false)
    }

    /// Compares every byte of the answers that say what they expect.
    pub fn verify(&self) -> Outcome {
        self.drive(true)
    }

    fn drive(&self, verify: bool) -> Outcome {
        let mut prepared: Vec<Vec<Prepared>> = Vec::new();
        for at in 0..self.connections {
            match (self.requests)(at).iter().map(|request| self.endpoint.prepare(request)).collect() {
                Ok(list) => prepared.push(list),
                Err(error) => return Outcome { errors: vec![error.to_string()], ..Outcome::default() },
            }
        }
        let begun = Instant::now();
        let mut outcome = Outcome::default();
        std::thread::scope(|scope| {
            let threads: Vec<_> = prepared
                .iter()
                .map(|list| {
                    let mut connection = Connection { load: self, begun, verify, stream: None };
                    scope.spawn(move || connection.repeat(list))
                })
                .collect();
            for (at, thread) in threads.into_iter().enumerate() {
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
}

struct Connection<'a> {
    load: &'a Load<'a>,
    begun: Instant,
    verify: bool,
    stream: Option<TcpStream>,
}

impl Connection<'_> {
    fn repeat(&mut self, list: &[Prepared]) -> Outcome {
        let mut outcome = Outcome::default();
        let mut buffer = vec![0; 256 << 10];
        for prepared in list.iter().cycle() {
            let ended = match self.load.stop {
                Stop::After(limit) | Stop::Abandon(limit) => self.begun.elapsed() >= limit,
                Stop::Once => outcome.tries() >= list.len() as u64,
                Stop::Requests(count) => outcome.tries() >= count,
            };
            if ended || outcome.errors.len() > MOST_ERRORS {
                break;
            }
            match self.exchange(&mut buffer, prepared) {
                Ok(Some((bytes, latency))) => {
                    outcome.requests += 1;
                    outcome.bytes += bytes;
                    outcome.latencies.push(latency);
                }
                Ok(None) => break,
                Err(error) => {
                    outcome.errors.push(error.to_string());
                    self.stream = None;
                }
            }
        }
        outcome
    }

    /// Bytes and seconds of one request; None: abandoned.
    fn exchange(&mut self, buffer: &mut [u8], prepared: &Prepared) -> io::Result<Option<(u64, f64)>> {
        let goes_on = || !matches!(self.load.stop, Stop::Abandon(limit) if self.begun.elapsed() >= limit);
        // Not part of a server's keep-alive latency, but of one that closes after each answer.
        let sent = Instant::now();
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => none.insert(self.load.endpoint.connect()?),
        };
        stream.write_all(&prepared.begin)?;
        if let Some((payload, chain)) = &prepared.rest
            && !frames::write(payload, chain, |piece| stream.write_all(piece).map(|()| goes_on()))?
        {
            return Ok(None);
        }
        let (mut received, mut is_right) = (0, true);
        let begin = prepared.expected.map_or(0, |expected| expected.at);
        let head = answer::read(stream, buffer, prepared.is_head, |piece| {
            is_right &= !self.verify || prepared.expected.is_none() || is_at(begin + received, piece);
            received += piece.len() as u64;
            goes_on()
        })?;
        if head.status / 100 != 2 {
            return Err(io::Error::other(format!("status {}", head.status)));
        }
        if !goes_on() {
            return Ok(None);
        }
        if let Some(expected) = prepared.expected
            && expected.len != received
        {
            return Err(io::Error::other(format!("{received} bytes in place of {}", expected.len)));
        }
        if !is_right {
            return Err(io::Error::other("the bytes came back changed"));
        }
        let latency = sent.elapsed().as_secs_f64();
        if head.closes {
            self.stream = None;
        }
        Ok(Some((received + prepared.len, latency)))
    }
}
