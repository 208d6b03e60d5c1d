//! Headers by name. A request has few: to look at each is a third of the work of parsing the name and hashing it, as
//! [`HeaderMap::get`] does with a text.

use http::{HeaderMap, HeaderValue};

/// The values of a header, in their order. `name` is in lower case.
pub fn values<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a HeaderValue> {
    headers.iter().filter(move |(known, _)| known.as_str() == name).map(|(_, value)| value)
}

/// The first value of a header.
pub fn first<'a>(headers: &'a HeaderMap, name: &'a str) -> Option<&'a HeaderValue> {
    values(headers, name).next()
}

/// Whether a header is there.
pub fn has(headers: &HeaderMap, name: &str) -> bool {
    headers.keys().any(|known| known.as_str() == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderName;

    #[test]
    fn the_same_as_the_map_itself_says() {
        let mut headers = HeaderMap::new();
        for (name, value) in [("Range", "a"), ("X-Amz-Meta-A", "b"), ("x-amz-meta-a", "c"), ("host", "d")] {
            headers.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_static(value));
        }
        for name in ["range", "x-amz-meta-a", "host", "x-amz-meta", "etag"] {
            assert!(values(&headers, name).eq(headers.get_all(name).iter()), "{name}");
            assert_eq!(first(&headers, name), headers.get(name));
            assert_eq!(has(&headers, name), headers.contains_key(name));
        }
    }
}
