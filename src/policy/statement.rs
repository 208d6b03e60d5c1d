//! One statement of a document.

use std::collections::BTreeMap;

use super::document::Malformed;
use super::json::Json;
use super::pattern::Pattern;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    Allow,
    Deny,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Statement {
    pub sid: Option<String>,
    pub effect: Effect,
    actions: Vec<Pattern>,
    resources: Vec<Pattern>,
}

impl Statement {
    pub fn parse(mut members: BTreeMap<String, Json>) -> Result<Self, Malformed> {
        let sid = match members.remove("Sid") {
            None => None,
            Some(Json::Text(sid)) => Some(sid),
            Some(_) => return Err(malformed("a Sid is not a string")),
        };
        let effect = match members.remove("Effect") {
            Some(Json::Text(effect)) if effect == "Allow" => Effect::Allow,
            Some(Json::Text(effect)) if effect == "Deny" => Effect::Deny,
            _ => return Err(malformed("a statement's Effect is neither Allow nor Deny")),
        };
        let actions = members.remove("Action").map(|value| patterns(value, "Action", Pattern::action)).transpose()?;
        let resource = members.remove("Resource").map(texts).transpose()?;
        let has_variable = resource.iter().flatten().any(|arn| arn.contains("${"));
        let resources = resource.map(|arns| all(arns, "Resource", Pattern::arn)).transpose()?;
        // Conditions, principals, negations and variables narrow a statement in ways that are not understood here.
        // Whatever it says, it then denies everything that it may be about.
        let understood = members.is_empty() && actions.is_some() && resources.is_some() && !has_variable;
        if understood {
            let (actions, resources) = (actions.unwrap_or_default(), resources.unwrap_or_default());
            return Ok(Self { sid, effect, actions, resources });
        }
        let any = |pattern: Option<Pattern>| pattern.into_iter().collect::<Vec<_>>();
        Ok(Self {
            sid,
            effect: Effect::Deny,
            actions: actions.unwrap_or_else(|| any(Pattern::action("*"))),
            resources: resources.filter(|_| !has_variable).unwrap_or_else(|| any(Pattern::arn("*"))),
        })
    }

    pub fn applies_to(&self, action: &str, resource: &str) -> bool {
        self.actions.iter().any(|pattern| pattern.matches_action(action))
            && self.resources.iter().any(|pattern| pattern.matches_arn(resource))
    }
}

fn patterns(value: Json, member: &str, parse: fn(&str) -> Option<Pattern>) -> Result<Vec<Pattern>, Malformed> {
    all(texts(value)?, member, parse)
}

fn all(texts: Vec<String>, member: &str, parse: fn(&str) -> Option<Pattern>) -> Result<Vec<Pattern>, Malformed> {
    if texts.is_empty() {
        return Err(malformed(&format!("the {member} of a statement is empty")));
    }
    let parsed =
        texts.iter().map(|text| parse(text).ok_or_else(|| malformed(&format!("{text:?} is not a valid {member}"))));
    parsed.collect()
}

/// A string, or a list of strings.
fn texts(value: Json) -> Result<Vec<String>, Malformed> {
    let items = match value {
        Json::List(items) => items,
        single => vec![single],
    };
    let text = |item| match item {
        Json::Text(text) => Ok(text),
        Json::List(_) | Json::Object(_) | Json::Other => Err(malformed("an Action or Resource is not a string")),
    };
    items.into_iter().map(text).collect()
}

fn malformed(fault: &str) -> Malformed {
    Malformed(fault.to_owned())
}
