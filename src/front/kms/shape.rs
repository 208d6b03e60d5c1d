//! Requests against the model: what a member may be, and AWS's words where it is not that.
//!
//! Two kinds of faults: JSON of the wrong type is a SerializationException, found first; a value outside its limits is
//! one of the numbered complaints of a ValidationException.

use std::fmt::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::kms::{Code, Error};

/// What a value may be.
pub enum Shape {
    /// Limits in characters. `pattern` matches the whole text.
    Text {
        min: usize,
        max: usize,
        pattern: Option<&'static str>,
        secret: bool,
    },
    Choice(&'static [&'static str]),
    /// Base64; limits in bytes.
    Blob {
        min: usize,
        max: usize,
    },
    Integer {
        min: i64,
        max: i64,
    },
    Boolean,
    /// Seconds since 1970.
    Timestamp,
    List {
        min: usize,
        max: usize,
        member: &'static Shape,
    },
    /// Texts by text.
    Map,
    Structure(&'static [Member]),
}

pub struct Member {
    name: &'static str,
    required: bool,
    shape: &'static Shape,
}

pub(super) const fn required(name: &'static str, shape: &'static Shape) -> Member {
    Member { name, required: true, shape }
}

pub(super) const fn optional(name: &'static str, shape: &'static Shape) -> Member {
    Member { name, required: false, shape }
}

/// Reads a request's body. Members that are null count as absent; members that the model does not know are dropped.
pub fn read(shape: &Shape, body: &[u8]) -> Result<Value, Error> {
    // serde_json refuses nesting deeper than 128.
    let mut value: Value = serde_json::from_slice(body).map_err(|_| Error::bare(Code::Serialization))?;
    check_types(shape, &mut value)?;
    let mut complaints = Vec::new();
    check(shape, &value, &Path::Root, &mut complaints);
    match complaints.len() {
        0 => Ok(value),
        1 => Err(Error::validation(format!("1 validation error detected: {}", complaints[0]))),
        many => Err(Error::validation(format!("{many} validation errors detected: {}", complaints.join("; ")))),
    }
}

/// Checks types alone, and drops what is null or unknown.
fn check_types(shape: &Shape, value: &mut Value) -> Result<(), Error> {
    match (shape, value) {
        (Shape::Text { .. } | Shape::Choice(_), Value::String(_)) => Ok(()),
        (Shape::Blob { .. }, Value::String(text)) => match STANDARD.decode(text) {
            Ok(_) => Ok(()),
            Err(_) => Err(Error::bare(Code::Serialization)),
        },
        (Shape::Integer { .. }, Value::Number(number)) if number.is_i64() => Ok(()),
        (Shape::Boolean, Value::Bool(_)) => Ok(()),
        (Shape::Timestamp, Value::Number(_)) => Ok(()),
        (Shape::List { member, .. }, Value::Array(items)) => {
            items.iter_mut().try_for_each(|item| check_types(member, item))
        }
        (Shape::Map, Value::Object(pairs)) => match pairs.values().find(|value| !value.is_string()) {
            None => Ok(()),
            Some(other) => Err(wrong_type(other, &Shape::Text { min: 0, max: 0, pattern: None, secret: false })),
        },
        (Shape::Structure(members), Value::Object(given)) => {
            given.retain(|name, value| !value.is_null() && members.iter().any(|member| member.name == name));
            let known =
                |member: &Member| given.get_mut(member.name).map_or(Ok(()), |value| check_types(member.shape, value));
            members.iter().try_for_each(known)
        }
        (shape, value) => Err(wrong_type(value, shape)),
    }
}

/// The words of AWS's deserialiser, as other services with the same protocol send them; not recorded for KMS itself.
fn wrong_type(value: &Value, expected: &Shape) -> Error {
    let found = match value {
        Value::Null => return Error::bare(Code::Serialization),
        Value::Array(_) | Value::Object(_) => {
            return Error::new(Code::Serialization, "Start of structure or map found where not expected.");
        }
        Value::Bool(true) => "TRUE_VALUE",
        Value::Bool(false) => "FALSE_VALUE",
        Value::Number(number) if number.is_f64() => "DECIMAL_VALUE",
        Value::Number(_) => "NUMBER_VALUE",
        Value::String(_) => "STRING_VALUE",
    };
    let wanted = match expected {
        Shape::Text { .. } | Shape::Choice(_) => "String",
        Shape::Blob { .. } => "Blob",
        Shape::Integer { .. } => "Integer",
        Shape::Boolean => "Boolean",
        Shape::Timestamp => "Timestamp",
        Shape::List { .. } => "List",
        Shape::Map | Shape::Structure(_) => return Error::new(Code::Serialization, "Unexpected field type"),
    };
    Error::new(Code::Serialization, format!("{found} can not be converted to a {wanted}"))
}

