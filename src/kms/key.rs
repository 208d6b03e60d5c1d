//! A KMS key as it is recorded: everything but its material.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::names::{AccountId, KeyArn};

use super::error::{Code, Error};
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
    pub fn account(&self) -> &AccountId {
        &self.arn.account
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
        let words = format!("Algorithm {algorithm} is incompatible with key spec {}.", self.spec);
        Err(Error::new(Code::InvalidKeyUsage, words))
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
mod as_text {
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
