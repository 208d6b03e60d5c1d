//! The KMS door: JSON 1.1, one table of actions.
//!
//! It is given requests whose signature was verified; it reads the body, calls the key manager, and renders the answer
//! or AWS's error. It knows no socket.

mod actions;
mod answer;
mod model;
mod shape;
mod unbroken;
#[cfg(test)]
mod wycheproof;

use std::sync::Arc;

use bytes::Bytes;
use http::Response;

use crate::identity::{Caller, Origin};
use crate::kms::{Call, Code, Error, Kms};
use crate::names::Region;

pub use answer::refuse;
use unbroken::Unbroken;

pub struct KmsDoor {
    kms: Arc<Kms>,
}

impl KmsDoor {
    pub fn new(kms: Arc<Kms>) -> Self {
        Self { kms }
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
    let call = Call { caller, origin: origin.clone(), region, via: None };
    let (kms, target) = (door.kms.clone(), target.to_owned());
    // A client that hangs up in the middle must not leave a change without its audit record.
    let performed = Unbroken::new(async move { perform(&kms, &call, &target, &body).await }).await;
    match performed.unwrap_or_else(|_| Err(Error::bare(Code::Internal))) {
        Ok(body) => answer::respond(&origin, 200, body),
        Err(error) => answer::error(&origin, error.code().as_str(), error.message(), error.code().status()),
    }
}

async fn perform(kms: &Kms, call: &Call, target: &str, body: &[u8]) -> Result<Bytes, Error> {
    let action = target.strip_prefix("TrentService.").and_then(actions::find);
    let Some(action) = action else {
        return Err(Error::bare(Code::UnknownOperation));
    };
    match shape::read(action.request, body) {
        Ok(request) => (action.run)(kms, call, request).await,
        Err(error) => {
            kms.record_refused(call, action.name, action.read_only, &error).await?;
            Err(error)
        }
    }
}
