//! From a request to its host and target, byte for byte.

use http::Uri;
use http::uri::{Authority, PathAndQuery};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{AddressingStyle, Endpoint, Error, Request};

/// What SigV4 leaves unencoded, RFC 3986 section 2.3.
const UNRESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const UNRESERVED_AND_SLASH: AsciiSet = UNRESERVED.remove(b'/');

/// Where the bucket's name goes in this request.
pub fn style(configured: AddressingStyle, request: &Request) -> AddressingStyle {
    if is_minios_own(request) { AddressingStyle::Path } else { configured }
}

/// The host that a request goes to.
pub fn host(endpoint: &Endpoint, style: AddressingStyle, request: &Request) -> Result<Authority, Error> {
    match (style, &request.bucket) {
        (AddressingStyle::VirtualHosted, Some(bucket)) => {
            Authority::try_from(format!("{bucket}.{}", endpoint.authority)).map_err(unbuildable)
        }
        (AddressingStyle::VirtualHosted, None) | (AddressingStyle::Path, _) => Ok(endpoint.authority.clone()),
    }
}

/// The path and query of a request. Segments such as `//`, `.` and `..` stay as they are.
pub fn target(style: AddressingStyle, request: &Request) -> Result<Uri, Error> {
    let mut path = String::with_capacity(128);
    path.push('/');
    if let (AddressingStyle::Path, Some(bucket)) = (style, &request.bucket) {
        path.push_str(bucket.as_str());
        if request.object_key.is_some() {
            path.push('/');
        }
    }
    if let Some(object_key) = &request.object_key {
        path.extend(utf8_percent_encode(object_key.as_str(), &UNRESERVED_AND_SLASH));
    }
    if !request.query.is_empty() {
        path.push('?');
        path.push_str(&encode_query(&request.query));
    }
    PathAndQuery::try_from(path).map(Uri::from).map_err(unbuildable)
}

/// Whether MinIO would take a path without its bucket for one of its own interfaces, whatever the host.
fn is_minios_own(request: &Request) -> bool {
    request.object_key.as_ref().is_some_and(|object_key| object_key.as_str().starts_with("minio/"))
}

/// Names and values as a query string, without its question mark.
pub fn encode_query(pairs: &[(String, Option<String>)]) -> String {
    let mut query = String::new();
    for (name, value) in pairs {
        if !query.is_empty() {
            query.push('&');
        }
        query.extend(utf8_percent_encode(name, &UNRESERVED));
        if let Some(value) = value {
            query.push('=');
            query.extend(utf8_percent_encode(value, &UNRESERVED));
        }
    }
    query
}

fn unbuildable(error: impl Into<super::BoxError>) -> Error {
    Error::Unbuildable(error.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::{BucketName, ObjectKey};
    use http::Method;

    fn address(style: AddressingStyle, key: &str) -> String {
        let endpoint = "http://127.0.0.1:9000".parse().unwrap();
        let request = Request::new(Method::PUT)
            .object(&BucketName::new("photos").unwrap(), &ObjectKey::new(key).unwrap())
            .sub_resource("acl")
            .query("versionId", "a+b/c=");
        let style = super::style(style, &request);
        format!("{}{}", host(&endpoint, style, &request).unwrap(), target(style, &request).unwrap())
    }

    #[test]
    fn a_key_keeps_its_bytes() {
        let path = |key| address(AddressingStyle::Path, key);
        assert_eq!(path("a//b/../c"), "127.0.0.1:9000/photos/a//b/../c?acl&versionId=a%2Bb%2Fc%3D");
        assert_eq!(path("/x y+%2F"), "127.0.0.1:9000/photos//x%20y%2B%252F?acl&versionId=a%2Bb%2Fc%3D");
        assert_eq!(path("é?#"), "127.0.0.1:9000/photos/%C3%A9%3F%23?acl&versionId=a%2Bb%2Fc%3D");
    }

    #[test]
    fn a_virtual_host_carries_the_bucket() {
        let place = address(AddressingStyle::VirtualHosted, "k");
        assert_eq!(place, "photos.127.0.0.1:9000/k?acl&versionId=a%2Bb%2Fc%3D");
        let place = address(AddressingStyle::VirtualHosted, "minio/admin/v3/export-iam");
        assert!(place.starts_with("127.0.0.1:9000/photos/minio/admin/v3/export-iam?acl"), "{place}");
    }
}
