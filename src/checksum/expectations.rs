//! What a request states about its body, read from its headers.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderValue};

use super::error::InvalidKind;
use super::{Algorithm, Invalid};
use crate::names::headers;

/// The statements of one request about its decoded body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expectations {
    /// `Content-MD5`, decoded.
    pub content_md5: Option<[u8; 16]>,
    /// The signed payload hash.
    pub payload_sha256: Option<[u8; 32]>,
    /// A checksum in a header.
    pub checksum: Option<(Algorithm, Vec<u8>)>,
    /// The algorithm whose value comes in a trailer.
    pub trailing: Option<Algorithm>,
}

impl Expectations {
    /// Reads Content-MD5, `x-amz-checksum-*`, `x-amz-trailer` and `x-amz-sdk-checksum-algorithm`. `payload_sha256` is what
    /// the signature covers, where it covers the payload (`sigv4::Verified::payload_sha256`).
    ///
    /// Not for CompleteMultipartUpload, whose checksum header is about the object: [`super::stated_checksum`].
    pub fn from_headers(headers: &HeaderMap, payload_sha256: Option<[u8; 32]>) -> Result<Self, Invalid> {
        let content_md5 = content_md5(headers)?;
        let checksum = match single_checksum(headers)? {
            None => None,
            Some((algorithm, value)) => {
                let bytes = decode_value(algorithm, value.as_bytes());
                Some((algorithm, bytes.ok_or_else(|| invalid_value(algorithm.header()))?))
            }
        };
        let trailing = trailing(headers)?;
        if checksum.is_some() && trailing.is_some() {
            return Err(multiple());
        }
        let stated = checksum.as_ref().map(|(algorithm, _)| *algorithm).or(trailing);
        agrees_with_sdk_algorithm(headers, stated)?;
        Ok(Self { content_md5, payload_sha256, checksum, trailing })
    }

    /// The algorithm whose checksum the client sends, in a header or a trailer.
    pub fn algorithm(&self) -> Option<Algorithm> {
        self.checksum.as_ref().map(|(algorithm, _)| *algorithm).or(self.trailing)
    }
}

/// A base64 value of exactly the algorithm's length.
pub fn decode_value(algorithm: Algorithm, text: &[u8]) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok().filter(|value| value.len() == algorithm.value_len())
}

/// The one `x-amz-checksum-<algorithm>` header and its raw value.
pub(super) fn single_checksum(headers: &HeaderMap) -> Result<Option<(Algorithm, &HeaderValue)>, Invalid> {
    let mut found = None;
    for (name, value) in headers {
        let Some(suffix) = name.as_str().strip_prefix("x-amz-checksum-") else { continue };
        // These three speak about checksums but carry none.
        if matches!(suffix, "algorithm" | "mode" | "type") {
            continue;
        }
        let algorithm = Algorithm::from_header(name.as_str()).ok_or_else(|| unsupported_header(name.as_str()))?;
        // `headers` yields a repeated name once for each value.
        if found.replace((algorithm, value)).is_some() {
            return Err(multiple());
        }
    }
    Ok(found)
}

/// The only value of a header as text. A repeated or non-ASCII header is an error.
pub(super) fn single<'a>(request: &'a HeaderMap, name: &'a str, kind: InvalidKind) -> Result<Option<&'a str>, Invalid> {
    let mut values = headers::values(request, name);
    let Some(value) = values.next() else { return Ok(None) };
    match (value.to_str(), values.next()) {
        (Ok(text), None) => Ok(Some(text)),
        _ => Err(Invalid::new(kind, format!("Value for {name} header is invalid."))),
    }
}

pub(super) fn invalid_value(header: &str) -> Invalid {
    Invalid::new(InvalidKind::ChecksumValue, format!("Value for {header} header is invalid."))
}

fn content_md5(headers: &HeaderMap) -> Result<Option<[u8; 16]>, Invalid> {
    let invalid = || Invalid::new(InvalidKind::ContentMd5, "The Content-MD5 you specified was invalid.");
    let Some(text) = single(headers, "content-md5", InvalidKind::ContentMd5).map_err(|_| invalid())? else {
        return Ok(None);
    };
    let bytes = STANDARD.decode(text).map_err(|_| invalid())?;
    Ok(Some(bytes.try_into().map_err(|_| invalid())?))
}

/// `x-amz-trailer` names the trailers; S3 knows checksums only, and one of them.
fn trailing(request: &HeaderMap) -> Result<Option<Algorithm>, Invalid> {
    let unsupported =
        || Invalid::new(InvalidKind::Trailer, "The value specified in the x-amz-trailer header is not supported");
    let mut trailing = None;
    for value in headers::values(request, "x-amz-trailer") {
        for name in value.to_str().map_err(|_| unsupported())?.split(',') {
            let algorithm = Algorithm::from_header(name.trim()).ok_or_else(unsupported)?;
            if trailing.replace(algorithm).is_some() {
                return Err(multiple());
            }
        }
    }
    Ok(trailing)
}

