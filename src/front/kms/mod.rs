//! The KMS door: JSON 1.1, one table of actions.
//!
//! It is given requests whose signature was verified; it reads the body, calls the key manager, and renders the answer
//! or AWS's error. It knows no socket.

mod answer;

use std::sync::Arc;

use bytes::Bytes;
use http::Response;

use crate::identity::{Caller, Origin};
use crate::kms::Kms;
use crate::names::Region;

pub use answer::refuse;

pub struct KmsDoor {
    _kms: Arc<Kms>,
}

impl KmsDoor {
    pub fn new(kms: Arc<Kms>) -> Self {
        Self { _kms: kms }
    }
}

/// The longest body that a request can have: the largest members in base64, with room for the rest.
pub const MAX_BODY_LEN: usize = 1 << 20;

/// Answers one request. `target` is the header `X-Amz-Target`, `region` the credential scope's.
pub async fn serve(
    door: &KmsDoor,
    caller: Caller,
    origin: Origin,
    region: Region,
    target: &str,
    body: Bytes,
) -> Response<Bytes> {
    let _ = (door, caller, region, target, body);
    answer::error(&origin, "UnknownOperationException", None, 400)
}
