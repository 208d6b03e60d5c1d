//! New wrapping for an object where it stands: the data key is kept, no body moves, nothing else of it changes.
//!
//! A backend can only do this as a copy onto itself, so the ETag and the time of the last modification change, and a
//! versioned bucket gets a version more. Old versions keep their wrapping: copying one would make old data current. What
//! another client changes of the object's metadata, without changing its ETag, in the moment between the last look at it
//! and the copy is lost: a backend has no condition for that.

use bytes::Bytes;
use http::header::{HeaderMap, HeaderName};
use http::{Method, StatusCode};

use super::conditions::Conditions;
use super::copy::{Copied, Copy, MetadataDirective, Overtaking, Source};
use super::error::{Error, Fault, RewrapFault};
use super::put::place;
use super::read::{ChecksumMode, Read, Section};
use super::stored::{Kind, Stored};
use super::{Objects, attributes};
use crate::datakey::Protection;
use crate::envelope::Mode;
use crate::identity::Permit;
use crate::names::{BucketName, ObjectKey};
use crate::upstream::{self, Body, Request};

/// An object that is to be wrapped anew.
pub struct Rewrap {
    pub permit: Permit,
    /// Only the current one's is accepted.
    pub version_id: Option<String>,
    pub protection: Protection,
    pub locked: Locked,
}

/// What becomes of an object under a retention period or a legal hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Locked {
    /// As on AWS.
    Refuse,
    /// The new version gets the lock of the old one, which stays, under its old key.
    Keep,
}

const LOCK: [HeaderName; 3] = [
    HeaderName::from_static("x-amz-object-lock-mode"),
    HeaderName::from_static("x-amz-object-lock-retain-until-date"),
    HeaderName::from_static("x-amz-object-lock-legal-hold"),
];

/// What a copy with REPLACE drops, beside what describes the content. Tags are copied by the backend.
const PLACED: [HeaderName; 2] =
    [HeaderName::from_static("x-amz-storage-class"), HeaderName::from_static("x-amz-website-redirect-location")];

/// ACLs have at most 100 grants.
const MAX_ACL: usize = 256 * 1024;

impl Objects {
    /// Wraps the data key of the current version anew.
    pub async fn rewrap(&self, rewrap: &Rewrap) -> Result<Copied, Error> {
        let (bucket, object_key) = place(&rewrap.permit)?;
        let read = Read {
            permit: rewrap.permit.clone(),
            version_id: None,
            section: Section::Whole,
            conditions: Conditions::default(),
            checksum: ChecksumMode::Off,
            customer_key: None,
            headers: HeaderMap::new(),
        };
        let stored = self.current(&read, rewrap.version_id.as_deref()).await?;
        check_mode(&stored)?;
        let locked = is_locked(&stored.headers, time::OffsetDateTime::now_utc());
        if locked && rewrap.locked == Locked::Refuse {
            return Err(RewrapFault::Locked.into());
        }
        let copy = Copy {
            permit: rewrap.permit.clone(),
            source: Source {
                permit: rewrap.permit.clone(),
                version_id: None,
                conditions: Conditions::default(),
                customer_key: None,
            },
            directive: MetadataDirective::Replace,
            protection: with_context(&rewrap.protection, &stored),
            names_encryption: true,
            attributes: kept(&stored.headers, locked),
            conditions: Conditions::matching(&stored.client_etag()),
            checksum: None,
            overtaking: Overtaking::Refused,
        };
        let acl = self.acl((&bucket, &object_key), None).await?;
        let unlocked = self.unlock_stored(&read, stored).await?;
        let checksum = self.stored_checksum((&bucket, &object_key), &unlocked).await?;
        let attributes = copy.attributes.clone();
        let copied = self.copy_wrapped(&copy, unlocked, attributes, checksum).await?;
        self.restore_acl((&bucket, &object_key), acl, &copied).await?;
        Ok(copied)
    }

    /// What stands there, if `version_id` is that or nothing.
    async fn current(&self, read: &Read, version_id: Option<&str>) -> Result<Stored, Error> {
        let Some(version_id) = version_id else { return self.existing(read).await };
        let named = Read { version_id: Some(version_id.to_owned()), ..read.clone() };
        let named = self.existing(&named).await?;
        match self.existing(read).await {
            // A bucket that was never versioned calls its objects "null" and says nothing.
            Ok(current) if current.version_id == named.version_id => Ok(current),
            Ok(_) | Err(Error::Caller(Fault::NoSuchKey)) => Err(RewrapFault::Noncurrent.into()),
            Err(error) => Err(error),
        }
    }

