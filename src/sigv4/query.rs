//! Query strings, as the signature reads them.

use std::borrow::Cow;

use percent_encoding::percent_decode;

/// The decoded (name, value) pairs of a raw query string, in order; a name without `=` has an empty value. `+` is a
/// space, as S3 reads it. None where a name or value is not UTF-8.
pub(super) fn query_pairs(raw: &str) -> Option<Vec<(String, String)>> {
    raw_pairs(raw)
        .map(|(name, value)| Some((String::from_utf8(decode(name)).ok()?, String::from_utf8(decode(value)).ok()?)))
        .collect()
}

/// The encoded pairs.
pub(super) fn raw_pairs(raw: &str) -> impl Iterator<Item = (&str, &str)> {
    raw.split('&').filter(|piece| !piece.is_empty()).map(|piece| piece.split_once('=').unwrap_or((piece, "")))
}

pub(super) fn decode(text: &str) -> Vec<u8> {
    let spaced = if text.contains('+') { Cow::Owned(text.replace('+', " ")) } else { Cow::Borrowed(text) };
    percent_decode(spaced.as_bytes()).collect()
}
