//! The canonical request: the bytes that both sides hash.

use std::borrow::Cow;
use std::iter;

use base16ct::lower::encode_string as lower_hex;
use http::request::Parts;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, percent_encode};

use crate::crypto::sha256;
use crate::names::headers;

use super::query::{decode, raw_pairs};

/// What RFC 3986 calls unreserved stays as it is; all else is encoded, in upper case.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const ENCODED_IN_PATH: &AsciiSet = &ENCODED.remove(b'/');

/// The signature's own query parameter, the only one that it cannot cover.
const SIGNATURE_PARAMETER: &[u8] = b"X-Amz-Signature";

/// The spellings of the path that a client may have signed: encoded once, as S3's rule says, and, for clients that encode
/// fewer characters, as it stands. Both name the same object key, so neither lets a signature be used for another.
pub(super) fn paths(head: &Parts) -> impl Iterator<Item = Cow<'_, str>> {
    let raw = match head.uri.path() {
        "" => "/",
        path => path,
    };
    let encoded = match Cow::from(percent_decode(raw.as_bytes())) {
        Cow::Borrowed(decoded) => percent_encode(decoded, ENCODED_IN_PATH).into(),
        Cow::Owned(decoded) => Cow::Owned(percent_encode(&decoded, ENCODED_IN_PATH).to_string()),
    };
    let second = (encoded != raw).then_some(Cow::Borrowed(raw));
    iter::once(encoded).chain(second)
}

/// Method, path, query, headers, their names, payload hash; each on its line.
pub(super) fn request(head: &Parts, path: &str, signed_headers: &[&str], payload_hash: &str) -> Vec<u8> {
    let mut text = Vec::with_capacity(1024);
    for line in [head.method.as_str(), path, &query(head.uri.query().unwrap_or_default())] {
        text.extend_from_slice(line.as_bytes());
        text.push(b'\n');
    }
    for name in signed_headers {
        text.extend_from_slice(name.as_bytes());
        text.push(b':');
        header_value(head, name, &mut text);
        text.push(b'\n');
    }
    text.push(b'\n');
    for (at, name) in signed_headers.iter().enumerate() {
        if at > 0 {
            text.push(b';');
        }
        text.extend_from_slice(name.as_bytes());
    }
    text.push(b'\n');
    text.extend_from_slice(payload_hash.as_bytes());
    text
}

/// `AWS4-HMAC-SHA256`, date, scope, hash of the canonical request.
pub(super) fn string_to_sign(date: &str, scope: &str, canonical_request: &[u8]) -> String {
    ["AWS4-HMAC-SHA256", date, scope, &lower_hex(&sha256(&[canonical_request]))].join("\n")
}

/// Every pair decoded and encoded again, sorted by name, then value.
fn query(raw: &str) -> String {
    if raw.is_empty() {
        return String::new();
    }
    let encode = |text: &str| percent_encode(&decode(text), ENCODED).to_string();
    let mut pairs: Vec<(String, String)> = raw_pairs(raw)
        .filter(|(name, _)| decode(name) != SIGNATURE_PARAMETER)
        .map(|(name, value)| (encode(name), encode(value)))
        .collect();
    pairs.sort_unstable();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// All values of a header, joined by commas, each trimmed and with runs of spaces made one.
fn header_value(head: &Parts, name: &str, text: &mut Vec<u8>) {
    let mut count = 0;
    for value in headers::values(&head.headers, name) {
        if count > 0 {
            text.push(b',');
        }
        compact(value.as_bytes(), text);
        count += 1;
    }
    if count == 0 && name == "host" {
        // HTTP/2 and absolute request targets carry the host in the URI.
        text.extend_from_slice(head.uri.authority().map_or("", |host| host.as_str()).as_bytes());
    }
}

fn compact(value: &[u8], text: &mut Vec<u8>) {
    if memchr::memchr(b' ', value).is_none() {
        return text.extend_from_slice(value);
    }
    let words = value.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
    for (at, word) in words.enumerate() {
        if at > 0 {
            text.push(b' ');
        }
        text.extend_from_slice(word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(uri: &str) -> Parts {
        http::Request::get(uri)
            .header("host", "h")
            .header("a", "  x   y ")
            .header("a", "z")
            .body(())
            .unwrap()
            .into_parts()
            .0
    }

    #[test]
    fn queries_are_decoded_encoded_and_sorted() {
        assert_eq!(query("b=2&a=1&a=0&c"), "a=0&a=1&b=2&c=");
        assert_eq!(query("prefix=some%2fdir/x+y%20z"), "prefix=some%2Fdir%2Fx%20y%20z");
        assert_eq!(query("X-Amz-Signature=abc&x=1&X%2DAmz-Signature=d"), "x=1");
        assert_eq!(query("a=b=c&&"), "a=b%3Dc");
        // Sorted by the encoded name, not by the whole pair.
        assert_eq!(query("a-=1&a=2"), "a=2&a-=1");
    }

    #[test]
    fn paths_are_encoded_once() {
        let paths = |uri| paths(&head(uri)).map(Cow::into_owned).collect::<Vec<_>>();
        assert_eq!(paths("/b/a-b//../c"), ["/b/a-b//../c"]);
        assert_eq!(paths("/b/a%20b//../c"), ["/b/a%20b//../c"]);
        assert_eq!(paths("/b/a%2fb(1)~"), ["/b/a/b%281%29~", "/b/a%2fb(1)~"]);
        assert_eq!(paths("/b/(1)"), ["/b/%281%29", "/b/(1)"]);
        assert_eq!(paths("/b/%25"), ["/b/%25"]);
        assert_eq!(paths("http://h"), ["/"]);
    }

    #[test]
    fn header_values_are_joined_and_compacted() {
        let value = |name| {
            let mut text = Vec::new();
            header_value(&head("/"), name, &mut text);
            text
        };
        assert_eq!(value("a"), b"x y,z");
        assert_eq!(value("host"), b"h");
    }
}