fn agrees_with_sdk_algorithm(headers: &HeaderMap, stated: Option<Algorithm>) -> Result<(), Invalid> {
    const NAME: &str = "x-amz-sdk-checksum-algorithm";
    let Some(text) = single(headers, NAME, InvalidKind::SdkAlgorithm)? else { return Ok(()) };
    let invalid = |message: &str| Err(Invalid::new(InvalidKind::SdkAlgorithm, message));
    match (Algorithm::from_name(text), stated) {
        (Some(named), Some(stated)) if named == stated => Ok(()),
        (Some(_), None) => invalid(
            "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers \
             were found.",
        ),
        (None, _) | (Some(_), Some(_)) => invalid("Value for x-amz-sdk-checksum-algorithm header is invalid."),
    }
}

fn multiple() -> Invalid {
    Invalid::new(
        InvalidKind::MultipleChecksums,
        "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
    )
}

fn unsupported_header(name: &str) -> Invalid {
    Invalid::new(InvalidKind::UnknownAlgorithm, format!("The {name} header is not supported."))
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    pub fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    fn read(pairs: &[(&'static str, &str)]) -> Result<Expectations, (String, &'static str)> {
        Expectations::from_headers(&headers(pairs), None).map_err(|error| (error.to_string(), error.code()))
    }

    #[test]
    fn reads_each_form() {
        assert_eq!(read(&[("content-type", "a/b"), ("x-amz-checksum-mode", "ENABLED")]), Ok(Expectations::default()));
        let md5 = read(&[("content-md5", "1B2M2Y8AsgTpgAmY7PhCfg==")]).unwrap();
        assert_eq!(md5.content_md5.map(hex::encode).as_deref(), Some("d41d8cd98f00b204e9800998ecf8427e"));
        for algorithm in Algorithm::ALL {
            let value = vec![7; algorithm.value_len()];
            let in_header = read(&[
                (algorithm.header(), &STANDARD.encode(&value)),
                ("x-amz-sdk-checksum-algorithm", algorithm.name()),
            ]);
            assert_eq!(in_header.unwrap().checksum, Some((algorithm, value)));
            let in_trailer =
                read(&[("x-amz-trailer", algorithm.header()), ("x-amz-sdk-checksum-algorithm", algorithm.name())]);
            assert_eq!(in_trailer.unwrap().algorithm(), Some(algorithm));
        }
    }

    #[test]
    fn contradictions_in_the_words_of_aws() {
        const MULTIPLE: &str = "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.";
        let crc = ("x-amz-checksum-crc32", "AAAAAA==");
        for (pairs, message, code) in [
            (&[crc, ("x-amz-checksum-crc32c", "AAAAAA==")][..], MULTIPLE, "InvalidRequest"),
            (&[crc, crc], MULTIPLE, "InvalidRequest"),
            (&[crc, ("x-amz-trailer", "x-amz-checksum-crc32")], MULTIPLE, "InvalidRequest"),
            (&[("x-amz-trailer", "x-amz-checksum-crc32,x-amz-checksum-sha1")], MULTIPLE, "InvalidRequest"),
            (
                &[("x-amz-checksum-crc32", "AAAA")],
                "Value for x-amz-checksum-crc32 header is invalid.",
                "InvalidRequest",
            ),
            (
                &[("x-amz-checksum-crc32", "?AAAAA==")],
                "Value for x-amz-checksum-crc32 header is invalid.",
                "InvalidRequest",
            ),
            (
                &[crc, ("x-amz-sdk-checksum-algorithm", "SHA1")],
                "Value for x-amz-sdk-checksum-algorithm header is invalid.",
                "InvalidRequest",
            ),
            (
                &[("x-amz-sdk-checksum-algorithm", "CRC32")],
                "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers \
                 were found.",
                "InvalidRequest",
            ),
            (
                &[("x-amz-checksum-crc99", "AAAA")],
                "The x-amz-checksum-crc99 header is not supported.",
                "InvalidRequest",
            ),
            (
                &[("x-amz-trailer", "x-amz-meta-late")],
                "The value specified in the x-amz-trailer header is not supported",
                "MalformedTrailerError",
            ),
            (&[("content-md5", "AAAA")], "The Content-MD5 you specified was invalid.", "InvalidDigest"),
            (
                &[("content-md5", "1B2M2Y8AsgTpgAmY7PhCfg=="), ("content-md5", "1B2M2Y8AsgTpgAmY7PhCfg==")],
                "The Content-MD5 you specified was invalid.",
                "InvalidDigest",
            ),
        ] {
            assert_eq!(read(pairs), Err((message.to_owned(), code)), "{pairs:?}");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_values_never_panic(values in proptest::collection::vec(any::<Vec<u8>>(), 6)) {
            const NAMES: [&str; 6] = ["content-md5", "x-amz-checksum-sha1", "x-amz-checksum-type", "x-amz-trailer",
                "x-amz-sdk-checksum-algorithm", "x-amz-checksum-algorithm"];
            let mut headers = HeaderMap::new();
            for (name, value) in NAMES.into_iter().zip(values) {
                if let Ok(value) = HeaderValue::from_bytes(&value) {
                    headers.append(name, value);
                }
            }
            let _ = Expectations::from_headers(&headers, None);
            let _ = crate::checksum::multipart_checksum(&headers);
            let _ = crate::checksum::stated_checksum(&headers);
        }
    }
}
