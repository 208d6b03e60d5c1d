//! Objects in parts.

use std::io;

use crate::load::{Endpoint, Form, Load, MIB, Payload, Request, Stop};

pub const PART: u64 = 16 * MIB;

/// An upload that has begun.
pub struct Upload<'a> {
    endpoint: &'a Endpoint,
    path: String,
    id: String,
}

impl<'a> Upload<'a> {
    pub fn begin(endpoint: &'a Endpoint, path: &str, headers: &[(&str, &str)]) -> io::Result<Self> {
        let created = endpoint.expect(Request::new("POST", format!("{path}?uploads=")).headers(headers))?;
        let id = between(&created.text(), "<UploadId>", "</UploadId>");
        let id = id.ok_or_else(|| io::Error::other("no upload id"))?;
        Ok(Self { endpoint, path: path.to_owned(), id: encoded(&id) })
    }

    /// The request of one part; the first is number 1.
    pub fn part(&self, number: u64, payload: &Payload) -> Request {
        Request::new("PUT", format!("{}?partNumber={number}&uploadId={}", self.path, self.id)).payload(payload)
    }

    fn finish(&self) -> io::Result<()> {
        let target = format!("{}?uploadId={}", self.path, self.id);
        let listed = self.endpoint.expect(Request::new("GET", target.clone()))?.text();
        let mut document = String::from("<CompleteMultipartUpload>");
        for (at, tail) in listed.split("<ETag>").skip(1).enumerate() {
            let tag = tail.split("</ETag>").next().unwrap_or_default();
            document.push_str(&format!("<Part><PartNumber>{}</PartNumber><ETag>{tag}</ETag></Part>", at + 1));
        }
        document.push_str("</CompleteMultipartUpload>");
        let complete = Request::new("POST", target).payload(&Payload::document(&document));
        let answer = self.endpoint.expect(complete)?.text();
        if answer.contains("<Error>") { Err(io::Error::other(answer)) } else { Ok(()) }
    }

    pub fn abort(&self) -> io::Result<()> {
        let target = format!("{}?uploadId={}", self.path, self.id);
        self.endpoint.expect(Request::new("DELETE", target)).map(drop)
    }
}

/// Uploads whole parts of 16 MiB, in turn over several connections.
pub fn upload(
    endpoint: &Endpoint,
    path: &str,
    headers: &[(&str, &str)],
    len: u64,
    connections: usize,
) -> io::Result<()> {
    let upload = Upload::begin(endpoint, path, headers)?;
    let payload = Payload::new(Form::Unsigned, PART);
    let requests = |at: usize| {
        let mine = (1..=len / PART).filter(|number| *number % connections as u64 == at as u64);
        mine.map(|number| upload.part(number, &payload)).collect()
    };
    Load { endpoint, connections, stop: Stop::Once, requests: &requests }.run().checked()?;
    upload.finish()
}

pub fn between(text: &str, start: &str, end: &str) -> Option<String> {
    Some(text.split_once(start)?.1.split_once(end)?.0.to_owned())
}

pub fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}
