//! Keys that no customer made: AWS-managed keys (`alias/aws/s3`), and the gateway's own key of SSE-S3.

use std::collections::BTreeMap;
use std::sync::Arc;

use time::OffsetDateTime;

use crate::crypto::{SecretBytes, random};
use crate::names::{AccountId, KeyArn, Region};

use super::error::Error;
use super::key::{Key, Manager, MaterialRecord, NewKey};
use super::material::{Material, MaterialId};
use super::root_key::Row;
use super::spec::{KeyOrigin, KeySpec, KeyUsage};
use super::store::{Alias, Change, Memory};
use super::{Call, Kms};

/// The services of this gateway that have an AWS-managed key. Each account has `alias/aws/<service>` in each Region.
pub const SERVICES: &[&str] = &["s3"];

/// What the policy of an AWS-managed key allows to anybody, of what a key is named by its alias for.
const BY_ALIAS: [&str; 9] = [
    "kms:DescribeKey",
    "kms:GetPublicKey",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:GenerateDataKeyPair",
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
];

/// The service whose predefined alias this is.
pub fn service(alias: &str) -> Option<&'static str> {
    let name = alias.strip_prefix("alias/aws/")?;
    SERVICES.iter().copied().find(|service| *service == name)
}

impl Kms {
    /// The AWS-managed key of a service in the caller's account, made where it is first asked for by who may do anything
    /// with it. Who may not gets a key that is kept nowhere, to be refused by its policy as by that of a kept one.
    pub(crate) async fn managed_key(&self, call: &Call, region: &Region, service: &str) -> Result<Arc<Key>, Error> {
        let account = call.caller.account();
        let alias = format!("alias/aws/{service}");
        let now = self.now();
        let draw = || {
            let arn = KeyArn { region: region.clone(), account: account.clone(), key_id: new_key_id() };
            let description =
                format!("Default key that protects my {} objects when no other key is defined", service.to_uppercase());
            let policy = managed_policy(account, region, service);
            self.new_symmetric(arn, Manager::Aws { service: service.into() }, description, policy, now)
        };
        let (draft, _) = draw()?;
        if !BY_ALIAS.iter().any(|action| self.would_allow(call, action, &draft)) {
            return Ok(draft);
        }
        self.store
            .change(|memory| {
                if let Some(key) = present(memory, account, region, &alias) {
                    return Ok((Vec::new(), key));
                }
                let partition = memory.partition(account, region);
                if partition.is_some_and(|partition| partition.aliases.contains_key(&alias)) {
                    return Err(Error::internal("an AWS-managed key cannot be read"));
                }
                let (key, material) = draw()?;
                let record = Alias { key_id: key.arn.key_id.to_string(), created: now, updated: now };
                let alias = Change::PutAlias {
                    account: account.clone(),
                    region: region.clone(),
                    name: alias,
                    alias: Arc::new(record),
                };
                Ok((vec![Change::PutKey(key.clone()), material, alias], key))
            })
            .await
    }

    /// The key of SSE-S3, made when the store is first opened.
    pub(super) async fn ensure_gateway_key(&self, account: &AccountId, region: &Region) -> Result<(), Error> {
        let now = self.now();
        self.store
            .change(|memory| {
                if memory.gateway_key().is_some() {
                    return Ok((Vec::new(), ()));
                }
                let arn = KeyArn { region: region.clone(), account: account.clone(), key_id: new_key_id() };
                let (key, material) = self.new_symmetric(arn, Manager::Gateway, String::new(), String::new(), now)?;
                Ok((vec![Change::PutKey(key), material], ()))
            })
            .await
    }

    fn new_symmetric(
        &self,
        arn: KeyArn,
        manager: Manager,
        description: String,
        policy: String,
        now: OffsetDateTime,
    ) -> Result<(Arc<Key>, Change), Error> {
        let spec = KeySpec::SymmetricDefault;
        let (record, material) = self.draw_material(&arn, spec, now)?;
        let new = NewKey {
            arn,
            manager,
            spec,
            usage: KeyUsage::EncryptDecrypt,
            origin: KeyOrigin::AwsKms,
            description,
            policy,
            tags: BTreeMap::new(),
            material: Some(record),
        };
        let key = Key::new(new, now);
        Ok((Arc::new(key), material))
    }

    /// Fresh material for a key, drawn away from the tasks that serve others: RSA takes seconds.
    pub(crate) async fn draw_material_aside(
        &self,
        arn: &KeyArn,
        spec: KeySpec,
        now: OffsetDateTime,
    ) -> Result<(MaterialRecord, Change), Error> {
        let drawn = tokio::task::spawn_blocking(move || Material::draw(spec)).await.map_err(Error::internal)?;
        self.seal_material(arn, drawn, now)
    }

    /// Fresh material for a key: its record, and the change that writes it sealed. For specs that are quick to draw.
    pub(crate) fn draw_material(
        &self,
        arn: &KeyArn,
        spec: KeySpec,
        now: OffsetDateTime,
    ) -> Result<(MaterialRecord, Change), Error> {
        self.seal_material(arn, Material::draw(spec), now)
    }

    pub(super) fn seal_material(
        &self,
        arn: &KeyArn,
        drawn: Option<SecretBytes>,
        now: OffsetDateTime,
    ) -> Result<(MaterialRecord, Change), Error> {
        let encoded = drawn.ok_or_else(|| Error::internal("no key material was made"))?;
        let material_id = MaterialId::of(&arn.key_id, encoded.expose()).to_string();
        let row = Row { account: &arn.account, key_id: &arn.key_id, material_id: &material_id };
        let sealed = self.root.seal(row, encoded.expose());
        let record = MaterialRecord { id: material_id.clone(), created: now, rotation: None };
        let key_id = arn.key_id.clone();
        Ok((record, Change::PutMaterial { account: arn.account.clone(), key_id, material_id, sealed }))
    }
}

pub(crate) fn new_key_id() -> Arc<str> {
    uuid::Builder::from_random_bytes(random()).into_uuid().to_string().into()
}

fn present(memory: &Memory, account: &AccountId, region: &Region, alias: &str) -> Option<Arc<Key>> {
    let partition = memory.partition(account, region)?;
    partition.keys.get(partition.aliases.get(alias)?.key_id.as_str()).cloned()
}

/// The policy of an AWS-managed key as GetKeyPolicy shows it: use through the service only, metadata to the account.
fn managed_policy(account: &AccountId, region: &Region, service: &str) -> String {
    let name = service.to_uppercase();
    serde_json::json!({
        "Version": "2012-10-17",
        "Id": format!("auto-{service}-2"),
        "Statement": [
            {
                "Sid": format!("Allow access through {name} for all principals in the account that are authorized to use {name}"),
                "Effect": "Allow",
                "Principal": { "AWS": "*" },
                "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
                "Resource": "*",
                "Condition": { "StringEquals": {
                    "kms:CallerAccount": account.as_str(),
                    "kms:ViaService": format!("{service}.{region}.amazonaws.com"),
                } }
            },
            {
                "Sid": "Allow direct access to key metadata to the account",
                "Effect": "Allow",
                "Principal": { "AWS": format!("arn:aws:iam::{account}:root") },
                "Action": ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"],
                "Resource": "*"
            }
        ]
    })
    .to_string()
}
