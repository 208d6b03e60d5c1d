//! The running check of a body against its request's statements.

use http::HeaderMap;

use super::{Algorithm, Expectations, Mismatch};

/// Fed with the decoded body, it computes what the request states and nothing else.
pub struct Checks {
    expectations: Expectations,
}

impl Checks {
    pub fn new(expectations: Expectations) -> Self {
        Self { expectations }
    }

    /// Takes the next piece of the decoded body.
    pub fn update(&mut self, plain: &[u8]) {
        let _ = (plain, &self.expectations);
        todo!()
    }

    /// Compares everything. Gives the checksum to keep with the object, if the client sent one. Checked in the order of
    /// AWS: payload hash, Content-MD5, checksum.
    pub fn finish(self, trailers: &HeaderMap) -> Result<Option<(Algorithm, Vec<u8>)>, Mismatch> {
        let _ = trailers;
        todo!()
    }
}
