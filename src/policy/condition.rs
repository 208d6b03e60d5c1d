//! The Condition of a statement: all of its operators, all of their keys, any of their values.

use std::collections::BTreeMap;

use super::Facts;
use super::facts::is_known;
use super::json::Json;
use super::operator::{Comparison, Operator};
use super::template::{Template, Variables};
use super::truth::Truth;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Condition {
    test: Test,
    /// In lower case.
    key: String,
    wanted: Vec<Template>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Test {
    /// Whether the key is absent.
    Null,
    Compare {
        operator: Operator,
        quantifier: Quantifier,
        if_exists: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quantifier {
    Plain,
    /// `ForAllValues:`, true of no values at all.
    All,
    /// `ForAnyValue:`, false of no values at all.
    Any,
}

/// Why a condition cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// No condition.
    Malformed(String),
    /// One, but not known here.
    Unclear(String),
}

impl Condition {
    pub fn parse_all(value: Json, variables: Variables) -> Result<Vec<Self>, Fault> {
        let Json::Object(operators) = value else {
            return Err(Fault::Malformed("a Condition is not an object".to_owned()));
        };
        let mut conditions = Vec::new();
        for (operator, keys) in operators {
            let Json::Object(keys) = keys else {
                return Err(Fault::Malformed(format!("the condition {operator:?} is not an object")));
            };
            conditions.extend(parse_operator(&operator, keys, variables)?);
        }
        Ok(conditions)
    }

    /// Whether the condition looks at a key that begins with `prefix`, in lower case.
    pub fn asks(&self, prefix: &str) -> bool {
        self.key.starts_with(prefix) || self.wanted.iter().any(|wanted| wanted.asks(prefix))
    }

    /// The condition as one that keeps strangers out, if it can be one: a key that must be there, compared for equality.
    /// Of values with wildcards or variables there is `None`.
    pub fn demands(&self) -> Option<(&str, Comparison, Vec<Option<String>>)> {
        match self.test {
            Test::Compare { operator: Operator { comparison, negated: false }, quantifier, if_exists: false }
                if quantifier != Quantifier::All =>
            {
                Some((&self.key, comparison, self.wanted.iter().map(Template::fixed).collect()))
            }
            _ => None,
        }
    }

    pub fn holds(&self, facts: &dyn Facts) -> Truth {
        let found = facts.get(&self.key);
        match self.test {
            Test::Null => {
                let absent = found.is_none_or(|values| values.is_empty());
                Truth::any(self.wanted.iter().map(|wanted| match wanted.fill(facts) {
                    Some(wanted) => wanted.eq_ignore_ascii_case(if absent { "true" } else { "false" }).into(),
                    None => Truth::Unclear,
                }))
            }
            Test::Compare { operator, quantifier, if_exists } => {
                let found = found.unwrap_or_default();
                if found.is_empty() {
                    return match quantifier {
                        Quantifier::All => Truth::Yes,
                        Quantifier::Any => if_exists.into(),
                        Quantifier::Plain => (if_exists || operator.negated).into(),
                    };
                }
                let one = |found: &str| {
                    let equal = |wanted: &Template| operator.comparison.holds(wanted, found, facts);
                    let any = Truth::any(self.wanted.iter().map(equal));
                    if operator.negated { any.not() } else { any }
                };
                let each = found.iter().map(|found| one(found));
                match quantifier {
                    Quantifier::All => Truth::all(each),
                    Quantifier::Any => Truth::any(each),
                    // A key with several values meets a plain operator: of a negated one, no value may be among them.
                    Quantifier::Plain if operator.negated => Truth::all(each),
                    Quantifier::Plain => Truth::any(each),
                }
            }
        }
    }
}

fn parse_operator(name: &str, keys: BTreeMap<String, Json>, variables: Variables) -> Result<Vec<Condition>, Fault> {
    let test = parse_test(name).ok_or_else(|| Fault::Unclear(format!("the operator {name:?}")))?;
    let parse = |(key, values): (String, Json)| {
        let texts = values.into_scalars();
        let texts =
            texts.ok_or_else(|| Fault::Malformed(format!("a value of the condition key {key:?} is no text")))?;
        let accepted = |text: &String| match test {
            Test::Null => matches!(text.to_ascii_lowercase().as_str(), "true" | "false"),
            Test::Compare { operator, .. } => operator.comparison.accepts(text),
        };
        if let Some(text) = texts.iter().find(|text| !accepted(text)) {
            return Err(Fault::Malformed(format!("{text:?} is no value for {name}")));
        }
        let unclear = |what: &str| Fault::Unclear(format!("{what} of the condition key {key:?}"));
        let wanted = texts.iter().map(|text| Template::parse(text, variables).ok_or_else(|| unclear("a variable")));
        let wanted = wanted.collect::<Result<_, _>>()?;
        let lower = key.to_ascii_lowercase();
        if !is_known(&lower) {
            return Err(unclear("the name"));
        }
        Ok(Condition { test, key: lower, wanted })
    };
    keys.into_iter().map(parse).collect()
}

/// Whether `name` is an operator of conditions.
pub fn is_operator(name: &str) -> bool {
    parse_test(name).is_some()
}

fn parse_test(name: &str) -> Option<Test> {
    let lower = name.to_ascii_lowercase();
    if lower == "null" {
        return Some(Test::Null);
    }
    let (quantifier, rest) = match lower.split_once(':') {
        Some(("forallvalues", rest)) => (Quantifier::All, rest),
        Some(("foranyvalue", rest)) => (Quantifier::Any, rest),
        Some(_) => return None,
        None => (Quantifier::Plain, lower.as_str()),
    };
    let (operator, if_exists) = match rest.strip_suffix("ifexists") {
        Some(operator) => (operator, true),
        None => (rest, false),
    };
    Some(Test::Compare { operator: Operator::parse(operator)?, quantifier, if_exists })
}
