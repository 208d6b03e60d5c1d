//! A request on its way inside: authenticated, authorised, its body unread.

use http::request::Parts;

use super::Query;
use crate::identity::{Caller, Origin, Permit};
use crate::sigv4::Verified;
use crate::upstream::BoxBody;

/// What a verb gets. It takes bucket and object key from the permit, never from the head.
pub struct Incoming {
    pub permit: Permit,
    pub caller: Caller,
    pub origin: Origin,
    pub head: Parts,
    /// The query string, decoded; signature parameters included.
    pub query: Query,
    /// `None`: an anonymous request.
    pub verified: Option<Verified>,
    /// The body as it is on the wire, still framed where it is aws-chunked. Polling it answers `Expect: 100-continue`.
    /// It fails when the client is silent for too long.
    pub body: BoxBody,
}
