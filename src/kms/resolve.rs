//! From the text that names a key in a request to the key.

use std::sync::Arc;

use crate::names::{AccountId, KeyArn, Region};

use super::error::{Code, Error};
use super::key::Key;
use super::{Call, Kms, managed};

/// Whether an action takes an alias where it takes a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aliases {
    Accepted,
    Refused,
}

/// A key, and the alias by which the request named it.
#[derive(Clone)]
pub struct Resolved {
    pub key: Arc<Key>,
    /// With its prefix `alias/`: the value of `kms:RequestAlias`.
    pub alias: Option<String>,
}

/// A key's name in a request, read.
#[derive(Debug, PartialEq, Eq)]
enum Name<'a> {
    Key(KeyArn),
    Alias { account: AccountId, region: Region, alias: &'a str },
}

impl Kms {
    /// Finds the key that `text` names: a key id, a key ARN, an alias or an alias ARN.
    pub(crate) async fn resolve(&self, call: &Call, text: &str, aliases: Aliases) -> Result<Resolved, Error> {
        match read(call, text, aliases)? {
            Name::Key(arn) => match self.store.read().key(&arn) {
                Some(key) => Ok(Resolved { key: key.clone(), alias: None }),
                None if arn.account != *call.caller.account() => Err(hidden(&arn)),
                None => Err(Error::key_not_found(&arn)),
            },
            Name::Alias { account, region, alias } => {
                if let Some(key) = self.alias_target(&account, &region, alias) {
                    return Ok(Resolved { key, alias: Some(alias.to_owned()) });
                }
                match managed::service(alias) {
                    // A predefined alias gets its key when it is first used.
                    Some(service) if account == *call.caller.account() => {
                        let key = self.managed_key(call, &region, service).await?;
                        Ok(Resolved { key, alias: Some(alias.to_owned()) })
                    }
                    _ => {
                        let words = format!("Alias arn:aws:kms:{region}:{account}:{alias} is not found.");
                        Err(Error::new(Code::NotFound, words))
                    }
                }
            }
        }
    }

    /// The ARN of the key that `text` names, and the id of its current material, if the key may be used now. Nothing is
    /// authorised by it.
    pub(crate) async fn current_material(&self, call: &Call, text: &str) -> Option<(KeyArn, String)> {
        let key = self.resolve(call, text, Aliases::Accepted).await.ok()?.key;
        key.check_usable().ok()?;
        let material = key.current_material()?;
        Some((key.arn.clone(), material.id.clone()))
    }

    pub(crate) fn alias_target(&self, account: &AccountId, region: &Region, alias: &str) -> Option<Arc<Key>> {
        let memory = self.store.read();
        let partition = memory.partition(account, region)?;
        partition.keys.get(partition.aliases.get(alias)?.key_id.as_str()).cloned()
    }
}

/// What a caller of another account hears of a key that is not there: the same as of one that he may not use.
pub(crate) fn hidden(arn: &KeyArn) -> Error {
    let words = format!(
        "The resource {arn} does not exist in this Region, no resource-based policies allow access, or a resource-based \
         policy explicitly denies access"
    );
    Error::new(Code::AccessDenied, words)
}

fn read<'a>(call: &Call, text: &'a str, aliases: Aliases) -> Result<Name<'a>, Error> {
    let own = || (call.caller.account().clone(), call.region.clone());
    let (account, region, resource) = match text.strip_prefix("arn:") {
        Some(_) => read_arn(call, text)?,
        None => {
            let (account, region) = own();
            (account, region, text)
        }
    };
    if resource.starts_with("alias/") {
        if aliases == Aliases::Refused {
            let refused = || Error::new(Code::InvalidArn, "Key Aliases are not supported for this operation.");
            return Err(if text.starts_with("arn:") { refused() } else { Error::invalid_key_id(text) });
        }
        return Ok(Name::Alias { account, region, alias: resource });
    }
    let key_id = match text.starts_with("arn:") {
        true => resource.strip_prefix("key/").ok_or_else(|| invalid_arn(text))?,
        false => resource,
    };
    if !is_key_id(key_id) {
        return Err(Error::invalid_key_id(key_id));
    }
    Ok(Name::Key(KeyArn { region, account, key_id: key_id.into() }))
}

fn read_arn<'a>(call: &Call, text: &'a str) -> Result<(AccountId, Region, &'a str), Error> {
    let mut pieces = text.splitn(6, ':').skip(1);
    let mut next = || pieces.next().unwrap_or_default();
    let (partition, service, region, account, resource) = (next(), next(), next(), next(), next());
    if partition != "aws" || service != "kms" {
        return Err(invalid_arn(text));
    }
    let region = Region::new(region).map_err(|_| invalid_arn(text))?;
    if region != call.region {
        // AWS's words, recorded: it names the ARN's Region.
        return Err(Error::new(Code::NotFound, format!("Invalid arn {region}")));
    }
    let account = AccountId::new(account).map_err(|_| invalid_arn(text))?;
    Ok((account, region, resource))
}

fn invalid_arn(text: &str) -> Error {
    Error::new(Code::InvalidArn, format!("Invalid arn {text}"))
}

/// A UUID with its dashes, or `mrk-` and 32 hex digits; lower case.
pub(crate) fn is_key_id(text: &str) -> bool {
    let hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    match text.strip_prefix("mrk-") {
        Some(digits) => digits.len() == 32 && digits.bytes().all(hex),
        None => {
            text.len() == 36
                && text.bytes().enumerate().all(|(at, byte)| match at {
                    8 | 13 | 18 | 23 => byte == b'-',
                    _ => hex(byte),
                })
        }
    }
}
