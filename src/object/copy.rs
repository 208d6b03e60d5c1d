//! CopyObject: the data key is kept and wrapped anew, and the backend moves the bytes.
//!
//! A body passes through the gateway only where the source is plain, where the number of layers changes, or where the
//! client asks for a checksum that is not stored.

use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::conditions::Conditions;
use super::error::{Error, Fault};
use super::get::{ATTEMPTS, changed};
use super::protection::{self, Protected};
use super::put::{MAX_PUT, Write, joined, place};
use super::range::ByteRange;
use super::read::{ChecksumMode, Read, Section, Unlocked};
use super::stored::{Kind, Stored};
use super::tagging::Tagging;
use super::{Objects, attributes, etag, reread, unlock};
use crate::checksum::Algorithm;
use crate::datakey::{CustomerKey, Protection};
use crate::envelope;
use crate::identity::Permit;
use crate::seal::FullChecksum;
use crate::upstream::Request;

/// The longest stored object that a backend copies in one request, in bytes.
pub const MAX_BACKEND_COPY: u64 = 5 * 1024 * 1024 * 1024;

const UNRESERVED_AND_SLASH: AsciiSet =
    NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// What is copied; its permit is for reading.
pub struct Source {
    pub permit: Permit,
    pub version_id: Option<String>,
    pub conditions: Conditions,
    /// For a source under SSE-C.
    pub customer_key: Option<CustomerKey>,
}

/// `x-amz-metadata-directive`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetadataDirective {
    Copy,
    Replace,
}

/// A copy.
pub struct Copy {
    pub permit: Permit,
    pub source: Source,
    pub directive: MetadataDirective,
    pub protection: Protection,
    /// Whether the request names an encryption: a copy onto itself must change something.
    pub names_encryption: bool,
    /// The client's headers that are stored.
    pub attributes: HeaderMap,
    pub conditions: Conditions,
    /// `x-amz-checksum-algorithm`.
    pub checksum: Option<Algorithm>,
    pub overtaking: Overtaking,
}

/// What becomes of a write to the source between this copy's look at it and the copy itself, in a versioned bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overtaking {
    /// The version that was seen is copied: the last one to finish wins.
    Allowed,
    /// The copy fails: it was not to replace anything but what was seen.
    Refused,
}

/// What a copy answers.
pub struct Copied {
    pub headers: HeaderMap,
    /// As clients see it, without quotes.
    pub etag: String,
    /// As the backend writes it, ISO 8601.
    pub last_modified: String,
    pub protected: Protected,
    pub checksum: Option<FullChecksum>,
    /// How many parts' checksums make a composite one.
    pub composite_parts: Option<usize>,
    pub source_version: Option<String>,
}

/// The backend's document about a copy.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CopyResult {
    #[serde(rename = "ETag")]
    pub etag: String,
    pub last_modified: String,
}

impl Objects {
    /// Copies an object, or re-wraps it where it stands.
    pub async fn copy(&self, copy: Copy) -> Result<Copied, Error> {
        for _ in 1..ATTEMPTS {
            match self.copy_once(&copy).await {
                Err(Error::Changed) => continue,
                done => return done,
            }
        }
        self.copy_once(&copy).await
    }

    async fn copy_once(&self, copy: &Copy) -> Result<Copied, Error> {
        let (source_bucket, source_key) = place(&copy.source.permit)?;
        let read = Read {
            permit: copy.source.permit.clone(),
            version_id: copy.source.version_id.clone(),
            section: Section::Whole,
            conditions: copy.source.conditions.clone(),
            checksum: ChecksumMode::Off,
            customer_key: copy.source.customer_key.clone(),
            headers: HeaderMap::new(),
        };
        // On a copy, "not modified" is a failed condition.
        let stored = self.existing(&read).await.map_err(|error| match &error {
            Error::Backend(answer) if answer.status() == Some(StatusCode::NOT_MODIFIED) => {
                Fault::PreconditionFailed { condition: "x-amz-copy-source-If-None-Match" }.into()
            }
            _ => error,
        })?;
        unlock::check_customer_key(copy.source.customer_key.as_ref(), &stored.kind)?;
        self.refuse_idle_self_copy(copy)?;
        let plain_len = stored.plain_len()?;
        if plain_len > MAX_PUT {
            let message =
                "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120";
            return Err(Fault::InvalidRequest(message.to_owned()).into());
        }
        self.check_destination(copy).await?;
        let source_version = stored.version_id.clone();
        // What another request reads is what this one saw.
        let seen = Read {
            version_id: stored.version().map(str::to_owned),
            conditions: Conditions::matching(&stored.client_etag()),
            ..read.clone()
        };
        let copied = match &stored.kind {
            Kind::Sealed(envelope) if envelope.layers() == protection::layers(&copy.protection) => {
                let unlocked = self.unlock_stored(&read, stored).await?;
                let (checksum, parts) = self.stored_checksum((&source_bucket, &source_key), &unlocked).await?;
                let kept =
                    copy.checksum.is_none_or(|wanted| checksum.as_ref().is_some_and(|have| have.algorithm == wanted));
                if kept {
                    let attributes = copied_attributes(copy, &unlocked.stored.headers);
                    self.copy_wrapped(copy, unlocked, attributes, (checksum, parts)).await?
                } else {
                    self.copy_body(copy, seen).await?
                }
            }
            _ => self.copy_body(copy, seen).await?,
        };
        Ok(Copied { source_version, ..copied })
    }

