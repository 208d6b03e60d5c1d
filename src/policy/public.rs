//! Whether a resource's policy gives something to everyone. Source: the S3 user guide, "the meaning of public".

use std::net::IpAddr;

use super::Document;
use super::condition::Condition;
use super::operator::Comparison;
use super::principal::Named;
use super::statement::{Effect, Statement};

/// Keys that name somebody when they are compared with fixed values, in lower case.
const NAMING: &[&str] = &[
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "s3:accesspointnetworkorigin",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
];

impl Document {
    /// Whether a statement allows something to everyone without a condition that narrows everyone down to somebody.
    pub fn is_public(&self) -> bool {
        self.statements.iter().any(Statement::is_public)
    }
}

impl Statement {
    fn is_public(&self) -> bool {
        let everyone = self
            .principal
            .as_ref()
            .is_some_and(|element| element.is_negated() || element.named().contains(&Named::Everyone));
        self.effect == Effect::Allow && everyone && !self.conditions().iter().any(narrows)
    }
}

fn narrows(condition: &Condition) -> bool {
    let Some((key, comparison, values)) = condition.demands() else { return false };
    let all =
        |fits: fn(&str) -> bool| !values.is_empty() && values.iter().all(|value| value.as_deref().is_some_and(fits));
    match comparison {
        Comparison::IpAddress => key == "aws:sourceip" && all(is_narrow_network),
        Comparison::StringEquals | Comparison::StringEqualsIgnoreCase | Comparison::StringLike | Comparison::Arn => {
            NAMING.contains(&key) && all(|_| true)
        }
        Comparison::Numeric(_) | Comparison::Date(_) | Comparison::Bool | Comparison::Binary => false,
    }
}

/// A network of at most a 256th of IPv4, or a 2^32nd of IPv6; private ones are nobody's but their owner's.
fn is_narrow_network(text: &str) -> bool {
    let (address, len) = match text.split_once('/') {
        Some((address, len)) => (address, len.parse::<u8>().ok()),
        None => (text, Some(u8::MAX)),
    };
    match (address.parse::<IpAddr>(), len) {
        (Ok(IpAddr::V4(_)), Some(len)) => len >= 8,
        (Ok(IpAddr::V6(_)), Some(len)) => len >= 32,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::policy::{Document, Kind};

    fn public(principal: &str, rest: &str) -> bool {
        let json = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{principal},
            "Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"{rest}}}]}}"#
        );
        Document::parse(&json, Kind::Resource).unwrap().is_public()
    }

    #[test]
    fn everyone_is_public_unless_a_fixed_value_names_somebody() {
        let condition = |condition: &str| public(r#""*""#, &format!(r#","Condition":{condition}"#));
        assert!(public(r#""*""#, ""));
        assert!(public(r#"{"AWS":"*"}"#, ""));
        assert!(public(r#"{"AWS":["111122223333","*"]}"#, ""));
        assert!(!public(r#"{"AWS":"111122223333"}"#, ""));
        assert!(!public(r#"{"Service":"s3.amazonaws.com"}"#, ""));
        assert!(!public(&format!(r#"{{"CanonicalUser":"{}"}}"#, "0".repeat(64)), ""));
        assert!(!condition(r#"{"StringEquals":{"aws:SourceVpc":"vpc-91237329"}}"#));
        assert!(condition(r#"{"StringLike":{"aws:SourceVpc":"vpc-*"}}"#));
        assert!(condition(r#"{"StringNotEquals":{"aws:SourceVpc":"vpc-91237329"}}"#));
        assert!(condition(r#"{"StringEqualsIfExists":{"aws:SourceVpc":"vpc-91237329"}}"#));
        assert!(condition(r#"{"ForAllValues:StringEquals":{"aws:SourceVpc":"vpc-91237329"}}"#));
        assert!(condition(r#"{"StringEquals":{"aws:PrincipalArn":"${aws:PrincipalArn}"}}"#));
        assert!(condition(r#"{"StringEquals":{"aws:UserAgent":"curl"}}"#));
        assert!(condition(r#"{"Bool":{"aws:SecureTransport":"true"}}"#));
        assert!(!condition(r#"{"IpAddress":{"aws:SourceIp":["192.0.2.0/24","10.0.0.0/8"]}}"#));
        assert!(condition(r#"{"IpAddress":{"aws:SourceIp":["192.0.2.0/24","0.0.0.0/1"]}}"#));
        assert!(condition(r#"{"IpAddress":{"aws:SourceIp":"2001::/16"}}"#));
        assert!(condition(r#"{"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"}}"#));
    }

    #[test]
    fn a_deny_is_not_public() {
        let json = r#"{"Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b"}]}"#;
        assert!(!Document::parse(json, Kind::Resource).unwrap().is_public());
    }
}
