//! A KMS key as it is recorded: everything but its material.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::names::{AccountId, KeyArn};
use crate::policy::{Document, Kind};

use super::error::{Code, Error};
use super::rotation::{OnDemand, Schedule};
use super::spec::{EncryptionAlgorithm, KeyOrigin, KeySpec, KeyUsage};

/// One key. Written as one JSON document; a field that comes later has a default.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Key {
    #[serde(with = "as_text")]
    pub arn: KeyArn,
    pub manager: Manager,
    pub spec: KeySpec,
    pub usage: KeyUsage,
    pub origin: KeyOrigin,
    pub description: String,
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub created: OffsetDateTime,
    pub state: State,
    /// The key policy's text as it was given.
    pub policy: String,
    pub tags: BTreeMap<String, String>,
    /// Oldest first. The ids are the material's names in the store.
    pub materials: Vec<MaterialRecord>,
    /// Automatic rotation, where it is enabled.
    #[serde(default)]
    pub schedule: Option<Schedule>,
    #[serde(default)]
    pub on_demand: OnDemand,
    #[serde(skip)]
    document: ParsedPolicy,
}

/// The policy, parsed when it is first needed. A changed key starts anew.
#[derive(Debug, Default)]
struct ParsedPolicy(OnceLock<Option<Document>>);

impl Clone for ParsedPolicy {
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// Who rules over a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Manager {
    Customer,
    /// An AWS-managed key: seen by its account, changed by nobody. `service` is as in `alias/aws/<service>`.
    Aws {
        service: String,
    },
    /// The gateway's own: never listed, described, authorised or recorded in the audit trail.
    Gateway,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    Enabled,
    Disabled,
    PendingDeletion {
        #[serde(with = "time::serde::timestamp::milliseconds")]
        due: OffsetDateTime,
    },
    PendingImport,
}

/// One material of a key, without its bytes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MaterialRecord {
    /// 64 hex digits.
    pub id: String,
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub created: OffsetDateTime,
    /// What replaced the material before. `None`: the first.
    #[serde(default)]
    pub rotation: Option<super::rotation::RotationType>,
}

/// What a new key is.
pub struct NewKey {
    pub arn: KeyArn,
    pub manager: Manager,
    pub spec: KeySpec,
    pub usage: KeyUsage,
    pub origin: KeyOrigin,
    pub description: String,
    pub policy: String,
    pub tags: BTreeMap<String, String>,
    /// `None`: it waits for an import.
    pub material: Option<MaterialRecord>,
}

impl State {
    /// The value of `KeyState`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Enabled => "Enabled",
            Self::Disabled => "Disabled",
            Self::PendingDeletion { .. } => "PendingDeletion",
            Self::PendingImport => "PendingImport",
        }
    }
}

impl Key {
    pub fn new(new: NewKey, created: OffsetDateTime) -> Self {
        Self {
            arn: new.arn,
            manager: new.manager,
            spec: new.spec,
            usage: new.usage,
            origin: new.origin,
            description: new.description,
            created,
            state: if new.material.is_some() { State::Enabled } else { State::PendingImport },
            policy: new.policy,
            tags: new.tags,
            materials: new.material.into_iter().collect(),
            schedule: None,
            on_demand: OnDemand::default(),
            document: ParsedPolicy::default(),
        }
    }

    pub fn account(&self) -> &AccountId {
        &self.arn.account
    }

    pub fn is_multi_region(&self) -> bool {
        self.arn.key_id.starts_with("mrk-")
    }

    /// `None`: a policy that cannot be read, which denies.
    pub fn policy_document(&self) -> Option<&Document> {
        let parse = || Document::parse(&self.policy, Kind::Resource).ok();
        self.document.0.get_or_init(parse).as_ref()
    }

    /// The material that new ciphertexts are made with.
    pub fn current_material(&self) -> Option<&MaterialRecord> {
        self.materials.last()
    }

    /// Whether cryptography may be done with the key now. Source: the developer guide's table of key states.
    pub fn check_usable(&self) -> Result<(), Error> {
        match self.state {
            State::Enabled => Ok(()),
            State::Disabled => Err(Error::disabled(&self.arn)),
            State::PendingDeletion { .. } => Err(Error::invalid_state(&self.arn, "pending deletion")),
            State::PendingImport => Err(Error::invalid_state(&self.arn, "pending import")),
        }
    }

