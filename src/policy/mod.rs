//! IAM policy documents and their evaluation.
//!
//! Guarantee: pure; allows only what a statement allows and no statement denies. A document that is not a policy is
//! refused whole; a statement with more than Sid, Effect, Action and Resource denies all that it may be about.
//!
//! Must not know: callers, where documents come from, what the actions do.

mod document;
mod evaluate;
mod json;
mod pattern;
mod statement;

pub use document::{Document, Malformed};
pub use evaluate::{Decision, Reason, Request, evaluate};
