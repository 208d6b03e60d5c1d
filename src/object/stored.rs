//! A backend's answer about one object, read as what it is: sealed with an envelope, or plain.

use std::ops::Range;
use std::sync::Arc;

use http::{HeaderMap, StatusCode, header};

use super::error::Error;
use super::{attributes, etag};
use crate::bucket::State;
use crate::envelope::{self, Envelope, Shape};
use crate::names;
use crate::seal::layout;

/// One stored object, as far as its headers tell.
pub struct Stored {
    /// Length of what the backend stores, in bytes.
    pub stored_len: u64,
    /// The backend's ETag without quotes.
    pub backend_etag: String,
    /// As the answer has it: some backends do not say "null".
    pub version_id: Option<String>,
    /// As the request named it.
    named_version: Option<String>,
    /// The backend's headers, envelope included.
    pub headers: HeaderMap,
    pub kind: Kind,
}

#[derive(Clone)]
pub enum Kind {
    Plain,
    Sealed(Arc<Envelope>),
}

impl Stored {
    /// Reads the head of a 200 or 206 answer to GET or HEAD. Refuses an object without an envelope in a sealed bucket.
    pub fn read(status: StatusCode, headers: HeaderMap, bucket: State) -> Result<Self, Error> {
        let stored_len = total_len(status, &headers).ok_or(Error::Damaged("its length"))?;
        let text = |name| names::headers::first(&headers, name).and_then(|value| value.to_str().ok());
        let backend_etag =
            text("etag").map(|value| etag::unquote(value).to_owned()).ok_or(Error::Damaged("its ETag"))?;
        let version_id = text("x-amz-version-id").map(str::to_owned);
        let kind = match names::headers::first(&headers, envelope::HEADER) {
            Some(value) => {
                let value = value.to_str().map_err(|_| Error::Damaged("its envelope"))?;
                Kind::Sealed(Arc::new(Envelope::decode(value)?))
            }
            None if bucket == State::Sealed => return Err(Error::Unsealed),
            None => Kind::Plain,
        };
        let stored = Self { stored_len, backend_etag, version_id, named_version: None, headers, kind };
        stored.plain_len()?;
        Ok(stored)
    }

    /// The same, of a request that named a version.
    pub fn of_version(self, named: Option<&str>) -> Self {
        Self { named_version: named.map(str::to_owned), ..self }
    }

    /// What a further request must name to meet this version: "null" too, which may not be the current one.
    pub fn version(&self) -> Option<&str> {
        self.named_version.as_deref().or(self.version_id.as_deref())
    }

    /// Length of the plaintext. Wrong lengths are found here: the envelope and the length law must agree.
    pub fn plain_len(&self) -> Result<u64, Error> {
        let Kind::Sealed(envelope) = &self.kind else { return Ok(self.stored_len) };
        let by_law = layout::plain_len(self.stored_len).ok_or(Error::Damaged("its length"))?;
        match envelope.shape {
            Shape::Single { plain_len } if plain_len != by_law => Err(Error::Damaged("its length")),
            _ => Ok(by_law),
        }
    }

    /// The ETag that clients see, without quotes.
    pub fn client_etag(&self) -> String {
        match self.kind {
            Kind::Plain => self.backend_etag.clone(),
            Kind::Sealed(_) => etag::to_client(&self.backend_etag).into_owned(),
        }
    }

    /// The headers that clients see, without length, range, ETag, encryption and checksum.
    pub fn client_headers(&self) -> HeaderMap {
        attributes::to_client(&self.headers)
    }
}

/// The object's length: `Content-Range` of a partial answer, else `Content-Length`.
fn total_len(status: StatusCode, headers: &HeaderMap) -> Option<u64> {
    if status == StatusCode::PARTIAL_CONTENT {
        let range = headers.get(header::CONTENT_RANGE)?.to_str().ok()?;
        return range.rsplit_once('/')?.1.parse().ok();
    }
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The bytes that a partial answer holds: `Content-Range`, RFC 9110 section 14.4.
pub fn content_range(headers: &HeaderMap) -> Option<Range<u64>> {
    let value = headers.get(header::CONTENT_RANGE)?.to_str().ok()?;
    let (first, last) = value.strip_prefix("bytes ")?.split_once('/')?.0.split_once('-')?;
    Some(first.parse().ok()?..last.parse::<u64>().ok()?.checked_add(1)?)
}
