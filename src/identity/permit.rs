//! Proof that a caller may do one thing to one target.

use crate::names::{BucketName, ObjectKey};

use super::{Caller, Origin, Target};

/// Made by [`super::authorise`] alone. Inner rooms take their target from it, so nothing can authorise one object and
/// touch another.
#[derive(Clone, Debug)]
pub struct Permit {
    caller: Caller,
    action: &'static str,
    target: Target,
    origin: Origin,
}

impl Permit {
    /// Only `authorise` calls this: the module is private to the room.
    pub(super) fn new(caller: Caller, action: &'static str, target: Target, origin: Origin) -> Self {
        Self { caller, action, target, origin }
    }

    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// `s3:GetObject`.
    pub fn action(&self) -> &'static str {
        self.action
    }

    pub fn target(&self) -> &Target {
        &self.target
    }

    pub fn bucket(&self) -> Option<&BucketName> {
        self.target.bucket()
    }

    pub fn object_key(&self) -> Option<&ObjectKey> {
        self.target.object_key()
    }

    pub fn origin(&self) -> &Origin {
        &self.origin
    }
}
