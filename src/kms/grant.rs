//! Grants: permissions on one key for one grantee, without a policy. Source: the KMS developer guide, "grants in KMS".

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::crypto::{constant_time_eq, hmac_sha256, random};
use crate::names::{EncryptionContext, KeyArn};
use crate::policy::Principal;

use super::Kms;
use super::error::{Code, Error};
use super::key::as_text;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Grant {
    /// 64 hex digits.
    pub id: String,
    #[serde(with = "as_text")]
    pub key: KeyArn,
    pub name: Option<String>,
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub created: OffsetDateTime,
    /// The grantee: a principal of an account, or a service.
    pub grantee: String,
    pub retiring: Option<String>,
    /// Whether grantee and retiring principal are services, which no caller is here.
    #[serde(default)]
    pub grantee_is_service: bool,
    #[serde(default)]
    pub retiring_is_service: bool,
    pub issuing_account: String,
    pub operations: BTreeSet<String>,
    pub constraints: Constraints,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Constraints {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encryption_context_subset: Option<EncryptionContext>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encryption_context_equals: Option<EncryptionContext>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_arn: Option<String>,
}

impl Grant {
    pub fn is_for(&self, principal: &Principal<'_>) -> bool {
        !self.grantee_is_service && is(&self.grantee, principal)
    }

    pub fn is_retired_by(&self, principal: &Principal<'_>) -> bool {
        !self.retiring_is_service && self.retiring.as_deref().is_some_and(|retiring| is(retiring, principal))
    }

    /// Whether two grants give the same. Their ids, tokens and times do not matter.
    pub fn gives_the_same(&self, other: &Self) -> bool {
        let other = Self { id: self.id.clone(), created: self.created, ..other.clone() };
        *self == other
    }
}

/// Whether a grant's principal means who asks: by the very ARN, by the role of a session, or by the account, which its root
/// user is.
fn is(named: &str, principal: &Principal<'_>) -> bool {
    named == principal.arn || principal.role_arn == Some(named)
}

impl Constraints {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the constraints let an operation pass. `context` is `None` where the operation has none: then context
    /// constraints do not apply.
    pub fn hold(&self, operation: &str, context: Option<&EncryptionContext>, source_arn: Option<&str>) -> bool {
        let by_source = match &self.source_arn {
            Some(wanted) if operation != "RetireGrant" => source_arn == Some(wanted),
            _ => true,
        };
        let by_context = context.is_none_or(|context| {
            self.encryption_context_equals
                .as_ref()
                .is_none_or(|wanted| wanted.len() == context.len() && contains(context, wanted))
                && self.encryption_context_subset.as_ref().is_none_or(|wanted| contains(context, wanted))
        });
        by_source && by_context
    }

    /// Whether these let nothing pass that `parent` does not.
    pub fn are_as_strict_as(&self, parent: &Self) -> bool {
        let source = parent.source_arn.is_none() || self.source_arn == parent.source_arn;
        let own = self.encryption_context_equals.as_ref().or(self.encryption_context_subset.as_ref());
        let subset = match &parent.encryption_context_subset {
            None => true,
            Some(wanted) => own.is_some_and(|own| contains(own, wanted)),
        };
        let equals = match &parent.encryption_context_equals {
            None => true,
            Some(wanted) => self.encryption_context_equals.as_ref() == Some(wanted),
        };
        source && subset && equals
    }
}

/// Whether every wanted pair is there: names in any case, values exactly.
fn contains(context: &EncryptionContext, wanted: &EncryptionContext) -> bool {
    wanted.iter().all(|(name, value)| {
        context.iter().any(|(present, found)| present.eq_ignore_ascii_case(name) && found == value)
    })
}

pub fn new_id() -> String {
    hex::encode(random::<32>())
}

pub fn check_id(id: &str) -> Result<(), Error> {
    if id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(())
    } else {
        Err(Error::bare(Code::InvalidGrantId))
    }
}

pub fn not_found(id: &str) -> Error {
    Error::new(Code::NotFound, format!("Grant ID {id} not found"))
}

const TAG_LEN: usize = 32;
const NONCE_LEN: usize = 16;

impl Kms {
    /// A token for a grant: nonce | `<key arn> <grant id>` | HMAC. Fresh each time; all of one grant's mean the same.
    pub(crate) fn grant_token(&self, grant: &Grant) -> String {
        let nonce: [u8; NONCE_LEN] = random();
        let text = format!("{} {}", grant.key, grant.id);
        let tag = self.grant_token_tag(&nonce, text.as_bytes());
        URL_SAFE_NO_PAD.encode([&nonce[..], text.as_bytes(), &tag].concat())
    }

    /// The key and the id of the grant that a token names.
    pub(crate) fn read_grant_token(&self, token: &str) -> Result<(KeyArn, String), Error> {
        let invalid = || Error::bare(Code::InvalidGrantToken);
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| invalid())?;
        let (nonce, rest) = bytes.split_at_checked(NONCE_LEN).ok_or_else(invalid)?;
        let text_len = rest.len().checked_sub(TAG_LEN).ok_or_else(invalid)?;
        let (text, tag) = rest.split_at(text_len);
        if !constant_time_eq(tag, &self.grant_token_tag(nonce, text)) {
            return Err(invalid());
        }
        let text = std::str::from_utf8(text).map_err(|_| invalid())?;
        let (key, id) = text.split_once(' ').ok_or_else(invalid)?;
        Ok((key.parse().map_err(|_| invalid())?, id.to_owned()))
    }

    /// Changes are seen at once here, so a token gives nothing that its grant does not; a malformed one is still refused.
    pub(crate) fn check_grant_tokens(&self, tokens: &[String]) -> Result<(), Error> {
        tokens.iter().try_for_each(|token| self.read_grant_token(token).map(drop))
    }

    fn grant_token_tag(&self, nonce: &[u8], text: &[u8]) -> [u8; TAG_LEN] {
        hmac_sha256(self.grant_token_key.expose(), &[nonce, text])
    }
}
