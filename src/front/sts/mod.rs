//! The STS door: the query protocol (form in, XML out), beside the KMS door.
//!
//! It is given requests whose signature was verified; an anonymous caller never comes here.

mod answer;
mod form;
mod get_caller_identity;

use bytes::Bytes;
use http::Response;

use crate::identity::{Caller, Origin};
use crate::names::Region;

use form::Form;

pub use answer::refuse;

#[derive(Default)]
pub struct StsDoor {}

impl StsDoor {
    pub fn new() -> Self {
        Self::default()
    }
}

/// The longest body that a request can have.
pub const MAX_BODY_LEN: usize = 256 << 10;

const VERSION: &str = "2011-06-15";

/// Answers one request. `form` is the body (POST) or the query (GET), form-encoded.
pub async fn serve(_: &StsDoor, caller: Caller, origin: Origin, _: Region, form: Bytes) -> Response<Bytes> {
    let Some(form) = Form::read(&form) else {
        return refuse(&origin, "MalformedQueryString", "The query string contains a syntax error.", 400);
    };
    let action = form.get("Action").unwrap_or_default();
    let version = form.get("Version").unwrap_or_default();
    match (version, action) {
        (VERSION, "GetCallerIdentity") => answer::succeed(&origin, action, &get_caller_identity::run(&caller)),
        _ => {
            let words = format!("Could not find operation {action} for version {version}");
            refuse(&origin, "InvalidAction", &words, 400)
        }
    }
}
