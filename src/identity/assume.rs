//! Taking a role, and temporary credentials for oneself. Source: the STS API reference, AssumeRole and GetSessionToken; the IAM
//! user guide, "policy evaluation logic" for trust policies.

use std::borrow::Cow;
use std::collections::BTreeMap;

use time::OffsetDateTime;

use crate::policy::{Decision, Document, Facts, Kind, Reason, Request, Values, Whom, evaluate};

use super::facts::{RequestFacts, Through};
use super::principals::RoleEntry;
use super::session::{Credentials, Session, SessionKey, SessionPrincipal};
use super::verdict::Verdict;
use super::{Caller, CallerKind, Identities, Origin};

const SHORTEST_SECS: u32 = 900;
const USUAL_ROLE_SECS: u32 = 3600;
/// For sessions that are taken by sessions, and for root users.
const LONGEST_CHAINED_SECS: u32 = 3600;
const USUAL_TOKEN_SECS: u32 = 43_200;
const LONGEST_TOKEN_SECS: u32 = 129_600;
const LONGEST_POLICY: usize = 2048;
const MOST_TAGS: usize = 50;

/// What AssumeRole is asked.
pub struct AssumeRole<'a> {
    pub role_arn: &'a str,
    pub session_name: &'a str,
    pub duration_secs: Option<u32>,
    /// A policy that narrows the session, as JSON.
    pub policy: Option<&'a str>,
    pub tags: &'a BTreeMap<String, String>,
    pub external_id: Option<&'a str>,
}

/// A role that was taken.
pub struct Assumed {
    pub credentials: Credentials,
    /// `arn:aws:sts::<account>:assumed-role/<role>/<session>`.
    pub arn: String,
    /// `AROA...:<session>`.
    pub id: String,
}

/// Why no temporary credentials were given. `Display` is AWS's sentence where it is known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAssumed {
    #[error("{0}")]
    AccessDenied(String),
    #[error("{0}")]
    Validation(String),
    #[error("{0}")]
    MalformedPolicy(String),
    #[error("no credentials could be made")]
    Internal,
}

impl Identities {
    pub fn assume_role(
        &self,
        caller: &Caller,
        origin: &Origin,
        request: &AssumeRole<'_>,
        now: OffsetDateTime,
    ) -> Result<Assumed, NotAssumed> {
        check_session_name(request.session_name)?;
        check_tags(request.tags)?;
        let policies = narrowing(request.policy)?;
        if caller.kind() == CallerKind::Root {
            return Err(NotAssumed::AccessDenied("Roles may not be assumed by root accounts.".to_owned()));
        }
        let denied = || denied(caller, "sts:AssumeRole", request.role_arn);
        let taken = self.with_role(request.role_arn, |role| {
            let actions: &[&str] =
                if request.tags.is_empty() { &["sts:AssumeRole"] } else { &["sts:AssumeRole", "sts:TagSession"] };
            let sts = StsFacts(request);
            let facts = RequestFacts { caller, origin, through: Through::Itself, now, service: &sts };
            if !actions.iter().all(|action| is_trusted(role, caller, action, &facts)) {
                return Err(denied());
            }
            let duration = role_duration(role, caller, request.duration_secs)?;
            Ok((role.unique_id.clone(), duration))
        });
        let (unique_id, duration) = taken.ok_or_else(denied)??;
        let (account, role) = split_role(request.role_arn).ok_or_else(denied)?;
        let session_name = request.session_name;
        let session = Session {
            access_key_id: SessionKey::new_access_key_id(),
            account: account.to_owned(),
            principal: SessionPrincipal::Role { role: role.to_owned(), session_name: session_name.to_owned() },
            issued: now.unix_timestamp(),
            expires: now.unix_timestamp() + i64::from(duration),
            policies,
            tags: request.tags.clone(),
        };
        Ok(Assumed {
            credentials: self.issue(&session).ok_or(NotAssumed::Internal)?,
            arn: format!("arn:aws:sts::{account}:assumed-role/{role}/{session_name}"),
            id: format!("{unique_id}:{session_name}"),
        })
    }

    /// Temporary credentials with the caller's own permissions.
    pub fn session_token(
        &self,
        caller: &Caller,
        duration_secs: Option<u32>,
        now: OffsetDateTime,
    ) -> Result<Credentials, NotAssumed> {
        if caller.session_issued().is_some() {
            let words = "Cannot call GetSessionToken with session credentials".to_owned();
            return Err(NotAssumed::AccessDenied(words));
        }
        let (principal, longest) = match (caller.kind(), caller.user_name()) {
            (CallerKind::Root, _) => (SessionPrincipal::Root, LONGEST_CHAINED_SECS),
            (CallerKind::User, Some(name)) => (SessionPrincipal::User { name: name.to_owned() }, LONGEST_TOKEN_SECS),
            _ => return Err(denied(caller, "sts:GetSessionToken", "*")),
        };
        let duration = duration_secs.unwrap_or(USUAL_TOKEN_SECS.min(longest));
        check_duration(duration, LONGEST_TOKEN_SECS)?;
        let session = Session {
            access_key_id: SessionKey::new_access_key_id(),
            account: caller.account().to_string(),
            principal,
            issued: now.unix_timestamp(),
            expires: now.unix_timestamp() + i64::from(duration.min(longest)),
            policies: Vec::new(),
            tags: BTreeMap::new(),
        };
        self.issue(&session).ok_or(NotAssumed::Internal)
    }
}

