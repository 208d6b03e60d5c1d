//! `*` and `?`.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// Any run of characters.
    Any,
    /// Any one character.
    One,
    Char(char),
}

/// The tokens of a text in which `*` and `?` are wildcards.
pub(super) fn wild(text: &str) -> impl Iterator<Item = Token> {
    text.chars().map(|char| match char {
        '*' => Token::Any,
        '?' => Token::One,
        char => Token::Char(char),
    })
}

/// The tokens of a text that is meant as it stands.
pub(super) fn literal(text: &str) -> impl Iterator<Item = Token> {
    text.chars().map(Token::Char)
}

/// Never worse than the product of the lengths: only the last `*` is ever retried.
pub(super) fn matches(pattern: &[Token], text: &str) -> bool {
    let mut rest = pattern;
    let mut text = text.chars();
    // Behind the last `*`, and the text that it has not yet taken.
    let mut retry: Option<(&[Token], std::str::Chars<'_>)> = None;
    loop {
        let before = text.clone();
        match (rest.split_first(), text.next()) {
            // It takes all that is left.
            (Some((Token::Any, [])), _) => return true,
            (Some((Token::Any, after)), _) => {
                text = before.clone();
                rest = after;
                retry = Some((after, before));
                continue;
            }
            (Some((token, after)), Some(found)) if *token == Token::One || *token == Token::Char(found) => {
                rest = after;
                continue;
            }
            (None, None) => return true,
            _ => {}
        }
        // The last `*` takes one character more.
        let Some((after, taken)) = &mut retry else { return false };
        if taken.next().is_none() {
            return false;
        }
        rest = after;
        text = taken.clone();
    }
}

/// Whether a pattern of actions, such as `s3:Get*`, covers an action.
pub fn action_matches(pattern: &str, action: &str) -> bool {
    ActionPattern::parse(pattern).is_some_and(|pattern| pattern.matches(&action.to_ascii_lowercase()))
}

/// An action with wildcards: `*`, or `<service>:<name>`, in any case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ActionPattern(Vec<Token>);

impl ActionPattern {
    pub fn parse(text: &str) -> Option<Self> {
        let legal = text == "*"
            || matches!(text.split_once(':'), Some((service, name)) if !service.is_empty() && !name.is_empty());
        legal.then(|| Self(wild(&text.to_ascii_lowercase()).collect()))
    }

    pub fn matches(&self, action_in_lower_case: &str) -> bool {
        matches(&self.0, action_in_lower_case)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn glob(pattern: &str, text: &str) -> bool {
        matches(&wild(pattern).collect::<Vec<_>>(), text)
    }

    #[test]
    fn wildcards() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("", "a", false),
            ("a", "", false),
            ("*", "", true),
            ("*", "a/b:c", true),
            ("a*c", "abbc", true),
            ("a*c", "abbcd", false),
            ("a*b*c", "aXbYbZc", true),
            ("*ab", "aab", true),
            ("?", "é", true),
            ("?", "", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("**a**", "a", true),
        ] {
            assert_eq!(glob(pattern, text), expected, "{pattern} {text}");
        }
        assert!(!glob(&"*a".repeat(40), &"a".repeat(39)));
    }

    #[test]
    fn actions_ignore_case() {
        assert!(ActionPattern::parse("S3:Get*").unwrap().matches("s3:getobject"));
        assert!(!ActionPattern::parse("S3:Get").unwrap().matches("s3:getobject"));
        assert_eq!(ActionPattern::parse("GetObject"), None);
        assert_eq!(ActionPattern::parse("s3:"), None);
    }

    fn naive(pattern: &[char], text: &[char]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => true,
            (Some(('*', rest)), None) => naive(rest, text),
            (Some(('*', rest)), Some((_, tail))) => naive(rest, text) || naive(pattern, tail),
            (Some((wanted, rest)), Some((found, tail))) => (*wanted == '?' || wanted == found) && naive(rest, tail),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn equals_the_naive_matcher(pattern in "[ab*?]{0,8}", text in "[ab]{0,10}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(glob(&pattern, &text), naive(&chars(&pattern), &chars(&text)));
        }
    }
}
