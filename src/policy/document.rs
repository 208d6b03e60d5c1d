//! A parsed policy document.

use super::json::Json;
use super::principal::Named;
use super::statement::Statement;
use super::template::Variables;

/// A policy document that has been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    pub(super) statements: Vec<Statement>,
}

/// To what a document is attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A user, group, role or session: no statement has a principal.
    Identity,
    /// A resource, such as a KMS key: every statement has one.
    Resource,
    /// A role, to say who may take it: a principal, and no resource.
    Trust,
}

/// A document that is not a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed policy: {0}")]
pub struct Malformed(pub(super) String);

impl Document {
    /// Parses the JSON of a policy: Version, Id, and a Statement or a list of them.
    pub fn parse(json: &str, kind: Kind) -> Result<Self, Malformed> {
        let malformed = |fault: String| Err(Malformed(fault));
        let Json::Object(mut members) = serde_json::from_str(json).map_err(|error| Malformed(error.to_string()))?
        else {
            return malformed("it is not an object".to_owned());
        };
        let variables = match members.remove("Version") {
            Some(Json::Text(version)) if version == "2012-10-17" => Variables::Understood,
            Some(Json::Text(version)) if version == "2008-10-17" => Variables::PlainText,
            None => Variables::PlainText,
            Some(_) => return malformed("its Version is neither 2012-10-17 nor 2008-10-17".to_owned()),
        };
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
            Json::Object(members) => Statement::parse(members, kind, variables),
            _ => Err(Malformed("a statement is not an object".to_owned())),
        };
        let statements = statements.into_iter().map(parse).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { statements: statements.into_iter().flatten().collect() })
    }

    /// What is not understood in the document, and therefore denies.
    pub fn unclear(&self) -> Option<&str> {
        self.statements.iter().find_map(|statement| statement.unclear.as_deref())
    }

    /// Whether a decision can depend on a condition key that begins with `prefix`, in lower case.
    pub fn asks(&self, prefix: &str) -> bool {
        self.statements.iter().any(|statement| statement.asks(prefix))
    }

    /// Whom the document's principals name, with the kind: `AWS` and the ARNs of users, roles and sessions, `CanonicalUser`
    /// and ids of accounts.
    pub fn named(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let elements = self.statements.iter().filter_map(|statement| statement.principal.as_ref());
        elements.flat_map(|element| element.named()).filter_map(|named| match named {
            Named::Arn(arn) => Some(("AWS", arn.as_str())),
            Named::CanonicalUser(id) => Some(("CanonicalUser", id.as_str())),
            Named::Everyone | Named::Account(_) | Named::Other => None,
        })
    }
}
