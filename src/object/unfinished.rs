//! An upload at the backend that is not completed yet. Dropped, it is given up: a request that goes away, a client's or a
//! task's, leaves nothing at the backend that nobody knows of.

use std::sync::Arc;

use http::Method;

use crate::names::{BucketName, ObjectKey};
use crate::upstream::{Request, Upstream};

pub struct Unfinished {
    upstream: Arc<Upstream>,
    place: (BucketName, ObjectKey),
    id: String,
    kept: bool,
}

impl Unfinished {
    pub fn new(upstream: Arc<Upstream>, place: (BucketName, ObjectKey), id: String) -> Self {
        Self { upstream, place, id, kept: false }
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    /// It is completed, or a record leads to it.
    pub fn keep(mut self) {
        self.kept = true;
    }

    /// Gives it up. A failure leaves it to the backend's own lifecycle.
    pub async fn give_up(mut self) {
        abort(self.upstream.clone(), self.request()).await;
        self.kept = true;
    }

    fn request(&self) -> Request {
        let (bucket, object_key) = &self.place;
        Request::new(Method::DELETE).object(bucket, object_key).query("uploadId", self.id.as_str())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let (false, Ok(runtime)) = (self.kept, tokio::runtime::Handle::try_current()) {
            runtime.spawn(abort(self.upstream.clone(), self.request()));
        }
    }
}

async fn abort(upstream: Arc<Upstream>, request: Request) {
    if let Err(error) = upstream.expect(request).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "an upload could not be aborted");
    }
}
