//! The embedded backend through its one entrance: raw HTTP requests in, raw answers out.

mod support;
mod smoke;
