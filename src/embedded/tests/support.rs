//! A backend in a temporary folder, and requests in one line.

use bytes::Bytes;
use futures::stream;
use http::{HeaderMap, Request, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};

use crate::embedded::{BoxBody, Embedded, Error};

pub(super) struct Backend {
    pub embedded: Embedded,
    pub dir: tempfile::TempDir,
}

#[derive(Debug)]
pub(super) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The text of every element of this name.
    pub(super) fn all(&self, element: &str) -> Vec<String> {
        let (open, close) = (format!("<{element}>"), format!("</{element}>"));
        let pieces = self.text().split(&open).skip(1);
        pieces.map(|piece| piece.split(&close).next().unwrap().replace("&quot;", "\"").replace("&amp;", "&")).collect()
    }

    pub(super) fn one(&self, element: &str) -> String {
        self.all(element).into_iter().next().unwrap_or_default()
    }
}

pub(super) fn full(bytes: impl Into<Bytes>) -> BoxBody {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

/// A body in pieces; an `Err` piece breaks it off.
pub(super) fn pieces(pieces: Vec<Result<Bytes, &'static str>>) -> BoxBody {
    let frames = pieces.into_iter().map(|piece| piece.map(Frame::data).map_err(Into::into));
    BodyExt::boxed_unsync(StreamBody::new(stream::iter(frames)))
}

impl Backend {
    pub(super) async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self { embedded: Embedded::open(dir.path()).await.unwrap(), dir }
    }

    /// With the bucket `bkt`.
    pub(super) async fn with_bucket() -> Self {
        let backend = Self::new().await;
        assert_eq!(backend.send("PUT", "/bkt", &[], "").await.status, 200);
        backend
    }

    pub(super) async fn reopen(self) -> Self {
        let Self { embedded, dir } = self;
        drop(embedded);
        Self { embedded: Embedded::open(dir.path()).await.unwrap(), dir }
    }

    pub(super) async fn send(
        &self,
        method: &str,
        uri: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        let body = body.into();
        let len = body.len().to_string();
        let mut all = vec![("content-length", len.as_str())];
        all.extend_from_slice(headers);
        self.raw(method, uri, &all, full(body)).await.unwrap()
    }

    pub(super) async fn raw(
        &self,
        method: &str,
        uri: &str,
        headers: &[(&str, &str)],
        body: BoxBody,
    ) -> Result<Answer, Error> {
        let mut request = Request::builder().method(method).uri(uri).header("host", "embedded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.embedded.call(request.body(body).unwrap()).await?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Ok(Answer { status: parts.status, headers: parts.headers, body })
    }

    /// The blob files that exist.
    pub(super) fn blobs(&self) -> usize {
        let shards = std::fs::read_dir(self.dir.path().join("blobs")).unwrap();
        shards.map(|shard| std::fs::read_dir(shard.unwrap().path()).unwrap().count()).sum()
    }
}
