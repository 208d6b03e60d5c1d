//! The STS door: the query protocol (form in, XML out), beside the KMS door.
//!
//! Guarantee: every call leaves its record in the audit trail before its answer. It is given requests whose signature was
//! verified; an anonymous caller never comes here.

mod answer;
mod assume_role;
mod credentials;
mod form;
mod get_caller_identity;
mod get_session_token;

use std::sync::Arc;

use bytes::Bytes;
use http::Response;
use serde_json::Value;
use time::OffsetDateTime;

use crate::audit::{Audit, Event};
use crate::identity::{Caller, Identities, NotAssumed, Origin};
use crate::names::Region;

use answer::Element;
use form::Form;

pub use answer::refuse;

pub struct StsDoor {
    identities: Arc<Identities>,
    audit: Audit,
}

impl StsDoor {
    pub fn new(identities: Arc<Identities>, audit: Audit) -> Self {
        Self { identities, audit }
    }
}

/// The longest body that a request can have.
pub const MAX_BODY_LEN: usize = 256 << 10;

const VERSION: &str = "2011-06-15";

/// Answers one request. `form` is the body (POST) or the query (GET), form-encoded.
pub async fn serve(
    door: &StsDoor,
    caller: Caller,
    origin: Origin,
    region: Region,
    form: Bytes,
    now: OffsetDateTime,
) -> Response<Bytes> {
    let Some(form) = Form::read(&form) else {
        return refuse(&origin, "MalformedQueryString", "The query string contains a syntax error.", 400);
    };
    let action = form.get("Action").unwrap_or_default();
    let version = form.get("Version").unwrap_or_default();
    let (parameters, result) = match (version, action) {
        (VERSION, "AssumeRole") => {
            let result = assume_role::run(&door.identities, &caller, &origin, &form, now);
            (assume_role::recorded(&form), result)
        }
        (VERSION, "GetCallerIdentity") => (Value::Null, Ok(get_caller_identity::run(&caller))),
        (VERSION, "GetSessionToken") => {
            (get_session_token::recorded(&form), get_session_token::run(&door.identities, &caller, &form, now))
        }
        _ => {
            let words = format!("Could not find operation {action} for version {version}");
            return refuse(&origin, "InvalidAction", &words, 400);
        }
    };
    let call = Call { caller: &caller, origin: &origin, region: &region, action, now };
    if record(door, &call, parameters, &result).await.is_err() {
        return refuse(&origin, "InternalFailure", "The request could not be recorded.", 500);
    }
    match result {
        Ok(elements) => answer::succeed(&origin, action, &elements),
        Err(error) => {
            let (code, status) = fault(&error);
            refuse(&origin, code, &error.to_string(), status)
        }
    }
}

struct Call<'a> {
    caller: &'a Caller,
    origin: &'a Origin,
    region: &'a Region,
    action: &'a str,
    now: OffsetDateTime,
}

async fn record(
    door: &StsDoor,
    call: &Call<'_>,
    request_parameters: Value,
    result: &Result<Vec<Element>, NotAssumed>,
) -> Result<(), crate::audit::Error> {
    let message = result.as_ref().err().map(ToString::to_string);
    let event_id = crate::audit::new_event_id();
    let event = Event {
        time: call.now,
        source: "sts.amazonaws.com",
        name: call.action,
        region: call.region,
        caller: call.caller,
        origin: call.origin,
        invoked_by: None,
        error: result.as_ref().err().map(|error| (fault(error).0, message.as_deref())),
        request_parameters,
        response_elements: Value::Null,
        additional: Default::default(),
        resources: &[],
        read_only: true,
        event_id: &event_id,
    };
    door.audit.record(&event).await
}

/// AWS's code and status.
fn fault(error: &NotAssumed) -> (&'static str, u16) {
    match error {
        NotAssumed::AccessDenied(_) => ("AccessDenied", 403),
        NotAssumed::Validation(_) => ("ValidationError", 400),
        NotAssumed::MalformedPolicy(_) => ("MalformedPolicyDocument", 400),
        NotAssumed::Internal => ("InternalFailure", 500),
    }
}
