//! One event, and its form as a CloudTrail record.

use std::net::IpAddr;

use serde::Serialize;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::crypto::random_id;
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

/// The record as it stands in the trail. Source of the shape: CloudTrail user guide, "record contents".
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    event_version: &'static str,
    user_identity: UserIdentity<'a>,
    event_time: String,
    event_source: &'static str,
    event_name: &'a str,
    aws_region: &'a str,
    #[serde(rename = "sourceIPAddress")]
    source_ip_address: IpAddr,
    user_agent: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<&'a str>,
    request_parameters: &'a Value,
    response_elements: &'a Value,
    #[serde(skip_serializing_if = "Map::is_empty")]
    additional_event_data: &'a Map<String, Value>,
    #[serde(rename = "requestID")]
    request_id: &'a str,
    #[serde(rename = "eventID")]
    event_id: &'a str,
    read_only: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resources: Vec<Resource<'a>>,
    event_type: &'static str,
    management_event: bool,
    recipient_account_id: &'a str,
    event_category: &'static str,
}

/// Source: CloudTrail user guide, "userIdentity element".
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserIdentity<'a> {
    r#type: &'static str,
    principal_id: &'a str,
    arn: &'a str,
    account_id: &'a str,
    access_key_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_context: Option<SessionContext<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invoked_by: Option<&'a str>,
}

/// Whose temporary credentials they are.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionContext<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    session_issuer: Option<SessionIssuer<'a>>,
    attributes: SessionAttributes,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionIssuer<'a> {
    r#type: &'static str,
    principal_id: Option<&'a str>,
    arn: &'a str,
    account_id: &'a str,
    user_name: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionAttributes {
    creation_date: String,
    mfa_authenticated: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Resource<'a> {
    account_id: &'a str,
    r#type: &'static str,
    #[serde(rename = "ARN")]
    arn: String,
}

impl Event<'_> {
    /// The event as one line of JSON.
    pub(super) fn to_line(&self) -> serde_json::Result<Vec<u8>> {
        let mut line = Vec::with_capacity(1536);
        serde_json::to_writer(&mut line, &self.record())?;
        line.push(b'\n');
        Ok(line)
    }

    fn record(&self) -> Record<'_> {
        Record {
            event_version: "1.11",
            user_identity: self.user_identity(),
            event_time: seconds(self.time),
            event_source: self.source,
            event_name: self.name,
            aws_region: self.region.as_str(),
            source_ip_address: self.origin.source_ip,
            user_agent: if self.invoked_by.is_some() { "AWS Internal" } else { &self.origin.user_agent },
            error_code: self.error.map(|(code, _)| code),
            error_message: self.error.and_then(|(_, message)| message),
            request_parameters: &self.request_parameters,
            response_elements: &self.response_elements,
            additional_event_data: &self.additional,
            request_id: &self.origin.request_id,
            event_id: self.event_id,
            read_only: self.read_only,
            resources: self.resources.iter().map(resource).collect(),
            event_type: "AwsApiCall",
            management_event: true,
            recipient_account_id: self.caller.account().as_str(),
            event_category: "Management",
        }
    }

    fn user_identity(&self) -> UserIdentity<'_> {
        let caller = self.caller;
        UserIdentity {
            r#type: match caller.kind() {
                CallerKind::Root => "Root",
                CallerKind::User => "IAMUser",
                CallerKind::AssumedRole => "AssumedRole",
                CallerKind::Anonymous => "Anonymous",
            },
            principal_id: caller.principal_id(),
            arn: caller.arn(),
            account_id: caller.account().as_str(),
            access_key_id: caller.access_key_id(),
            user_name: caller.user_name(),
            session_context: caller.session_issued().map(|issued| session_context(caller, issued)),
            invoked_by: self.invoked_by,
        }
    }
}

fn session_context(caller: &Caller, issued: OffsetDateTime) -> SessionContext<'_> {
    let role = caller.principal_arn();
    let issuer = SessionIssuer {
        r#type: "Role",
        principal_id: caller.principal_id().split(':').next(),
        arn: role,
        account_id: caller.account().as_str(),
        user_name: role.rsplit('/').next(),
    };
    SessionContext {
        session_issuer: (caller.kind() == CallerKind::AssumedRole).then_some(issuer),
        attributes: SessionAttributes { creation_date: seconds(issued), mfa_authenticated: "false" },
    }
}

fn resource(key: &KeyArn) -> Resource<'_> {
    Resource { account_id: key.account.as_str(), r#type: "AWS::KMS::Key", arn: key.text() }
}

/// `2026-01-31T12:00:00Z`: CloudTrail's times have whole seconds.
fn seconds(time: OffsetDateTime) -> String {
    time.replace_nanosecond(0).ok().and_then(|time| time.format(&Rfc3339).ok()).unwrap_or_default()
}

/// A fresh id for an event: a UUID.
pub fn new_event_id() -> String {
    uuid::Builder::from_random_bytes(random_id()).into_uuid().to_string()
}
