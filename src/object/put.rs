//! PutObject: one stream, its length known before the first byte.

use std::sync::Arc;

use http::header::{self, HeaderValue};
use http::{HeaderMap, HeaderName, Method};

use super::body::PlainBody;
use super::conditions::Conditions;
use super::error::{Error, Fault};
use super::protection::{self, Protected};
use super::sealing::{Closing, Ended, Sealing, Shared};
use super::{Objects, attributes, etag};
use crate::datakey::{Kek, Protection};
use crate::envelope::{self, ClientMetadata, Draft, Place, Shape};
use crate::identity::Permit;
use crate::names::{BucketName, ObjectKey};
use crate::seal::{FullChecksum, LayerKeys, Manifest, StreamId, StreamSealer, layout};
use crate::upstream::Request;

/// The longest object of one PutObject, as on AWS.
pub const MAX_PUT: u64 = 5 * 1024 * 1024 * 1024;

/// The longest body of one request that backends take, and the pieces that longer ones are cut into.
const MAX_BACKEND_PUT: u64 = 5 * 1024 * 1024 * 1024;
const BACKEND_PIECE: u64 = 1024 * 1024 * 1024;

/// A new object.
pub struct Write {
    pub permit: Permit,
    pub protection: Protection,
    /// The client's headers that are stored, from [`attributes::from_client`].
    pub attributes: HeaderMap,
    pub conditions: Conditions,
    /// The checksum that the client declares in a header; the body's stream verifies it.
    pub declared_checksum: Option<FullChecksum>,
    pub body: PlainBody,
}

/// What a write answers.
pub struct Written {
    /// The backend's headers for the client.
    pub headers: HeaderMap,
    /// As clients see it, without quotes.
    pub etag: String,
    pub protected: Protected,
    pub checksum: Option<FullChecksum>,
    pub plain_len: u64,
}

impl Objects {
    /// Seals and stores a new object. Nothing exists at the backend unless everything the client claimed of it verified.
    pub async fn put(&self, write: Write) -> Result<Written, Error> {
        let plain_len = write.body.len.ok_or(Fault::MissingContentLength)?;
        if plain_len > MAX_PUT {
            return Err(Fault::EntityTooLarge { have: plain_len, limit: MAX_PUT }.into());
        }
        let (bucket, object_key) = place(&write.permit)?;
        let shape = Shape::Single { plain_len };
        let sealed =
            self.envelop(&write.permit, &write.protection, &write.attributes, shape, write.declared_checksum).await?;
        let verdict = write.body.verdict.clone();
        let sealing = Sealing::new(
            write.body,
            StreamSealer::new(&sealed.keys, &StreamId { part: 0, attempt: None }),
            single_tail(sealed.keys.clone(), sealed.commitments),
        );
        let headers = sealed.headers;
        let conditions = write.conditions.for_backend(self.forms(&bucket), None);
        let sealed_len = layout::sealed_len(plain_len);
        let answer = if sealed_len <= MAX_BACKEND_PUT {
            let request = Request::new(Method::PUT).object(&bucket, &object_key).headers(joined(headers, conditions));
            self.upstream.expect(request.body(sealing.into_body(sealed_len))).await?.into_parts().0.headers
        } else {
            Box::pin(self.put_in_pieces((&bucket, &object_key), headers, conditions, Shared::new(sealing), sealed_len))
                .await?
        };
        let checksum = verdict.get().cloned().flatten();
        Ok(Written {
            etag: client_etag(&answer)?,
            headers: attributes::to_client(&answer),
            protected: sealed.protected,
            checksum,
            plain_len,
        })
    }

    /// Fresh data keys for a new object, and the headers it is stored with: the client's and the envelope.
    pub(super) async fn envelop(
        &self,
        permit: &Permit,
        protection: &Protection,
        attributes: &HeaderMap,
        shape: Shape,
        checksum: Option<FullChecksum>,
    ) -> Result<Enveloped, Error> {
        let (bucket, object_key) = place(permit)?;
        let keks = self.datakeys.generate(permit, (self.bound_name(&bucket), &object_key), protection).await?;
        let keys = LayerKeys::random(protection::layers(protection));
        let draft = protection::draft(protection, &keks, shape, checksum);
        self.envelop_with(draft, &keks, keys, (&bucket, &object_key), attributes)
    }

