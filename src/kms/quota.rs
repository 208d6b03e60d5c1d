//! Request quotas: how many calls of a group an account may make in a Region each second. Off unless a setting says so.
//! Source: the KMS developer guide's "request quotas" of 2023. Calls across accounts count for the caller.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use time::OffsetDateTime;

use crate::names::{AccountId, Region};

use super::Call;
use super::error::{Code, Error};
use super::spec::KeySpec;

/// Whether calls are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QuotaMode {
    #[default]
    Off,
    AsOnAws,
}

/// Calls that are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Group {
    /// Symmetric and HMAC cryptography share one quota.
    Symmetric,
    Rsa,
    /// Elliptic curves, SM2 and lattices.
    OtherAsymmetric,
    DataKeyPair(KeySpec),
    /// An action by itself.
    Action(&'static str),
}

pub struct Quotas {
    mode: QuotaMode,
    buckets: Mutex<HashMap<(AccountId, Region, Group), Bucket>>,
}

/// A bucket that fills with time: one token is one call.
struct Bucket {
    tokens: f64,
    filled: OffsetDateTime,
}

/// Region names are the callers' own: what they count must not grow without end.
const MAX_BUCKETS: usize = 10_000;

impl Quotas {
    pub fn new(mode: QuotaMode) -> Self {
        Self { mode, buckets: Mutex::default() }
    }

    /// Counts a call whose action alone tells its group: everything but cryptography with a key.
    pub fn charge_action(&self, call: &Call, action: &'static str, now: OffsetDateTime) -> Result<(), Error> {
        match rate_of_action(action) {
            Some(rate) => self.charge(call, Group::Action(action), rate, now),
            None if action == "GenerateRandom" => {
                self.charge(call, Group::Symmetric, symmetric_rate(&call.region), now)
            }
            None => Ok(()),
        }
    }

    /// Counts cryptography with a key of `spec`.
    pub fn charge_cryptography(&self, call: &Call, spec: KeySpec, now: OffsetDateTime) -> Result<(), Error> {
        let (group, rate) = match spec {
            KeySpec::SymmetricDefault | KeySpec::Hmac224 | KeySpec::Hmac256 | KeySpec::Hmac384 | KeySpec::Hmac512 => {
                (Group::Symmetric, symmetric_rate(&call.region))
            }
            KeySpec::Rsa2048 | KeySpec::Rsa3072 | KeySpec::Rsa4096 => (Group::Rsa, 500.0),
            _ => (Group::OtherAsymmetric, 300.0),
        };
        self.charge(call, group, rate, now)
    }

    /// Counts the making of a data key pair.
    pub fn charge_pair(&self, call: &Call, spec: KeySpec, now: OffsetDateTime) -> Result<(), Error> {
        let rate = match spec {
            KeySpec::Rsa2048 => 1.0,
            KeySpec::Rsa3072 => 0.5,
            KeySpec::Rsa4096 => 0.1,
            KeySpec::EccNistP384 => 10.0,
            KeySpec::EccNistP521 => 5.0,
            _ => 25.0,
        };
        self.charge(call, Group::DataKeyPair(spec), rate, now)
    }

    fn charge(&self, call: &Call, group: Group, rate: f64, now: OffsetDateTime) -> Result<(), Error> {
        if self.mode == QuotaMode::Off {
            return Ok(());
        }
        let most = rate.max(1.0);
        let id = (call.caller.account().clone(), call.region.clone(), group);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MAX_BUCKETS {
            // Every bucket is full again after this time, as a new one is.
            buckets.retain(|_, bucket| now - bucket.filled < time::Duration::minutes(1));
        }
        let bucket = buckets.entry(id).or_insert(Bucket { tokens: most, filled: now });
        let passed = (now - bucket.filled).as_seconds_f64().max(0.0);
        bucket.tokens = (bucket.tokens + passed * rate).min(most);
        bucket.filled = now;
        if bucket.tokens < 1.0 {
            return Err(Error::new(
                Code::Throttling,
                "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.",
            ));
        }
        bucket.tokens -= 1.0;
        Ok(())
    }
}

/// Calls a second. Large Regions have more.
fn symmetric_rate(region: &Region) -> f64 {
    match region.as_str() {
        "us-east-1" | "us-west-2" | "eu-west-1" => 50_000.0,
        "us-east-2" | "ap-southeast-1" | "ap-southeast-2" | "ap-northeast-1" | "eu-central-1" | "eu-west-2" => 10_000.0,
        _ => 5_500.0,
    }
}

/// Calls a second of the actions that have a quota of their own.
fn rate_of_action(action: &str) -> Option<f64> {
    Some(match action {
        "GetParametersForImport" => 0.25,
        "CancelKeyDeletion"
        | "ConnectCustomKeyStore"
        | "CreateAlias"
        | "CreateCustomKeyStore"
        | "CreateKey"
        | "DeleteCustomKeyStore"
        | "DeleteImportedKeyMaterial"
        | "DescribeCustomKeyStores"
        | "DisableKey"
        | "DisableKeyRotation"
        | "DisconnectCustomKeyStore"
        | "EnableKey"
        | "ImportKeyMaterial"
        | "ReplicateKey"
        | "RotateKeyOnDemand"
        | "UntagResource"
        | "UpdateAlias"
        | "UpdateCustomKeyStore"
        | "UpdateKeyDescription"
        | "UpdatePrimaryRegion" => 5.0,
        "TagResource" => 10.0,
        "DeleteAlias" | "EnableKeyRotation" | "PutKeyPolicy" | "ScheduleKeyDeletion" => 15.0,
        "RetireGrant" | "RevokeGrant" => 30.0,
        "CreateGrant" => 50.0,
        "ListGrants" | "ListKeyPolicies" | "ListKeyRotations" | "ListRetirableGrants" => 100.0,
        "ListAliases" | "ListKeys" => 500.0,
        "GetKeyPolicy" | "GetKeyRotationStatus" => 1000.0,
        "DescribeKey" | "GetKeyLastUsage" | "GetPublicKey" | "ListResourceTags" => 2000.0,
        _ => return None,
    })
}
