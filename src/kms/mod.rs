//! The key manager: AWS KMS's operations with real cryptography on keys that never leave this room.
//!
//! Guarantees: a change is durable before it is answered; key material is at rest only under the root key, each row
//! bound to its key; every call is authorised here and leaves its record in the audit trail before its answer.
//!
//! This room knows callers and Regions but neither HTTP nor objects: S3 is to it one more service that calls in a
//! client's name.

mod alias;
mod asymmetric;
mod authorise;
pub mod blob;
mod call;
mod cipher;
mod clock;
mod error;
mod gateway;
mod grant;
mod key;
mod key_policy;
mod last_use;
mod managed;
mod material;
mod metadata;
mod operation;
pub mod ops;
mod page;
#[cfg(test)]
mod planted;
mod quota;
mod resolve;
mod root_key;
mod rotation;
mod signing;
mod spec;
pub mod store;
mod symmetric;
mod tags;
pub mod wire;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use time::OffsetDateTime;

use crate::audit::Audit;
use crate::crypto::Secret;
use crate::database::Database;
use crate::identity::Identities;
use crate::names::{AccountId, KeyArn, Region};

use key::Key;
use last_use::LastUses;
use material::Material;
use quota::Quotas;
use root_key::{RootKey, Row};
use store::{Change, Store};

pub use call::{Call, Via};
pub use clock::Clock;
pub use error::{Code, Error};
pub use material::MaterialId;
pub use operation::{Operation, Trail};
#[cfg(test)]
pub(crate) use planted::Half;
pub use quota::QuotaMode;

/// The gateway's own place in the world of accounts and Regions.
#[derive(Clone, Debug)]
pub struct Config {
    /// The file of the root key: 32 random bytes, made on first start, readable for its owner alone.
    pub root_key_file: PathBuf,
    pub account: AccountId,
    pub region: Region,
    pub clock: Clock,
    pub quotas: QuotaMode,
}

/// The key manager. Shared behind an `Arc`.
pub struct Kms {
    store: Arc<Store>,
    root: RootKey,
    audit: Audit,
    clock: Clock,
    running: clock::Running,
    account: AccountId,
    identities: Arc<Identities>,
    grant_token_key: Secret<32>,
    last_uses: LastUses,
    quotas: Quotas,
}

impl Kms {
    /// Opens the key store in `database`, makes what is missing in it, and reads it into memory.
    pub async fn open(
        config: Config,
        database: Database,
        audit: Audit,
        identities: Arc<Identities>,
    ) -> Result<Self, OpenError> {
        let root = root_key::load_or_make(&config.root_key_file)?;
        let store = Store::open(database.clone()).await?;
        let last_uses = LastUses::load(&database).await?;
        let fingerprint = root.fingerprint();
        if store.bind_root_key(&fingerprint).await? != fingerprint {
            let reason = "it is not the key that this data directory's key store was made with".to_owned();
            return Err(OpenError::RootKey { path: config.root_key_file, reason });
        }
        let quotas = Quotas::new(config.quotas);
        let grant_token_key = root.derive(b"grant-token");
        let account = config.account.clone();
        let running = clock::Running::begin(config.clock.clone());
        let clock = config.clock;
        let kms = Self { store, root, audit, clock, running, account, identities, grant_token_key, last_uses, quotas };
        kms.ensure_gateway_key(&config.account, &config.region).await.map_err(OpenError::First)?;
        Ok(kms)
    }

    /// Takes over what other gateways on the same database have changed.
    pub async fn refresh(&self) -> Result<(), OpenError> {
        self.store.refresh().await
    }

    /// Whether a principal that a policy names exists. A session exists as long as its role does.
    fn principal_exists(&self, arn: &str) -> bool {
        match arn.strip_prefix("arn:aws:sts::").and_then(|rest| rest.split_once(":assumed-role/")) {
            Some((account, session)) => {
                let role = session.split('/').next().unwrap_or_default();
                self.identities.exists(&format!("arn:aws:iam::{account}:role/{role}"))
            }
            None => self.identities.exists(arn),
        }
    }

    pub(crate) fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }

    /// Changes a key as it is now.
    pub(crate) async fn update_key(
        &self,
        arn: &KeyArn,
        edit: impl FnOnce(&mut Key) -> Result<(), Error>,
    ) -> Result<Arc<Key>, Error> {
        self.store
            .change(|memory| {
                let mut key = Key::clone(memory.key(arn).ok_or_else(|| Error::key_not_found(arn))?);
                edit(&mut key)?;
                let key = Arc::new(key);
                Ok((vec![Change::PutKey(key.clone())], key))
            })
            .await
    }

    /// A key's material by its id, opened. `None`: the key has no such material.
    fn material(&self, key: &Key, material_id: &str) -> Result<Option<Arc<Material>>, Error> {
        let Some(stored) = self.store.read().material(&key.arn.key_id, material_id).cloned() else {
            return Ok(None);
        };
        if let Some(material) = stored.opened.get() {
            return Ok(Some(material.clone()));
        }
        let row = Row { account: key.account(), key_id: &key.arn.key_id, material_id };
        let encoded = self.root.open(row, &stored.sealed).map_err(Error::internal)?;
        let material = Arc::new(Material::decode(key.spec, encoded.expose()).map_err(Error::internal)?);
        Ok(Some(stored.opened.get_or_init(|| material).clone()))
    }
}

/// The key that seals session tokens, derived from the root key, so that every replica with that has this. The file is made
/// where there is none.
pub fn session_secret(root_key_file: &Path) -> Result<Secret<32>, OpenError> {
    Ok(root_key::load_or_make(root_key_file)?.derive(b"session-token"))
}

/// The key that seals what is kept of uploads under clients' own keys, derived in the same way.
pub fn upload_secret(root_key_file: &Path) -> Result<Secret<32>, OpenError> {
    Ok(root_key::load_or_make(root_key_file)?.derive(b"upload-keys"))
}

/// Why the key store could not be opened. The operator reads it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the key store's database cannot be used")]
    Database(#[from] sqlx::Error),
    #[error("the root key file {path} cannot be used: {reason}")]
    RootKey { path: PathBuf, reason: String },
    #[error("the key store holds a record that cannot be read: {0}")]
    Damaged(String),
    #[error("the gateway's own key cannot be made")]
    First(#[source] Error),
}