    /// The object's ACL as the backend writes it. `None`: the backend has none.
    async fn acl(&self, place: (&BucketName, &ObjectKey), version_id: Option<&str>) -> Result<Option<Bytes>, Error> {
        match self.upstream.expect(of_acl(Method::GET, place, version_id)).await {
            Ok(answer) => Ok(Some(upstream::collect(answer.into_body(), MAX_ACL).await?)),
            Err(error) if error.status() == Some(StatusCode::NOT_IMPLEMENTED) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// A copy begins with a private ACL. The old one is the copy's, and nobody else's who has written there since.
    async fn restore_acl(
        &self,
        place: (&BucketName, &ObjectKey),
        before: Option<Bytes>,
        copied: &Copied,
    ) -> Result<(), Error> {
        let Some(before) = before else { return Ok(()) };
        let version_id = copied.headers.get("x-amz-version-id").and_then(|value| value.to_str().ok());
        if self.acl(place, version_id).await?.as_ref() == Some(&before) {
            return Ok(());
        }
        if version_id.is_none() && self.current_etag(place, None).await?.as_ref() != Some(&copied.etag) {
            return Ok(());
        }
        self.upstream.expect(of_acl(Method::PUT, place, version_id).body(Body::Bytes(before))).await?;
        Ok(())
    }
}

fn of_acl(method: Method, (bucket, object_key): (&BucketName, &ObjectKey), version_id: Option<&str>) -> Request {
    let request = Request::new(method).object(bucket, object_key).sub_resource("acl");
    match version_id {
        Some(version) => request.query("versionId", version),
        None => request,
    }
}

fn check_mode(stored: &Stored) -> Result<(), RewrapFault> {
    match &stored.kind {
        Kind::Plain => Err(RewrapFault::Plain),
        Kind::Sealed(envelope) => match envelope.mode {
            Mode::SseS3 | Mode::SseKms => Ok(()),
            Mode::DsseKms | Mode::SseC => Err(RewrapFault::OtherMode),
        },
    }
}

/// The client's encryption context belongs to the object and stays with it.
fn with_context(protection: &Protection, stored: &Stored) -> Protection {
    match (protection, &stored.kind) {
        (Protection::SseKms { key, bucket_key, .. }, Kind::Sealed(envelope)) => {
            Protection::SseKms { key: key.clone(), bucket_key: *bucket_key, context: envelope.context.clone() }
        }
        _ => protection.clone(),
    }
}

fn kept(headers: &HeaderMap, locked: bool) -> HeaderMap {
    let mut kept = attributes::described(headers);
    let lock = if locked { &LOCK[..] } else { &[] };
    for name in PLACED.iter().chain(lock) {
        if let Some(value) = headers.get(name) {
            kept.insert(name.clone(), value.clone());
        }
    }
    kept
}

/// A legal hold, or a retention period that has not ended. One that cannot be read has not.
fn is_locked(headers: &HeaderMap, now: time::OffsetDateTime) -> bool {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let [mode, until, hold] = &LOCK;
    let held = text(hold).is_some_and(|hold| !hold.eq_ignore_ascii_case("OFF"));
    let retained = text(mode).is_some_and(|_| {
        let format = &time::format_description::well_known::Rfc3339;
        let until = text(until).and_then(|until| time::OffsetDateTime::parse(until, format).ok());
        until.is_none_or(|until| until > now)
    });
    held || retained
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locks_count_until_they_end() {
        let now = time::macros::datetime!(2026-11-24 12:00 UTC);
        let locked = |pairs: &[(&'static str, &'static str)]| {
            let pairs = pairs
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), http::HeaderValue::from_static(value)));
            is_locked(&pairs.collect(), now)
        };
        const MODE: (&str, &str) = ("x-amz-object-lock-mode", "GOVERNANCE");
        let until = |until| ("x-amz-object-lock-retain-until-date", until);
        assert!(!locked(&[]));
        assert!(locked(&[("x-amz-object-lock-legal-hold", "ON")]));
        assert!(!locked(&[("x-amz-object-lock-legal-hold", "OFF")]));
        assert!(locked(&[MODE, until("2026-11-24T12:00:01Z")]));
        assert!(!locked(&[MODE, until("2026-11-24T11:59:59.999Z")]));
        assert!(locked(&[MODE, until("tomorrow")]) && locked(&[MODE]));
    }
}
