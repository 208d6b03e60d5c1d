//! CreateKey.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::kms::authorise::Facts;
use crate::kms::error::{Code, Error};
use crate::kms::key::{Key, Manager, NewKey, default_policy};
use crate::kms::key_policy;
use crate::kms::managed::new_key_id;
use crate::kms::metadata::KeyMetadata;
use crate::kms::spec::{KeyOrigin, KeySpec, KeyUsage};
use crate::kms::store::Change;
use crate::kms::tags::{self, Tag};
use crate::kms::{Call, Kms, Operation, Trail};
use crate::names::KeyArn;

pub struct CreateKey;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub policy: Option<String>,
    #[serde(default)]
    pub description: String,
    pub key_usage: Option<KeyUsage>,
    pub customer_master_key_spec: Option<KeySpec>,
    pub key_spec: Option<KeySpec>,
    pub origin: Option<KeyOrigin>,
    pub custom_key_store_id: Option<String>,
    #[serde(default)]
    pub bypass_policy_lockout_safety_check: bool,
    #[serde(default)]
    pub tags: Vec<Tag>,
    #[serde(default)]
    pub multi_region: bool,
    pub xks_key_id: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub key_metadata: KeyMetadata,
}

impl Operation for CreateKey {
    const NAME: &'static str = "CreateKey";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn recorded(input: &Input) -> Value {
        let mut recorded = Map::new();
        let (spec, usage) = (spec(input), input.key_usage.unwrap_or(KeyUsage::EncryptDecrypt));
        recorded.insert("bypassPolicyLockoutSafetyCheck".into(), json!(input.bypass_policy_lockout_safety_check));
        recorded.insert("customerMasterKeySpec".into(), json!(spec));
        recorded.insert("description".into(), json!(input.description));
        recorded.insert("keySpec".into(), json!(spec));
        recorded.insert("keyUsage".into(), json!(usage));
        recorded.insert("multiRegion".into(), json!(input.multi_region));
        recorded.insert("origin".into(), json!(input.origin.unwrap_or(KeyOrigin::AwsKms)));
        if let Some(policy) = &input.policy {
            recorded.insert("policy".into(), json!(policy));
        }
        if !input.tags.is_empty() {
            recorded.insert("tags".into(), input.tags.iter().map(Tag::recorded).collect());
        }
        Value::Object(recorded)
    }

    async fn run(kms: &Kms, call: &Call, input: Input, trail: &mut Trail) -> Result<Output, Error> {
        let (spec, usage, origin) = (spec(&input), usage(&input)?, origin(&input)?);
        let facts = Facts::default()
            .with("kms:keyspec", spec.as_str())
            .with("kms:customermasterkeyspec", spec.as_str())
            .with("kms:keyusage", usage.as_str())
            .with("kms:customermasterkeyusage", usage.as_str())
            .with("kms:keyorigin", origin.as_str())
            .with("kms:multiregion", input.multi_region.to_string())
            .with("kms:bypasspolicylockoutsafetycheck", input.bypass_policy_lockout_safety_check.to_string());
        kms.authorise_without_key(call, "kms:CreateKey", &facts.request_tags(&input.tags))?;
        if !input.tags.is_empty() {
            kms.authorise_without_key(call, "kms:TagResource", &Facts::default().request_tags(&input.tags))?;
        }
        let tags = tags::added(&Default::default(), &input.tags)?;
        let policy = policy(kms, call, &input)?;

        let arn = KeyArn {
            region: call.region.clone(),
            account: call.caller.account().clone(),
            key_id: if input.multi_region {
                format!("mrk-{}", new_key_id().replace('-', "")).into()
            } else {
                new_key_id()
            },
        };
        let now = kms.now();
        let mut changes = Vec::new();
        let material = match origin {
            KeyOrigin::AwsKms => {
                let (record, material) = kms.draw_material_aside(&arn, spec, now).await?;
                changes.push(material);
                Some(record)
            }
            _ => None,
        };
        let description = input.description;
        let manager = Manager::Customer;
        let new = NewKey { arn, manager, spec, usage, origin, description, policy, tags, material };
        let key = Key::new(new, now);
        // The policy that AWS gives is none that a caller could lock himself out with.
        let chosen = input.policy.is_some();
        if chosen && !input.bypass_policy_lockout_safety_check && !kms.would_allow(call, "kms:PutKeyPolicy", &key) {
            return Err(Error::locked_out());
        }
        let key = Arc::new(key);
        changes.push(Change::PutKey(key.clone()));
        kms.store.change(move |_| Ok((changes, ()))).await?;
        trail.touch(&key.arn);
        let key_metadata = KeyMetadata::of(&key);
        trail.response_elements = json!({ "keyMetadata": key_metadata.recorded() });
        Ok(Output { key_metadata })
    }
}

fn spec(input: &Input) -> KeySpec {
    input.key_spec.or(input.customer_master_key_spec).unwrap_or(KeySpec::SymmetricDefault)
}

/// The usage, which must be given for all but symmetric encryption keys, and must fit the spec.
fn usage(input: &Input) -> Result<KeyUsage, Error> {
    if input.key_spec.is_some() && input.customer_master_key_spec.is_some() {
        return Err(Error::validation(
            "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is \
             deprecated.",
        ));
    }
    let spec = spec(input);
    match input.key_usage {
        None if spec == KeySpec::SymmetricDefault => Ok(KeyUsage::EncryptDecrypt),
        None => Err(Error::validation(
            "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.",
        )),
        Some(usage) if spec.usages().contains(&usage) => Ok(usage),
        Some(usage) => Err(Error::validation(format!("KeyUsage {usage} is not compatible with KeySpec {spec}"))),
    }
}

fn origin(input: &Input) -> Result<KeyOrigin, Error> {
    let origin = input.origin.unwrap_or(KeyOrigin::AwsKms);
    match (origin, &input.custom_key_store_id) {
        (KeyOrigin::AwsKms | KeyOrigin::External, None) => Ok(origin),
        (KeyOrigin::AwsKms | KeyOrigin::External, Some(_)) => {
            Err(Error::validation(format!("The Origin {origin} is not compatible with a CustomKeyStoreId.")))
        }
        (KeyOrigin::AwsCloudHsm | KeyOrigin::ExternalKeyStore, None) => {
            Err(Error::validation(format!("The Origin {origin} requires a CustomKeyStoreId.")))
        }
        (KeyOrigin::AwsCloudHsm | KeyOrigin::ExternalKeyStore, Some(_)) => {
            Err(Error::bare(Code::CustomKeyStoreNotFound))
        }
    }
}

fn policy(kms: &Kms, call: &Call, input: &Input) -> Result<String, Error> {
    match &input.policy {
        None => Ok(default_policy(call.caller.account())),
        Some(policy) => key_policy::check(kms, policy).map(|()| policy.clone()),
    }
}
