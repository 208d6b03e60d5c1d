//! Who asks, and whether they may: access keys, users, groups, and the [`Permit`].
//!
//! Guarantee: a [`Permit`] exists only for a caller, an action and a target that were allowed together; nothing else
//! makes one. A file that is not wholly understood is refused, and no error shows a secret.
//!
//! Must not know: what a permitted action does, how a signature is computed.

mod assume;
mod authorise;
mod caller;
mod error;
mod facts;
mod file;
mod identities;
mod origin;
mod permit;
mod principals;
mod session;
mod table;
mod target;
mod verdict;

pub use assume::{AssumeRole, Assumed, NotAssumed};
pub use authorise::{Audience, BucketPolicy, Denied, DeniedReason, Question, authorise};
pub use caller::{Caller, CallerKind};
pub use error::Error;
pub use facts::{RequestFacts, Through};
pub use identities::{Identities, RootUser, Unauthenticated};
pub use origin::Origin;
pub use permit::Permit;
pub use session::{Credentials, Session, SessionKey, SessionPrincipal};
pub use target::Target;
pub use verdict::{Layer, Verdict};
