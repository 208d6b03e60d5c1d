//! The operators of conditions. Source: the IAM user guide, "condition operators".

use std::net::IpAddr;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::Facts;
use super::glob::{Token, matches};
use super::template::Template;
use super::truth::Truth;

/// How one value of a request is compared with one of a statement, without negation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    StringEquals,
    StringEqualsIgnoreCase,
    StringLike,
    Numeric(Order),
    Date(Order),
    Bool,
    Binary,
    IpAddress,
    /// ArnEquals and ArnLike are the same.
    Arn,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Operator {
    pub comparison: Comparison,
    pub negated: bool,
}

impl Operator {
    /// Names are taken in any case, as IAM does.
    pub fn parse(name: &str) -> Option<Self> {
        use Comparison::*;
        use Order::*;
        let (comparison, negated) = match name.to_ascii_lowercase().as_str() {
            "stringequals" => (StringEquals, false),
            "stringnotequals" => (StringEquals, true),
            "stringequalsignorecase" => (StringEqualsIgnoreCase, false),
            "stringnotequalsignorecase" => (StringEqualsIgnoreCase, true),
            "stringlike" => (StringLike, false),
            "stringnotlike" => (StringLike, true),
            "numericequals" => (Numeric(Equal), false),
            "numericnotequals" => (Numeric(Equal), true),
            "numericlessthan" => (Numeric(Less), false),
            "numericlessthanequals" => (Numeric(LessOrEqual), false),
            "numericgreaterthan" => (Numeric(Greater), false),
            "numericgreaterthanequals" => (Numeric(GreaterOrEqual), false),
            "dateequals" => (Date(Equal), false),
            "datenotequals" => (Date(Equal), true),
            "datelessthan" => (Date(Less), false),
            "datelessthanequals" => (Date(LessOrEqual), false),
            "dategreaterthan" => (Date(Greater), false),
            "dategreaterthanequals" => (Date(GreaterOrEqual), false),
            "bool" => (Bool, false),
            "binaryequals" => (Binary, false),
            "ipaddress" => (IpAddress, false),
            "notipaddress" => (IpAddress, true),
            "arnequals" | "arnlike" => (Arn, false),
            "arnnotequals" | "arnnotlike" => (Arn, true),
            _ => return None,
        };
        Some(Self { comparison, negated })
    }
}

impl Comparison {
    /// Whether the statement's value can be read at all. One with variables is read when they are known.
    pub fn accepts(self, value: &str) -> bool {
        match self {
            _ if value.contains("${") => true,
            Self::Numeric(_) => value.parse::<f64>().is_ok(),
            Self::Date(_) => date(value).is_some(),
            Self::Bool => matches!(value.to_ascii_lowercase().as_str(), "true" | "false"),
            Self::IpAddress => network(value).is_some(),
            Self::StringEquals | Self::StringEqualsIgnoreCase | Self::StringLike | Self::Binary | Self::Arn => true,
        }
    }

    pub fn holds(self, wanted: &Template, found: &str, facts: &dyn Facts) -> Truth {
        match self {
            Self::StringLike => return wanted.glob_matches(found, facts),
            Self::Arn => return arn_matches(wanted, found, facts),
            _ => {}
        }
        let Some(wanted) = wanted.fill(facts) else { return Truth::Unclear };
        let holds = match self {
            Self::StringEquals | Self::Binary => Some(wanted == found),
            Self::StringEqualsIgnoreCase => Some(wanted.to_lowercase() == found.to_lowercase()),
            Self::Bool => Some(wanted.eq_ignore_ascii_case(found)),
            Self::Numeric(order) => wanted
                .parse()
                .ok()
                .zip(found.parse().ok())
                .map(|(wanted, found): (f64, f64)| order.holds(found, wanted)),
            Self::Date(order) => date(&wanted).zip(date(found)).map(|(wanted, found)| order.holds(found, wanted)),
            Self::IpAddress => network(&wanted).zip(found.parse().ok()).map(|(network, found)| network.contains(found)),
            Self::StringLike | Self::Arn => None,
        };
        holds.map_or(Truth::Unclear, Truth::from)
    }
}

