//! Tags: the document that S3 keeps them in, and the header that sets them.

use http::HeaderValue;
use serde::Deserialize;

use crate::upstream::encode_query;

/// S3's `Tagging` document.
#[derive(Deserialize)]
pub struct Tagging {
    #[serde(rename = "TagSet")]
    set: TagSet,
}

#[derive(Deserialize)]
struct TagSet {
    #[serde(rename = "Tag", default)]
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    key: String,
    #[serde(default)]
    value: String,
}

impl Tagging {
    /// Names and values.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.set.tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str()))
    }

    /// As `x-amz-tagging` writes them.
    pub fn to_header(&self) -> Option<HeaderValue> {
        let pairs: Vec<_> = self.set.tags.iter().map(|tag| (tag.key.clone(), Some(tag.value.clone()))).collect();
        HeaderValue::from_str(&encode_query(&pairs)).ok()
    }
}
