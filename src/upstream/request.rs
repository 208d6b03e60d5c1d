//! One request to the backend, in S3's terms.

use http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::Body;
use crate::names::{BucketName, ObjectKey};

/// A request before it is addressed and signed.
pub struct Request {
    pub method: Method,
    pub bucket: Option<BucketName>,
    pub object_key: Option<ObjectKey>,
    /// Decoded names and values; `None` is a sub-resource without `=`.
    pub query: Vec<(String, Option<String>)>,
    pub headers: HeaderMap,
    pub body: Body,
}

impl Request {
    pub fn new(method: Method) -> Self {
        Self { method, bucket: None, object_key: None, query: Vec::new(), headers: HeaderMap::new(), body: Body::Empty }
    }

    pub fn bucket(mut self, bucket: &BucketName) -> Self {
        self.bucket = Some(bucket.clone());
        self
    }

    pub fn object(mut self, bucket: &BucketName, object_key: &ObjectKey) -> Self {
        self.bucket = Some(bucket.clone());
        self.object_key = Some(object_key.clone());
        self
    }

    /// A query parameter with a value.
    pub fn query(mut self, name: &str, value: impl Into<String>) -> Self {
        self.query.push((name.to_owned(), Some(value.into())));
        self
    }

    /// A query parameter without a value, such as `uploads`.
    pub fn sub_resource(mut self, name: &str) -> Self {
        self.query.push((name.to_owned(), None));
        self
    }

    /// Sets a header, replacing earlier values of that name.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    pub fn headers(mut self, headers: HeaderMap) -> Self {
        self.headers = headers;
        self
    }

    pub fn body(mut self, body: Body) -> Self {
        self.body = body;
        self
    }
}
