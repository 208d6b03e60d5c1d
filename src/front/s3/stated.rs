//! What a request states of tags, locks and places: in headers, or in its document.

use std::borrow::Cow;

use http::HeaderMap;
use serde::Deserialize;

use super::facts::header;
use super::{Query, S3Error};
use crate::object::Tagging;

/// Values that policies may ask for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Stated {
    pub tags: Vec<(String, String)>,
    pub lock_mode: Option<String>,
    /// As it was written.
    pub retain_until: Option<String>,
    pub legal_hold: Option<String>,
    pub location: Option<String>,
}

/// Beginnings of the condition keys for which a document has to be read first, and the operations that send it.
const IN_DOCUMENTS: [(&str, &str); 4] = [
    ("PutObjectTagging", "s3:requestobjecttag"),
    ("PutObjectRetention", "s3:object-lock-"),
    ("PutObjectLegalHold", "s3:object-lock-"),
    ("CreateBucket", "s3:locationconstraint"),
];

/// The beginning of the condition keys that the document of `operation` gives values to.
pub fn key_of(operation: &str) -> Option<&'static str> {
    IN_DOCUMENTS.iter().find(|(known, _)| *known == operation).map(|(_, key)| *key)
}

/// Whose tags a written object gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagsOf {
    Request,
    /// A copy takes them along; the request's tagging header is of no effect.
    Source,
}

impl TagsOf {
    /// For a CopyObject with these headers.
    pub fn copy(headers: &HeaderMap) -> Self {
        match header(headers, "x-amz-tagging-directive").is_some_and(|directive| directive == "REPLACE") {
            true => Self::Request,
            false => Self::Source,
        }
    }
}

impl Stated {
    /// What headers state of an object.
    pub fn in_headers(headers: &HeaderMap, tags_of: TagsOf) -> Result<Self, S3Error> {
        let text = |name: &str| header(headers, name).map(Cow::into_owned);
        let tags = match text("x-amz-tagging") {
            Some(_) if tags_of == TagsOf::Source => Vec::new(),
            Some(tagging) => {
                let message = "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters \
                               without tag name duplicates.";
                let invalid = || S3Error::invalid_argument(message, "x-amz-tagging", &*tagging);
                let query = Query::parse(Some(&tagging)).map_err(|_| invalid())?;
                if query.repeated().is_some() {
                    return Err(invalid());
                }
                query.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
            }
            None => Vec::new(),
        };
        Ok(Self {
            tags,
            lock_mode: text("x-amz-object-lock-mode"),
            retain_until: text("x-amz-object-lock-retain-until-date"),
            legal_hold: text("x-amz-object-lock-legal-hold"),
            location: None,
        })
    }

    /// What the document of `operation` states.
    pub fn in_document(operation: &str, document: &[u8]) -> Result<Self, S3Error> {
        let mut stated = Self::default();
        if document.is_empty() {
            return Ok(stated);
        }
        let text = std::str::from_utf8(document).map_err(|_| S3Error::malformed_xml())?;
        match operation {
            "PutObjectTagging" => {
                let tagging: Tagging = parse(text)?;
                stated.tags = tagging.pairs().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            }
            "PutObjectRetention" => {
                let retention: Retention = parse(text)?;
                (stated.lock_mode, stated.retain_until) = (retention.mode, retention.retain_until_date);
            }
            "PutObjectLegalHold" => stated.legal_hold = parse::<LegalHold>(text)?.status,
            "CreateBucket" => stated.location = parse::<BucketConfiguration>(text)?.location_constraint,
            _ => {}
        }
        Ok(stated)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Retention {
    mode: Option<String>,
    retain_until_date: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LegalHold {
    status: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct BucketConfiguration {
    location_constraint: Option<String>,
}

fn parse<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, S3Error> {
    quick_xml::de::from_str(text).map_err(|_| S3Error::malformed_xml())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn tags_of_headers_and_documents() {
        let mut headers = HeaderMap::new();
        headers.insert("x-amz-tagging", HeaderValue::from_static("a=1&b%20c=%2F"));
        let expected = vec![("a".to_owned(), "1".to_owned()), ("b c".to_owned(), "/".to_owned())];
        assert_eq!(Stated::in_headers(&headers, TagsOf::Request).unwrap().tags, expected);
        assert_eq!(Stated::in_headers(&headers, TagsOf::copy(&headers)).unwrap().tags, []);
        headers.insert("x-amz-tagging-directive", HeaderValue::from_static("REPLACE"));
        assert_eq!(Stated::in_headers(&headers, TagsOf::copy(&headers)).unwrap().tags, expected);
        headers.insert("x-amz-tagging", HeaderValue::from_static("a=1&a=2"));
        assert!(Stated::in_headers(&headers, TagsOf::Request).is_err());
        let document = b"<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>";
        let stated = Stated::in_document("PutObjectTagging", document).unwrap();
        assert_eq!(stated.tags, expected[..1]);
    }

    #[test]
    fn locks_and_places() {
        let retention =
            b"<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>2030-01-01T00:00:00Z</RetainUntilDate></Retention>";
        let stated = Stated::in_document("PutObjectRetention", retention).unwrap();
        assert_eq!(stated.lock_mode.as_deref(), Some("GOVERNANCE"));
        assert_eq!(stated.retain_until.as_deref(), Some("2030-01-01T00:00:00Z"));
        let hold = Stated::in_document("PutObjectLegalHold", b"<LegalHold><Status>ON</Status></LegalHold>").unwrap();
        assert_eq!(hold.legal_hold.as_deref(), Some("ON"));
        let place = b"<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>";
        assert_eq!(Stated::in_document("CreateBucket", place).unwrap().location.as_deref(), Some("eu-west-1"));
        assert!(Stated::in_document("CreateBucket", b"<a>").is_err());
        assert_eq!(Stated::in_document("CreateBucket", b"").unwrap(), Stated::default());
    }
}
