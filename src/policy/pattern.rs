//! `*` and `?` in actions and ARNs.

/// A text with wildcards: `*` is any run of characters, `?` any one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern(String);

impl Pattern {
    /// An action: `*`, or `<service>:<name>`, in any case.
    pub fn action(text: &str) -> Option<Self> {
        let legal = text == "*"
            || matches!(text.split_once(':'), Some((service, name)) if !service.is_empty() && !name.is_empty());
        legal.then(|| Self(text.to_ascii_lowercase()))
    }

    /// An ARN: `*`, or six segments.
    pub fn arn(text: &str) -> Option<Self> {
        let legal = text == "*" || (text.starts_with("arn:") && text.splitn(6, ':').count() == 6);
        legal.then(|| Self(text.to_owned()))
    }

    pub fn matches_action(&self, action: &str) -> bool {
        matches(&self.0, &action.to_ascii_lowercase())
    }

    /// Segment by segment, so that no wildcard reaches over a colon into the next; the last one is the resource itself.
    pub fn matches_arn(&self, arn: &str) -> bool {
        if self.0 == "*" {
            return true;
        }
        let (mut patterns, mut texts) = (self.0.splitn(6, ':'), arn.splitn(6, ':'));
        loop {
            match (patterns.next(), texts.next()) {
                (None, None) => return true,
                (Some(pattern), Some(text)) if matches(pattern, text) => {}
                _ => return false,
            }
        }
    }
}

/// Linear in practice and never worse than the product of the lengths: only the last `*` is ever retried.
fn matches(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern.chars(), text.chars());
    let mut retry: Option<(std::str::Chars<'_>, std::str::Chars<'_>)> = None;
    loop {
        let (before, mut after) = (text.clone(), pattern.clone());
        match (after.next(), text.next()) {
            (Some('*'), _) => {
                text = before.clone();
                pattern = after.clone();
                retry = Some((after, before));
                continue;
            }
            (Some(wanted), Some(found)) if wanted == '?' || wanted == found => {
                pattern = after;
                continue;
            }
            (None, None) => return true,
            _ => {}
        }
        // The last `*` takes one character more.
        let Some((after_star, taken)) = &mut retry else { return false };
        if taken.next().is_none() {
            return false;
        }
        pattern = after_star.clone();
        text = taken.clone();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
        assert!(!matches(&"*a".repeat(40), &"a".repeat(39)));
    }

    #[test]
    fn actions_ignore_case_and_arns_do_not() {
        assert!(Pattern::action("S3:Get*").unwrap().matches_action("s3:GetObject"));
        assert!(!Pattern::action("s3:Get").unwrap().matches_action("s3:GetObject"));
        assert!(!Pattern::arn("arn:aws:s3:::B/*").unwrap().matches_arn("arn:aws:s3:::b/k"));
        assert_eq!(Pattern::action("GetObject"), None);
        assert_eq!(Pattern::action("s3:"), None);
        assert_eq!(Pattern::arn("b/*"), None);
        assert_eq!(Pattern::arn("arn:aws:s3"), None);
    }

    #[test]
    fn wildcards_stay_within_their_segment() {
        assert!(Pattern::arn("arn:aws:s3:::*").unwrap().matches_arn("arn:aws:s3:::b/a:b:c"));
        assert!(Pattern::arn("arn:aws:*:*:*:key/1").unwrap().matches_arn("arn:aws:kms:us-east-1:000000000000:key/1"));
        assert!(!Pattern::arn("arn:aws:s3::*:x").unwrap().matches_arn("arn:aws:s3::1:y:x"));
        assert!(Pattern::arn("*").unwrap().matches_arn("anything"));
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
            prop_assert_eq!(matches(&pattern, &text), naive(&chars(&pattern), &chars(&text)));
        }
    }
}
