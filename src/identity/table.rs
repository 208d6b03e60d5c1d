//! The identities of one reading of the file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use time::OffsetDateTime;

use crate::names::{AccountId, principal_arn};
use crate::policy::{Document, Kind, canonical_user_id};
use crate::sigv4::SecretKeyText;

use super::caller::{CallerKind, Person, SessionFacts};
use super::file::{AccessKey, File, Status};
use super::identities::Membership;
use super::principals::{self, RoleEntry};
use super::session::{Session, SessionPrincipal};
use super::{Caller, Error, RootUser};

#[derive(Default)]
pub(super) struct Table {
    pub keys: BTreeMap<String, Key>,
    /// By ARN.
    users: BTreeMap<String, Caller>,
    /// By ARN.
    roles: BTreeMap<String, RoleEntry>,
    /// When a user or role of this ARN appeared that had not been there, in seconds since 1970.
    since: BTreeMap<String, i64>,
    accounts: BTreeSet<AccountId>,
    gateways_account: Option<AccountId>,
}

/// An active access key.
pub(super) struct Key {
    secret: Arc<SecretKeyText>,
    caller: Caller,
}

impl Table {
    pub fn build(root: &RootUser, file: Option<File>) -> Result<Self, Error> {
        let mut table = Self { gateways_account: Some(root.account.clone()), ..Self::default() };
        table.accounts.insert(root.account.clone());
        let caller = principals::root(&root.account, Membership::Own);
        let secret = SecretKeyText::new(root.secret_key.expose());
        table.insert("the root user", (root.access_key_id.clone(), secret), Status::Active, &caller)?;
        if let Some(file) = file {
            table.add(file)?;
        }
        Ok(table)
    }

    /// Learns from the table before this one who is new: an older session of the same name is not theirs.
    pub fn follow(&mut self, before: &Self, now: OffsetDateTime) {
        let arns = self.users.keys().chain(self.roles.keys());
        let since = |arn: &String| match before.exists(arn) {
            true => Some((arn.clone(), *before.since.get(arn)?)),
            false => Some((arn.clone(), now.unix_timestamp())),
        };
        self.since = arns.filter_map(since).collect();
    }

    fn is_older(&self, session: &Session, arn: &str) -> bool {
        self.since.get(arn).is_some_and(|since| session.issued < *since)
    }

    pub fn secret(&self, access_key_id: &str) -> Option<Arc<SecretKeyText>> {
        self.keys.get(access_key_id).map(|key| key.secret.clone())
    }

    pub fn caller(&self, access_key_id: &str) -> Option<Caller> {
        self.keys.get(access_key_id).map(|key| key.caller.clone())
    }

    pub fn role(&self, arn: &str) -> Option<&RoleEntry> {
        self.roles.get(arn)
    }

    pub fn exists(&self, arn: &str) -> bool {
        self.users.contains_key(arn) || self.roles.contains_key(arn)
    }

    pub fn has_account(&self, account: &AccountId) -> bool {
        self.accounts.contains(account)
    }

    pub fn has_canonical_user(&self, id: &str) -> bool {
        self.accounts.iter().any(|account| canonical_user_id(account.as_str()) == id)
    }

