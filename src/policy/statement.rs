//! One statement of a document.

use std::collections::BTreeMap;

use super::condition::{self, Condition};
use super::document::{Kind, Malformed};
use super::evaluate::Request;
use super::glob::ActionPattern;
use super::json::Json;
use super::principal::{Element, Whom};
use super::resource::{self, ResourcePattern};
use super::template::Variables;
use super::truth::Truth;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    Allow,
    Deny,
}

/// What a statement lists, or everything else.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Set<T> {
    Of(Vec<T>),
    AllBut(Vec<T>),
}

impl<T> Set<T> {
    fn holds(&self, matches: impl Fn(&T) -> Truth) -> Truth {
        match self {
            Self::Of(items) => Truth::any(items.iter().map(matches)),
            Self::AllBut(items) => Truth::any(items.iter().map(matches)).not(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Statement {
    pub sid: Option<String>,
    pub effect: Effect,
    pub principal: Option<Element>,
    actions: Set<ActionPattern>,
    resources: Set<ResourcePattern>,
    conditions: Vec<Condition>,
    /// What is not understood in it.
    pub unclear: Option<String>,
}

impl Statement {
    /// `None`: a statement that is accepted and means nothing.
    pub fn parse(
        mut members: BTreeMap<String, Json>,
        kind: Kind,
        variables: Variables,
    ) -> Result<Option<Self>, Malformed> {
        let sid = match members.remove("Sid") {
            None => None,
            Some(Json::Text(sid)) => Some(sid),
            Some(_) => return Err(malformed("a Sid is not a string")),
        };
        let mut effect = match members.remove("Effect") {
            Some(Json::Text(effect)) if effect == "Allow" => Effect::Allow,
            Some(Json::Text(effect)) if effect == "Deny" => Effect::Deny,
            _ => return Err(malformed("a statement's Effect is neither Allow nor Deny")),
        };
        let mut unclear = None;
        let actions = actions(&mut members)?;
        let resources = resources(&mut members, variables, &mut unclear)?;
        let principal = principal(&mut members)?;
        let mut conditions = match members.remove("Condition").map(|value| Condition::parse_all(value, variables)) {
            None => Vec::new(),
            Some(Ok(conditions)) => conditions,
            Some(Err(condition::Fault::Malformed(fault))) => return Err(Malformed(fault)),
            Some(Err(condition::Fault::Unclear(what))) => {
                unclear = Some(what);
                Vec::new()
            }
        };
        if let Some(name) = members.keys().next() {
            unclear = Some(format!("the member {name:?}"));
        }
        let principal = match (kind, principal) {
            (Kind::Identity, None) => None,
            (Kind::Identity, Some(_)) => {
                unclear = Some("a principal in an identity's policy".to_owned());
                None
            }
            (Kind::Resource | Kind::Trust, Some(principal)) => {
                if principal.is_negated() && effect == Effect::Allow {
                    unclear = Some("an Allow for NotPrincipal".to_owned());
                }
                Some(principal)
            }
            (Kind::Resource | Kind::Trust, None) => return Err(malformed("a statement has no Principal")),
        };
        // A key policy's statement without Action or Resource is accepted and means nothing; elsewhere it is unclear.
        if kind == Kind::Resource && unclear.is_none() && (actions.is_none() || resources.is_none()) {
            return Ok(None);
        }
        let everything = || Set::Of(vec![ResourcePattern::Everything]);
        let resources = match (kind, resources) {
            (Kind::Trust, None) => everything(),
            (_, Some(resources)) => resources,
            (_, None) => {
                unclear.get_or_insert_with(|| "a statement without Resource".to_owned());
                everything()
            }
        };
        let actions = actions.unwrap_or_else(|| {
            unclear.get_or_insert_with(|| "a statement without Action".to_owned());
            Set::Of(ActionPattern::parse("*").into_iter().collect())
        });
        if unclear.is_some() {
            // Whatever it says, it denies everything that it may be about.
            effect = Effect::Deny;
            conditions.clear();
        }
        Ok(Some(Self { sid, effect, principal, actions, resources, conditions, unclear }))
    }

    /// Whether a condition or variable looks at a key that begins with `prefix`, in lower case.
    pub fn asks(&self, prefix: &str) -> bool {
        let (Set::Of(resources) | Set::AllBut(resources)) = &self.resources;
        self.conditions.iter().any(|condition| condition.asks(prefix))
            || resources.iter().any(|resource| resource.asks(prefix))
    }

    pub fn conditions(&self) -> &[Condition] {
        &self.conditions
    }

    /// Whether the statement speaks of the request, and how it means who asks. Doubt makes a Deny apply and an Allow not.
    pub fn applies(&self, request: &Request<'_>, action_in_lower_case: &str) -> Option<Whom> {
        let whom = match &self.principal {
            Some(principal) if self.unclear.is_none() => principal.means(request.principal)?,
            _ => Whom::Itself,
        };
        let holds = self
            .actions
            .holds(|pattern| pattern.matches(action_in_lower_case).into())
            .and(|| self.resources.holds(|pattern| pattern.matches(request.resource, request.facts)))
            .and(|| Truth::all(self.conditions.iter().map(|condition| condition.holds(request.facts))));
        match (holds, self.effect) {
            (Truth::Yes, _) | (Truth::Unclear, Effect::Deny) => Some(whom),
            (Truth::No, _) | (Truth::Unclear, Effect::Allow) => None,
        }
    }
}

fn actions(members: &mut BTreeMap<String, Json>) -> Result<Option<Set<ActionPattern>>, Malformed> {
    let parse = |text: &String| ActionPattern::parse(text).ok_or_else(|| malformed(&format!("{text:?} is no action")));
    Ok(match either(members, "Action", "NotAction")? {
        None => None,
        Some((false, texts)) => Some(Set::Of(texts.iter().map(parse).collect::<Result<_, _>>()?)),
        Some((true, texts)) => Some(Set::AllBut(texts.iter().map(parse).collect::<Result<_, _>>()?)),
    })
}

fn resources(
    members: &mut BTreeMap<String, Json>,
    variables: Variables,
    unclear: &mut Option<String>,
) -> Result<Option<Set<ResourcePattern>>, Malformed> {
    let Some((negated, texts)) = either(members, "Resource", "NotResource")? else { return Ok(None) };
    let mut patterns = Vec::new();
    for text in &texts {
        match ResourcePattern::parse(text, variables) {
            Ok(pattern) => patterns.push(pattern),
            Err(resource::Fault::NoArn) => return Err(malformed(&format!("{text:?} is no resource"))),
            Err(resource::Fault::Unclear) => *unclear = Some(format!("a variable in {text:?}")),
        }
    }
    if unclear.is_some() {
        return Ok(Some(Set::Of(vec![ResourcePattern::Everything])));
    }
    Ok(Some(if negated { Set::AllBut(patterns) } else { Set::Of(patterns) }))
}

fn principal(members: &mut BTreeMap<String, Json>) -> Result<Option<Element>, Malformed> {
    match (members.remove("Principal"), members.remove("NotPrincipal")) {
        (None, None) => Ok(None),
        (Some(value), None) => Element::parse(false, value).map(Some).map_err(Malformed),
        (None, Some(value)) => Element::parse(true, value).map(Some).map_err(Malformed),
        (Some(_), Some(_)) => Err(malformed("a statement has both Principal and NotPrincipal")),
    }
}

/// The texts of one of two members that exclude each other, and whether it is the second.
fn either(
    members: &mut BTreeMap<String, Json>,
    name: &str,
    negated: &str,
) -> Result<Option<(bool, Vec<String>)>, Malformed> {
    let (is_negated, value) = match (members.remove(name), members.remove(negated)) {
        (None, None) => return Ok(None),
        (Some(value), None) => (false, value),
        (None, Some(value)) => (true, value),
        (Some(_), Some(_)) => return Err(malformed(&format!("a statement has both {name} and {negated}"))),
    };
    match value.into_texts() {
        Some(texts) if !texts.is_empty() => Ok(Some((is_negated, texts))),
        _ => Err(malformed(&format!("the {name} of a statement is neither a string nor a list of some"))),
    }
}

fn malformed(fault: &str) -> Malformed {
    Malformed(fault.to_owned())
}
