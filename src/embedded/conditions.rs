//! Conditional requests, RFC 9110 section 13, as S3 applies them.

use http::HeaderMap;
use http::header::HeaderValue;
use s3s::dto::{Timestamp, TimestampFormat};
use s3s::{S3Error, S3Result, s3_error};
use time::OffsetDateTime;

use super::index::Version;

/// The outcome of a read's conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Proceed,
    NotModified,
    Failed,
}

/// Which four headers carry the conditions.
#[derive(Debug, Clone, Copy)]
pub(super) enum Subject {
    /// The object that is read.
    Object,
    /// The source of a copy.
    CopySource,
}

impl Subject {
    fn header<'a>(self, headers: &'a HeaderMap, name: &str) -> Option<&'a HeaderValue> {
        match self {
            Self::Object => headers.get(name),
            Self::CopySource => headers.get(format!("x-amz-copy-source-{name}")),
        }
    }
}

/// An ETag condition outranks the date condition of its kind.
pub(super) fn for_read(headers: &HeaderMap, subject: Subject, version: &Version) -> Verdict {
    let date = |name| subject.header(headers, name).and_then(parse_date);
    if let Some(tags) = subject.header(headers, "if-match") {
        if !names(tags, &version.etag) {
            return Verdict::Failed;
        }
    } else if date("if-unmodified-since").is_some_and(|since| version.modified > since) {
        return Verdict::Failed;
    }
    if let Some(tags) = subject.header(headers, "if-none-match") {
        if names(tags, &version.etag) {
            return Verdict::NotModified;
        }
    } else if date("if-modified-since").is_some_and(|since| version.modified <= since) {
        return Verdict::NotModified;
    }
    Verdict::Proceed
}

/// The conditions of a write, against the latest version of its key.
pub(super) fn for_write(headers: &HeaderMap, latest: Option<&Version>) -> S3Result<()> {
    let object = latest.filter(|version| !version.marker);
    if let Some(tags) = headers.get("if-match") {
        match object {
            None => return Err(s3_error!(NoSuchKey, "The specified key does not exist.")),
            Some(object) if !names(tags, &object.etag) => return Err(failed()),
            Some(_) => {}
        }
    }
    match headers.get("if-none-match") {
        Some(tags) if object.is_some_and(|object| names(tags, &object.etag)) => Err(failed()),
        _ => Ok(()),
    }
}

pub(super) fn failed() -> S3Error {
    s3_error!(PreconditionFailed, "At least one of the pre-conditions you specified did not hold")
}

/// Whether a list of ETags, or `*`, names this ETag. Quotes may be missing, as S3 allows.
pub(super) fn names(tags: &HeaderValue, etag: &str) -> bool {
    let Ok(tags) = tags.to_str() else { return false };
    tags.split(',').map(str::trim).any(|tag| tag == "*" || bare(tag) == etag)
}

/// An ETag without weakness and quotes.
pub(super) fn bare(tag: &str) -> &str {
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).unwrap_or(tag)
}

/// Seconds since 1970; a date that cannot be read is no condition (RFC 9110, 13.1.3).
fn parse_date(value: &HeaderValue) -> Option<i64> {
    let date = Timestamp::parse(TimestampFormat::HttpDate, value.to_str().ok()?).ok()?;
    Some(OffsetDateTime::from(date).unix_timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version() -> Version {
        Version { etag: "abc".into(), modified: 784_111_777, marker: false, ..Version::delete_marker(0) }
    }

    #[test]
    fn reads() {
        let at = "Sun, 06 Nov 1994 08:49:37 GMT";
        let before = "Sun, 06 Nov 1994 08:49:36 GMT";
        let cases: &[(&[(&'static str, &'static str)], Verdict)] = &[
            (&[], Verdict::Proceed),
            (&[("if-match", "\"abc\"")], Verdict::Proceed),
            (&[("if-match", "abc")], Verdict::Proceed),
            (&[("if-match", "\"x\", \"abc\"")], Verdict::Proceed),
            (&[("if-match", "*")], Verdict::Proceed),
            (&[("if-match", "\"x\"")], Verdict::Failed),
            (&[("if-none-match", "W/\"abc\"")], Verdict::NotModified),
            (&[("if-none-match", "\"x\"")], Verdict::Proceed),
            (&[("if-modified-since", at)], Verdict::NotModified),
            (&[("if-modified-since", before)], Verdict::Proceed),
            (&[("if-unmodified-since", at)], Verdict::Proceed),
            (&[("if-unmodified-since", before)], Verdict::Failed),
            (&[("if-unmodified-since", "yesterday")], Verdict::Proceed),
            (&[("if-match", "\"abc\""), ("if-unmodified-since", before)], Verdict::Proceed),
            (&[("if-none-match", "\"x\""), ("if-modified-since", at)], Verdict::Proceed),
        ];
        for (headers, expected) in cases {
            let map =
                headers.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect();
            assert_eq!(for_read(&map, Subject::Object, &version()), *expected, "{headers:?}");
        }
    }

    #[test]
    fn writes() {
        let map = |name: &'static str, value| {
            HeaderMap::from_iter([(name.parse().unwrap(), HeaderValue::from_static(value))])
        };
        let there = version();
        let marker = Version::delete_marker(0);
        assert!(for_write(&map("if-none-match", "*"), None).is_ok());
        assert!(for_write(&map("if-none-match", "*"), Some(&marker)).is_ok());
        assert!(for_write(&map("if-none-match", "*"), Some(&there)).is_err());
        assert!(for_write(&map("if-match", "\"abc\""), Some(&there)).is_ok());
        assert!(for_write(&map("if-match", "\"x\""), Some(&there)).is_err());
        assert!(for_write(&map("if-match", "\"abc\""), None).is_err());
        assert!(for_write(&map("if-match", "*"), Some(&marker)).is_err());
    }
}
