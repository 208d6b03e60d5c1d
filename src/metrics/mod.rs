//! What the gateway counts, in Prometheus' text format.
//!
//! Guarantee: labels come from fixed sets (operations, status codes), never from a client, so their number is bounded.
//! Must not know: any other room. It is handed facts.

mod histogram;
mod requests;
mod text;

pub use requests::{Metrics, Request};
