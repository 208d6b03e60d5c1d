//! The audit trail: one CloudTrail-shaped JSON line for each call of the key manager, allowed or denied.
//!
//! Guarantee: `record` returns only after the line was handed to the operating system (or to the disk, where the
//! configuration says so), so a caller that records before it answers never answers what the trail does not know.
//! A trail that cannot be written is an error of the call. A record never holds a plaintext, a ciphertext or a token.
//!
//! This room knows neither keys nor policies: it is told what happened.

mod event;
mod trail;

pub use event::{Event, new_event_id};
pub use trail::{Audit, Config, Durability, Error};
