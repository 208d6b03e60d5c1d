//! A lean S3 client: one connection a request, every upload form, nothing retried, nothing hidden.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_sigv4::http_request::SignableBody;
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::sign::Signer;
use super::watch::Watch;
use super::{Answer, Sum, chunked};

/// How a request is signed and its body sent.
#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    /// The signature in a header over the body's SHA-256.
    Header,
    /// The signature in a header; `UNSIGNED-PAYLOAD`.
    Unsigned,
    /// The signature in the query, valid for so many seconds.
    Presigned(u64),
    /// `STREAMING-AWS4-HMAC-SHA256-PAYLOAD`, chunks of so many bytes.
    Chunked(usize),
    /// `STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER`.
    ChunkedTrailer(usize, Sum),
    /// `STREAMING-UNSIGNED-PAYLOAD-TRAILER`.
    UnsignedTrailer(usize, Sum),
    /// No signature at all.
    Anonymous,
}

/// A client of one endpoint with one access key.
#[derive(Clone)]
pub struct S3 {
    pub address: SocketAddr,
    pub signer: Signer,
    /// Looks below after each upload; none for the backend's own view.
    pub watch: Option<Arc<Watch>>,
}

impl S3 {
    pub fn new(address: SocketAddr, access_key: &str, secret_key: &str) -> Self {
        Self { address, signer: Signer::s3(access_key, secret_key), watch: None }
    }

    /// A request on `bucket` (may be empty: the service) and `key` (may be empty: the bucket).
    pub fn call(&self, method: &str, bucket: &str, key: &str) -> Call {
        let path = match (bucket, key) {
            ("", _) => "/".to_owned(),
            (bucket, "") => format!("/{bucket}"),
            (bucket, key) => format!("/{bucket}/{}", encode(key, true)),
        };
        Call {
            s3: self.clone(),
            method: method.parse().unwrap(),
            bucket: bucket.into(),
            key: key.into(),
            path,
            host: self.address.to_string(),
            query: Vec::new(),
            headers: Vec::new(),
            unsigned_headers: Vec::new(),
            body: Bytes::new(),
            form: Form::Header,
            time: SystemTime::now(),
        }
    }

    pub fn get(&self, bucket: &str, key: &str) -> Call {
        self.call("GET", bucket, key)
    }

    pub fn head(&self, bucket: &str, key: &str) -> Call {
        self.call("HEAD", bucket, key)
    }

    pub fn put(&self, bucket: &str, key: &str, body: impl Into<Bytes>) -> Call {
        self.call("PUT", bucket, key).body(body)
    }

    pub fn post(&self, bucket: &str, key: &str, body: impl Into<Bytes>) -> Call {
        self.call("POST", bucket, key).body(body)
    }

    pub fn delete(&self, bucket: &str, key: &str) -> Call {
        self.call("DELETE", bucket, key)
    }

    /// CopyObject to `bucket`/`key` of `source`, a bucket and a key.
    pub fn copy(&self, source: (&str, &str), bucket: &str, key: &str) -> Call {
        self.call("PUT", bucket, key).copy_source(source)
    }

    /// Makes a bucket of a name that nothing else uses.
    pub async fn bucket(&self, prefix: &str) -> String {
        let name = super::data::unique(prefix);
        self.call("PUT", &name, "").send().await.ok();
        name
    }

    /// Starts a multipart upload and returns its id.
    pub async fn start_upload(&self, bucket: &str, key: &str, headers: &[(&str, &str)]) -> String {
        let mut call = self.post(bucket, key, "").flag("uploads");
        for (name, value) in headers {
            call = call.header(name, value);
        }
        call.send().await.xml().at("UploadId").to_owned()
    }

    /// The bare answer to CreateMultipartUpload.
    pub async fn start_upload_status(&self, bucket: &str, key: &str) -> Answer {
        self.post(bucket, key, "").flag("uploads").send().await
    }

    pub fn part(&self, bucket: &str, key: &str, upload: &str, number: u32, body: impl Into<Bytes>) -> Call {
        self.put(bucket, key, body).query("partNumber", &number.to_string()).query("uploadId", upload)
    }

    /// Completes an upload with these (number, entity tag) pairs.
    pub fn complete(&self, bucket: &str, key: &str, upload: &str, parts: &[(u32, String)]) -> Call {
        let parts: String = parts
            .iter()
            .map(|(number, etag)| format!("<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>"))
            .collect();
        let document = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
        self.post(bucket, key, document).query("uploadId", upload)
    }

