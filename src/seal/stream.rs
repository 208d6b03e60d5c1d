//! skeleton

/// 16 fresh random bytes of one UploadPart.
pub type Attempt = [u8; 16];

/// Which stream of an object. A single-request object is part 0 without an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct StreamId {
    pub part: u16,
    pub attempt: Option<Attempt>,
}
