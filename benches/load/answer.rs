//! Reading answers from a connection.

use std::io::{self, Read};
use std::net::TcpStream;

/// An answer's status line and headers.
pub struct Head {
    pub status: u16,
    /// The connection takes no further request.
    pub closes: bool,
    text: String,
}

impl Head {
    fn parse(text: String) -> io::Result<Self> {
        let mut words = text.split(' ');
        let version = words.next().unwrap_or_default();
        let status = words.next().and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| io::Error::other("no status line"))?;
        let mut head = Self { status, closes: version == "HTTP/1.0", text };
        head.closes |= head.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
        Ok(head)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.text.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }
}

/// An answer with its body in memory.
pub struct Answer {
    pub head: Head,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Reads one answer; its body goes to `take` until that says stop.
pub fn read(
    stream: &mut TcpStream,
    buffer: &mut [u8],
    is_head: bool,
    mut take: impl FnMut(&[u8]) -> bool,
) -> io::Result<Head> {
    let mut filled = 0;
    let mut head_end = 0;
    while head_end == 0 {
        let read = read_some(stream, &mut buffer[filled..])?;
        filled += read;
        head_end = memchr::memmem::find(&buffer[..filled], b"\r\n\r\n").map_or(0, |at| at + 4);
    }
    let head = Head::parse(String::from_utf8_lossy(&buffer[..head_end]).into_owned())?;
    if is_head || matches!(head.status, 204 | 304) {
        return Ok(head);
    }
    let Some(len) = head.header("content-length") else {
        let begin = buffer[head_end..filled].to_vec();
        read_chunked(stream, buffer, begin, take)?;
        return Ok(head);
    };
    let len: u64 = len.parse().map_err(io::Error::other)?;
    let mut left = len.saturating_sub((filled - head_end) as u64);
    let mut goes_on = take(&buffer[head_end..filled]);
    while left > 0 && goes_on {
        let read = read_some(stream, buffer)?;
        left = left.saturating_sub(read as u64);
        goes_on = take(&buffer[..read]);
    }
    Ok(head)
}

/// Documents alone come in chunks; they are read to the last one before they are taken apart.
fn read_chunked(
    stream: &mut TcpStream,
    buffer: &mut [u8],
    mut raw: Vec<u8>,
    mut take: impl FnMut(&[u8]) -> bool,
) -> io::Result<()> {
    while !raw.ends_with(b"0\r\n\r\n") {
        let read = read_some(stream, buffer)?;
        raw.extend_from_slice(&buffer[..read]);
    }
    let mut rest = &raw[..];
    while let Some(at) = memchr::memmem::find(rest, b"\r\n") {
        let size = std::str::from_utf8(&rest[..at]).ok().and_then(|text| usize::from_str_radix(text.trim(), 16).ok());
        let Some(size) = size.filter(|size| at + 2 + size <= rest.len()) else {
            return Err(io::Error::other("a chunk of no length"));
        };
        if size == 0 {
            break;
        }
        take(&rest[at + 2..at + 2 + size]);
        rest = rest.get(at + 4 + size..).unwrap_or_default();
    }
    Ok(())
}

fn read_some(stream: &mut TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
    match stream.read(buffer)? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        read => Ok(read),
    }
}
