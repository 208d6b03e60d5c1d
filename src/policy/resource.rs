//! Resources with wildcards and variables.

use super::Facts;
use super::template::{Template, Variables};
use super::truth::Truth;

/// `*`, or an ARN of six segments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ResourcePattern {
    Everything,
    Arn(Vec<Template>),
}

/// Why a text is no resource pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    NoArn,
    /// An ARN, but with a variable that is not known here.
    Unclear,
}

impl ResourcePattern {
    pub fn parse(text: &str, variables: Variables) -> Result<Self, Fault> {
        if text == "*" {
            return Ok(Self::Everything);
        }
        let segments = Template::split_at_colons(text, 6);
        if segments.len() != 6 || segments[0] != "arn" {
            return Err(Fault::NoArn);
        }
        let segments = segments.iter().map(|segment| Template::parse(segment, variables).ok_or(Fault::Unclear));
        segments.collect::<Result<_, _>>().map(Self::Arn)
    }

    /// Whether a variable's key begins with `prefix`, in lower case.
    pub fn asks(&self, prefix: &str) -> bool {
        matches!(self, Self::Arn(segments) if segments.iter().any(|segment| segment.asks(prefix)))
    }

    /// Segment by segment, so that no wildcard reaches over a colon into the next; the last one is the resource itself.
    pub fn matches(&self, arn: &str, facts: &dyn Facts) -> Truth {
        match self {
            Self::Everything => Truth::Yes,
            Self::Arn(patterns) => {
                let texts: Vec<&str> = arn.splitn(6, ':').collect();
                if texts.len() != patterns.len() {
                    return Truth::No;
                }
                let pairs = patterns.iter().zip(texts);
                Truth::all(pairs.map(|(pattern, text)| pattern.glob_matches(text, facts)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::NoFacts;

    fn matches(pattern: &str, arn: &str) -> bool {
        ResourcePattern::parse(pattern, Variables::Understood).unwrap().matches(arn, &NoFacts) == Truth::Yes
    }

    #[test]
    fn wildcards_stay_within_their_segment() {
        assert!(matches("arn:aws:s3:::*", "arn:aws:s3:::b/a:b:c"));
        assert!(matches("arn:aws:*:*:*:key/1", "arn:aws:kms:us-east-1:000000000000:key/1"));
        assert!(!matches("arn:aws:s3::*:x", "arn:aws:s3::1:y:x"));
        assert!(!matches("arn:aws:s3:::B/*", "arn:aws:s3:::b/k"));
        assert!(matches("*", "anything"));
        assert!(!matches("arn:aws:s3:::*", "*"));
    }

    #[test]
    fn what_is_no_arn() {
        let parse = |text| ResourcePattern::parse(text, Variables::Understood);
        assert_eq!(parse("b/*"), Err(Fault::NoArn));
        assert_eq!(parse("arn:aws:s3"), Err(Fault::NoArn));
        assert_eq!(parse("arn:aws:s3:::${what}"), Err(Fault::Unclear));
        assert!(parse("arn:aws:s3:::${aws:username}/*").is_ok());
    }
}
