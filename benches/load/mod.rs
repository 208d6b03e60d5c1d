//! A load generator for S3 endpoints, and the servers that it compares.
//!
//! Requests are signed before the clock starts and bodies come from one block of memory, so that the generator costs
//! little beside what it measures. What a server costs is read from the system: CPU seconds and resident memory of its
//! processes. One thread is one connection.
#![allow(dead_code, reason = "each bench uses a part of it")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

pub mod client;
pub mod payload;
pub mod process;
pub mod servers;

#[path = "../../tests/support/sign.rs"]
mod sign;
#[path = "../../tests/support/sums.rs"]
mod sums;

pub use client::{Load, Request, Stop};
pub use payload::{Form, Payload};
pub use servers::Servers;

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
