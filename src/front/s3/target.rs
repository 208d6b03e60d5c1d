//! Which bucket and object key a request names.

use std::borrow::Cow;

use http::HeaderValue;
use http::StatusCode;
use http::header::HOST;
use http::request::Parts;
use percent_encoding::percent_decode_str;

use super::{S3Error, query};
use crate::identity::Target;
use crate::names::{BucketName, ObjectKey};

/// The target of a request: by host name where the host is a sub-domain of one of `domains`, else by path. The path is
/// taken byte for byte and decoded once.
pub fn of_request(head: &Parts, domains: &[String]) -> Result<Target, S3Error> {
    let path = head.uri.path().strip_prefix('/').ok_or_else(|| invalid_uri(head.uri.path()))?;
    let (bucket, object_key) = match bucket_of_host(&host(head), domains) {
        Some(bucket) => (bucket.into(), path),
        None => {
            let (bucket, object_key) = path.split_once('/').unwrap_or((path, ""));
            if bucket.is_empty() && object_key.is_empty() {
                return Ok(Target::Service);
            }
            (decode(bucket)?, object_key)
        }
    };
    let bucket = bucket_name(&bucket)?;
    if object_key.is_empty() {
        return Ok(Target::Bucket(bucket));
    }
    let object_key = object_key_of(&decode(object_key)?)?;
    Ok(Target::Object(bucket, object_key))
}

/// The host that a request names, in lower case, without its port. Where the request line names one too, `guard::host` has
/// seen that both are the same: the header is what the signature covers.
fn host(head: &Parts) -> String {
    let named = head.headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = named.or_else(|| head.uri.authority().map(|authority| authority.as_str())).unwrap_or_default();
    let without_port = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    without_port.trim_end_matches('.').to_ascii_lowercase()
}

fn bucket_of_host(host: &str, domains: &[String]) -> Option<String> {
    let label = |domain: &String| host.strip_suffix(domain.as_str())?.strip_suffix('.').map(str::to_owned);
    // Of two domains that fit, the longer one is meant.
    domains.iter().filter_map(label).filter(|bucket| !bucket.is_empty()).min_by_key(String::len)
}

/// First path segments that backends keep for interfaces of their own, where the gateway's credentials would open what no
/// bucket holds: MinIO's administration, metrics and internal calls, and the administration of Ceph's gateway.
const NOT_BUCKETS: [&str; 2] = ["minio", "admin"];

/// A checked bucket name.
pub fn bucket_name(text: &str) -> Result<BucketName, S3Error> {
    BucketName::new(text).ok().filter(|_| !NOT_BUCKETS.contains(&text)).ok_or_else(|| {
        S3Error::new(StatusCode::BAD_REQUEST, "InvalidBucketName", "The specified bucket is not valid.")
            .field("BucketName", text)
    })
}

/// A checked object key, decoded.
pub fn object_key_of(text: &str) -> Result<ObjectKey, S3Error> {
    ObjectKey::new(text).map_err(|_| match text.len() {
        0..=MAX_KEY_LEN => invalid_uri(text),
        len => S3Error::new(StatusCode::BAD_REQUEST, "KeyTooLongError", "Your key is too long")
            .field("Size", len.to_string())
            .field("MaxSizeAllowed", MAX_KEY_LEN.to_string()),
    })
}

const MAX_KEY_LEN: usize = 1024;

/// What `x-amz-copy-source` names.
#[derive(Debug, PartialEq, Eq)]
pub struct CopySource {
    pub bucket: BucketName,
    pub object_key: ObjectKey,
    pub version_id: Option<String>,
}

/// Reads `x-amz-copy-source`: `[/]bucket/key[?versionId=id]`, percent-encoded.
pub fn copy_source(value: &HeaderValue) -> Result<CopySource, S3Error> {
    let invalid = || {
        let message = "Copy Source must mention the source bucket and key: sourcebucket/sourcekey";
        S3Error::invalid_argument(message, "x-amz-copy-source", String::from_utf8_lossy(value.as_bytes()))
    };
    let text = std::str::from_utf8(value.as_bytes()).map_err(|_| invalid())?;
    let (path, version_id) = match text.split_once("?versionId=") {
        Some((path, version_id)) if !version_id.is_empty() => {
            (path, Some(decode(version_id).map_err(|_| invalid())?.into_owned()))
        }
        Some(_) => return Err(invalid()),
        None => (text, None),
    };
    let path = decode(path).map_err(|_| invalid())?;
    let (bucket, object_key) = path.strip_prefix('/').unwrap_or(&path).split_once('/').ok_or_else(invalid)?;
    if object_key.is_empty() {
        return Err(invalid());
    }
    Ok(CopySource { bucket: bucket_name(bucket)?, object_key: object_key_of(object_key)?, version_id })
}

