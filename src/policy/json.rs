//! JSON without repeated members: two `Effect`s in one statement must not be a matter of which one is read.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// A JSON value. Numbers and booleans occur in conditions only, where their text counts; null nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Json {
    Text(String),
    /// A number or boolean, as it was written.
    Scalar(String),
    List(Vec<Json>),
    Object(BTreeMap<String, Json>),
    Null,
}

impl Json {
    /// A string, or a list of strings.
    pub fn into_texts(self) -> Option<Vec<String>> {
        self.into_list(|item| match item {
            Self::Text(text) => Some(text),
            _ => None,
        })
    }

    /// A string, number or boolean, or a list of them.
    pub fn into_scalars(self) -> Option<Vec<String>> {
        self.into_list(|item| match item {
            Self::Text(text) | Self::Scalar(text) => Some(text),
            _ => None,
        })
    }

    fn into_list(self, read: impl Fn(Self) -> Option<String>) -> Option<Vec<String>> {
        match self {
            Self::List(items) => items.into_iter().map(read).collect(),
            single => read(single).map(|text| vec![text]),
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Scalar(value.to_string()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Scalar(value.to_string()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Scalar(value.to_string()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Scalar(value.to_string()))
    }

    fn visit_unit<E: Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut object = BTreeMap::new();
        while let Some((name, value)) = members.next_entry::<String, Json>()? {
            if object.contains_key(&name) {
                return Err(A::Error::custom(format!("the member {name:?} is repeated")));
            }
            object.insert(name, value);
        }
        Ok(Json::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_members_are_refused_at_any_depth() {
        assert!(serde_json::from_str::<Json>(r#"{"a": [{"b": 1, "c": null}], "b": "x"}"#).is_ok());
        assert!(serde_json::from_str::<Json>(r#"{"a": 1, "a": 1}"#).is_err());
        assert!(serde_json::from_str::<Json>(r#"{"a": [{"b": 1, "b": 2}]}"#).is_err());
        // serde_json bounds the depth, so hostile nesting cannot exhaust the stack.
        assert!(serde_json::from_str::<Json>(&"[".repeat(100_000)).is_err());
    }
}
