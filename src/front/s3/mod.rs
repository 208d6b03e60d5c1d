//! The S3 door.
//!
//! Every request takes the same way, each step in its own file: [`target`] (which bucket and object key), [`routes`] (which
//! operation), signature, authorisation, then a verb of [`verbs`], the listing rewriter or the raw forwarder.
//!
//! Guarantee: what is not in the table of operations is NotImplemented; a body is not read before its request is
//! authorised; every answer carries its request id. Must not know: how objects are sealed.

mod cors;
pub mod document;
mod door;
mod error;
mod facts;
mod flow;
pub mod forward;
mod guard;
mod incoming;
pub mod list;
mod location;
mod owner;
mod permission;
#[cfg(test)]
mod policy_cases;
mod public_acl;
mod query;
mod refusals;
pub mod routes;
mod stated;
pub mod target;
pub mod verbs;

pub use door::{DefaultEncryption, Door, DoorSettings};
pub use error::{Reply, S3Error};
pub use flow::serve;
pub use incoming::{Incoming, Unpermitted};
pub use query::Query;
pub use routes::Verb;
