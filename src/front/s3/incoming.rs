//! A request on its way inside: authenticated, authorised, its body unread.

use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;

use super::permission::{Asker, Signed};
use super::{Door, Query};
use crate::identity::{Caller, Origin, Permit};
use crate::names::BucketName;
use crate::sigv4::Verified;
use crate::upstream::OwnBody;

/// What a verb gets. It takes bucket and object key from the permit, never from the head.
pub struct Incoming {
    pub permit: Permit,
    pub caller: Caller,
    pub origin: Origin,
    pub head: Arc<Parts>,
    /// The query string, decoded; signature parameters included.
    pub query: Query,
    /// `None`: an anonymous request.
    pub verified: Option<Verified>,
    /// The body as it is on the wire, still framed where it is aws-chunked. Polling it answers `Expect: 100-continue`.
    /// It fails when the client is silent for too long.
    pub body: OwnBody,
    /// The document that the body was, where a policy had to know it: the body is then read.
    pub document: Option<Bytes>,
}

impl Incoming {
    /// Asks for a further permit.
    pub(super) fn asker<'a>(&'a self, door: &'a Door) -> Asker<'a> {
        let Self { caller, origin, head, verified, .. } = self;
        Asker { door, caller, origin, headers: &head.headers, signed: Signed::of(verified.as_ref()) }
    }
}

/// A request whose verb asks for its permits itself: one for each object key of DeleteObjects; for a form, once its fields
/// have named key and signature.
pub struct Unpermitted {
    pub bucket: BucketName,
    /// `None`: a form, whose caller stands in its fields.
    pub caller: Option<Caller>,
    pub origin: Origin,
    pub head: Arc<Parts>,
    pub query: Query,
    pub verified: Option<Verified>,
    /// As [`Incoming::body`].
    pub body: OwnBody,
}
