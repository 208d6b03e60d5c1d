//! Sealgate: an S3 gateway that seals everything at rest, and the key manager inside it.
//!
//! The rooms, from the door down to the ground. A room imports only rooms below it; `app` alone builds rooms and
//! hands them to each other.

pub mod cli;
pub mod app;
pub mod config;
pub mod front;
pub mod object;
pub mod bucket;
pub mod datakey;
pub mod kms;
pub mod upstream;
pub mod embedded;
pub mod database;
pub mod audit;
pub mod identity;
pub mod policy;
pub mod sigv4;
pub mod envelope;
pub mod seal;
pub mod checksum;
pub mod crypto;
pub mod metrics;
pub mod names;
