//! A request's body as the plaintext that the hub seals, with everything the client claims of it checked on the way.

use base64::Engine;
use bytes::Bytes;
use futures::StreamExt;

use crate::checksum::{Algorithm, Checks, Expectations, Hasher};
use crate::front::s3::{Incoming, S3Error, document};
use crate::object::{BodyFault, PlainBody, Verdict};
use crate::seal::{ChecksumKind, FullChecksum};
use crate::sigv4::Chunks;
use crate::upstream::BoxBody;

/// What is computed for an object whose client sends no checksum, as AWS does.
const DEFAULT: Algorithm = Algorithm::Crc64Nvme;

/// An upload's body, and what the request says of it before its first byte.
pub struct Upload {
    pub body: PlainBody,
    /// The algorithm that the client names for it.
    pub algorithm: Option<Algorithm>,
    /// The checksum that the client sends in a header.
    pub declared: Option<FullChecksum>,
}

/// The body of `incoming`, checked while it streams.
pub fn upload(incoming: &mut Incoming) -> Result<Upload, S3Error> {
    let expectations = expectations(incoming)?;
    let algorithm = expectations.algorithm();
    let declared = expectations.checksum.clone();
    let declared = declared.map(|(algorithm, value)| FullChecksum { algorithm, kind: ChecksumKind::FullObject, value });
    let chunks = chunks(incoming)?;
    let len = chunks.plain_len();
    let verdict = Verdict::default();
    let state = Checked {
        chunks,
        checks: Some(Checks::new(expectations)),
        default: algorithm.is_none().then(|| Hasher::new(DEFAULT)),
        verdict: verdict.clone(),
    };
    let stream = futures::stream::try_unfold(state, |mut state| async move {
        Ok::<_, BodyFault>(state.next().await?.map(|bytes| (bytes, state)))
    });
    Ok(Upload { body: PlainBody { len, stream: Box::pin(stream), verdict }, algorithm, declared })
}

/// The whole of a small body whose checksum headers speak of something else.
pub async fn without_checksum(incoming: &mut Incoming, limit: usize) -> Result<Bytes, S3Error> {
    let mut head = http::Request::new(()).into_parts().0;
    head.method = incoming.head.method.clone();
    head.headers = incoming.head.headers.clone();
    let checksums: Vec<_> =
        head.headers.keys().filter(|name| name.as_str().starts_with("x-amz-checksum-")).cloned().collect();
    for name in checksums {
        head.headers.remove(name);
    }
    let body = std::mem::replace(&mut incoming.body, crate::upstream::empty());
    document::read(&head, incoming.verified.as_ref(), body, limit).await
}

fn expectations(incoming: &Incoming) -> Result<Expectations, S3Error> {
    let payload_sha256 = incoming.verified.as_ref().and_then(|verified| verified.payload_sha256());
    Expectations::from_headers(&incoming.head.headers, payload_sha256).map_err(S3Error::from)
}

/// Takes the body out of `incoming`.
fn chunks(incoming: &mut Incoming) -> Result<Chunks<BoxBody>, S3Error> {
    let body = std::mem::replace(&mut incoming.body, crate::upstream::empty());
    Chunks::new(body, &incoming.head, incoming.verified.as_ref()).map_err(S3Error::from)
}

/// Base64 of a digest.
pub fn base64(value: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(value)
}

struct Checked {
    chunks: Chunks<BoxBody>,
    checks: Option<Checks>,
    default: Option<Hasher>,
    verdict: Verdict,
}

impl Checked {
    async fn next(&mut self) -> Result<Option<Bytes>, BodyFault> {
        match self.chunks.next().await {
            Some(piece) => {
                let piece = piece?;
                if let Some(checks) = self.checks.as_mut() {
                    checks.update(&piece);
                }
                if let Some(hasher) = self.default.as_mut() {
                    hasher.update(&piece);
                }
                Ok(Some(piece))
            }
            None => {
                let stated = match self.checks.take() {
                    Some(checks) => checks.finish(self.chunks.trailers())?,
                    None => return Ok(None),
                };
                let computed = stated.or_else(|| self.default.take().map(|hasher| (DEFAULT, hasher.finish())));
                let kind = ChecksumKind::FullObject;
                let _ = self.verdict.set(computed.map(|(algorithm, value)| FullChecksum { algorithm, kind, value }));
                Ok(None)
            }
        }
    }
}
