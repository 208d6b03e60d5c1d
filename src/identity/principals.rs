//! Principals made out of the file's entries.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::crypto::sha256;
use crate::names::{AccountId, principal_arn};
use crate::policy::{Document, Kind};

use super::caller::{Caller, CallerKind, Person};
use super::file::{Account, Policy, Role, User};
use super::{Error, identities::Membership};

/// The root user of `account`.
pub(super) fn root(account: &AccountId, membership: Membership) -> Caller {
    Caller(Arc::new(Person {
        kind: CallerKind::Root,
        account: account.clone(),
        arn: principal_arn(account, "root"),
        principal_id: account.to_string(),
        access_key_id: None,
        user_name: None,
        policies: Vec::new(),
        membership,
        tags: BTreeMap::new(),
        session: None,
    }))
}

/// The user `name`, with its own policies and those of its groups.
pub(super) fn user(
    account: &AccountId,
    membership: Membership,
    name: &str,
    entry: &User,
    groups: &BTreeMap<String, Vec<Arc<Document>>>,
) -> Result<Caller, Error> {
    let place = || format!("accounts.{account}.users.{name}");
    check_name(name).map_err(|fault| Error::content(place(), fault))?;
    let mut policies = parse_all(&place(), &entry.policies)?;
    for group in &entry.groups {
        let known = groups.get(group).ok_or_else(|| Error::content(place(), format!("there is no group {group:?}")))?;
        policies.extend(known.iter().cloned());
    }
    let arn = principal_arn(account, &format!("user/{name}"));
    Ok(Caller(Arc::new(Person {
        kind: CallerKind::User,
        account: account.clone(),
        principal_id: unique_id("AIDA", &arn),
        arn,
        access_key_id: None,
        user_name: Some(name.to_owned()),
        policies,
        membership,
        tags: entry.tags.clone(),
        session: None,
    })))
}

/// A role, which nobody is until he takes it.
pub(super) struct RoleEntry {
    pub arn: String,
    /// `AROA...`.
    pub unique_id: String,
    pub trust: Document,
    pub policies: Vec<Arc<Document>>,
    pub tags: BTreeMap<String, String>,
    pub max_session_secs: u32,
    pub membership: Membership,
}

pub(super) fn role(account: &AccountId, membership: Membership, name: &str, entry: &Role) -> Result<RoleEntry, Error> {
    let place = format!("accounts.{account}.roles.{name}");
    check_name(name).map_err(|fault| Error::content(&*place, fault))?;
    if !(3600..=43_200).contains(&entry.max_session_secs) {
        return Err(Error::content(place, "max_session_secs is between 3600 and 43200"));
    }
    let arn = principal_arn(account, &format!("role/{name}"));
    let trust = entry.trust.parse(Kind::Trust).map_err(|fault| Error::content(format!("{place}.trust"), fault))?;
    Ok(RoleEntry {
        unique_id: unique_id("AROA", &arn),
        arn,
        trust,
        policies: parse_all(&place, &entry.policies)?,
        tags: entry.tags.clone(),
        max_session_secs: entry.max_session_secs,
        membership,
    })
}

/// The policies of every group of an account.
pub(super) fn groups(account: &AccountId, entry: &Account) -> Result<BTreeMap<String, Vec<Arc<Document>>>, Error> {
    let parse = |(name, group): (&String, &super::file::Group)| {
        let place = format!("accounts.{account}.groups.{name}");
        check_name(name).map_err(|fault| Error::content(&*place, fault))?;
        Ok((name.clone(), parse_all(&place, &group.policies)?))
    };
    entry.groups.iter().map(parse).collect()
}

fn parse_all(place: &str, policies: &BTreeMap<String, Policy>) -> Result<Vec<Arc<Document>>, Error> {
    let parse = |(name, policy): (&String, &Policy)| {
        policy
            .parse(Kind::Identity)
            .map(Arc::new)
            .map_err(|fault| Error::content(format!("{place}.policies.{name}"), fault))
    };
    policies.iter().map(parse).collect()
}

/// IAM's rule for names.
fn check_name(name: &str) -> Result<(), &'static str> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    if (1..=64).contains(&name.len()) && name.bytes().all(legal) {
        Ok(())
    } else {
        Err("a name has 1 to 64 letters, digits and characters of _+=,.@-")
    }
}

/// A prefix and 17 characters that stay the same as long as the ARN does. IAM's are random; ours come from a file that
/// holds none.
fn unique_id(prefix: &str, arn: &str) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let letters =
        sha256(&[arn.as_bytes()]).into_iter().take(17).map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
    prefix.chars().chain(letters).collect()
}