    /// Who a session is now. `None`: its role or user is no more, so neither is the session.
    pub fn session_caller(&self, session: &Session) -> Option<Caller> {
        let account = session.account()?;
        let issued = OffsetDateTime::from_unix_timestamp(session.issued).ok()?;
        let narrowed = session.policies.iter().map(|json| Document::parse(json, Kind::Identity).ok().map(Arc::new));
        let narrowed = narrowed.collect::<Option<Vec<_>>>()?;
        let mut facts = SessionFacts { role_arn: None, issued, policies: (!narrowed.is_empty()).then_some(narrowed) };
        let access_key_id = Some(session.access_key_id.clone());
        match &session.principal {
            SessionPrincipal::Root => {
                let membership = self.membership(&account);
                let root = self.accounts.contains(&account).then(|| principals::root(&account, membership))?;
                Some(Caller(Arc::new(Person { access_key_id, session: Some(facts), ..Person::clone(&root.0) })))
            }
            SessionPrincipal::User { name } => {
                let arn = principal_arn(&account, &format!("user/{name}"));
                let user = self.users.get(&arn).filter(|_| !self.is_older(session, &arn))?;
                Some(Caller(Arc::new(Person { access_key_id, session: Some(facts), ..Person::clone(&user.0) })))
            }
            SessionPrincipal::Role { role, session_name } => {
                let arn = principal_arn(&account, &format!("role/{role}"));
                let entry = self.roles.get(&arn).filter(|_| !self.is_older(session, &arn))?;
                facts.role_arn = Some(entry.arn.clone());
                let mut tags = entry.tags.clone();
                tags.extend(session.tags.clone());
                Some(Caller(Arc::new(Person {
                    kind: CallerKind::AssumedRole,
                    arn: format!("arn:aws:sts::{account}:assumed-role/{role}/{session_name}"),
                    principal_id: format!("{}:{session_name}", entry.unique_id),
                    account,
                    access_key_id,
                    user_name: None,
                    policies: entry.policies.clone(),
                    membership: entry.membership,
                    tags,
                    session: Some(facts),
                })))
            }
        }
    }

    fn membership(&self, account: &AccountId) -> Membership {
        if self.gateways_account.as_ref() == Some(account) { Membership::Own } else { Membership::Foreign }
    }

    fn add(&mut self, file: File) -> Result<(), Error> {
        for (id, entry) in file.accounts {
            let account =
                AccountId::new(&id).map_err(|error| Error::content(format!("accounts.{id}"), error.to_string()))?;
            let membership = self.membership(&account);
            self.accounts.insert(account.clone());
            let groups = principals::groups(&account, &entry)?;
            let root = principals::root(&account, membership);
            self.insert_all(&format!("accounts.{account}"), entry.access_keys, &root)?;
            for (name, mut user) in entry.users {
                let keys = std::mem::take(&mut user.access_keys);
                let caller = principals::user(&account, membership, &name, &user, &groups)?;
                self.insert_all(&format!("accounts.{account}.users.{name}"), keys, &caller)?;
                self.users.insert(caller.arn().to_owned(), caller);
            }
            for (name, role) in entry.roles {
                let role = principals::role(&account, membership, &name, &role)?;
                self.roles.insert(role.arn.clone(), role);
            }
        }
        Ok(())
    }

    fn insert_all(&mut self, place: &str, keys: Vec<AccessKey>, caller: &Caller) -> Result<(), Error> {
        keys.into_iter().try_for_each(|key| self.insert(place, (key.id, key.secret.0), key.status, caller))
    }

    /// Inactive keys are checked like the others, and then unknown.
    fn insert(
        &mut self,
        place: &str,
        (id, secret): (String, SecretKeyText),
        status: Status,
        caller: &Caller,
    ) -> Result<(), Error> {
        // What a Credential cannot carry unambiguously is not an id.
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if !(3..=128).contains(&id.len()) || !id.bytes().all(legal) {
            return Err(Error::content(place, "an access key id has 3 to 128 letters, digits and characters of -_."));
        }
        if id.starts_with(super::session::PREFIX) {
            return Err(Error::content(
                place,
                "access key ids that begin with ASIA are those of temporary credentials",
            ));
        }
        if secret.expose().len() < 8 {
            return Err(Error::content(place, format!("the secret of {id} has fewer than 8 characters")));
        }
        if self.keys.contains_key(&id) {
            return Err(Error::content(place, format!("the access key id {id} is already taken")));
        }
        if status == Status::Active {
            let caller = caller.with_access_key(&id);
            self.keys.insert(id, Key { secret: Arc::new(secret), caller });
        }
        Ok(())
    }
}
