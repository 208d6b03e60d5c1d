//! What nearly every action needs.

pub(super) use serde::{Deserialize, Serialize};
pub(super) use serde_json::{Value, json};

pub(super) use crate::kms::authorise::Facts;
pub(super) use crate::kms::error::{Code, Error};
pub(super) use crate::kms::resolve::Aliases;
pub(super) use crate::kms::wire::{self, Blob, Moment};
pub(super) use crate::kms::{Call, Kms, Operation, Trail};
