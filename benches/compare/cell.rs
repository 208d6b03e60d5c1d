//! One row of the tables: the same load on every target, in short turns, and the medians.

use std::time::Duration;

use crate::load::{Form, GIB, Load, MIB, Payload, Request, Servers, Stop, median};
use crate::targets::Target;

/// What is asked for.
#[derive(Clone)]
pub enum Work {
    Put(Form),
    Get,
    /// 64 KiB out of the object `long`.
    Range,
    /// A whole GET with `x-amz-checksum-mode: ENABLED`.
    GetWithChecksum,
}

/// A load.
#[derive(Clone)]
pub struct Cell {
    pub work: Work,
    pub len: u64,
    pub connections: usize,
}

/// What a target did, as medians over the turns.
pub struct Measured {
    pub target: &'static str,
    /// Of the target's own process, and of MinIO behind it.
    pub cpu_us_per_request: f64,
    pub minio_us_per_request: f64,
    pub cpu_secs_per_gib: f64,
    pub mib_per_sec: f64,
    pub requests_per_sec: f64,
    pub latency_us: f64,
    pub errors: usize,
}

pub const RANGE_LEN: u64 = 64 * 1024;

impl Cell {
    pub fn name(&self) -> String {
        let size = size_name(self.len);
        match &self.work {
            Work::Put(Form::Unsigned) => format!("PUT {size}"),
            Work::Put(form) => format!("PUT {size}, {}", form.name()),
            Work::Get => format!("GET {size}"),
            Work::Range => "GET 64 KiB of 1 GiB".to_owned(),
            Work::GetWithChecksum => format!("GET {size}, checksum mode"),
        }
    }

    /// Every target takes its turn, `turns` times.
    pub fn measure(
        &self,
        servers: &Servers,
        minio: &Target<'_>,
        targets: &[&Target<'_>],
        turns: usize,
        turn: Duration,
    ) -> Vec<Measured> {
        if !matches!(self.work, Work::Put(_) | Work::Range) {
            targets.iter().for_each(|target| self.fill(target));
        }
        let mut samples: Vec<Vec<Sample>> = targets.iter().map(|_| Vec::new()).collect();
        for _ in 0..turns {
            for (target, samples) in targets.iter().zip(&mut samples) {
                samples.push(self.turn(minio, target, turn));
            }
            // Reads leave nothing in MinIO's trash.
            if matches!(self.work, Work::Put(_)) {
                servers.settle();
            }
        }
        targets.iter().zip(samples).map(|(target, samples)| summary(target.name, &samples)).collect()
    }

    fn put(&self, target: &Target<'_>, payload: &Payload, at: usize) -> Request {
        Request::new("PUT", target.path(&format!("{}-{at}", self.len))).headers(target.headers).payload(payload)
    }

    /// The objects that are read.
    fn fill(&self, target: &Target<'_>) {
        let payload = Payload::new(Form::Unsigned, self.len);
        let requests = |at: usize| vec![self.put(target, &payload, at)];
        let connections = self.connections.min(4);
        let objects = Load { s3: &target.server.s3, connections, stop: Stop::Requests(1), requests: &requests };
        report(target.name, &objects.run().errors);
    }

    fn requests(&self, target: &Target<'_>, payload: &Payload, at: usize) -> Vec<Request> {
        match &self.work {
            Work::Put(_) => vec![self.put(target, payload, at)],
            Work::Get => vec![Request::new("GET", target.path(&format!("{}-{}", self.len, at % 4)))],
            Work::GetWithChecksum => {
                let get = Request::new("GET", target.path(&format!("{}-{}", self.len, at % 4)));
                vec![get.header("x-amz-checksum-mode", "ENABLED")]
            }
            Work::Range => (0..64_u64)
                .map(|turn| {
                    // Scattered over the object, the same for everyone.
                    let start = (turn * 7919 + at as u64 * 104_729) * 9973 % (GIB - RANGE_LEN);
                    let range = format!("bytes={start}-{}", start + RANGE_LEN - 1);
                    Request::new("GET", target.path("long")).header("range", &range)
                })
                .collect(),
        }
    }

    fn turn(&self, minio: &Target<'_>, target: &Target<'_>, turn: Duration) -> Sample {
        let payload = match &self.work {
            Work::Put(form) => Payload::new(*form, self.len),
            _ => Payload::empty(),
        };
        let requests = |at: usize| self.requests(target, &payload, at);
        let once = Load { s3: &target.server.s3, connections: 1, stop: Stop::Requests(1), requests: &requests };
        once.run();
        let before = (target.server.process.cpu_secs(), minio.server.process.cpu_secs());
        let stop = Stop::After(turn);
        let outcome = Load { s3: &target.server.s3, connections: self.connections, stop, requests: &requests }.run();
        report(target.name, &outcome.errors);
        let cpu = target.server.process.cpu_secs() - before.0;
        let minio_cpu = minio.server.process.cpu_secs() - before.1;
        let requests = outcome.requests.max(1) as f64;
        Sample {
            cpu_us: cpu * 1e6 / requests,
            minio_us: minio_cpu * 1e6 / requests,
            cpu_per_gib: cpu * GIB as f64 / outcome.bytes.max(1) as f64,
            mib_per_sec: outcome.bytes as f64 / MIB as f64 / outcome.secs,
            requests_per_sec: outcome.requests as f64 / outcome.secs,
            latency_us: median(outcome.latencies) * 1e6,
            errors: outcome.errors.len(),
        }
    }
}

struct Sample {
    cpu_us: f64,
    minio_us: f64,
    cpu_per_gib: f64,
    mib_per_sec: f64,
    requests_per_sec: f64,
    latency_us: f64,
    errors: usize,
}

fn summary(target: &'static str, samples: &[Sample]) -> Measured {
    let of = |value: fn(&Sample) -> f64| median(samples.iter().map(value).collect());
    Measured {
        target,
        cpu_us_per_request: of(|sample| sample.cpu_us),
        minio_us_per_request: of(|sample| sample.minio_us),
        cpu_secs_per_gib: of(|sample| sample.cpu_per_gib),
        mib_per_sec: of(|sample| sample.mib_per_sec),
        requests_per_sec: of(|sample| sample.requests_per_sec),
        latency_us: of(|sample| sample.latency_us),
        errors: samples.iter().map(|sample| sample.errors).sum(),
    }
}

fn report(target: &str, errors: &[String]) {
    errors.iter().for_each(|error| eprintln!("{target}: {error}"));
}

pub fn size_name(len: u64) -> String {
    match len {
        len if len >= GIB => format!("{} GiB", len / GIB),
        len if len >= MIB => format!("{} MiB", len / MIB),
        len => format!("{} KiB", len / 1024),
    }
}
