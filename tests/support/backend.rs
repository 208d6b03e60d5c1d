//! The raw view of what the backend stores, without the gateway: to assert on it, and to tamper with it.

use bytes::Bytes;

use std::sync::Weak;

use http_body_util::BodyExt;
use sealgate::names::{BucketName, ObjectKey};
use sealgate::upstream::{Body, Request, Upstream};

use super::{Answer, S3};

#[derive(Clone)]
pub enum Backend {
    /// A real MinIO, over the network with its own credentials.
    Minio(S3),
    /// The embedded backend, in process, for as long as its gateway runs.
    Embedded(Weak<Upstream>),
}

impl Backend {
    /// Any request; `query` values may be empty.
    pub async fn send(
        &self,
        method: &str,
        (bucket, key): (&str, &str),
        query: &[(&str, &str)],
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        match self {
            Self::Minio(s3) => {
                let mut call = s3.call(method, bucket, key).body(body);
                for (name, value) in query {
                    call = call.query(name, value);
                }
                for (name, value) in headers {
                    call = call.header(name, value);
                }
                call.prepare().send(s3.address).await
            }
            Self::Embedded(upstream) => {
                let mut request = Request::new(method.parse().unwrap());
                let name = BucketName::new(bucket).unwrap();
                request = match key {
                    "" => request.bucket(&name),
                    key => request.object(&name, &ObjectKey::new(key).unwrap()),
                };
                for (name, value) in query {
                    request = if value.is_empty() { request.sub_resource(name) } else { request.query(name, *value) };
                }
                for (name, value) in headers {
                    request = request.header(name.parse().unwrap(), value.parse().unwrap());
                }
                let body = body.into();
                let request = request.body(if body.is_empty() { Body::Empty } else { Body::Bytes(body) });
                let asked = format!("{method} {bucket}/{key} in process");
                let upstream = upstream.upgrade().expect("the gateway runs");
                let (parts, body) = upstream.send(request).await.expect("the embedded backend answers").into_parts();
                let body = body.collect().await.expect("a body").to_bytes().to_vec();
                Answer { status: parts.status, headers: parts.headers, body, asked, broken: false }
            }
        }
    }

    pub async fn get(&self, bucket: &str, key: &str) -> Answer {
        self.send("GET", (bucket, key), &[], &[], "").await
    }

    pub async fn head(&self, bucket: &str, key: &str) -> Answer {
        self.send("HEAD", (bucket, key), &[], &[], "").await
    }

    /// The answer to ListObjectsV2 under a prefix.
    pub async fn list(&self, bucket: &str, prefix: &str) -> Answer {
        self.send("GET", (bucket, ""), &[("list-type", "2"), ("prefix", prefix)], &[], "").await.ok()
    }

    /// (key, size) of each object under a prefix, at most 1,000.
    pub async fn objects(&self, bucket: &str, prefix: &str) -> Vec<(String, u64)> {
        let listing = self.list(bucket, prefix).await.xml();
        let line = |object: &super::Xml| (object.at("Key").to_owned(), object.at("Size").parse().unwrap());
        listing.all("Contents").map(line).collect()
    }

    /// Stores an object as it is: plaintext from before the gateway, or bytes that a test has changed.
    pub async fn put(&self, bucket: &str, key: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Answer {
        self.send("PUT", (bucket, key), &[], headers, body).await.ok()
    }

    /// Stores what stands at one place at another too, byte for byte, as a replication does.
    pub async fn replicate(&self, (bucket, key): (&str, &str), (to_bucket, to_key): (&str, &str)) {
        let stored = self.get(bucket, key).await.ok();
        let headers = stored_headers(&stored);
        let lent: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.put(to_bucket, to_key, &lent, stored.body).await;
    }

    /// Stores an object again with its own headers (those that PutObject takes) and a changed body.
    pub async fn replace_body(&self, bucket: &str, key: &str, change: impl FnOnce(Vec<u8>) -> Vec<u8>) {
        let stored = self.get(bucket, key).await.ok();
        let headers = stored_headers(&stored);
        let lent: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.put(bucket, key, &lent, change(stored.body)).await;
    }

    /// Stores an object again with its own body and headers that `change` has edited.
    pub async fn replace_headers(&self, bucket: &str, key: &str, change: impl FnOnce(&mut Vec<(String, String)>)) {
        let stored = self.get(bucket, key).await.ok();
        let mut headers = stored_headers(&stored);
        change(&mut headers);
        let lent: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.put(bucket, key, &lent, stored.body).await;
    }
}

/// The headers of an object that a PutObject can set again.
fn stored_headers(stored: &Answer) -> Vec<(String, String)> {
    const CONTENT: [&str; 6] =
        ["content-type", "content-encoding", "cache-control", "content-disposition", "content-language", "expires"];
    stored
        .headers
        .iter()
        .filter(|(name, _)| name.as_str().starts_with("x-amz-meta-") || CONTENT.contains(&name.as_str()))
        .map(|(name, value)| (name.as_str().to_owned(), value.to_str().unwrap().to_owned()))
        .collect()
}
