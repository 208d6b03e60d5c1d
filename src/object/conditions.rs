//! `If-*` headers: what a client may ask, and how it is asked of the backend.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};

use super::error::{Error, Fault};
use super::etag::{self, Forms};
use crate::names::headers;

/// The conditions of one request, as the client wrote them.
#[derive(Clone, Debug, Default)]
pub struct Conditions {
    if_match: Option<String>,
    if_none_match: Option<String>,
    /// `If-Modified-Since` and `If-Unmodified-Since`: the backend keeps the time, so they pass.
    times: HeaderMap,
}

impl Conditions {
    /// The four conditional headers of a request.
    pub fn from_request(request: &HeaderMap) -> Self {
        Self::from_named(request, ["if-match", "if-none-match", "if-modified-since", "if-unmodified-since"])
    }

    /// The same four of a copy's source, `x-amz-copy-source-if-*`.
    pub fn from_copy_source(request: &HeaderMap) -> Self {
        Self::from_named(
            request,
            [
                "x-amz-copy-source-if-match",
                "x-amz-copy-source-if-none-match",
                "x-amz-copy-source-if-modified-since",
                "x-amz-copy-source-if-unmodified-since",
            ],
        )
    }

    /// What stands there must have this ETag, as clients see it.
    pub fn matching(etag: &str) -> Self {
        Self { if_match: Some(format!("\"{etag}\"")), ..Self::default() }
    }

    fn from_named(request: &HeaderMap, [matches, none, modified, unmodified]: [&str; 4]) -> Self {
        let text = |name: &str| headers::first(request, name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let mut times = HeaderMap::new();
        for (theirs, ours) in [(modified, header::IF_MODIFIED_SINCE), (unmodified, header::IF_UNMODIFIED_SINCE)] {
            if let Some(value) = headers::first(request, theirs) {
                times.insert(ours, value.clone());
            }
        }
        Self { if_match: text(matches), if_none_match: text(none), times }
    }

    /// Nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.if_match.is_none() && self.if_none_match.is_none() && self.times.is_empty()
    }

    /// Whether a list of ETags is named: backends compare one value at a time, so the current ETag must be known first.
    pub fn needs_current(&self) -> bool {
        [&self.if_match, &self.if_none_match].into_iter().flatten().any(|value| etag::list(value).len() > 1)
    }

    /// The conditions in the backend's terms. Of a list, the one tag that can match `current` (an ETag as clients see it).
    pub fn for_backend(&self, forms: Forms, current: Option<&str>) -> HeaderMap {
        let mut headers = self.times.clone();
        for (name, value) in [(header::IF_MATCH, &self.if_match), (header::IF_NONE_MATCH, &self.if_none_match)] {
            if let Some(value) = value.as_deref().and_then(|value| one(value, forms, current)) {
                headers.insert(name, value);
            }
        }
        headers
    }

    /// Checks a write's conditions against the ETag that stands there now, for backends that do not.
    pub fn check_write(&self, current: Option<&str>) -> Result<(), Error> {
        let matches = |value: &str| match current {
            Some(current) => value.trim() == "*" || etag::list(value).contains(&current),
            None => false,
        };
        if self.if_match.as_deref().is_some_and(|value| !matches(value)) {
            return Err(Fault::PreconditionFailed { condition: "If-Match" }.into());
        }
        if self.if_none_match.as_deref().is_some_and(matches) {
            return Err(Fault::PreconditionFailed { condition: "If-None-Match" }.into());
        }
        Ok(())
    }

    /// The one tag that `If-None-Match` names, for a 304 answer; without quotes.
    pub fn none_match_echo(&self) -> Option<&str> {
        match etag::list(self.if_none_match.as_deref()?).as_slice() {
            ["*"] => None,
            [one] => Some(one),
            _ => None,
        }
    }
}

/// `If-Match` on exactly this backend ETag: what every follow-up request of a read carries.
pub fn pin(backend_etag: &str) -> Option<(HeaderName, HeaderValue)> {
    quoted(backend_etag).map(|value| (header::IF_MATCH, value))
}

/// The ETag within quotes, as a header value.
pub fn quoted(tag: &str) -> Option<HeaderValue> {
    HeaderValue::try_from(["\"", tag, "\""].concat()).ok()
}

fn one(value: &str, forms: Forms, current: Option<&str>) -> Option<HeaderValue> {
    if value.trim() == "*" {
        return Some(HeaderValue::from_static("*"));
    }
    let tags = etag::list(value);
    let tag = tags.iter().find(|tag| Some(**tag) == current).or(tags.first())?;
    quoted(&etag::to_backend(tag, forms))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BARE: &str = "d41d8cd98f00b204e9800998ecf8427e";

    fn conditions(name: &'static str, value: &str) -> Conditions {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_str(value).unwrap());
        Conditions::from_request(&headers)
    }

    #[test]
    fn a_tag_is_translated_and_a_star_passes() {
        let asked = conditions("if-match", &format!("\"{BARE}-0\"")).for_backend(Forms::SealedOnly, None);
        assert_eq!(asked["if-match"], format!("\"{BARE}\""));
        assert_eq!(conditions("if-none-match", "*").for_backend(Forms::SealedOnly, None)["if-none-match"], "*");
    }

    #[test]
    fn of_a_list_the_current_tag_is_asked() {
        let asked = conditions("if-none-match", "\"a\", \"b-2\"");
        assert!(asked.needs_current());
        assert_eq!(asked.for_backend(Forms::SealedOnly, Some("b-2"))["if-none-match"], "\"b-2\"");
    }

    #[test]
    fn a_write_is_checked_against_what_stands_there() {
        assert!(conditions("if-none-match", "*").check_write(None).is_ok());
        assert!(conditions("if-none-match", "*").check_write(Some("a")).is_err());
        assert!(conditions("if-match", "\"a\"").check_write(Some("a")).is_ok());
        assert!(conditions("if-match", "\"a\"").check_write(Some("b")).is_err());
        assert!(conditions("if-match", "\"a\"").check_write(None).is_err());
    }
}
