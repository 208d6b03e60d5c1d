//! Counts of the requests that the doors answered.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use super::histogram::Histogram;
use super::text;

/// Every count. Shared behind an `Arc`.
pub struct Metrics {
    started: SystemTime,
    in_flight: AtomicI64,
    answered: Mutex<BTreeMap<(&'static str, u16), u64>>,
    received: AtomicU64,
    sent: AtomicU64,
    durations: Histogram,
}

/// One answered request.
#[derive(Debug, Clone, Copy)]
pub struct Request {
    /// AWS's name of the operation, or a name of ours for what is none.
    pub operation: &'static str,
    pub status: u16,
    /// Bytes of the bodies as on the wire.
    pub received: u64,
    pub sent: u64,
    pub duration: Duration,
}

impl Metrics {
    pub fn new(started: SystemTime) -> Self {
        Self {
            started,
            in_flight: AtomicI64::new(0),
            answered: Mutex::new(BTreeMap::new()),
            received: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            durations: Histogram::default(),
        }
    }

    /// A request arrived.
    pub fn begin(&self) {
        self.in_flight.fetch_add(1, Relaxed);
    }

    /// A request's answer has gone out, or its client has gone away.
    pub fn end(&self, request: Request) {
        self.in_flight.fetch_sub(1, Relaxed);
        self.received.fetch_add(request.received, Relaxed);
        self.sent.fetch_add(request.sent, Relaxed);
        self.durations.observe(request.duration);
        let mut answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        *answered.entry((request.operation, request.status)).or_insert(0) += 1;
    }

    /// Requests that are being answered.
    pub fn in_flight(&self) -> i64 {
        self.in_flight.load(Relaxed)
    }

    /// Everything as text, version 0.0.4 of Prometheus' format.
    pub fn render(&self) -> String {
        let mut out = String::new();
        text::gauge(&mut out, "sealgate_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1);
        let started = self.started.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |age| age.as_secs());
        text::gauge(&mut out, "process_start_time_seconds", &[], started);
        if let Some(bytes) = text::resident_bytes() {
            text::gauge(&mut out, "process_resident_memory_bytes", &[], bytes);
        }
        text::gauge(&mut out, "sealgate_requests_in_flight", &[], self.in_flight());
        text::counter(&mut out, "sealgate_received_bytes_total", &[], self.received.load(Relaxed));
        text::counter(&mut out, "sealgate_sent_bytes_total", &[], self.sent.load(Relaxed));
        text::kind(&mut out, "sealgate_requests_total", "counter");
        for ((operation, status), count) in self.answered.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let labels = [("operation", *operation), ("status", &status.to_string())];
            text::sample(&mut out, "sealgate_requests_total", &labels, count);
        }
        self.durations.render("sealgate_request_duration_seconds", &mut out);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_operation_and_status() {
        let metrics = Metrics::new(SystemTime::UNIX_EPOCH);
        let duration = Duration::from_millis(30);
        let request = Request { operation: "GetObject", status: 200, received: 0, sent: 10, duration };
        for _ in 0..3 {
            metrics.begin();
        }
        metrics.end(request);
        metrics.end(Request { status: 404, ..request });
        let text = metrics.render();
        for line in [
            "sealgate_requests_in_flight 1",
            "sealgate_sent_bytes_total 20",
            "sealgate_requests_total{operation=\"GetObject\",status=\"404\"} 1",
            "sealgate_request_duration_seconds_bucket{le=\"0.025\"} 0",
            "sealgate_request_duration_seconds_bucket{le=\"0.05\"} 2",
            "sealgate_request_duration_seconds_sum 0.06",
        ] {
            assert!(text.lines().any(|known| known == line), "{line} is not in\n{text}");
        }
    }
}
