//! The operations that the gateway carries out itself, one file each.

use super::{Door, Incoming, Reply, S3Error, Unpermitted, Verb};

/// Carries out `verb`, which `incoming`'s permit allows.
pub async fn dispatch(door: &Door, verb: Verb, incoming: Incoming) -> Result<Reply, S3Error> {
    let _ = (door, incoming);
    tracing::debug!(?verb, "not carried out yet");
    Err(S3Error::not_implemented())
}

/// Carries out DeleteObjects or PostObject, which ask for their permits themselves.
pub async fn dispatch_unpermitted(door: &Door, verb: Verb, asked: Unpermitted) -> Result<Reply, S3Error> {
    let _ = (door, asked);
    tracing::debug!(?verb, "not carried out yet");
    Err(S3Error::not_implemented())
}
