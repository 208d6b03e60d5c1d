//! What every action of the key manager has in common: it is named, run, and recorded.

use std::future::Future;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use time::OffsetDateTime;

use crate::audit::{Event, new_event_id};
use crate::names::KeyArn;

use super::error::{Code, Error};
use super::last_use::LastUse;
use super::{Call, Kms};

/// One action. Its file is its snake_case name.
pub trait Operation {
    /// AWS's name without a prefix, such as `Encrypt`.
    const NAME: &'static str;
    /// CloudTrail's `readOnly`.
    const READ_ONLY: bool;
    /// Whether a success counts as a use of the key: the cryptographic actions.
    const TRACKED: bool = false;
    type Input: DeserializeOwned + Send;
    type Output: Serialize + Send;

    /// CloudTrail's `requestParameters`: never a plaintext, a ciphertext or a token.
    fn recorded(input: &Self::Input) -> Value;

    fn run(
        kms: &Kms,
        call: &Call,
        input: Self::Input,
        trail: &mut Trail,
    ) -> impl Future<Output = Result<Self::Output, Error>> + Send;
}

/// What a running action tells the audit trail.
#[derive(Default)]
pub struct Trail {
    pub resources: Vec<KeyArn>,
    pub response_elements: Value,
    pub additional: Map<String, Value>,
    /// The event's id. Made before the action runs, since a key remembers the event of its last use.
    pub event_id: String,
}

impl Trail {
    /// Names a key that the action touches. In CloudTrail's order: source before destination.
    pub fn touch(&mut self, key: &KeyArn) {
        if !self.resources.contains(key) {
            self.resources.push(key.clone());
        }
    }
}

impl Kms {
    /// Runs an action and records it before its result is known to anyone.
    pub async fn perform<O: Operation>(&self, call: &Call, input: O::Input) -> Result<O::Output, Error> {
        let started = self.now();
        let parameters = O::recorded(&input);
        let mut trail = Trail { event_id: new_event_id(), ..Trail::default() };
        let result = match self.quotas.charge_action(call, O::NAME, started) {
            Ok(()) => O::run(self, call, input, &mut trail).await,
            Err(throttled) => Err(throttled),
        };
        if O::TRACKED && result.is_ok() {
            for key in &trail.resources {
                let last = LastUse {
                    operation: O::NAME.to_owned(),
                    time: started,
                    event_id: trail.event_id.clone(),
                    request_id: call.origin.request_id.to_string(),
                };
                self.last_uses.note(key, last);
            }
        }
        self.record(call, O::NAME, O::READ_ONLY, started, parameters, trail, result.as_ref().err()).await?;
        result
    }

    /// Records a call that failed before it became an input of its action.
    pub async fn record_refused(&self, call: &Call, name: &str, read_only: bool, error: &Error) -> Result<(), Error> {
        let trail = Trail { event_id: new_event_id(), ..Trail::default() };
        self.record(call, name, read_only, self.now(), Value::Null, trail, Some(error)).await
    }

    #[expect(clippy::too_many_arguments, reason = "the facts of one event, named once more in the record")]
    async fn record(
        &self,
        call: &Call,
        name: &str,
        read_only: bool,
        time: OffsetDateTime,
        request_parameters: Value,
        trail: Trail,
        error: Option<&Error>,
    ) -> Result<(), Error> {
        // CloudTrail calls this one AccessDenied.
        let code =
            |error: &Error| if error.code() == Code::AccessDenied { "AccessDenied" } else { error.code().as_str() };
        let event = Event {
            time,
            source: "kms.amazonaws.com",
            name,
            region: &call.region,
            caller: &call.caller,
            origin: &call.origin,
            invoked_by: call.via.as_ref().map(|_| "AWS Internal"),
            error: error.map(|error| (code(error), error.message())),
            request_parameters,
            response_elements: if error.is_some() { Value::Null } else { trail.response_elements },
            additional: trail.additional,
            resources: &trail.resources,
            read_only,
            event_id: &trail.event_id,
        };
        self.audit.record(&event).await.map_err(Error::internal)
    }
}
