//! Tags of objects and buckets, kept in the form of the x-amz-tagging header: `name=value&name=value`, percent-encoded.

use std::collections::HashSet;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use s3s::dto::Tag;
use s3s::{S3Error, S3Result, s3_error};

use super::service::custom;

pub(super) const MAX_OBJECT_TAGS: usize = 10;
pub(super) const MAX_BUCKET_TAGS: usize = 50;

/// In characters; S3 user guide, "Categorizing your storage using tags".
const MAX_NAME_LEN: usize = 128;
const MAX_VALUE_LEN: usize = 256;

pub(super) fn encode(tags: &[Tag], limit: usize) -> S3Result<String> {
    if tags.len() > limit {
        let message = format!("Object tags cannot be greater than {limit}");
        return Err(custom(http::StatusCode::BAD_REQUEST, "BadRequest", message));
    }
    let mut names = HashSet::new();
    let mut pairs = Vec::with_capacity(tags.len());
    for tag in tags {
        let (name, value) = (tag.key.as_deref().unwrap_or_default(), tag.value.as_deref().unwrap_or_default());
        if name.is_empty() || name.chars().count() > MAX_NAME_LEN {
            return Err(s3_error!(InvalidTag, "The TagKey you have provided is invalid"));
        }
        if value.chars().count() > MAX_VALUE_LEN {
            return Err(s3_error!(InvalidTag, "The TagValue you have provided is invalid"));
        }
        if !names.insert(name) {
            return Err(s3_error!(InvalidTag, "Cannot provide multiple Tags with the same key"));
        }
        let quote = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
        pairs.push(format!("{}={}", quote(name), quote(value)));
    }
    Ok(pairs.join("&"))
}

pub(super) fn decode(text: &str) -> S3Result<Vec<Tag>> {
    text.split('&').filter(|pair| !pair.is_empty()).map(decode_pair).collect()
}

fn decode_pair(pair: &str) -> S3Result<Tag> {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    let unquote = |text: &str| -> S3Result<String> {
        let text = text.replace('+', " ");
        let text = percent_decode_str(&text).decode_utf8().map_err(|_| invalid_header())?;
        Ok(text.into_owned())
    };
    Ok(Tag { key: Some(unquote(name)?), value: Some(unquote(value)?) })
}

/// The x-amz-tagging header of a write.
pub(super) fn from_header(header: Option<&str>) -> S3Result<String> {
    encode(&decode(header.unwrap_or_default())?, MAX_OBJECT_TAGS)
}

/// How many tags stand in the kept form.
pub(super) fn count(kept: &str) -> usize {
    kept.split('&').filter(|pair| !pair.is_empty()).count()
}

fn invalid_header() -> S3Error {
    s3_error!(
        InvalidArgument,
        "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_come_back() {
        let kept = from_header(Some("a=1&b%26c=%C3%A9+x&d")).unwrap();
        let tags = decode(&kept).unwrap();
        let pairs: Vec<_> =
            tags.iter().map(|tag| (tag.key.as_deref().unwrap(), tag.value.as_deref().unwrap())).collect();
        assert_eq!(pairs, [("a", "1"), ("b&c", "é x"), ("d", "")]);
        assert_eq!(count(&kept), 3);
        assert_eq!(count(""), 0);
    }

    #[test]
    fn limits_and_repetition_are_refused() {
        assert!(from_header(Some("a=1&a=2")).is_err());
        assert!(from_header(Some("=1")).is_err());
        assert!(from_header(Some(&format!("{}=1", "n".repeat(129)))).is_err());
        assert!(from_header(Some(&format!("a={}", "v".repeat(257)))).is_err());
        let eleven: Vec<_> = (0..11).map(|number| format!("t{number}=")).collect();
        assert!(from_header(Some(&eleven.join("&"))).is_err());
    }
}