    /// Uploads `parts` as numbers 1, 2, 3 ... and completes; returns the answer to Complete.
    pub async fn put_parts(&self, bucket: &str, key: &str, headers: &[(&str, &str)], parts: &[&[u8]]) -> Answer {
        let upload = self.start_upload(bucket, key, headers).await;
        let mut done = Vec::new();
        for (number, part) in (1..).zip(parts) {
            let answer = self.part(bucket, key, &upload, number, part.to_vec()).send().await.ok();
            done.push((number, answer.etag()));
        }
        let answer = self.complete(bucket, key, &upload, &done).send().await.ok();
        if let Some(watch) = &self.watch {
            watch.completed(bucket, key, parts).await;
        }
        answer
    }
}

/// One request in the making.
#[derive(Clone)]
pub struct Call {
    s3: S3,
    method: Method,
    bucket: String,
    key: String,
    /// Encoded, as it is sent and signed.
    path: String,
    host: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    unsigned_headers: Vec<(String, String)>,
    body: Bytes,
    form: Form,
    time: SystemTime,
}

impl Call {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_ascii_lowercase(), value.into()));
        self
    }

    /// A header that the signature does not cover.
    pub fn unsigned_header(mut self, name: &str, value: &str) -> Self {
        self.unsigned_headers.push((name.into(), value.into()));
        self
    }

    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// A query parameter without a value.
    pub fn flag(self, name: &str) -> Self {
        self.query(name, "")
    }

    pub fn range(self, range: &str) -> Self {
        self.header("range", &format!("bytes={range}"))
    }

    pub fn copy_source(self, (bucket, key): (&str, &str)) -> Self {
        let source = format!("/{bucket}/{}", encode(key, true));
        self.header("x-amz-copy-source", &source)
    }

    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    pub fn form(mut self, form: Form) -> Self {
        self.form = form;
        self
    }

    /// The encoded path, in place of the one made of bucket and key.
    pub fn path(mut self, path: &str) -> Self {
        self.path = path.into();
        self
    }

    pub fn host(mut self, host: &str) -> Self {
        self.host = host.into();
        self
    }

    /// Sends the request as if the clock were off by so many seconds.
    pub fn skew(mut self, seconds: i64) -> Self {
        let offset = Duration::from_secs(seconds.unsigned_abs());
        self.time = if seconds < 0 { self.time - offset } else { self.time + offset };
        self
    }

    /// The request as it goes onto the wire: target, headers and body, signed.
    pub fn prepare(&self) -> Prepared {
        let signer = &self.s3.signer;
        let mut headers = vec![("host".to_owned(), self.host.clone())];
        headers.extend(self.headers.iter().cloned());
        let mut query = self.query.clone();
        let trailer = match &self.form {
            Form::ChunkedTrailer(_, sum) | Form::UnsignedTrailer(_, sum) => Some((sum.header(), sum.text(&self.body))),
            _ => None,
        };
        if let Form::Chunked(_) | Form::ChunkedTrailer(..) | Form::UnsignedTrailer(..) = self.form {
            let own = headers.iter().position(|(name, _)| name == "content-encoding").map(|at| headers.remove(at).1);
            let coding = own.map_or("aws-chunked".to_owned(), |own| format!("aws-chunked,{own}"));
            headers.push(("content-encoding".into(), coding));
            if !headers.iter().any(|(name, _)| name == "x-amz-decoded-content-length") {
                headers.push(("x-amz-decoded-content-length".into(), self.body.len().to_string()));
            }
        }
        if let Some((name, _)) = &trailer {
            headers.push(("x-amz-trailer".into(), name.clone()));
        }
        let payload = match self.form {
            Form::Header => SignableBody::Bytes(&self.body),
            Form::Unsigned | Form::Presigned(_) | Form::Anonymous => SignableBody::UnsignedPayload,
            Form::Chunked(_) => SignableBody::Precomputed("STREAMING-AWS4-HMAC-SHA256-PAYLOAD".into()),
            Form::ChunkedTrailer(..) => SignableBody::StreamingSignedPayloadTrailer,
            Form::UnsignedTrailer(..) => SignableBody::StreamingUnsignedPayloadTrailer,
        };
        let expires = match self.form {
            Form::Presigned(seconds) => Some(Duration::from_secs(seconds)),
            _ => None,
        };
        let uri = format!("http://{}{}{}", self.host, self.path, question(&query));
        let mut signature = String::new();
        if self.form != Form::Anonymous {
            let signed = signer.sign(self.method.as_str(), &uri, &headers, payload, self.time, expires);
            // What the test set itself (a wrong payload hash, say) stands.
            headers.extend(
                signed.headers.into_iter().filter(|(name, _)| !self.headers.iter().any(|(own, _)| own == name)),
            );
            query.extend(signed.query);
            signature = signed.signature;
        }
        headers.extend(self.unsigned_headers.iter().cloned());
        let trailers: Vec<(String, String)> = trailer.into_iter().collect();
        let body = match self.form {
            Form::Chunked(size) => chunked::signed(signer, &signature, self.time, &self.body, size, None).into(),
            Form::ChunkedTrailer(size, _) => {
                chunked::signed(signer, &signature, self.time, &self.body, size, Some(&trailers)).into()
            }
            Form::UnsignedTrailer(size, _) => chunked::unsigned(&self.body, size, &trailers).into(),
            _ => self.body.clone(),
        };
        let target = format!("{}{}", self.path, question(&query));
        Prepared { method: self.method.clone(), target, headers, body }
    }

    pub async fn send(self) -> Answer {
        let started = SystemTime::now();
        let answer = self.prepare().send(self.s3.address).await;
        let watch = self.s3.watch.as_ref().filter(|_| answer.status.is_success() && self.stores_its_body());
        if let Some(watch) = watch {
            let whole = !self.query.iter().any(|(name, _)| name == "uploadId");
            watch.stored(&self.bucket, &self.key, &self.body, whole, started).await;
        }
        answer
    }

    /// PutObject or UploadPart: the body is an object's plaintext.
    fn stores_its_body(&self) -> bool {
        let copies = self.headers.iter().any(|(name, _)| name == "x-amz-copy-source");
        let plain = self.query.iter().all(|(name, _)| matches!(name.as_str(), "partNumber" | "uploadId" | "x-id"));
        self.method == Method::PUT && !self.bucket.is_empty() && !self.key.is_empty() && plain && !copies
    }
}

