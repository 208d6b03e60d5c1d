//! Form encoding: the parameters of the query protocol.

use std::collections::BTreeMap;

use percent_encoding::percent_decode;

/// Parameters by name. A name that occurs twice makes the form unreadable: which one would count?
pub struct Form(BTreeMap<String, String>);

/// More than any action of STS has: 50 session tags, 50 keys that stay, 10 policies.
const MAX_PARAMETERS: usize = 256;

impl Form {
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut pairs = BTreeMap::new();
        for piece in bytes.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty()) {
            let equals = piece.iter().position(|byte| *byte == b'=').unwrap_or(piece.len());
            let (name, value) = piece.split_at(equals);
            let (name, value) = (decode(name)?, decode(value.get(1..).unwrap_or_default())?);
            if pairs.len() == MAX_PARAMETERS || pairs.insert(name, value).is_some() {
                return None;
            }
        }
        Some(Self(pairs))
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

fn decode(bytes: &[u8]) -> Option<String> {
    let spaced: Vec<u8> = bytes.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    percent_decode(&spaced).decode_utf8().ok().map(|text| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_decoded() {
        let form = Form::read(b"Action=Get+Caller%20Identity&Empty&Other=%3D%26").unwrap();
        assert_eq!(form.get("Action"), Some("Get Caller Identity"));
        assert_eq!(form.get("Empty"), Some(""));
        assert_eq!(form.get("Other"), Some("=&"));
        assert_eq!(form.get("Missing"), None);
    }

    #[test]
    fn what_is_ambiguous_or_no_text_is_refused() {
        assert!(Form::read(b"Action=A&Action=B").is_none());
        assert!(Form::read(b"Action=%ff").is_none());
        let many = |count: usize| (0..count).map(|n| format!("{n}&")).collect::<String>();
        assert!(Form::read(many(256).as_bytes()).is_some());
        assert!(Form::read(many(257).as_bytes()).is_none());
    }
}
