//! IAM policy documents and their evaluation.
//!
//! Guarantee: pure; allows only what a statement allows and no statement denies. A document that is not a policy is
//! refused whole; a statement with a member, operator, condition key or variable that is not known here denies all that it
//! may be about. What an evaluation leaves unclear counts against the request.
//!
//! Must not know: callers, where documents come from, what the actions do.

mod canonical;
mod condition;
mod document;
mod evaluate;
mod facts;
mod glob;
mod json;
mod operator;
mod principal;
mod public;
mod resource;
mod statement;
mod template;
mod truth;

pub use canonical::canonical_user_id;
pub use condition::is_operator;
pub use document::{Document, Kind, Malformed};
pub use evaluate::{Decision, Reason, Request, evaluate};
pub use facts::{Facts, NoFacts, Values, is_known as is_condition_key};
pub use glob::action_matches;
pub use principal::{Principal, Whom, is_valid as is_principal};
