//! A load generator for S3 and KMS endpoints, and the servers that it compares.
//!
//! Requests are signed before the clock starts and bodies come from one block of memory, so that the generator costs
//! little beside what it measures. What a server costs is read from the system: CPU seconds and resident memory of its
//! processes. One thread is one connection. An answer of another status or length than the request's is an error, and
//! a load that verifies compares every byte.
#![allow(clippy::unwrap_used, clippy::expect_used)]

pub mod answer;
pub mod drive;
pub mod endpoint;
pub mod frames;
pub mod payload;
pub mod process;
pub mod programs;
pub mod proxies;
pub mod relay;
pub mod servers;

#[allow(dead_code, reason = "the tests use all of it")]
#[path = "../../tests/support/sign.rs"]
mod sign;
#[allow(dead_code, reason = "the tests use all of it")]
#[path = "../../tests/support/sums.rs"]
mod sums;

pub use drive::{Load, Outcome, Stop};
pub use endpoint::{Endpoint, Request};
pub use payload::{Form, Payload};
pub use servers::{Server, Servers};

pub const KIB: u64 = 1 << 10;
pub const MIB: u64 = 1 << 20;
pub const GIB: u64 = 1 << 30;

/// The median; zero of nothing.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => 0.0,
        len if len % 2 == 1 => values[len / 2],
        len => (values[len / 2 - 1] + values[len / 2]) / 2.0,
    }
}

/// Whether the bench was called with this flag.
pub fn flag(name: &str) -> bool {
    std::env::args().any(|argument| argument == name)
}

/// The value behind a flag.
pub fn option<T: std::str::FromStr>(name: &str, default: T) -> T {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1).and_then(|value| value.parse().ok()).unwrap_or(default)
}
