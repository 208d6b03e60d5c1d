//! What a target did.

use crate::load::{GIB, MIB, Outcome, median};

/// What a target did, in one turn or as medians over the turns.
#[derive(Clone, Default)]
pub struct Measured {
    pub target: &'static str,
    /// Of the target's own process, and of MinIO behind it.
    pub cpu_us: f64,
    pub minio_us: f64,
    pub cpu_secs_per_gib: f64,
    pub mib_per_sec: f64,
    pub requests_per_sec: f64,
    /// The median of its requests, and what is more than direct in the same round.
    pub latency_us: f64,
    pub added_us: f64,
    pub errors: Vec<String>,
}

impl Measured {
    /// One turn, and the CPU seconds of target and MinIO in it.
    pub fn new(outcome: Outcome, cpu: f64, minio_cpu: f64) -> Self {
        let requests = outcome.requests.max(1) as f64;
        Self {
            target: "",
            cpu_us: cpu * 1e6 / requests,
            minio_us: minio_cpu * 1e6 / requests,
            cpu_secs_per_gib: cpu * GIB as f64 / outcome.bytes.max(1) as f64,
            mib_per_sec: outcome.bytes as f64 / MIB as f64 / outcome.secs,
            requests_per_sec: outcome.requests as f64 / outcome.secs,
            latency_us: median(outcome.latencies) * 1e6,
            added_us: f64::NAN,
            errors: outcome.errors,
        }
    }

    /// The medians of the turns, beside the turns of `direct`.
    pub fn medians(target: &'static str, samples: &[Self], direct: Option<&[Self]>) -> Self {
        let rounds = samples.iter().zip(direct.unwrap_or_default());
        let of = |value: fn(&Self) -> f64| median(samples.iter().map(value).collect());
        Self {
            target,
            cpu_us: of(|sample| sample.cpu_us),
            minio_us: of(|sample| sample.minio_us),
            cpu_secs_per_gib: of(|sample| sample.cpu_secs_per_gib),
            mib_per_sec: of(|sample| sample.mib_per_sec),
            requests_per_sec: of(|sample| sample.requests_per_sec),
            latency_us: of(|sample| sample.latency_us),
            added_us: direct
                .map_or(f64::NAN, |_| median(rounds.map(|(one, direct)| one.latency_us - direct.latency_us).collect())),
            errors: samples.iter().flat_map(|sample| sample.errors.clone()).collect(),
        }
    }
}
