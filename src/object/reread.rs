//! A stored object as plaintext to be sealed again.

use futures::StreamExt;
use http_body_util::BodyStream;

use super::body::{BodyFault, PlainBody, Verdict};
use super::error::Error;
use super::read::ReadReply;
use crate::checksum::{Algorithm, ChecksumKind, Hasher};
use crate::seal::FullChecksum;
use crate::upstream;

/// An answer of [`Objects::get`](super::Objects::get) as a body to seal again, with its checksum in `algorithm`.
pub fn body(source: ReadReply, algorithm: Algorithm) -> PlainBody {
    let len = source.range.as_ref().map_or(source.plain_len, |range| range.end - range.start);
    let verdict = Verdict::default();
    let state = (BodyStream::new(source.body), Some(Hasher::new(algorithm)), verdict.clone());
    let stream = futures::stream::try_unfold(state, move |(mut frames, mut hasher, verdict)| async move {
        loop {
            match frames.next().await {
                Some(Ok(frame)) => {
                    let Ok(data) = frame.into_data() else { continue };
                    if let Some(hasher) = hasher.as_mut() {
                        hasher.update(&data);
                    }
                    return Ok(Some((data.into(), (frames, hasher, verdict))));
                }
                Some(Err(error)) => return Err(BodyFault::Source(Box::new(own_error(error)))),
                None => {
                    let value = hasher.take().map(Hasher::finish);
                    let kind = ChecksumKind::FullObject;
                    let _ = verdict.set(value.map(|value| FullChecksum { algorithm, kind, value }));
                    return Ok(None);
                }
            }
        }
    });
    PlainBody { len: Some(len), stream: Box::pin(stream), verdict }
}

fn own_error(error: upstream::BoxError) -> Error {
    match error.downcast::<Error>() {
        Ok(ours) => *ours,
        Err(other) => Error::Backend(upstream::Error::Answer(other)),
    }
}
