//! The console's port: health, readiness and metrics, in clear text, for the operator's own machines.
//!
//! Guarantee: it changes nothing and shows no name of a client's. Must not know: callers, objects, keys.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Response, StatusCode};

use crate::metrics::Metrics;
use crate::upstream::{Request, Upstream};

/// What the console shows.
pub struct Console {
    pub metrics: Arc<Metrics>,
    pub upstream: Arc<Upstream>,
    /// Set once a signal to stop has come: no more requests, please.
    pub draining: Arc<AtomicBool>,
}

impl Console {
    pub async fn serve(&self, method: &Method, path: &str) -> Response<Bytes> {
        if !matches!(*method, Method::GET | Method::HEAD) {
            return plain(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD\n".into());
        }
        match path {
            // The process lives and its runtime answers.
            "/health" => plain(StatusCode::OK, "ok\n".into()),
            "/ready" => self.ready().await,
            "/metrics" => {
                let mut metrics = plain(StatusCode::OK, self.metrics.render());
                let version = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
                metrics.headers_mut().insert(CONTENT_TYPE, version);
                metrics
            }
            _ => plain(StatusCode::NOT_FOUND, "there are /health, /ready and /metrics\n".into()),
        }
    }

    /// Ready: not draining, and the backend answers a signed request.
    async fn ready(&self) -> Response<Bytes> {
        if self.draining.load(Relaxed) {
            return plain(StatusCode::SERVICE_UNAVAILABLE, "draining\n".into());
        }
        let asked = self.upstream.expect(Request::new(Method::GET));
        match tokio::time::timeout(std::time::Duration::from_secs(5), asked).await {
            Ok(Ok(_)) => plain(StatusCode::OK, "ready\n".into()),
            Ok(Err(error)) => plain(StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")),
            Err(_) => plain(StatusCode::SERVICE_UNAVAILABLE, "the backend did not answer within 5 seconds\n".into()),
        }
    }
}

fn plain(status: StatusCode, text: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
