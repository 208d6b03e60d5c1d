//! The policy document of a POST form: an expiration, and conditions on the form's fields.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::names::BucketName;

use super::{Error, PostFields};

pub(super) struct Policy {
    pub expires: OffsetDateTime,
    pub content_length_range: Option<(u64, u64)>,
    conditions: Vec<Condition>,
}

/// `field` is lower case, without its `$`.
struct Condition {
    operator: Operator,
    field: String,
    value: String,
}

#[derive(Clone, Copy)]
enum Operator {
    Eq,
    StartsWith,
}

impl Policy {
    /// Parses the base64 that stands in the form.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let json = STANDARD.decode(text).map_err(|_| malformed("Invalid base64."))?;
        let document: Value = serde_json::from_slice(&json).map_err(|_| malformed("Invalid JSON."))?;
        let expiration = document.get("expiration").and_then(Value::as_str);
        let expiration = expiration.ok_or_else(|| malformed("Policy missing expiration."))?;
        let expires = OffsetDateTime::parse(expiration, &Rfc3339)
            .map_err(|_| malformed(&format!("Invalid 'expiration' value: '{expiration}'")))?;
        let items = document.get("conditions").and_then(Value::as_array);
        let items = items.ok_or_else(|| malformed("Policy missing conditions."))?;
        let mut policy = Self { expires, content_length_range: None, conditions: Vec::new() };
        items.iter().try_for_each(|item| policy.add(item))?;
        Ok(policy)
    }

    /// `{"field": "value"}`, `["eq" or "starts-with", "$field", "value"]` or `["content-length-range", least, most]`.
    fn add(&mut self, item: &Value) -> Result<(), Error> {
        let invalid = || malformed(&format!("Invalid Condition: {item}"));
        if let Some(object) = item.as_object() {
            let mut members = object.iter();
            let (Some((field, Value::String(value))), None) = (members.next(), members.next()) else {
                return Err(invalid());
            };
            self.push(Operator::Eq, field, value);
            return Ok(());
        }
        let [Value::String(operator), first, second] = item.as_array().ok_or_else(invalid)?.as_slice() else {
            return Err(invalid());
        };
        if operator.eq_ignore_ascii_case("content-length-range") {
            let (least, most) = (number(first).ok_or_else(invalid)?, number(second).ok_or_else(invalid)?);
            // Several ranges hold together.
            let (floor, ceiling) = self.content_length_range.unwrap_or((0, u64::MAX));
            self.content_length_range = Some((floor.max(least), ceiling.min(most)));
            return Ok(());
        }
        let operator = match operator.to_ascii_lowercase().as_str() {
            "eq" => Operator::Eq,
            "starts-with" => Operator::StartsWith,
            _ => return Err(invalid()),
        };
        let field = first.as_str().and_then(|field| field.strip_prefix('$')).ok_or_else(invalid)?;
        self.push(operator, field, second.as_str().ok_or_else(invalid)?);
        Ok(())
    }

    fn push(&mut self, operator: Operator, field: &str, value: &str) {
        self.conditions.push(Condition { operator, field: field.to_ascii_lowercase(), value: value.to_owned() });
    }

    /// In time, every condition met, every field covered by a condition. The bucket counts as a field.
    pub fn check(&self, fields: &PostFields, bucket: &BucketName, now: OffsetDateTime) -> Result<(), Error> {
        let failed = |message: String| Err(Error::PostPolicyFailed(message));
        if now >= self.expires {
            return failed("Policy expired.".to_owned());
        }
        for condition in &self.conditions {
            let value = match condition.field.as_str() {
                "bucket" => bucket.as_str(),
                field => fields.get(field).unwrap_or_default(),
            };
            if !condition.holds(value) {
                return failed(format!("Policy Condition failed: {}", condition.text()));
            }
        }
        let covered = |name: &str| self.conditions.iter().any(|condition| condition.field == name);
        let extra: Vec<String> = fields
            .iter()
            .map(|(name, _)| name.to_ascii_lowercase())
            .chain(["bucket".to_owned()])
            .filter(|name| !is_exempt(name) && !covered(name))
            .collect();
        if extra.is_empty() { Ok(()) } else { failed(format!("Extra input fields: {}", extra.join(", "))) }
    }
}

impl Condition {
    fn holds(&self, value: &str) -> bool {
        match self.operator {
            Operator::Eq => value == self.value,
            // S3 reads commas in a content type as a list, each item of which must match.
            Operator::StartsWith if self.field == "content-type" => {
                value.split(',').all(|item| item.trim_start().starts_with(&self.value))
            }
            Operator::StartsWith => value.starts_with(&self.value),
        }
    }

    fn text(&self) -> String {
        let operator = match self.operator {
            Operator::Eq => "eq",
            Operator::StartsWith => "starts-with",
        };
        format!("[\"{operator}\", \"${}\", \"{}\"]", self.field, self.value)
    }
}

/// What no condition can or need cover.
fn is_exempt(name: &str) -> bool {
    matches!(name, "policy" | "x-amz-signature" | "file") || name.starts_with("x-ignore-")
}

/// A number, or one in quotes.
fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        Value::String(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok(),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn malformed(fault: &str) -> Error {
    Error::PostPolicyMalformed(fault.to_owned())
}