    /// The checksum of a stored object, wherever it stands.
    pub(super) async fn stored_checksum(
        &self,
        place: (&crate::names::BucketName, &crate::names::ObjectKey),
        unlocked: &Unlocked,
    ) -> Result<(Option<FullChecksum>, Option<usize>), Error> {
        if let Some(checksum) = unlocked.envelope.open_checksum(&unlocked.keys)? {
            return Ok((Some(checksum), None));
        }
        let known = self.manifest(place, &unlocked.stored, &unlocked.envelope, &*unlocked.keys).await?;
        Ok((known.manifest.checksum.clone(), Some(known.manifest.parts.len())))
    }

    /// New wrapping around the same data keys; the backend copies the bytes.
    pub(super) async fn copy_wrapped(
        &self,
        copy: &Copy,
        unlocked: Unlocked,
        attributes: HeaderMap,
        (checksum, parts): (Option<FullChecksum>, Option<usize>),
    ) -> Result<Copied, Error> {
        unlocked.check_bound()?;
        let (bucket, object_key) = place(&copy.permit)?;
        let keks =
            self.datakeys.generate(&copy.permit, (self.bound_name(&bucket), &object_key), &copy.protection).await?;
        let in_envelope = unlocked.envelope.open_checksum(&unlocked.keys)?;
        let draft = protection::draft(&copy.protection, &keks, unlocked.envelope.shape, in_envelope);
        let enveloped =
            self.envelop_with(draft, &keks, unlocked.keys.duplicate(), (&bucket, &object_key), &attributes)?;
        let source = source_headers(copy, &unlocked.stored)?;
        if copy.overtaking == Overtaking::Refused {
            self.check_untouched(copy, &unlocked.stored).await?;
        }
        let (headers, result) = if unlocked.stored.stored_len <= self.settings.max_backend_copy {
            let mut headers = joined(enveloped.headers, source);
            headers.insert("x-amz-metadata-directive", HeaderValue::from_static("REPLACE"));
            let request = Request::new(Method::PUT).object(&bucket, &object_key).headers(headers);
            self.document_and_headers::<CopyResult>(request).await.map_err(source_changed)?
        } else {
            self.copy_in_pieces(copy, &unlocked, enveloped.headers, source).await?
        };
        Ok(Copied {
            headers: attributes::to_client(&headers),
            etag: etag::to_client(etag::unquote(&result.etag)).into_owned(),
            last_modified: result.last_modified,
            protected: enveloped.protected,
            checksum,
            composite_parts: parts,
            source_version: None,
        })
    }

    /// Opens the source and seals it anew. What describes the new object is of the same answer as its body.
    async fn copy_body(&self, copy: &Copy, seen: Read) -> Result<Copied, Error> {
        let source = self.get(&seen).await.map_err(source_changed)?;
        if !source.bound {
            return Err(Error::Damaged("its metadata"));
        }
        let mut attributes = copied_attributes(copy, &source.headers);
        if attributes.remove("x-amz-tagging-directive").is_none_or(|directive| directive != "REPLACE")
            && let Some(tags) = self.source_tags(copy, seen.version_id.as_deref()).await?
        {
            attributes.insert("x-amz-tagging", tags);
        }
        let algorithm = copy.checksum.unwrap_or(Algorithm::Crc64Nvme);
        let written = self
            .put(Write {
                permit: copy.permit.clone(),
                protection: copy.protection.clone(),
                attributes,
                conditions: copy.conditions.clone(),
                declared_checksum: None,
                body: reread::body(source, algorithm),
            })
            .await?;
        Ok(Copied {
            headers: written.headers,
            etag: written.etag,
            last_modified: now(),
            protected: written.protected,
            checksum: written.checksum,
            composite_parts: None,
            source_version: None,
        })
    }

    /// The tags of a version of the source as `x-amz-tagging` writes them.
    pub(super) async fn source_tags(
        &self,
        copy: &Copy,
        version_id: Option<&str>,
    ) -> Result<Option<HeaderValue>, Error> {
        let (bucket, object_key) = place(&copy.source.permit)?;
        let mut request = Request::new(Method::GET).object(&bucket, &object_key).sub_resource("tagging");
        if let Some(version) = version_id {
            request = request.query("versionId", version);
        }
        let tagging: Tagging = self.document(request).await?;
        Ok(tagging.to_header().filter(|header| !header.is_empty()))
    }

