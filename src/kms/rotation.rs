//! Rotation: new material for a key that stays the same. Old material is kept, since old ciphertexts name it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::Kms;
use super::error::Error;
use super::key::{Key, Manager, State};
use super::spec::{KeyOrigin, KeySpec, wire_enum};
use super::store::Change;

wire_enum!(RotationType { Automatic => "AUTOMATIC", OnDemand => "ON_DEMAND" });

/// Automatic rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    pub period_days: u32,
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub next: OffsetDateTime,
}

/// Rotation on demand: what is left of a key's lifetime allowance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnDemand {
    pub used: u32,
}

pub const USUAL_PERIOD_DAYS: u32 = 365;

/// How long a process runs before it does what is due by the clock.
const SETTLED: std::time::Duration = std::time::Duration::from_secs(600);

/// How often a key's material is replaced on demand in its lifetime.
pub const MOST_ON_DEMAND: u32 = 25;

impl Schedule {
    pub fn from(now: OffsetDateTime, period_days: u32) -> Self {
        Self { period_days, next: now + Duration::days(i64::from(period_days)) }
    }
}

impl Key {
    /// Whether the key's material rotates by schedule.
    pub fn can_rotate(&self) -> bool {
        self.spec == KeySpec::SymmetricDefault && self.origin == KeyOrigin::AwsKms
    }

    /// When material is due to be replaced. AWS-managed keys and the gateway's own rotate yearly.
    pub fn next_rotation(&self) -> Option<OffsetDateTime> {
        match self.manager {
            Manager::Customer => self.schedule.map(|schedule| schedule.next),
            Manager::Aws { .. } | Manager::Gateway => {
                let newest = self.current_material()?.created;
                Some(newest + Duration::days(i64::from(USUAL_PERIOD_DAYS)))
            }
        }
    }

    fn is_due_for_rotation(&self, now: OffsetDateTime) -> bool {
        self.state == State::Enabled && self.can_rotate() && self.next_rotation().is_some_and(|next| next <= now)
    }

    fn is_due_for_deletion(&self, now: OffsetDateTime) -> bool {
        matches!(self.state, State::PendingDeletion { due } if due <= now)
    }
}

impl Kms {
    /// Writes when keys were last used, as far as it is not written yet.
    pub async fn keep_last_uses(&self) -> Result<(), Error> {
        self.store.exchange_last_uses(&self.last_uses).await
    }

    /// What time brings: due rotations, and the destruction of keys whose waiting period is over. Called now and then;
    /// a call that comes late does what was due meanwhile, once.
    ///
    /// Not in the first minutes: a machine may start with a clock that is weeks ahead, until it has heard of the time, and
    /// what is destroyed then is destroyed for good.
    pub async fn tend(&self) -> Result<(), Error> {
        let now = self.now();
        self.keep_last_uses().await?;
        if self.running.elapsed() < SETTLED {
            return Ok(());
        }
        let due: Vec<Arc<Key>> = {
            let memory = self.store.read();
            let keys = memory.keys().chain(memory.gateway_key());
            keys.filter(|key| key.is_due_for_rotation(now) || key.is_due_for_deletion(now)).cloned().collect()
        };
        for key in due {
            if key.is_due_for_deletion(now) {
                self.destroy(&key, now).await?;
            } else {
                self.rotate(&key, RotationType::Automatic, now).await?;
            }
        }
        Ok(())
    }

    /// Gives a key fresh material, unless it changed meanwhile: then it returns false.
    pub(crate) async fn rotate(
        &self,
        key: &Arc<Key>,
        rotation: RotationType,
        now: OffsetDateTime,
    ) -> Result<bool, Error> {
        let (mut record, material) = self.draw_material(&key.arn, key.spec, now)?;
        record.rotation = Some(rotation);
        let before = key.clone();
        self.store
            .change(move |memory| {
                let current =
                    if before.manager == Manager::Gateway { memory.gateway_key() } else { memory.key(&before.arn) };
                let Some(current) = current.filter(|current| Arc::ptr_eq(current, &before)) else {
                    return Ok((Vec::new(), false));
                };
                let mut key = Key::clone(current);
                key.materials.push(record);
                match rotation {
                    RotationType::Automatic => {
                        key.schedule = key.schedule.map(|schedule| Schedule::from(now, schedule.period_days));
                    }
                    RotationType::OnDemand => key.on_demand.used += 1,
                }
                Ok((vec![material, Change::PutKey(Arc::new(key))], true))
            })
            .await
    }

    /// Destroys a key with its material, aliases and grants.
    async fn destroy(&self, key: &Arc<Key>, now: OffsetDateTime) -> Result<(), Error> {
        let arn = key.arn.clone();
        self.store
            .change(move |memory| {
                let due = memory.key(&arn).is_some_and(|key| key.is_due_for_deletion(now));
                Ok((if due { vec![Change::DeleteKey(arn)] } else { Vec::new() }, ()))
            })
            .await?;
        self.store.forget_deleted().await
    }
}
