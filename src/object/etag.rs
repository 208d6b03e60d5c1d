//! One ETag everywhere: the backend's ETag of the ciphertext, in a form that no client takes for an MD5 of plaintext.
//!
//! A bare MD5 form (32 hex digits) of a sealed object gets `-0` added, which no backend issues, so that the way back is
//! exact. Every other form passes as it is. ETags are handled without their quotes.

use std::borrow::Cow;

/// What a client sees of a sealed object's backend ETag.
pub fn to_client(backend: &str) -> Cow<'_, str> {
    if is_bare(backend) { Cow::Owned([backend, "-0"].concat()) } else { Cow::Borrowed(backend) }
}

/// What to compare at the backend for an ETag that a client sends of a sealed object.
///
/// A bare form was never given to a client for a sealed object; it stays bare only where plaintext objects may stand
/// (`Forms::SealedAndPlain`), and becomes a value that matches nothing elsewhere.
pub fn to_backend(client: &str, forms: Forms) -> Cow<'_, str> {
    match client.strip_suffix("-0") {
        Some(bare) if is_bare(bare) => Cow::Borrowed(bare),
        _ if is_bare(client) && forms == Forms::SealedOnly => Cow::Owned(format!("{client}-0")),
        _ => Cow::Borrowed(client),
    }
}

/// Which objects an ETag may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forms {
    SealedOnly,
    SealedAndPlain,
}

/// The value within quotes, if there are any.
pub fn unquote(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).unwrap_or(text)
}

/// The entity tags of an `If-Match` or `If-None-Match` value, unquoted; a weak tag compares as its strong form.
pub fn list(value: &str) -> Vec<&str> {
    value
        .split(',')
        .map(|tag| unquote(tag.trim().strip_prefix("W/").unwrap_or(tag)))
        .filter(|tag| !tag.is_empty())
        .collect()
}

fn is_bare(tag: &str) -> bool {
    tag.len() == 32 && tag.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BARE: &str = "d41d8cd98f00b204e9800998ecf8427e";

    #[test]
    fn a_bare_form_is_marked_and_comes_back_exactly() {
        let shown = to_client(BARE);
        assert_eq!(shown, format!("{BARE}-0"));
        assert_eq!(to_backend(&shown, Forms::SealedOnly), BARE);
    }

    #[test]
    fn multipart_forms_pass() {
        let tag = format!("{BARE}-3");
        assert_eq!(to_client(&tag), tag);
        assert_eq!(to_backend(&tag, Forms::SealedOnly), tag);
    }

    #[test]
    fn a_bare_form_matches_no_sealed_object() {
        assert_ne!(to_backend(BARE, Forms::SealedOnly), BARE);
        assert_eq!(to_backend(BARE, Forms::SealedAndPlain), BARE);
    }

    #[test]
    fn lists_are_split_and_unquoted() {
        assert_eq!(list(r#""a", W/"b" ,c,"#), ["a", "b", "c"]);
    }
}
