//! The doors: what clients and operators speak to.
//!
//! Guarantee: a request passes authentication, then the table of operations, then authorisation, before any inner room
//! hears of it; only the doors choose what a caller sees of an error. Must not know: keys, formats, where data lies.

pub mod kms;
pub mod s3;
pub mod sts;
