//! Every access key the gateway knows, with its secret and its principal.

use std::path::Path;
use std::sync::Arc;

use crate::names::AccountId;
use crate::sigv4::SecretKeyText;

use super::{Caller, Error};

/// The gateway's account and its root user's access key.
#[derive(Debug)]
pub struct RootUser {
    pub account: AccountId,
    pub access_key_id: String,
    pub secret_key: SecretKeyText,
}

/// Loaded once, and again on reload; never changed in between.
pub struct Identities {}

impl Identities {
    /// The root user, and the users, groups and roles of a TOML file (config/identities.example.toml).
    pub fn load(root: RootUser, file: Option<&Path>) -> Result<Self, Error> {
        let _ = (root, file);
        todo!()
    }

    /// The secret of an active access key; the `lookup` of `sigv4::verify`.
    pub fn secret(&self, access_key_id: &str) -> Option<Arc<SecretKeyText>> {
        let _ = access_key_id;
        todo!()
    }

    /// The principal of an active access key.
    pub fn caller(&self, access_key_id: &str) -> Option<Caller> {
        let _ = access_key_id;
        todo!()
    }

    /// The gateway's own account.
    pub fn account(&self) -> &AccountId {
        todo!()
    }

    /// The gateway's root user, for what the gateway does on its own behalf.
    pub fn root(&self) -> Caller {
        todo!()
    }
}