impl Order {
    fn holds<T: PartialOrd>(self, found: T, wanted: T) -> bool {
        match self {
            Self::Equal => found == wanted,
            Self::Less => found < wanted,
            Self::LessOrEqual => found <= wanted,
            Self::Greater => found > wanted,
            Self::GreaterOrEqual => found >= wanted,
        }
    }
}

/// Each of the six segments by itself: no wildcard reaches over a colon.
fn arn_matches(wanted: &Template, found: &str, facts: &dyn Facts) -> Truth {
    let Some(segments) = wanted.segments(6, facts) else { return Truth::Unclear };
    let pieces: Vec<&str> = found.splitn(6, ':').collect();
    if segments == [[Token::Any]] {
        return Truth::Yes;
    }
    if pieces.len() != 6 {
        return Truth::No;
    }
    // An ARN that is a variable's value stands for itself.
    if segments.len() != 6 {
        return wanted.fill(facts).is_some_and(|filled| filled == found).into();
    }
    segments.iter().zip(pieces).all(|(wanted, found)| matches(wanted, found)).into()
}

/// ISO 8601 with a time or without, or seconds since 1970.
fn date(text: &str) -> Option<OffsetDateTime> {
    if let Ok(time) = OffsetDateTime::parse(text, &Rfc3339) {
        return Some(time);
    }
    if let Ok(seconds) = text.parse() {
        return OffsetDateTime::from_unix_timestamp(seconds).ok();
    }
    OffsetDateTime::parse(&format!("{text}T00:00:00Z"), &Rfc3339).ok()
}

struct Network {
    address: IpAddr,
    bits: u32,
}

/// An address, or a range in CIDR form.
fn network(text: &str) -> Option<Network> {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits.parse().ok()?)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let width = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.unwrap_or(width);
    (bits <= width).then_some(Network { address, bits })
}

impl Network {
    fn contains(&self, found: IpAddr) -> bool {
        match (self.address, found.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(found)) => {
                let mask = u32::MAX.checked_shl(32 - self.bits).unwrap_or(0);
                u32::from(own) & mask == u32::from(found) & mask
            }
            (IpAddr::V6(own), IpAddr::V6(found)) => {
                let mask = u128::MAX.checked_shl(128 - self.bits).unwrap_or(0);
                u128::from(own) & mask == u128::from(found) & mask
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Values;
    use crate::policy::template::Variables;

    struct Tag(&'static str);

    impl Facts for Tag {
        fn get(&self, key: &str) -> Option<Values<'_>> {
            (key == "aws:principaltag/team").then(|| vec![self.0.into()])
        }
    }

    /// Who chooses a session's tags must not choose what a condition matches.
    #[test]
    fn a_variable_in_an_arn_stands_for_itself() {
        let holds = |wanted: &str, tag: &'static str, found: &str| {
            let wanted = Template::parse(wanted, Variables::Understood).unwrap();
            Comparison::Arn.holds(&wanted, found, &Tag(tag))
        };
        const ROLE: &str = "arn:aws:iam::111122223333:role/${aws:PrincipalTag/team}";
        const BLUE: &str = "arn:aws:iam::111122223333:role/blue";
        assert_eq!(holds(ROLE, "blue", BLUE), Truth::Yes);
        for tag in ["*", "b?ue", "bl*"] {
            assert_eq!(holds(ROLE, tag, BLUE), Truth::No, "{tag}");
        }
        const ACCOUNT: &str = "arn:aws:iam::${aws:PrincipalTag/team}:role/*";
        assert_eq!(holds(ACCOUNT, "111122223333", BLUE), Truth::Yes);
        assert_eq!(holds(ACCOUNT, "111122223333:role/blue", "arn:aws:iam::111122223333:role/blue:role/x"), Truth::No);
        assert_eq!(holds("${aws:PrincipalTag/team}", BLUE, BLUE), Truth::Yes);
        assert_eq!(holds("${aws:PrincipalTag/team}", "*", BLUE), Truth::No);
        assert_eq!(holds("*", "", "no ARN"), Truth::Yes);
        assert_eq!(holds("arn:aws:iam::*:role/bl*:x", "", "arn:aws:iam::1:role/black:x"), Truth::Yes);
        assert_eq!(holds("arn:aws:iam::*:role/*", "", "arn:aws:iam::1"), Truth::No);
    }
}
