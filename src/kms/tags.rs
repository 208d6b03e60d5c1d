//! Tags of keys.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::error::{Code, Error};

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tag {
    pub tag_key: String,
    pub tag_value: String,
}

impl Tag {
    pub fn recorded(&self) -> Value {
        json!({ "tagKey": self.tag_key, "tagValue": self.tag_value })
    }
}

const MAX_TAGS: usize = 50;

/// `present` with `tags` added or replaced.
pub fn added(present: &BTreeMap<String, String>, tags: &[Tag]) -> Result<BTreeMap<String, String>, Error> {
    let distinct: BTreeSet<&str> = tags.iter().map(|tag| tag.tag_key.as_str()).collect();
    if distinct.len() != tags.len() {
        return Err(Error::new(Code::Tag, "Duplicate tag keys"));
    }
    if distinct.iter().any(|name| reserved(name)) {
        return Err(Error::new(Code::Tag, "Tags beginning with aws: are reserved"));
    }
    let mut all = present.clone();
    all.extend(tags.iter().map(|tag| (tag.tag_key.clone(), tag.tag_value.clone())));
    if all.len() > MAX_TAGS {
        return Err(Error::new(Code::Tag, "Too many tags"));
    }
    Ok(all)
}

/// Reserved tags are not taken away either.
pub fn check_removable(names: &[String]) -> Result<(), Error> {
    if names.iter().any(|name| reserved(name)) {
        return Err(Error::new(Code::Tag, "Tags beginning with aws: are reserved"));
    }
    Ok(())
}

fn reserved(name: &str) -> bool {
    name.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("aws:"))
}
