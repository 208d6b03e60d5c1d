//! The doors: what clients and operators speak to.
//!
//! Guarantee: a request passes authentication, then the table of operations, then authorisation, before any inner room
//! hears of it; only the doors choose what a caller sees of an error. Must not know: keys, formats, where data lies.

mod access_log;
mod arrival;
mod client_body;
mod doors;
mod patience;
pub mod console;
pub mod kms;
mod proxies;
pub mod s3;
pub mod sts;

pub use arrival::Arrival;
pub use client_body::ClientBody;
pub use doors::Doors;
pub use patience::{Pace, Patience, Silent};
pub use proxies::TrustedProxies;
