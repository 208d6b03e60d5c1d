//! Which headers a signature covers, and which it must.

use http::request::Parts;
use http::{HeaderMap, HeaderName};

use super::Error;
use crate::names::headers;

/// The names of a SignedHeaders list, sorted. None: a name is not a lower-case header name, or stands there twice.
/// `request`: the headers that came with the list, whose names need no further check.
pub(super) fn parse<'a>(list: &'a str, request: &HeaderMap) -> Option<Vec<&'a str>> {
    let mut names: Vec<&str> = list.split(';').collect();
    let legal = |name: &&str| headers::has(request, name) || HeaderName::from_lowercase(name.as_bytes()).is_ok();
    names.sort_unstable();
    let distinct = names.windows(2).all(|pair| pair.first() != pair.last());
    (distinct && names.iter().all(legal)).then_some(names)
}

/// `host` and every `x-amz-*` and `x-sealgate-*` header must be signed, and what is signed must be there.
pub(super) fn check(head: &Parts, signed: &[&str]) -> Result<(), Error> {
    let is_signed = |name: &str| signed.contains(&name);
    let must = |name: &&str| name.starts_with("x-amz-") || name.starts_with("x-sealgate-") || *name == "host";
    let mut unsigned: Vec<String> = Vec::new();
    for name in head.headers.keys().map(HeaderName::as_str).chain(["host"]).filter(must) {
        if !is_signed(name) && !unsigned.iter().any(|known| known == name) {
            unsigned.push(name.to_owned());
        }
    }
    if !unsigned.is_empty() {
        unsigned.sort_unstable();
        return Err(Error::HeadersNotSigned(unsigned));
    }
    let present = |name: &str| headers::has(&head.headers, name) || (name == "host" && head.uri.authority().is_some());
    let absent: Vec<String> = signed.iter().filter(|name| !present(name)).map(|name| (*name).to_owned()).collect();
    if absent.is_empty() { Ok(()) } else { Err(Error::SignedHeadersAbsent(absent)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists() {
        let request: HeaderMap = [(http::header::HOST, http::HeaderValue::from_static("h"))].into_iter().collect();
        assert_eq!(parse("x-amz-date;host", &request), Some(vec!["host", "x-amz-date"]));
        for wrong in ["", "host;", "Host", "host;host", "a b", "host,x-amz-date"] {
            assert_eq!(parse(wrong, &request), None, "{wrong}");
        }
    }

    #[test]
    fn what_must_be_signed() {
        let head = |pairs: &[(&str, &str)]| {
            let request = http::Request::get("/b");
            let request = pairs.iter().fold(request, |request, (name, value)| request.header(*name, *value));
            request.body(()).unwrap().into_parts().0
        };
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let request =
            head(&[("host", "h"), ("x-amz-acl", "private"), ("x-amz-acl", "b"), ("x-amz-a", ""), ("range", "x")]);
        assert_eq!(check(&request, &["host", "x-amz-a", "x-amz-acl"]), Ok(()));
        let error = check(&request, &["range"]).unwrap_err();
        assert_eq!(error, Error::HeadersNotSigned(owned(&["host", "x-amz-a", "x-amz-acl"])));
        assert_eq!((error.code(), error.status()), ("AccessDenied", 403));
        assert_eq!(error.fields(), [("HeadersNotSigned", "host, x-amz-a, x-amz-acl".to_owned())]);
        let ours = head(&[("host", "h"), ("x-sealgate-locked", "keep")]);
        assert_eq!(check(&ours, &["host"]), Err(Error::HeadersNotSigned(owned(&["x-sealgate-locked"]))));
        let error = check(&head(&[("host", "h")]), &["host", "x-amz-acl"]).unwrap_err();
        assert_eq!(error, Error::SignedHeadersAbsent(owned(&["x-amz-acl"])));
    }
}