/// The role's trust policy, and the caller's own policies where that leaves it to the caller's account.
fn is_trusted(role: &RoleEntry, caller: &Caller, action: &str, facts: &dyn Facts) -> bool {
    let principal = caller.principal();
    let request = Request { principal: &principal, action, resource: &role.arn, facts };
    let own = caller.decide(action, &role.arn, facts);
    let same_account = split_role(&role.arn).map(|(account, _)| account) == Some(caller.account().as_str());
    match (evaluate(&request, [&role.trust]), own) {
        (Decision::Deny { reason: Reason::Explicit { .. } | Reason::NoMatch }, _) | (_, Verdict::ExplicitDeny(_)) => {
            false
        }
        (Decision::Allow { whom: Whom::Itself | Whom::Role, .. }, _) if same_account => {
            caller.decide_session(&request) == Verdict::Allow
        }
        (Decision::Allow { .. }, own) => own == Verdict::Allow,
    }
}

fn role_duration(role: &RoleEntry, caller: &Caller, asked: Option<u32>) -> Result<u32, NotAssumed> {
    let chained = caller.session_issued().is_some() && caller.kind() == CallerKind::AssumedRole;
    let longest = if chained { LONGEST_CHAINED_SECS } else { role.max_session_secs };
    let duration = asked.unwrap_or(USUAL_ROLE_SECS);
    check_duration(duration, u32::MAX)?;
    if duration > longest {
        let words = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.".to_owned();
        return Err(NotAssumed::Validation(words));
    }
    Ok(duration)
}

fn check_duration(duration: u32, longest: u32) -> Result<(), NotAssumed> {
    let bound = match duration {
        duration if duration < SHORTEST_SECS => format!("greater than or equal to {SHORTEST_SECS}"),
        duration if duration > longest => format!("less than or equal to {longest}"),
        _ => return Ok(()),
    };
    Err(NotAssumed::Validation(format!(
        "1 validation error detected: Value '{duration}' at 'durationSeconds' failed to satisfy constraint: Member must have \
         value {bound}"
    )))
}

fn check_session_name(name: &str) -> Result<(), NotAssumed> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    if (2..=64).contains(&name.len()) && name.bytes().all(legal) {
        return Ok(());
    }
    Err(NotAssumed::Validation(format!(
        "1 validation error detected: Value '{name}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy \
         regular expression pattern: [\\w+=,.@-]*"
    )))
}

fn check_tags(tags: &BTreeMap<String, String>) -> Result<(), NotAssumed> {
    let legal = |(name, value): (&String, &String)| (1..=128).contains(&name.len()) && value.len() <= 256;
    if tags.len() <= MOST_TAGS && tags.iter().all(legal) {
        return Ok(());
    }
    Err(NotAssumed::Validation("A session has at most 50 tags, with names of 1 to 128 characters.".to_owned()))
}

/// A session's policy must be understood: what narrows nothing that it says would be a lie.
fn narrowing(policy: Option<&str>) -> Result<Vec<String>, NotAssumed> {
    let Some(policy) = policy else { return Ok(Vec::new()) };
    if policy.len() > LONGEST_POLICY {
        return Err(NotAssumed::Validation(format!("A session policy has at most {LONGEST_POLICY} characters.")));
    }
    let document =
        Document::parse(policy, Kind::Identity).map_err(|error| NotAssumed::MalformedPolicy(error.to_string()))?;
    match document.unclear() {
        Some(what) => Err(NotAssumed::MalformedPolicy(format!("the policy contains what is not understood: {what}"))),
        None => Ok(vec![policy.to_owned()]),
    }
}

fn denied(caller: &Caller, action: &str, resource: &str) -> NotAssumed {
    let words = format!("User: {} is not authorized to perform: {action} on resource: {resource}", caller.arn());
    NotAssumed::AccessDenied(words)
}

/// The account and the name of `arn:aws:iam::<account>:role/<name>`.
fn split_role(arn: &str) -> Option<(&str, &str)> {
    arn.strip_prefix("arn:aws:iam::")?.split_once(":role/")
}

/// The condition keys of STS.
struct StsFacts<'a>(&'a AssumeRole<'a>);

impl Facts for StsFacts<'_> {
    fn get(&self, key: &str) -> Option<Values<'_>> {
        if let Some(name) = key.strip_prefix("aws:requesttag/") {
            let mut tags = self.0.tags.iter();
            return tags
                .find(|(tag, _)| tag.eq_ignore_ascii_case(name))
                .map(|(_, value)| vec![Cow::Borrowed(&**value)]);
        }
        Some(match key {
            "sts:externalid" => vec![Cow::Borrowed(self.0.external_id?)],
            "sts:rolesessionname" => vec![Cow::Borrowed(self.0.session_name)],
            "aws:tagkeys" if !self.0.tags.is_empty() => self.0.tags.keys().map(|tag| Cow::Borrowed(&**tag)).collect(),
            _ => return None,
        })
    }
}
