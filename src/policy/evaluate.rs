//! A request against documents: explicit deny, else allow, else deny.

use super::statement::Effect;
use super::{Document, Facts, Principal, Whom};

/// What is asked.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    pub principal: &'a Principal<'a>,
    /// `s3:GetObject`.
    pub action: &'a str,
    /// An ARN, or `*` for an action without one.
    pub resource: &'a str,
    pub facts: &'a dyn Facts,
}

/// The answer, with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    Allow {
        /// Of the statement that allows, if it has one.
        sid: Option<String>,
        /// How the strongest statement means who asks. Of an identity's documents: itself.
        whom: Whom,
    },
    Deny {
        reason: Reason,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A statement denies.
    Explicit { sid: Option<String> },
    /// No statement allows.
    NoMatch,
}

impl Decision {
    pub const NO_MATCH: Self = Self::Deny { reason: Reason::NoMatch };
}

/// Decides. The order of documents and statements does not matter.
pub fn evaluate<'a>(request: &Request<'_>, documents: impl IntoIterator<Item = &'a Document>) -> Decision {
    let action = request.action.to_ascii_lowercase();
    let mut allowed: Option<(Whom, &Option<String>)> = None;
    for statement in documents.into_iter().flat_map(|document| &document.statements) {
        let Some(whom) = statement.applies(request, &action) else { continue };
        match statement.effect {
            Effect::Deny => return Decision::Deny { reason: Reason::Explicit { sid: statement.sid.clone() } },
            Effect::Allow if allowed.is_none_or(|(before, _)| whom > before) => allowed = Some((whom, &statement.sid)),
            Effect::Allow => {}
        }
    }
    match allowed {
        Some((whom, sid)) => Decision::Allow { sid: sid.clone(), whom },
        None => Decision::NO_MATCH,
    }
}

#[cfg(test)]
mod tests;
