//! A parsed policy document.

use super::json::Json;
use super::statement::Statement;

/// A policy document that has been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    pub(super) statements: Vec<Statement>,
}

/// A document that is not a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed policy: {0}")]
pub struct Malformed(pub(super) String);

impl Document {
    /// Parses the JSON of a policy: Version, Id, and a Statement or a list of them.
    pub fn parse(json: &str) -> Result<Self, Malformed> {
        let malformed = |fault: String| Err(Malformed(fault));
        let Json::Object(mut members) = serde_json::from_str(json).map_err(|error| Malformed(error.to_string()))?
        else {
            return malformed("it is not an object".to_owned());
        };
        match members.remove("Version") {
            None => {}
            Some(Json::Text(version)) if matches!(version.as_str(), "2012-10-17" | "2008-10-17") => {}
            Some(_) => return malformed("its Version is neither 2012-10-17 nor 2008-10-17".to_owned()),
        }
        members.remove("Id");
        let statements = match members.remove("Statement") {
            Some(Json::List(items)) => items,
            Some(single @ Json::Object(_)) => vec![single],
            _ => return malformed("it has no Statement".to_owned()),
        };
        if let Some(name) = members.keys().next() {
            return malformed(format!("it has an unknown member {name:?}"));
        }
        let parse = |item| match item {
            Json::Object(members) => Statement::parse(members),
            Json::Text(_) | Json::List(_) | Json::Other => Err(Malformed("a statement is not an object".to_owned())),
        };
        Ok(Self { statements: statements.into_iter().map(parse).collect::<Result<_, _>>()? })
    }
}
