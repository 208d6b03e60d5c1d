//! IAM policy documents and their evaluation.
//!
//! Guarantee: pure; allows only what a statement allows and no statement denies; whatever it does not understand in a
//! statement makes that statement deny.
//!
//! Must not know: callers, where documents come from, what the actions do.

mod document;
mod evaluate;
mod json;
mod pattern;
mod statement;

pub use document::{Document, Malformed};
pub use evaluate::{Decision, Reason, Request, evaluate};