    /// Whether the object is still as it was seen, its envelope included: a copy of it onto itself changes its metadata, and
    /// at many backends not its ETag. A write between this look and the copy is not seen.
    async fn check_untouched(&self, copy: &Copy, seen: &Stored) -> Result<(), Error> {
        let (bucket, object_key) = place(&copy.source.permit)?;
        let head =
            self.upstream.expect(Request::new(Method::HEAD).object(&bucket, &object_key)).await.map_err(changed)?;
        let same = |name: &str| head.headers().get(name) == seen.headers.get(name);
        let untouched = ["etag", envelope::HEADER, "x-amz-version-id"].into_iter().all(same);
        if untouched { Ok(()) } else { Err(Error::Changed) }
    }

    /// Refuses a copy of an object onto itself that changes nothing, in AWS's words.
    fn refuse_idle_self_copy(&self, copy: &Copy) -> Result<(), Error> {
        let same = copy.permit.target() == copy.source.permit.target() && copy.source.version_id.is_none();
        let changes = copy.directive == MetadataDirective::Replace
            || copy.names_encryption
            || ["x-amz-storage-class", "x-amz-website-redirect-location"]
                .iter()
                .any(|name| copy.attributes.contains_key(*name));
        if same && !changes {
            let message = "This copy request is illegal because it is trying to copy an object to itself without changing \
                           the object's metadata, storage class, website redirect location or encryption attributes.";
            return Err(Fault::InvalidRequest(message.to_owned()).into());
        }
        Ok(())
    }

    /// Checks the destination's conditions: backends ignore them on a copy. A write between this look and the copy is
    /// not seen.
    async fn check_destination(&self, copy: &Copy) -> Result<(), Error> {
        if copy.conditions.is_empty() {
            return Ok(());
        }
        let (bucket, object_key) = place(&copy.permit)?;
        let current = self.current_etag((&bucket, &object_key), None).await?;
        copy.conditions.check_write(current.as_deref())
    }
}

/// The headers of the new object: what the directive keeps of the source, and what the request says.
fn copied_attributes(copy: &Copy, source: &HeaderMap) -> HeaderMap {
    match copy.directive {
        MetadataDirective::Replace => copy.attributes.clone(),
        MetadataDirective::Copy => {
            let mut headers = copy.attributes.clone();
            for name in attributes::described(&copy.attributes).keys() {
                headers.remove(name);
            }
            for (name, value) in &attributes::described(source) {
                headers.append(name.clone(), value.clone());
            }
            headers
        }
    }
}

/// `x-amz-copy-source` and the ETag that it must still have.
fn source_headers(copy: &Copy, stored: &Stored) -> Result<HeaderMap, Error> {
    let (bucket, object_key) = place(&copy.source.permit)?;
    let mut source = format!("/{bucket}/{}", utf8_percent_encode(object_key.as_str(), &UNRESERVED_AND_SLASH));
    let seen = stored.version_id.as_deref().filter(|id| *id != "null" && copy.overtaking == Overtaking::Allowed);
    if let Some(version) = copy.source.version_id.as_deref().or(seen) {
        source.push_str(&format!("?versionId={}", utf8_percent_encode(version, NON_ALPHANUMERIC)));
    }
    let mut headers = HeaderMap::new();
    let value = HeaderValue::from_str(&source).map_err(|_| Error::Internal("a copy source that is no header"))?;
    headers.insert(HeaderName::from_static("x-amz-copy-source"), value);
    let tag = super::quoted(&stored.backend_etag).ok_or(Error::Damaged("its ETag"))?;
    headers.insert(HeaderName::from_static("x-amz-copy-source-if-match"), tag);
    Ok(headers)
}

/// The backend's 412 on a copy: the source was overwritten in between.
pub(super) fn source_changed(error: Error) -> Error {
    match &error {
        Error::Backend(answer) if answer.status() == Some(StatusCode::PRECONDITION_FAILED) => Error::Changed,
        _ => error,
    }
}

/// A part copy's range must lie within its source.
pub(super) fn within(range: ByteRange, plain_len: u64) -> Result<(), Error> {
    match range {
        ByteRange::FromTo(_, last) if last < plain_len => Ok(()),
        _ => Err(Fault::InvalidArgument {
            name: "x-amz-copy-source-range",
            value: String::new(),
            message: format!("Range specified is not valid for source object of size: {plain_len}"),
        }
        .into()),
    }
}

pub(super) fn now() -> String {
    let format = time::macros::format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].000Z");
    time::OffsetDateTime::now_utc().format(&format).unwrap_or_default()
}