/// Collects the complaints about a value of the right type.
fn check(shape: &Shape, value: &Value, path: &Path<'_>, complaints: &mut Vec<String>) {
    match (shape, value) {
        (Shape::Structure(members), Value::Object(given)) => {
            for member in *members {
                let path = Path::Member(path, member.name);
                match given.get(member.name) {
                    Some(value) => check(member.shape, value, &path, complaints),
                    None if member.required => complaints.push(complaint("Value null", &path, "not be null")),
                    None => {}
                }
            }
        }
        (Shape::List { member, min, max }, Value::Array(items)) => {
            if let Some(limit) = length_limit(items.len(), *min, *max) {
                complaints.push(complaint(&format!("Value '{}'", listed(items)), path, &limit));
            }
            if let Shape::Structure(_) = member {
                for (index, item) in items.iter().enumerate() {
                    check(member, item, &Path::Item(path, index), complaints);
                }
            } else if let Some(limit) = items.iter().find_map(|item| limit(member, item)) {
                let nested = format!("satisfy constraint: [Member must {limit}]");
                complaints.push(complaint(&format!("Value '{}'", listed(items)), path, &nested));
            }
        }
        (shape, value) => {
            if let Some(limit) = limit(shape, value) {
                complaints.push(complaint(&shown(shape, value), path, &limit));
            }
        }
    }
}

/// What a scalar must do and does not.
fn limit(shape: &Shape, value: &Value) -> Option<String> {
    match (shape, value) {
        (Shape::Text { min, max, pattern, .. }, Value::String(text)) => length_limit(text.chars().count(), *min, *max)
            .or_else(|| {
                let pattern = (*pattern)?;
                (!matches(pattern, text)).then(|| format!("satisfy regular expression pattern: {pattern}"))
            }),
        (Shape::Choice(choices), Value::String(text)) if !choices.contains(&text.as_str()) => {
            Some(format!("satisfy enum value set: [{}]", choices.join(", ")))
        }
        (Shape::Blob { min, max }, Value::String(text)) => {
            // It is whole base64: it was decoded when its type was checked.
            let padding = text.bytes().rev().take_while(|byte| *byte == b'=').count();
            length_limit((text.len() / 4 * 3).saturating_sub(padding), *min, *max)
        }
        (Shape::Integer { min, max }, Value::Number(number)) => match number.as_i64() {
            Some(number) if number < *min => Some(format!("have value greater than or equal to {min}")),
            Some(number) if number > *max => Some(format!("have value less than or equal to {max}")),
            _ => None,
        },
        _ => None,
    }
}

fn length_limit(len: usize, min: usize, max: usize) -> Option<String> {
    if len < min {
        Some(format!("have length greater than or equal to {min}"))
    } else if len > max {
        Some(format!("have length less than or equal to {max}"))
    } else {
        None
    }
}

/// The whole text, as Java's `matches` does. Patterns stand on rare members only, so they are compiled when needed.
fn matches(pattern: &str, text: &str) -> bool {
    // Java reads a dash before an underscore as itself.
    let pattern = pattern.replace("9-_.]", "9_.-]");
    regex_lite::Regex::new(&format!("^(?:{pattern})$")).is_ok_and(|pattern| pattern.is_match(text))
}

fn complaint(value: &str, path: &Path<'_>, must: &str) -> String {
    format!("{value} at '{path}' failed to satisfy constraint: Member must {must}")
}

/// Bytes and secrets are not repeated.
fn shown(shape: &Shape, value: &Value) -> String {
    match (shape, value) {
        (Shape::Blob { .. } | Shape::Text { secret: true, .. }, _) => "Value".to_owned(),
        (_, Value::String(text)) => format!("Value '{text}'"),
        (_, value) => format!("Value '{value}'"),
    }
}

fn listed(items: &[Value]) -> String {
    let mut text = String::from("[");
    for (index, item) in items.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        // Writing into a String cannot fail.
        let _ = match item {
            Value::String(item) => write!(text, "{comma}{item}"),
            item => write!(text, "{comma}{item}"),
        };
    }
    text + "]"
}

/// Where a value stands. Spelled for a complaint alone.
enum Path<'a> {
    Root,
    Member(&'a Path<'a>, &'static str),
    Item(&'a Path<'a>, usize),
}

/// In lower camel case, such as `tags.1.member.tagKey`, as in AWS's words.
impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Member(Self::Root, name) => f.write_str(&camel(name)),
            Self::Member(parent, name) => write!(f, "{parent}.{}", camel(name)),
            Self::Item(list, index) => write!(f, "{list}.{}.member", index + 1),
        }
    }
}

