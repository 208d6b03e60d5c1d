//! The integration tests: a whole gateway in this process, real sockets, one file per verb.
//!
//! `cargo test` runs them on the embedded backend. With `SEALGATE_TEST_MINIO=<path of the minio binary>` they run in front
//! of a real MinIO that the tests start; with `SEALGATE_TEST_CONTROL=1` as well they talk to that MinIO directly, which
//! shows whether a test states what S3 does or only what the gateway happens to do.

// Tables of cases are the plainest form of most tests here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::type_complexity)]

mod support;

mod backend;
mod kms;
mod model;
mod s3;
mod serve;
