//! One row of the table: so many clients, each with one object, at once.

use std::time::SystemTime;

use aws_sigv4::http_request::SignableBody;
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::feed::{self, Body, Plain};
use crate::servers::Target;

#[derive(Clone, Copy, PartialEq)]
pub enum Form {
    Header,
    Unsigned,
    Chunked,
    ChunkedTrailer,
    Trailer,
    OneChunk,
    Multipart,
    Get,
}

impl Form {
    pub const ALL: [Self; 8] = [
        Self::Header,
        Self::Unsigned,
        Self::Chunked,
        Self::ChunkedTrailer,
        Self::Trailer,
        Self::OneChunk,
        Self::Multipart,
        Self::Get,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Unsigned => "unsigned",
            Self::Chunked => "chunked",
            Self::ChunkedTrailer => "chunked-trailer",
            Self::Trailer => "trailer",
            Self::OneChunk => "one-chunk",
            Self::Multipart => "multipart",
            Self::Get => "get",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.name() == name)
    }
}

/// A part of a multipart upload holds at most this.
const PART: u64 = 16 << 20;

pub struct Load {
    pub form: Form,
    pub clients: usize,
    pub len: u64,
    pub target: Target,
}

impl Load {
    /// Makes the bucket, and for reads the objects.
    pub async fn prepare(&self) {
        let bucket = format!("/{}", self.target.bucket);
        let (status, text) = self.send("PUT", &bucket, &[], Payload::Empty).await;
        assert!(status.is_success() || status == 409, "{status} {text}");
        if self.form == Form::Get {
            let plain = Plain::new(self.len);
            for client in 0..self.clients {
                self.put(client, Form::Unsigned, &plain, "", "").await;
            }
        }
    }

    pub async fn run(&self) {
        let plain = Plain::new(self.len);
        // What a client would know of its own file beforehand is not part of the transfer.
        let sha256 = if self.form == Form::Header { plain.sha256_hex() } else { String::new() };
        let crc = plain.crc64();
        let (plain, sha256, crc) = (&plain, &sha256, &crc);
        let clients = (0..self.clients).map(|client| async move {
            match self.form {
                Form::Get => self.get(client, plain).await,
                Form::Multipart => self.put_parts(client, plain).await,
                form => self.put(client, form, plain, sha256, crc).await,
            }
        });
        futures::future::join_all(clients).await;
    }

    pub async fn clear(&self) {
        for client in 0..self.clients {
            self.send("DELETE", &self.path(client), &[], Payload::Empty).await;
        }
    }

    fn path(&self, client: usize) -> String {
        format!("/{}/object-{client}", self.target.bucket)
    }

    async fn put(&self, client: usize, form: Form, plain: &Plain, sha256: &str, crc: &str) {
        let decoded = plain.len.to_string();
        let chunked = [("content-encoding", "aws-chunked"), ("x-amz-decoded-content-length", &*decoded)];
        let trailing = [chunked[0], chunked[1], ("x-amz-trailer", "x-amz-checksum-crc64nvme")];
        let headers: &[(&str, &str)] = match form {
            Form::Chunked => &chunked,
            Form::ChunkedTrailer | Form::Trailer | Form::OneChunk => &trailing,
            _ => &[],
        };
        let payload = match form {
            Form::Header => Payload::Hashed(sha256.to_owned(), plain),
            Form::Unsigned | Form::Multipart | Form::Get => Payload::Unsigned(plain),
            Form::Chunked => Payload::Signed(plain, None),
            Form::ChunkedTrailer => Payload::Signed(plain, Some(crc)),
            Form::Trailer => Payload::Trailer(plain, crc, false),
            Form::OneChunk => Payload::Trailer(plain, crc, true),
        };
        let (status, text) = self.send("PUT", &self.path(client), headers, payload).await;
        assert!(status.is_success(), "{} of client {client}: {status} {text}", form.name());
    }

