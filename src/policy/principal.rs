//! Principals: who asks, and whom a statement of a resource's policy means.

use std::collections::BTreeMap;

use super::canonical::{canonical_user_id, is_canonical};
use super::json::Json;

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub struct Principal<'a> {
    /// Twelve digits. `None`: nobody, a request without a signature.
    pub account: Option<&'a str>,
    /// `arn:aws:iam::<account>:root`, `...:user/<name>` or `arn:aws:sts::<account>:assumed-role/<role>/<session>`.
    pub arn: &'a str,
    /// Of a session: the ARN of its role.
    pub role_arn: Option<&'a str>,
}

/// How a statement means the one who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whom {
    /// By the account: what that account's own policies make of it.
    Account,
    /// Everyone (`*`), or by the ARN of the session's role.
    Role,
    /// By the very ARN.
    Itself,
}

/// The Principal or NotPrincipal of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Element {
    Is(Vec<Named>),
    IsNot(Vec<Named>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Named {
    Everyone,
    /// An account's id or its root's ARN.
    Account(String),
    /// An account, by its canonical user id.
    CanonicalUser(String),
    /// A user, role or session.
    Arn(String),
    /// A service or federation: nobody of those asks here.
    Other,
}

impl Element {
    /// The error is a sentence's end: "... is not a valid principal".
    pub fn parse(negated: bool, value: Json) -> Result<Self, String> {
        let named = match value {
            Json::Text(text) if text == "*" => vec![Named::Everyone],
            Json::Object(kinds) => named(kinds)?,
            _ => return Err("a principal is neither * nor an object".to_owned()),
        };
        Ok(if negated { Self::IsNot(named) } else { Self::Is(named) })
    }

    pub fn is_negated(&self) -> bool {
        matches!(self, Self::IsNot(_))
    }

    /// The ARNs and accounts that the element names.
    pub fn named(&self) -> &[Named] {
        let (Self::Is(named) | Self::IsNot(named)) = self;
        named
    }

    pub fn means(&self, principal: &Principal<'_>) -> Option<Whom> {
        match self {
            Self::Is(named) => strongest(named, principal),
            // Exempt is only who is named with its account, as the user guide demands of a NotPrincipal.
            Self::IsNot(named) => {
                let by_itself = strongest(named, principal).is_some_and(|whom| whom > Whom::Account);
                let by_account = named.iter().any(|name| name.means(principal) == Some(Whom::Account))
                    || named.contains(&Named::Everyone)
                    || (principal.arn.ends_with(":root") && by_itself);
                (!(by_itself && by_account)).then_some(Whom::Role)
            }
        }
    }
}

fn strongest(named: &[Named], principal: &Principal<'_>) -> Option<Whom> {
    named.iter().filter_map(|name| name.means(principal)).max()
}

impl Named {
    fn means(&self, principal: &Principal<'_>) -> Option<Whom> {
        match self {
            Self::Everyone => Some(Whom::Role),
            Self::Account(account) if principal.account == Some(account) => Some(as_account(principal)),
            Self::CanonicalUser(id) if principal.account.is_some_and(|account| canonical_user_id(account) == *id) => {
                Some(as_account(principal))
            }
            Self::Arn(arn) if arn == principal.arn => Some(Whom::Itself),
            Self::Arn(arn) if principal.role_arn == Some(arn) => Some(Whom::Role),
            Self::Account(_) | Self::CanonicalUser(_) | Self::Arn(_) | Self::Other => None,
        }
    }
}

/// The root user is the account.
fn as_account(principal: &Principal<'_>) -> Whom {
    if principal.arn.ends_with(":root") { Whom::Itself } else { Whom::Account }
}

fn named(kinds: BTreeMap<String, Json>) -> Result<Vec<Named>, String> {
    let mut named = Vec::new();
    if kinds.is_empty() {
        return Err("a principal is empty".to_owned());
    }
    for (kind, value) in kinds {
        let texts = value.into_texts().ok_or_else(|| format!("a principal of the kind {kind:?} is not a string"))?;
        for text in texts {
            named.push(match kind.as_str() {
                "AWS" => aws(&text).ok_or_else(|| format!("{text:?} is not a valid principal"))?,
                "CanonicalUser" if is_canonical(&text) => Named::CanonicalUser(text),
                "CanonicalUser" => return Err(format!("{text:?} is not a canonical user id")),
                "Service" | "Federated" => Named::Other,
                _ => return Err(format!("{kind:?} is not a kind of principal")),
            });
        }
    }
    Ok(named)
}

/// Whether `text` can stand behind `"<kind>":` in a principal.
pub fn is_valid(kind: &str, text: &str) -> bool {
    match kind {
        "AWS" => aws(text).is_some(),
        "CanonicalUser" => is_canonical(text),
        "Service" | "Federated" => !text.is_empty(),
        _ => false,
    }
}

fn aws(text: &str) -> Option<Named> {
    let is_account = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if text == "*" {
        return Some(Named::Everyone);
    }
    if is_account(text) {
        return Some(Named::Account(text.to_owned()));
    }
    let mut segments = text.strip_prefix("arn:aws:")?.splitn(4, ':');
    let (service, region, account, resource) = (segments.next()?, segments.next()?, segments.next()?, segments.next()?);
    if !region.is_empty() || !is_account(account) || resource.contains(['*', '?']) {
        return None;
    }
    let has_name = |prefix: &str| resource.strip_prefix(prefix).is_some_and(|name| !name.is_empty());
    match service {
        "iam" if resource == "root" => Some(Named::Account(account.to_owned())),
        "iam" if has_name("user/") || has_name("role/") => Some(Named::Arn(text.to_owned())),
        "sts" if has_name("assumed-role/") => Some(Named::Arn(text.to_owned())),
        "sts" if has_name("federated-user/") => Some(Named::Other),
        _ => None,
    }
}