fn decode(text: &str) -> Result<Cow<'_, str>, S3Error> {
    let decoded = query::well_formed(text.as_bytes()).then(|| percent_decode_str(text).decode_utf8().ok()).flatten();
    decoded.ok_or_else(|| invalid_uri(text))
}

pub fn invalid_uri(uri: &str) -> S3Error {
    S3Error::new(StatusCode::BAD_REQUEST, "InvalidURI", "Couldn't parse the specified URI.").field("URI", uri)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(host: &str, uri: &str) -> Result<Target, String> {
        let request = http::Request::builder().uri(uri).header(HOST, host).body(()).unwrap();
        let domains = ["localhost".to_owned(), "s3.example.org".to_owned()];
        of_request(&request.into_parts().0, &domains).map_err(|error| error.code.into_owned())
    }

    fn object(bucket: &str, object_key: &str) -> Result<Target, String> {
        Ok(Target::Object(BucketName::new(bucket).unwrap(), ObjectKey::new(object_key).unwrap()))
    }

    #[test]
    fn the_path_names_bucket_and_key() {
        assert_eq!(target("127.0.0.1:8484", "/"), Ok(Target::Service));
        assert_eq!(target("h", "/photos"), Ok(Target::Bucket(BucketName::new("photos").unwrap())));
        assert_eq!(target("h", "/photos/"), Ok(Target::Bucket(BucketName::new("photos").unwrap())));
        assert_eq!(target("h", "/photos//a/../b/"), object("photos", "/a/../b/"));
        assert_eq!(target("h", "/photos/a%2Fb%2520c+d?x=y"), object("photos", "a/b%20c+d"));
    }

    #[test]
    fn a_sub_domain_names_the_bucket() {
        assert_eq!(target("photos.localhost:8484", "/a/b"), object("photos", "a/b"));
        assert_eq!(target("A.B.S3.example.org", "/k"), object("a.b", "k"));
        assert_eq!(target("photos.localhost", "/"), Ok(Target::Bucket(BucketName::new("photos").unwrap())));
        assert_eq!(target("photos.other.org", "/photos/k"), object("photos", "k"));
        assert_eq!(target("localhost", "/photos/k"), object("photos", "k"));
        assert_eq!(target("notlocalhost", "/photos/k"), object("photos", "k"));
    }

    #[test]
    fn bad_names_have_their_errors() {
        assert_eq!(target("h", "/UPPER/k"), Err("InvalidBucketName".into()));
        assert_eq!(target("h", "//k"), Err("InvalidBucketName".into()));
        for path in ["/minio/admin/v3/export-iam", "/%6dinio", "/admin/user"] {
            assert_eq!(target("h", path), Err("InvalidBucketName".into()), "{path}");
        }
        assert_eq!(target("minio.localhost", "/admin/v3/info"), Err("InvalidBucketName".into()));
        for path in ["/photos/a%00b", "/photos/%ff", "/photos/%zz", "/photos/%4"] {
            assert_eq!(target("h", path), Err("InvalidURI".into()), "{path}");
        }
        let long = format!("/photos/{}", "k".repeat(1025));
        assert_eq!(target("h", &long), Err("KeyTooLongError".into()));
    }

    #[test]
    fn a_copy_source_is_decoded_once() {
        let source = |text: &str| copy_source(&HeaderValue::from_str(text).unwrap()).map_err(|e| e.code.into_owned());
        let expected = |key: &str, version: Option<&str>| {
            Ok(CopySource {
                bucket: BucketName::new("photos").unwrap(),
                object_key: ObjectKey::new(key).unwrap(),
                version_id: version.map(str::to_owned),
            })
        };
        assert_eq!(source("/photos/a%20b?versionId=v%2B1"), expected("a b", Some("v+1")));
        assert_eq!(source("photos%2Fa%253F"), expected("a%3F", None));
        assert_eq!(source("photos//k"), expected("/k", None));
        for text in ["photos", "photos/", "/k", "photos/k?versionId=", "photos/%ff", "minio/k", "/%6dinio/k"] {
            assert!(source(text).is_err(), "{text}");
        }
    }
}
