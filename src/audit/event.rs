//! One event, and its form as a CloudTrail record.

use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::crypto::random;
use crate::identity::{Caller, CallerKind, Origin};
use crate::names::{KeyArn, Region};

/// What happened, told by the room in which it happened.
pub struct Event<'a> {
    pub time: OffsetDateTime,
    /// Such as `kms.amazonaws.com`.
    pub source: &'static str,
    /// The action without its service prefix, such as `Decrypt`.
    pub name: &'a str,
    pub region: &'a Region,
    pub caller: &'a Caller,
    pub origin: &'a Origin,
    /// The service that called in the caller's name, such as `s3.us-east-1.amazonaws.com`.
    pub invoked_by: Option<&'a str>,
    pub error: Option<(&'a str, Option<&'a str>)>,
    pub request_parameters: Value,
    pub response_elements: Value,
    pub additional: Map<String, Value>,
    pub resources: &'a [KeyArn],
    pub read_only: bool,
    pub event_id: &'a str,
}

impl Event<'_> {
    /// The record as one JSON object. Source of the shape: CloudTrail user guide, "record contents".
    pub fn to_record(&self) -> Value {
        let mut record = Map::new();
        record.insert("eventVersion".into(), json!("1.11"));
        record.insert("userIdentity".into(), self.user_identity());
        record.insert("eventTime".into(), json!(seconds(self.time)));
        record.insert("eventSource".into(), json!(self.source));
        record.insert("eventName".into(), json!(self.name));
        record.insert("awsRegion".into(), json!(self.region.as_str()));
        record.insert("sourceIPAddress".into(), json!(self.origin.source_ip.to_string()));
        let agent = if self.invoked_by.is_some() { "AWS Internal" } else { &*self.origin.user_agent };
        record.insert("userAgent".into(), json!(agent));
        if let Some((code, message)) = self.error {
            record.insert("errorCode".into(), json!(code));
            if let Some(message) = message {
                record.insert("errorMessage".into(), json!(message));
            }
        }
        record.insert("requestParameters".into(), self.request_parameters.clone());
        record.insert("responseElements".into(), self.response_elements.clone());
        if !self.additional.is_empty() {
            record.insert("additionalEventData".into(), Value::Object(self.additional.clone()));
        }
        record.insert("requestID".into(), json!(&*self.origin.request_id));
        record.insert("eventID".into(), json!(self.event_id));
        record.insert("readOnly".into(), json!(self.read_only));
        if !self.resources.is_empty() {
            record.insert("resources".into(), self.resources.iter().map(resource).collect());
        }
        record.insert("eventType".into(), json!("AwsApiCall"));
        record.insert("managementEvent".into(), json!(true));
        record.insert("recipientAccountId".into(), json!(self.caller.account().as_str()));
        record.insert("eventCategory".into(), json!("Management"));
        Value::Object(record)
    }

    fn user_identity(&self) -> Value {
        let caller = self.caller;
        let mut identity = Map::new();
        let kind = match caller.kind() {
            CallerKind::Root => "Root",
            CallerKind::User => "IAMUser",
            CallerKind::AssumedRole => "AssumedRole",
            CallerKind::Anonymous => "Anonymous",
        };
        identity.insert("type".into(), json!(kind));
        identity.insert("principalId".into(), json!(caller.principal_id()));
        identity.insert("arn".into(), json!(caller.arn()));
        identity.insert("accountId".into(), json!(caller.account().as_str()));
        identity.insert("accessKeyId".into(), json!(caller.access_key_id()));
        if let Some(name) = caller.user_name() {
            identity.insert("userName".into(), json!(name));
        }
        if let Some(issued) = caller.session_issued() {
            identity.insert("sessionContext".into(), session_context(caller, issued));
        }
        if let Some(service) = self.invoked_by {
            identity.insert("invokedBy".into(), json!(service));
        }
        Value::Object(identity)
    }
}

/// Whose temporary credentials they are. Source: CloudTrail user guide, "userIdentity element".
fn session_context(caller: &Caller, issued: OffsetDateTime) -> Value {
    let mut context = Map::new();
    if caller.kind() == CallerKind::AssumedRole {
        let role = caller.principal_arn();
        let issuer = json!({
            "type": "Role",
            "principalId": caller.principal_id().split(':').next(),
            "arn": role,
            "accountId": caller.account().as_str(),
            "userName": role.rsplit('/').next(),
        });
        context.insert("sessionIssuer".into(), issuer);
    }
    context.insert("attributes".into(), json!({ "creationDate": seconds(issued), "mfaAuthenticated": "false" }));
    Value::Object(context)
}

fn resource(key: &KeyArn) -> Value {
    json!({ "accountId": key.account.as_str(), "type": "AWS::KMS::Key", "ARN": key.to_string() })
}

/// `2026-01-31T12:00:00Z`: CloudTrail's times have whole seconds.
fn seconds(time: OffsetDateTime) -> String {
    time.replace_nanosecond(0).ok().and_then(|time| time.format(&Rfc3339).ok()).unwrap_or_default()
}

/// A fresh id for an event: a UUID.
pub fn new_event_id() -> String {
    uuid::Builder::from_random_bytes(random()).into_uuid().to_string()
}
