//! AWS Signature Version 4: verifies what clients send, in every form, and signs what goes to a backend.
//!
//! Guarantee: a [`Verified`] exists only for a request whose method, path, query, host and every `x-amz-*` header were
//! covered by a signature of a known secret, in time. [`Chunks`] ends cleanly only where the body was framed, sized and
//! signed as the request declared; until then what it hands on is not yet verified, so the last byte must be withheld.
//!
//! Must not know: who the caller is beyond the access key id, what the request means, what may be done.
//!
//! Sources: S3 API reference, "Authenticating Requests (AWS Signature Version 4)" with its pages on the Authorization
//! header, query parameters, chunked uploads, trailing headers and POST policies.

mod canonical;
mod chunk_signature;
mod chunks;
mod credential;
mod decoder;
mod error;
mod header_form;
mod key;
mod payload;
mod post_conditions;
mod post_fields;
mod post_policy;
mod query;
mod query_form;
mod request;
mod sign;
mod signed_headers;
mod timestamp;
mod trailer;
mod verify;

#[cfg(test)]
mod known_answers;
#[cfg(test)]
mod properties;

pub use chunks::{BoxError, ChunkError, Chunks};
pub use error::Error;
pub use key::SecretKeyText;
pub use payload::Payload;
pub use post_fields::PostFields;
pub use post_policy::{VerifiedPost, verify_post_policy};
pub use sign::{Credentials, SignError, SignedPayload, sign};
pub use verify::{Endpoint, Lookup, Verified, verify};
