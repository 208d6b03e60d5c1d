//! What the tests stand on: a gateway, a backend below it that can be looked into, and a client that signs for itself.
//!
//! Nothing here uses the gateway's own parsing, signing or checksum code: a shared mistake would go unseen.

pub mod answer;
pub mod backend;
pub mod between;
pub mod chunked;
pub mod client;
pub mod data;
pub mod gateway;
pub mod kms;
pub mod meter;
pub mod minio;
pub mod postgres;
pub mod raw;
pub mod relay;
pub mod sign;
pub mod sse;
pub mod sums;
pub mod watch;
pub mod world;
pub mod xml;

pub use answer::Answer;
pub use between::Between;
pub use client::{Form, S3};
pub use data::bytes;
pub use gateway::Gateway;
pub use sums::Sum;
pub use world::World;
pub use xml::Xml;

/// 5 MiB: the least size of a part that is not the last.
pub const MIN_PART: usize = 5 << 20;