    /// The same with data keys that exist: a copy keeps them.
    pub(super) fn envelop_with(
        &self,
        draft: Draft,
        keks: &[Kek],
        keys: LayerKeys,
        (bucket, object_key): (&BucketName, &ObjectKey),
        attributes: &HeaderMap,
    ) -> Result<Enveloped, Error> {
        let place = Place { bucket: self.bound_name(bucket), object_key };
        let metadata = ClientMetadata::from_headers(attributes);
        let borrowed: Vec<envelope::Kek<'_>> =
            keks.iter().map(|kek| envelope::Kek { secret: &kek.secret, blob: &kek.blob }).collect();
        let envelope = envelope::seal_envelope(draft, &borrowed, &keys, &place, &metadata)?;
        let encoded = envelope.encode_beside(&metadata)?;
        let mut headers = attributes.clone();
        let value = HeaderValue::from_str(&encoded).map_err(|_| Error::Internal("an envelope that is no header"))?;
        headers.insert(HeaderName::from_static(envelope::HEADER), value);
        Ok(Enveloped {
            protected: Protected::of(&envelope),
            commitments: envelope.commitments(),
            keys: Arc::new(keys),
            headers,
        })
    }

    /// A sealed object that is longer than one backend request may be: one stream in pieces of a backend upload.
    async fn put_in_pieces(
        &self,
        (bucket, object_key): (&BucketName, &ObjectKey),
        headers: HeaderMap,
        conditions: HeaderMap,
        sealing: Shared,
        sealed_len: u64,
    ) -> Result<HeaderMap, Error> {
        let upload = self.create_backend_upload((bucket, object_key), headers).await?;
        let mut parts = Vec::new();
        let mut left = sealed_len;
        let sent = async {
            while left > 0 {
                let number = u16::try_from(parts.len() + 1).map_err(|_| Error::Internal("too many pieces"))?;
                let len = left.min(BACKEND_PIECE);
                let tag =
                    self.upload_backend_part((bucket, object_key), upload.id(), number, sealing.take(len)).await?;
                parts.push((number, tag));
                left -= len;
            }
            self.complete_backend_upload((bucket, object_key), upload.id(), &parts, conditions).await
        };
        match sent.await {
            Ok(answer) => {
                upload.keep();
                Ok(answer)
            }
            Err(error) => {
                upload.give_up().await;
                Err(error)
            }
        }
    }
}

/// An envelope around fresh or kept data keys.
pub(super) struct Enveloped {
    pub keys: Arc<LayerKeys>,
    /// To the keys.
    pub commitments: Vec<[u8; 32]>,
    pub headers: HeaderMap,
    pub protected: Protected,
}

/// What follows the one stream of a single-request object.
fn single_tail(keys: Arc<LayerKeys>, commitments: Vec<[u8; 32]>) -> Closing {
    Box::new(move |ended: Ended| {
        let manifest = Manifest::single(ended.plain_len, keys.count(), ended.checksum);
        Ok(vec![manifest.tail(&*keys, &commitments, ended.stream_len)?.into()])
    })
}

/// The place that a permit names.
pub(super) fn place(permit: &Permit) -> Result<(BucketName, ObjectKey), Error> {
    match (permit.bucket(), permit.object_key()) {
        (Some(bucket), Some(object_key)) => Ok((bucket.clone(), object_key.clone())),
        _ => Err(Error::Internal("an object operation without an object")),
    }
}

/// The ETag of a sealed object's write, as clients see it.
pub(super) fn client_etag(answer: &HeaderMap) -> Result<String, Error> {
    let tag = answer.get(header::ETAG).and_then(|value| value.to_str().ok()).ok_or(Error::Damaged("its ETag"))?;
    Ok(etag::to_client(etag::unquote(tag)).into_owned())
}

pub(super) fn joined(mut headers: HeaderMap, more: HeaderMap) -> HeaderMap {
    for (name, value) in &more {
        headers.insert(name, value.clone());
    }
    headers
}
