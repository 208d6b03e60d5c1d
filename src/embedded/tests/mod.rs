//! The embedded backend through its one entrance: raw HTTP requests in, raw answers out. What S3 does is tested in
//! `tests/backend`, on this backend and on MinIO; here is what is this backend's own: bodies, files, crashes, speed.

mod bodies;
mod crash;
mod files;
mod kill;
mod speed;
mod support;
mod walk;
