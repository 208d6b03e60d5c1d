//! Principals made out of the file's entries.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::crypto::sha256;
use crate::names::{AccountId, principal_arn};
use crate::policy::Document;

use super::caller::{Caller, CallerKind, Facts};
use super::file::{Account, Policy, User};
use super::{Error, identities::Membership};

/// The root user of `account`.
pub(super) fn root(account: &AccountId, membership: Membership) -> Caller {
    Caller(Arc::new(Facts {
        kind: CallerKind::Root,
        account: account.clone(),
        arn: principal_arn(account, "root"),
        principal_id: account.to_string(),
        access_key_id: None,
        user_name: None,
        policies: Vec::new(),
        membership,
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
    Ok(Caller(Arc::new(Facts {
        kind: CallerKind::User,
        account: account.clone(),
        principal_id: unique_id("AIDA", &arn),
        arn,
        access_key_id: None,
        user_name: Some(name.to_owned()),
        policies,
        membership,
    })))
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
        policy.parse().map(Arc::new).map_err(|fault| Error::content(format!("{place}.policies.{name}"), fault))
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
