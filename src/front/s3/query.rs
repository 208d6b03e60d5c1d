//! The query string, decoded once.

use percent_encoding::percent_decode_str;

/// Decoded names and values in the order of the request; a name without `=` has an empty value.
#[derive(Clone, Debug, Default)]
pub struct Query(Vec<(String, String)>);

/// A query string that is not percent-encoded UTF-8.
#[derive(Debug, PartialEq, Eq)]
pub struct Malformed;

impl Query {
    /// `raw` as in the request line, without its question mark. `+` is a space, as AWS reads it.
    pub fn parse(raw: Option<&str>) -> Result<Self, Malformed> {
        let pairs = raw.unwrap_or_default().split('&').filter(|piece| !piece.is_empty()).map(|piece| {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            Ok((decode(name)?, decode(value)?))
        });
        pairs.collect::<Result<_, _>>().map(Self)
    }

    /// The first value of `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The query without the names that `dropped` picks.
    pub fn without(mut self, dropped: impl Fn(&str) -> bool) -> Self {
        self.0.retain(|(name, _)| !dropped(name));
        self
    }

    /// A name that occurs more than once, if one does.
    pub fn repeated(&self) -> Option<&str> {
        let mut names: Vec<&str> = self.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
    }
}

fn decode(text: &str) -> Result<String, Malformed> {
    let text = text.replace('+', " ");
    if !well_formed(text.as_bytes()) {
        return Err(Malformed);
    }
    percent_decode_str(&text).decode_utf8().map(|text| text.into_owned()).map_err(|_| Malformed)
}

/// Whether each `%` is followed by two hex digits.
pub(super) fn well_formed(text: &[u8]) -> bool {
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        let mut hex = || bytes.next().is_some_and(u8::is_ascii_hexdigit);
        if *byte == b'%' && !(hex() && hex()) {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_decoded_once() {
        let query = Query::parse(Some("uploads&prefix=a%2Fb+c&x=%2541&y=a=b")).unwrap();
        assert_eq!(query.get("uploads"), Some(""));
        assert_eq!(query.get("prefix"), Some("a/b c"));
        assert_eq!(query.get("x"), Some("%41"));
        assert_eq!(query.get("y"), Some("a=b"));
        assert_eq!(query.repeated(), None);
        assert_eq!(Query::parse(Some("a=1&b&a=2")).unwrap().repeated(), Some("a"));
    }

    #[test]
    fn broken_encodings_are_refused() {
        for raw in ["a=%", "a=%4", "%zz", "a=%ff"] {
            assert_eq!(Query::parse(Some(raw)).unwrap_err(), Malformed, "{raw}");
        }
    }
}