/// A signed request.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub method: Method,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
}

impl Prepared {
    pub async fn send(&self, address: SocketAddr) -> Answer {
        let stream = TcpStream::connect(address).await.expect("connect");
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let mut request = http::Request::builder().method(self.method.clone()).uri(&self.target);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if self.body.is_empty() && matches!(self.method, Method::PUT | Method::POST) {
            request = request.header("content-length", "0");
        }
        let request = request.body(Full::new(self.body.clone())).unwrap();
        let asked = format!("{} {}", self.method, self.target);
        let Ok(response) = sender.send_request(request).await else {
            // The peer closed before an answer, as a gateway may that finds stored bytes wrong at once.
            let status = StatusCode::from_u16(Answer::NONE).unwrap();
            return Answer { status, headers: HeaderMap::new(), body: Vec::new(), asked, broken: true };
        };
        let (parts, mut incoming) = response.into_parts();
        let mut body = Vec::new();
        let mut broken = false;
        while let Some(frame) = incoming.frame().await {
            match frame {
                Ok(frame) => body.extend_from_slice(frame.data_ref().unwrap_or(&Bytes::new())),
                Err(_) => {
                    broken = true;
                    break;
                }
            }
        }
        Answer { status: parts.status, headers: parts.headers, body, asked, broken }
    }

    /// The request line and headers as text, `content-length` as given, for tests that write the socket themselves.
    pub fn head_text(&self, content_length: Option<u64>) -> String {
        let mut text = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some(length) = content_length {
            text.push_str(&format!("content-length: {length}\r\n"));
        }
        text.push_str("\r\n");
        text
    }
}

fn question(query: &[(String, String)]) -> String {
    let pairs: Vec<String> = query
        .iter()
        .map(|(name, value)| {
            let name = encode(name, false);
            if value.is_empty() { name } else { format!("{name}={}", encode(value, false)) }
        })
        .collect();
    if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
}

/// Percent-encodes all but the unreserved characters, and `/` where `slashes` keeps it.
pub fn encode(text: &str, slashes: bool) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || (slashes && byte == b'/') {
            out.push(byte as char);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
