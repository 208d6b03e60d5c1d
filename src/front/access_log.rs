//! One line for each request, written when its answer has gone out.
//!
//! The line holds names, sizes and times: no header, no query value, nothing of a body.

use std::fmt::Write as _;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;

use super::Arrival;
use crate::identity::Target;
use crate::metrics::{self, Metrics};
use crate::upstream::{BoxBody, BoxError};

/// What is known of a request so far. Logs and counts itself when dropped.
pub struct Entry {
    arrival: Arrival,
    metrics: Arc<Metrics>,
    pub method: http::Method,
    pub operation: &'static str,
    pub target: Option<Target>,
    /// The caller's ARN; `None`: nobody was authenticated.
    pub caller: Option<String>,
    /// `None`: the client went away before it was answered.
    pub status: Option<u16>,
    pub received: Arc<AtomicU64>,
    sent: u64,
    /// The answer's Content-Length.
    declared: Option<u64>,
    /// Whether the answer's body came to its end.
    complete: bool,
}

impl Entry {
    pub fn new(arrival: Arrival, method: http::Method, metrics: Arc<Metrics>) -> Self {
        metrics.begin();
        let received = Arc::default();
        let (operation, target, caller, status) = (UNKNOWN, None, None, None);
        Self {
            arrival,
            metrics,
            method,
            operation,
            target,
            caller,
            status,
            received,
            sent: 0,
            declared: None,
            complete: false,
        }
    }

    /// The answer, whose end writes the line.
    pub fn attach(mut self, reply: http::Response<BoxBody>) -> http::Response<BoxBody> {
        self.status = Some(reply.status().as_u16());
        let length = reply.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
        self.declared = length.and_then(|length| length.parse().ok());
        self.complete = reply.body().is_end_stream() || self.method == http::Method::HEAD;
        reply.map(|body| Logged { body, entry: self }.boxed_unsync())
    }
}

/// The operation of a request that has none.
const UNKNOWN: &str = "-";

/// What nginx writes for a client that went away.
const CLIENT_GONE: u16 = 499;

impl Drop for Entry {
    fn drop(&mut self) {
        let duration = self.arrival.received.elapsed();
        let status = self.status.unwrap_or(CLIENT_GONE);
        let received = self.received.load(Relaxed);
        let operation = self.operation;
        self.metrics.end(metrics::Request { operation, status, received, sent: self.sent, duration });
        let bucket = self.target.as_ref().and_then(Target::bucket).map_or("-", |bucket| bucket.as_str());
        let object_key = self.target.as_ref().and_then(Target::object_key).map(|key| printable(key.as_str()));
        tracing::info!(
            target: "sealgate::access",
            request = &*self.arrival.request_id,
            from = %self.arrival.source_ip,
            caller = self.caller.as_deref().unwrap_or("-"),
            method = %self.method,
            operation,
            bucket,
            key = object_key.as_deref().unwrap_or("-"),
            status,
            received,
            sent = self.sent,
            millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
            complete = self.complete,
            "request"
        );
    }
}

/// A key on one line: graphic ASCII as it is, all else percent-encoded.
fn printable(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        match byte.is_ascii_graphic() && !matches!(byte, b'"' | b'%' | b'\\') {
            true => out.push(byte.into()),
            false => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
        out
    })
}

struct Logged {
    body: BoxBody,
    entry: Entry,
}

impl Body for Logged {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        match &polled {
            Poll::Ready(None) => self.entry.complete = true,
            Poll::Ready(Some(Ok(frame))) => {
                self.entry.sent += frame.data_ref().map_or(0, Bytes::len) as u64;
                // The connection does not ask again once the declared length has gone out.
                self.entry.complete = self.body.is_end_stream() || self.entry.declared == Some(self.entry.sent);
            }
            Poll::Ready(Some(Err(error))) => {
                tracing::warn!(
                    request = &*self.entry.arrival.request_id,
                    error = &**error as &dyn std::error::Error,
                    "an answer broke off"
                );
            }
            Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn a_key_stays_on_its_line() {
        assert_eq!(printable("a/b c\n\"é%"), "a/b%20c%0A%22%C3%A9%25");
    }
}
