//! Accounts and Regions.

use std::sync::Arc;

use super::{InvalidName, text_newtype};

/// Twelve digits.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId(Arc<str>);
text_newtype!(AccountId);

impl AccountId {
    pub fn new(text: &str) -> Result<Self, InvalidName> {
        if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidName { kind: "account id", reason: "an account id has twelve digits" })
        }
    }

    /// The account whose digits these are, leading zeros left out.
    pub fn from_number(number: u64) -> Result<Self, InvalidName> {
        let mut digits = itoa::Buffer::new();
        let digits = digits.format(number);
        Self::new(&["000000000000".get(digits.len()..).unwrap_or_default(), digits].concat())
    }
}

/// A Region's name, such as `us-east-1`: 1 to 64 lower-case letters, digits and dashes.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Region(Arc<str>);
text_newtype!(Region);

impl Region {
    pub fn new(text: &str) -> Result<Self, InvalidName> {
        let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if (1..=64).contains(&text.len()) && text.bytes().all(legal) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidName { kind: "Region", reason: "a Region has 1 to 64 lower-case letters, digits and dashes" })
        }
    }
}
