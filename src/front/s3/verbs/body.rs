//! A request's body as the plaintext that the hub seals, with everything the client claims of it checked on the way.

use std::pin::Pin;

use base64::Engine;
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use http::HeaderMap;

use crate::checksum::{Algorithm, Checks, Expectations, Hasher};
use crate::front::s3::{Incoming, S3Error, document};
use crate::object::{BodyFault, PlainBody, PlainStream, Verdict};
use crate::seal::{ChecksumKind, FullChecksum};
use crate::sigv4::Chunks;
use crate::upstream::OwnBody;

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
    let payload_sha256 = incoming.verified.as_ref().and_then(|verified| verified.payload_sha256());
    let expectations = Expectations::from_headers(&incoming.head.headers, payload_sha256)?;
    let algorithm = expectations.algorithm();
    let declared = expectations.checksum.clone();
    let declared = declared.map(|(algorithm, value)| FullChecksum { algorithm, kind: ChecksumKind::FullObject, value });
    let body = std::mem::replace(&mut incoming.body, crate::upstream::empty());
    let chunks = Chunks::new(body, &incoming.head, incoming.verified.as_ref())?;
    let len = chunks.plain_len();
    let (stream, verdict) = Checked::stream(Source::Request(Box::pin(chunks)), expectations);
    Ok(Upload { body: PlainBody { len, stream, verdict }, algorithm, declared })
}

/// A form's file, checked while it streams against what the form's fields say.
pub fn checked(file: PlainStream, fields: &HeaderMap) -> Result<(PlainStream, Verdict), S3Error> {
    let expectations = Expectations::from_headers(fields, None)?;
    Ok(Checked::stream(Source::Form(file), expectations))
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

/// Base64 of a digest.
pub fn base64(value: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(value)
}

/// Where plaintext comes from.
enum Source {
    Request(Pin<Box<Chunks<OwnBody>>>),
    Form(PlainStream),
}

struct Checked {
    source: Source,
    checks: Option<Checks>,
    default: Option<Hasher>,
    verdict: Verdict,
}

impl Checked {
    fn stream(source: Source, expectations: Expectations) -> (PlainStream, Verdict) {
        let verdict = Verdict::default();
        let default = expectations.algorithm().is_none().then(|| Hasher::new(DEFAULT));
        let checked = Self { source, checks: Some(Checks::new(expectations)), default, verdict: verdict.clone() };
        let stream = futures::stream::try_unfold(checked, |mut checked| async move {
            Ok::<_, BodyFault>(checked.next().await?.map(|bytes| (bytes, checked)))
        });
        (Box::pin(stream), verdict)
    }

    async fn next(&mut self) -> Result<Option<BytesMut>, BodyFault> {
        let piece = match &mut self.source {
            Source::Request(chunks) => chunks.next().await.transpose()?,
            Source::Form(file) => file.next().await.transpose()?,
        };
        match piece {
            Some(piece) => {
                if let Some(checks) = self.checks.as_mut() {
                    checks.update(&piece);
                }
                if let Some(hasher) = self.default.as_mut() {
                    hasher.update(&piece);
                }
                Ok(Some(piece))
            }
            None => {
                self.end()?;
                Ok(None)
            }
        }
    }

    /// Everything has come: compare it, and only then say what it was.
    fn end(&mut self) -> Result<(), BodyFault> {
        let Some(checks) = self.checks.take() else { return Ok(()) };
        let stated = match &self.source {
            Source::Request(chunks) => checks.finish(chunks.trailers())?,
            Source::Form(_) => checks.finish(&HeaderMap::new())?,
        };
        let computed = stated.or_else(|| self.default.take().map(|hasher| (DEFAULT, hasher.finish())));
        let kind = ChecksumKind::FullObject;
        let _ = self.verdict.set(computed.map(|(algorithm, value)| FullChecksum { algorithm, kind, value }));
        Ok(())
    }
}