    /// Whether the key's settings may be changed now.
    pub fn check_not_pending_deletion(&self) -> Result<(), Error> {
        match self.state {
            State::PendingDeletion { .. } => Err(Error::invalid_state(&self.arn, "pending deletion")),
            State::Enabled | State::Disabled | State::PendingImport => Ok(()),
        }
    }

    /// Whether the key may be enabled or disabled now.
    pub fn check_switchable(&self) -> Result<(), Error> {
        match self.state {
            State::PendingImport => Err(Error::invalid_state(&self.arn, "pending import")),
            State::Enabled | State::Disabled | State::PendingDeletion { .. } => self.check_not_pending_deletion(),
        }
    }

    /// Whether the key can have new material, by whatever way: symmetric encryption keys.
    pub fn check_symmetric_rotation(&self) -> Result<(), Error> {
        if self.spec == KeySpec::SymmetricDefault { Ok(()) } else { Err(Error::bare(Code::UnsupportedOperation)) }
    }

    /// Whether the key's material can be replaced by a schedule.
    pub fn check_can_rotate(&self) -> Result<(), Error> {
        self.check_symmetric_rotation()?;
        if self.origin == KeyOrigin::AwsKms { Ok(()) } else { Err(self.wrong_origin()) }
    }

    pub fn wrong_origin(&self) -> Error {
        let words = format!("{} origin is {} which is not valid for this operation.", self.arn, self.origin);
        Error::new(Code::UnsupportedOperation, words)
    }

    /// What the import actions answer: imports are not built yet.
    pub fn no_import(&self) -> Error {
        match self.origin {
            KeyOrigin::External => Error::new(
                Code::UnsupportedOperation,
                "Importing key material is not supported by this key manager yet.",
            ),
            _ => self.wrong_origin(),
        }
    }

    /// What the replica actions answer: replicas are not built yet.
    pub fn no_replicas(&self) -> Error {
        let words = match self.is_multi_region() {
            true => "Multi-Region replicas are not supported by this key manager yet.".to_owned(),
            false => format!("{} is not a multi-region primary key.", self.arn),
        };
        Error::new(Code::UnsupportedOperation, words)
    }

    /// Whether the key serves `action`, which belongs to `usage`.
    pub fn check_usage(&self, usage: KeyUsage, action: &str) -> Result<(), Error> {
        if self.usage == usage {
            return Ok(());
        }
        let words = format!("{} key usage is {} which is not valid for {action}.", self.arn, self.usage);
        Err(Error::new(Code::InvalidKeyUsage, words))
    }

    /// Whether the key's spec knows the encryption algorithm.
    pub fn check_algorithm(&self, algorithm: EncryptionAlgorithm) -> Result<(), Error> {
        if self.spec.encryption_algorithms().contains(&algorithm) {
            return Ok(());
        }
        Err(self.incompatible(algorithm.as_str()))
    }

    /// An algorithm that the key's spec does not know.
    pub fn incompatible(&self, algorithm: &str) -> Error {
        let words = format!("Algorithm {algorithm} is incompatible with key spec {}.", self.spec);
        Error::new(Code::InvalidKeyUsage, words)
    }

    /// Data keys are for symmetric encryption keys only.
    pub fn check_symmetric(&self, action: &str) -> Result<(), Error> {
        if self.spec == KeySpec::SymmetricDefault {
            return Ok(());
        }
        let words = format!("{} key spec is {} which is not valid for {action}.", self.arn, self.spec);
        Err(Error::new(Code::InvalidKeyUsage, words))
    }
}

/// The policy of a key that is made without one: the account rules, by its IAM policies. Source: the developer guide,
/// "default key policy".
pub fn default_policy(account: &AccountId) -> String {
    format!(
        r#"{{
  "Version" : "2012-10-17",
  "Id" : "key-default-1",
  "Statement" : [ {{
    "Sid" : "Enable IAM User Permissions",
    "Effect" : "Allow",
    "Principal" : {{
      "AWS" : "arn:aws:iam::{account}:root"
    }},
    "Action" : "kms:*",
    "Resource" : "*"
  }} ]
}}"#
    )
}

/// A value as its text, by `Display` and `FromStr`.
pub(super) mod as_text {
    use std::fmt::Display;
    use std::str::FromStr;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<T: Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
    where
        T: FromStr,
        T::Err: Display,
        D: Deserializer<'de>,
    {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}