    async fn put_parts(&self, client: usize, plain: &Plain) {
        let path = self.path(client);
        let (status, text) = self.send("POST", &format!("{path}?uploads"), &[], Payload::Empty).await;
        assert!(status.is_success(), "{status} {text}");
        let upload = between(&text, "<UploadId>", "</UploadId>");
        let mut parts = String::new();
        for number in 1..=plain.len.div_ceil(PART) {
            let part = Plain { block: plain.block.clone(), len: PART.min(plain.len - (number - 1) * PART) };
            let target = format!("{path}?partNumber={number}&uploadId={upload}");
            let (status, etag) = self.send("PUT", &target, &[], Payload::Unsigned(&part)).await;
            assert!(status.is_success(), "part {number}: {status} {etag}");
            parts.push_str(&format!("<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>"));
        }
        let document = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
        let target = format!("{path}?uploadId={upload}");
        let (status, text) = self.send("POST", &target, &[], Payload::Document(document)).await;
        assert!(status.is_success() && text.contains("CompleteMultipartUploadResult"), "{status} {text}");
    }

    async fn get(&self, client: usize, plain: &Plain) {
        let mut answer = self.answer("GET", &self.path(client), &[], Payload::Empty).await;
        assert!(answer.status().is_success(), "{}", answer.status());
        let mut crc = crc_fast::Digest::new(crc_fast::CrcAlgorithm::Crc64Nvme);
        let mut received = 0;
        while let Some(frame) = answer.body_mut().frame().await {
            let data = frame.expect("a whole body").into_data().unwrap_or_default();
            received += data.len() as u64;
            crc.update(&data);
        }
        assert_eq!(received, plain.len);
        use base64::Engine;
        let seen = base64::engine::general_purpose::STANDARD.encode(crc.finalize().to_be_bytes());
        assert_eq!(seen, plain.crc64(), "the bytes came back changed");
    }

    /// Sends and returns the status, and the ETag of an answer without a body or the body as text.
    async fn send(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        payload: Payload<'_>,
    ) -> (http::StatusCode, String) {
        let answer = self.answer(method, target, headers, payload).await;
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        let etag = parts.headers.get("etag").and_then(|value| value.to_str().ok()).unwrap_or_default();
        (parts.status, if body.is_empty() { etag.to_owned() } else { String::from_utf8_lossy(&body).into_owned() })
    }

    async fn answer(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        payload: Payload<'_>,
    ) -> http::Response<hyper::body::Incoming> {
        let time = SystemTime::now();
        let signable = match &payload {
            Payload::Empty => SignableBody::Bytes(b""),
            Payload::Document(text) => SignableBody::Bytes(text.as_bytes()),
            Payload::Hashed(sha256, _) => SignableBody::Precomputed(sha256.clone()),
            Payload::Unsigned(_) => SignableBody::UnsignedPayload,
            Payload::Signed(_, None) => SignableBody::Precomputed("STREAMING-AWS4-HMAC-SHA256-PAYLOAD".into()),
            Payload::Signed(_, Some(_)) => SignableBody::StreamingSignedPayloadTrailer,
            Payload::Trailer(..) => SignableBody::StreamingUnsignedPayloadTrailer,
        };
        let host = self.target.address.to_string();
        let mut signed_headers = vec![("host".to_owned(), host.clone())];
        signed_headers.extend(headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let signer = &self.target.signer;
        let signed = signer.sign(method, &format!("http://{host}{target}"), &signed_headers, signable, time, None);
        let (body, len): (Body, u64) = match payload {
            Payload::Empty => (feed::body(std::iter::empty()), 0),
            Payload::Document(text) => {
                let len = text.len() as u64;
                (feed::body(std::iter::once(Bytes::from(text))), len)
            }
            Payload::Hashed(_, plain) | Payload::Unsigned(plain) => plain.whole(),
            Payload::Signed(plain, crc) => plain.signed(signer.clone(), signed.signature, time, crc.map(str::to_owned)),
            Payload::Trailer(plain, crc, one) => plain.trailer(crc, one),
        };
        let mut request = http::Request::builder().method(method).uri(target).header("content-length", len);
        for (name, value) in signed_headers.into_iter().chain(signed.headers) {
            request = request.header(name, value);
        }
        let stream = TcpStream::connect(self.target.address).await.unwrap();
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        sender
            .send_request(request.body(body).unwrap())
            .await
            .unwrap_or_else(|error| panic!("{method} {target}: {error}"))
    }
}

enum Payload<'a> {
    Empty,
    Document(String),
    Hashed(String, &'a Plain),
    Unsigned(&'a Plain),
    Signed(&'a Plain, Option<&'a str>),
    Trailer(&'a Plain, &'a str, bool),
}

fn between(text: &str, before: &str, after: &str) -> String {
    let start = text.find(before).expect("the element") + before.len();
    let end = text[start..].find(after).expect("its end");
    text[start..start + end].to_owned()
}
