//! The backend: the S3 service that stores the sealed bytes, over HTTP or in process.
//!
//! Guarantee: a request leaves with exactly the bucket, object key, query and headers that it was given, signed anew with
//! the gateway's own credentials; a streamed body is always declared with its length, so a body that stops short leaves
//! no object behind. Nothing of the client's authentication can pass, since a [`Request`] is built from parts.
//!
//! Must not know: callers, permits, sealing, or what a body means.

mod addressing;
mod answer_headers;
mod body;
mod config;
mod connections;
mod error;
mod gather;
mod in_process;
mod key_form;
mod link;
mod request;
mod service;
mod sized;
mod stall;
mod tls;
mod trailer;
mod transport;

pub use addressing::encode_query;
pub use answer_headers::client_headers;
pub use body::{Body, BoxBody, BoxError, OwnBody, collect, empty, full, shared};
pub use config::{AddressingStyle, Config, Credentials, Endpoint, TrailingChecksum};
pub use error::{Error, Failure};
pub use gather::{CONNECTION_BUFFER, Gathered};
pub use request::Request;
pub use service::Upstream;
pub use sized::{LEAST_SIZED, SizedReader, begun};
