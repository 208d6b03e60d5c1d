//! Which headers a signature covers, and which it must.

use http::HeaderName;
use http::request::Parts;

use super::Error;
use crate::names::headers;

/// The names of a SignedHeaders list, sorted. None: a name is not a lower-case header name, or stands there twice.
pub(super) fn parse(list: &str) -> Option<Vec<String>> {
    let mut names: Vec<String> = list.split(';').map(str::to_owned).collect();
    let legal = |name: &String| HeaderName::from_lowercase(name.as_bytes()).is_ok();
    names.sort_unstable();
    let distinct = names.windows(2).all(|pair| pair.first() != pair.last());
    (distinct && names.iter().all(legal)).then_some(names)
}

/// `host` and every `x-amz-*` and `x-sealgate-*` header must be signed, and what is signed must be there.
pub(super) fn check(head: &Parts, signed: &[String]) -> Result<(), Error> {
    let is_signed = |name: &str| signed.iter().any(|known| known == name);
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
    let absent: Vec<String> = signed.iter().filter(|name| !present(name)).cloned().collect();
    if absent.is_empty() { Ok(()) } else { Err(Error::SignedHeadersAbsent(absent)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists() {
        assert_eq!(parse("x-amz-date;host"), Some(vec!["host".to_owned(), "x-amz-date".to_owned()]));
        for wrong in ["", "host;", "Host", "host;host", "a b", "host,x-amz-date"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_must_be_signed() {
        let head = |pairs: &[(&str, &str)]| {
            let request = http::Request::get("/b");
            let request = pairs.iter().fold(request, |request, (name, value)| request.header(*name, *value));
            request.body(()).unwrap().into_parts().0
        };
        let signed = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let request =
            head(&[("host", "h"), ("x-amz-acl", "private"), ("x-amz-acl", "b"), ("x-amz-a", ""), ("range", "x")]);
        assert_eq!(check(&request, &signed(&["host", "x-amz-a", "x-amz-acl"])), Ok(()));
        let error = check(&request, &signed(&["range"])).unwrap_err();
        assert_eq!(error, Error::HeadersNotSigned(signed(&["host", "x-amz-a", "x-amz-acl"])));
        assert_eq!((error.code(), error.status()), ("AccessDenied", 403));
        assert_eq!(error.fields(), [("HeadersNotSigned", "host, x-amz-a, x-amz-acl".to_owned())]);
        let ours = head(&[("host", "h"), ("x-sealgate-locked", "keep")]);
        assert_eq!(check(&ours, &signed(&["host"])), Err(Error::HeadersNotSigned(signed(&["x-sealgate-locked"]))));
        let error = check(&head(&[("host", "h")]), &signed(&["host", "x-amz-acl"])).unwrap_err();
        assert_eq!(error, Error::SignedHeadersAbsent(signed(&["x-amz-acl"])));
    }
}
