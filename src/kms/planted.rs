//! In tests: a KMS key of given material, since key material is not imported yet.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::crypto::SecretBytes;
use crate::names::KeyArn;

use super::Kms;
use super::key::{Key, Manager, NewKey, default_policy};
use super::managed::new_key_id;
use super::material::{Material, PublicHalf};
use super::spec::{KeyOrigin, KeySpec, KeyUsage};
use super::store::Change;

/// What is given of a key.
#[derive(Clone, Copy)]
pub(crate) enum Half<'a> {
    /// All of it, as it is kept; it comes back out of its sealed row.
    Private(&'a [u8]),
    /// It can verify and nothing else. It stands in memory alone.
    Public(&'a [u8]),
}

impl Kms {
    /// Puts a key of the gateway's own account and of `region` into the key store. `spec` and `usage` as on the wire. `None`:
    /// this is no material for that spec.
    pub(crate) async fn plant(&self, region: &str, spec: &str, usage: &str, half: Half<'_>) -> Option<String> {
        let spec: KeySpec = serde_json::from_value(spec.into()).unwrap();
        let usage: KeyUsage = serde_json::from_value(usage.into()).unwrap();
        let (encoded, opened) = match half {
            Half::Private(encoded) => (encoded, Material::decode(spec, encoded).ok()?),
            Half::Public(public) => (public, Material::PublicHalf(PublicHalf { spec, public: public.to_vec() })),
        };
        let arn = KeyArn { region: region.parse().unwrap(), account: self.account.clone(), key_id: new_key_id() };
        let now = self.now();
        let (record, material) = self.seal_material(&arn, Some(SecretBytes::new(encoded.to_vec())), now).unwrap();
        let material_id = record.id.clone();
        let new = NewKey {
            arn: arn.clone(),
            manager: Manager::Customer,
            spec,
            usage,
            origin: KeyOrigin::AwsKms,
            description: String::new(),
            policy: default_policy(&self.account),
            tags: BTreeMap::new(),
            material: Some(record),
        };
        let changes = vec![material, Change::PutKey(Arc::new(Key::new(new, now)))];
        self.store.change(|_| Ok((changes, ()))).await.unwrap();
        if let Half::Public(_) = half {
            let memory = self.store.read();
            let _ = memory.material(&arn.key_id, &material_id).unwrap().opened.set(Arc::new(opened));
        }
        Some(arn.to_string())
    }
}
