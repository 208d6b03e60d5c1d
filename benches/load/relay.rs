//! A relay that counts requests: it passes every byte on and notes the head of each request on the way.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

/// Listens until the process ends.
pub struct Relay {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Relay {
    pub fn start(to: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let seen = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&seen);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let notes = Arc::clone(&notes);
                std::thread::spawn(move || pass(client, to, &notes));
            }
        });
        Ok(Self { address, seen })
    }

    /// What has come since the last time: method, target and range of each request.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn pass(client: TcpStream, to: SocketAddr, notes: &Mutex<Vec<String>>) -> io::Result<()> {
    let server = TcpStream::connect(to)?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (mut answers, mut back) = (server.try_clone()?, client.try_clone()?);
    std::thread::spawn(move || {
        let _ = io::copy(&mut answers, &mut back);
        let _ = back.shutdown(Shutdown::Both);
    });
    let (mut from, mut to) = (client, server);
    let mut follower = Follower::default();
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return to.shutdown(Shutdown::Write);
        }
        for note in follower.follow(&buffer[..read]) {
            notes.lock().unwrap_or_else(PoisonError::into_inner).push(note);
        }
        to.write_all(&buffer[..read])?;
    }
}

/// Finds the requests in a connection's bytes.
#[derive(Default)]
struct Follower {
    head: Vec<u8>,
    body_left: u64,
}

impl Follower {
    fn follow(&mut self, mut bytes: &[u8]) -> Vec<String> {
        let mut found = Vec::new();
        while !bytes.is_empty() {
            let body = bytes.len().min(usize::try_from(self.body_left).unwrap_or(usize::MAX));
            self.body_left -= body as u64;
            bytes = &bytes[body..];
            let begin = self.head.len();
            self.head.extend_from_slice(bytes);
            let Some(end) = memchr::memmem::find(&self.head, b"\r\n\r\n") else { break };
            bytes = &bytes[end + 4 - begin..];
            self.head.truncate(end);
            let head = String::from_utf8_lossy(&self.head).into_owned();
            self.head.clear();
            let field = |name: &str| {
                let mut fields = head.lines().filter_map(|line| line.split_once(':'));
                fields.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
            };
            self.body_left = field("content-length").and_then(|len| len.parse().ok()).unwrap_or(0);
            let mut note = head.split(" HTTP/").next().unwrap_or_default().to_owned();
            if let Some(range) = field("range") {
                note.push_str(&format!(" {range}"));
            }
            if field("transfer-encoding").is_some() {
                // Its end is not looked for: better a count that is obviously wrong.
                note.push_str(" (of unknown length)");
                self.body_left = u64::MAX;
            }
            found.push(note);
        }
        found
    }
}
