//! The keys in memory: what every read sees.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::kms::grant::Grant;
use crate::kms::key::{Key, Manager};
use crate::kms::material::Material;
use crate::names::{AccountId, KeyArn, Region};

use super::Change;

#[derive(Default)]
pub struct Memory {
    /// Of the key store, in the state that this is. 0: before the first change.
    revision: i64,
    partitions: HashMap<(AccountId, Region), Partition>,
    /// The account of each key id. Key ids are unique over all accounts; replicas share one.
    accounts: HashMap<Arc<str>, AccountId>,
    gateway_key: Option<Arc<Key>>,
    /// By key id and material id. Replicas of a key share its material.
    materials: HashMap<Arc<str>, BTreeMap<String, Arc<StoredMaterial>>>,
}

/// What one account has in one Region.
#[derive(Default)]
pub struct Partition {
    /// By key id.
    pub keys: BTreeMap<Arc<str>, Arc<Key>>,
    /// By the alias's name with its prefix `alias/`.
    pub aliases: BTreeMap<String, Arc<Alias>>,
    /// By key id and grant id.
    pub grants: BTreeMap<Arc<str>, BTreeMap<String, Arc<Grant>>>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Alias {
    pub key_id: String,
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub created: OffsetDateTime,
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub updated: OffsetDateTime,
}

/// Sealed material, and what it opened to once it was needed.
pub struct StoredMaterial {
    pub sealed: Vec<u8>,
    pub opened: OnceLock<Arc<Material>>,
}

impl Memory {
    pub fn partition(&self, account: &AccountId, region: &Region) -> Option<&Partition> {
        self.partitions.get(&(account.clone(), region.clone()))
    }

    pub fn key(&self, arn: &KeyArn) -> Option<&Arc<Key>> {
        self.partition(&arn.account, &arn.region)?.keys.get(&*arn.key_id)
    }

    pub fn grants(&self, key: &KeyArn) -> impl Iterator<Item = &Arc<Grant>> {
        let partition = self.partition(&key.account, &key.region);
        partition.and_then(|partition| partition.grants.get(&*key.key_id)).into_iter().flat_map(BTreeMap::values)
    }

    pub fn grant(&self, key: &KeyArn, id: &str) -> Option<&Arc<Grant>> {
        self.partition(&key.account, &key.region)?.grants.get(&*key.key_id)?.get(id)
    }

    /// Every grant in a Region, of whatever account.
    pub fn grants_in(&self, region: &Region) -> impl Iterator<Item = &Arc<Grant>> {
        let partitions = self.partitions.iter().filter(move |((_, own), _)| own == region);
        partitions.flat_map(|(_, partition)| partition.grants.values().flat_map(BTreeMap::values))
    }

    /// The account that has a key of this id, in whatever Region.
    pub fn account_of(&self, key_id: &str) -> Option<&AccountId> {
        self.accounts.get(key_id)
    }

    /// The gateway's own key. It stands in no partition, so that no action can come upon it.
    pub fn gateway_key(&self) -> Option<&Arc<Key>> {
        self.gateway_key.as_ref()
    }

    pub fn material(&self, key_id: &str, material_id: &str) -> Option<&Arc<StoredMaterial>> {
        self.materials.get(key_id)?.get(material_id)
    }

    pub fn keys(&self) -> impl Iterator<Item = &Arc<Key>> {
        self.partitions.values().flat_map(|partition| partition.keys.values())
    }

    pub(super) fn revision(&self) -> i64 {
        self.revision
    }

    /// Makes the changes that lead to `revision`.
    pub(super) fn apply(&mut self, changes: Vec<Change>, revision: i64) {
        self.revision = revision;
        for change in changes {
            match change {
                Change::PutKey(key) if key.manager == Manager::Gateway => self.gateway_key = Some(key),
                Change::PutKey(key) => {
                    let id = key.arn.key_id.clone();
                    self.accounts.insert(id.clone(), key.arn.account.clone());
                    self.partition_mut(&key.arn.account, &key.arn.region).keys.insert(id, key);
                }
                Change::PutMaterial { key_id, material_id, sealed, .. } => {
                    let stored = Arc::new(StoredMaterial { sealed, opened: OnceLock::new() });
                    self.materials.entry(key_id).or_default().insert(material_id, stored);
                }
                Change::DeleteKey(key) => self.delete_key(&key),
                Change::HideKey(key) => {
                    self.partition_mut(&key.account, &key.region).keys.remove(&*key.key_id);
                }
                Change::PutAlias { account, region, name, alias } => {
                    self.partition_mut(&account, &region).aliases.insert(name, alias);
                }
                Change::DeleteAlias { account, region, name } => {
                    self.partition_mut(&account, &region).aliases.remove(&name);
                }
                Change::PutGrant(grant) => {
                    let grants = &mut self.partition_mut(&grant.key.account, &grant.key.region).grants;
                    grants.entry(grant.key.key_id.clone()).or_default().insert(grant.id.clone(), grant);
                }
                Change::DeleteGrant { key, id } => {
                    let grants = &mut self.partition_mut(&key.account, &key.region).grants;
                    if let Some(grants) = grants.get_mut(&*key.key_id) {
                        grants.remove(&id);
                    }
                }
            }
        }
    }

    /// Keeps the gateway's own key where its record has become unreadable: without it no object is served.
    pub(super) fn keep_gateway_key(&mut self, before: &Self) {
        self.gateway_key = self.gateway_key.take().or_else(|| before.gateway_key.clone());
    }

    fn delete_key(&mut self, key: &KeyArn) {
        let partition = self.partition_mut(&key.account, &key.region);
        partition.keys.remove(&*key.key_id);
        partition.aliases.retain(|_, alias| alias.key_id != *key.key_id);
        partition.grants.remove(&*key.key_id);
        let is_left = self.partitions.values().any(|partition| partition.keys.contains_key(&*key.key_id));
        if !is_left {
            self.accounts.remove(&*key.key_id);
            self.materials.remove(&*key.key_id);
        }
    }

    fn partition_mut(&mut self, account: &AccountId, region: &Region) -> &mut Partition {
        self.partitions.entry((account.clone(), region.clone())).or_default()
    }
}