fn camel(name: &str) -> String {
    let mut camel = name.to_owned();
    if let Some(first) = camel.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    camel
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::model;
    use super::*;

    fn refused(shape: &Shape, body: &str) -> (Code, Option<String>) {
        let error = read(shape, body.as_bytes()).unwrap_err();
        (error.code(), error.message().map(str::to_owned))
    }

    #[test]
    fn complaints_are_in_the_words_of_aws() {
        let cases: &[(&Shape, &str, &str)] = &[
            (
                &model::GENERATE_DATA_KEY_REQUEST,
                r#"{"KeyId":"k","NumberOfBytes":0}"#,
                "1 validation error detected: Value '0' at 'numberOfBytes' failed to satisfy constraint: Member must have \
                 value greater than or equal to 1",
            ),
            (
                &model::DESCRIBE_KEY_REQUEST,
                "{}",
                "1 validation error detected: Value null at 'keyId' failed to satisfy constraint: Member must not be null",
            ),
            (
                &model::TAG_RESOURCE_REQUEST,
                r#"{"KeyId":"k","Tags":[{"TagKey":"","TagValue":"v"}]}"#,
                "1 validation error detected: Value '' at 'tags.1.member.tagKey' failed to satisfy constraint: Member must \
                 have length greater than or equal to 1",
            ),
            (
                &model::ENCRYPT_REQUEST,
                r#"{"Plaintext":""}"#,
                "2 validation errors detected: Value null at 'keyId' failed to satisfy constraint: Member must not be null; \
                 Value at 'plaintext' failed to satisfy constraint: Member must have length greater than or equal to 1",
            ),
            (
                &model::CREATE_ALIAS_REQUEST,
                r#"{"TargetKeyId":"k","AliasName":"alias/a b"}"#,
                "1 validation error detected: Value 'alias/a b' at 'aliasName' failed to satisfy constraint: Member must \
                 satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$",
            ),
        ];
        for (shape, body, words) in cases {
            assert_eq!(refused(shape, body), (Code::Validation, Some(words.to_string())), "{body}");
        }
    }

    #[test]
    fn wrong_types_are_no_complaints() {
        let shape = &model::ENCRYPT_REQUEST;
        for body in [
            "",
            "[1",
            "[]",
            r#"{"KeyId":1}"#,
            r#"{"KeyId":"k","Plaintext":"%%%"}"#,
            r#"{"KeyId":"k","EncryptionContext":{"a":1}}"#,
            r#"{"KeyId":"k","EncryptionContext":{"a":null}}"#,
            r#"{"KeyId":"k","DryRun":"true"}"#,
            r#"{"KeyId":["k"]}"#,
        ] {
            assert_eq!(refused(shape, body).0, Code::Serialization, "{body}");
        }
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(refused(shape, &format!(r#"{{"KeyId":{deep}}}"#)).0, Code::Serialization);
    }

    #[test]
    fn unknown_and_null_members_are_dropped() {
        let value = read(&model::DESCRIBE_KEY_REQUEST, br#"{"KeyId":"k","GrantTokens":null,"New":{"a":[1]}}"#).unwrap();
        assert_eq!(value, serde_json::json!({ "KeyId": "k" }));
    }

    #[test]
    fn every_pattern_compiles() {
        fn walk(shape: &Shape) {
            match shape {
                Shape::Text { pattern: Some(pattern), .. } => {
                    let pattern = pattern.replace("9-_.]", "9_.-]");
                    regex_lite::Regex::new(&pattern).unwrap();
                }
                Shape::List { member, .. } => walk(member),
                Shape::Structure(members) => members.iter().for_each(|member| walk(member.shape)),
                _ => {}
            }
        }
        super::super::actions::ACTIONS.iter().for_each(|action| walk(action.request));
    }

    proptest! {
        /// Whatever arrives as a request of whatever action is read or refused in AWS's words.
        #[test]
        fn arbitrary_requests_are_read_or_refused(body in proptest::collection::vec(any::<u8>(), 0..200), index in 0..56_usize) {
            let action = &super::super::actions::ACTIONS[index];
            if let Err(error) = read(action.request, &body) {
                prop_assert!(matches!(error.code(), Code::Serialization | Code::Validation));
            }
        }

        #[test]
        fn arbitrary_members_are_read_or_refused(name in "(KeyId|Plaintext|Limit|Tags|Policy|Marker|DryRun|EncryptionContext)",
                                                 value in "[\\[{\"]{0,3}[a-zA-Z0-9:\"]{0,10}[\\]}\"]{0,3}", index in 0..56_usize) {
            let action = &super::super::actions::ACTIONS[index];
            let body = format!("{{\"{name}\":{value}}}");
            if let Err(error) = read(action.request, body.as_bytes()) {
                prop_assert!(matches!(error.code(), Code::Serialization | Code::Validation));
            }
        }
    }
}
