//! Whether the backend keeps object keys apart that differ in empty path segments.
//!
//! MinIO stores `a//b` as `a/b`: a write to one would overwrite the other. Such keys are refused there, before anything
//! is sent.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use http::{HeaderMap, Method, StatusCode};

use super::{Body, Error, Failure, Request, Upstream};
use crate::names::{BucketName, ObjectKey};

/// What is known of the backend's keys.
#[derive(Default)]
pub(super) struct KeyForm {
    folds_empty_segments: AtomicBool,
}

impl KeyForm {
    /// Whether the backend keeps this key as it is.
    fn keeps(&self, object_key: &ObjectKey) -> bool {
        let has_empty_segment = object_key.as_str().starts_with('/') || object_key.as_str().contains("//");
        !(has_empty_segment && self.folds_empty_segments.load(Relaxed))
    }

    /// Refuses a request for a key that the backend would take for another.
    pub(super) fn check(&self, request: &Request) -> Result<(), Error> {
        match &request.object_key {
            Some(object_key) if !self.keeps(object_key) => Err(Error::Refused(Box::new(refusal()))),
            _ => Ok(()),
        }
    }
}

fn refusal() -> Failure {
    Failure {
        status: StatusCode::BAD_REQUEST,
        code: "InvalidArgument".to_owned(),
        message:
            "The backend does not tell this key from the one without its empty path segments. Use a key without // \
                  and without a leading /."
                .to_owned(),
        headers: HeaderMap::new(),
        body: bytes::Bytes::new(),
    }
}

impl Upstream {
    /// Finds out how the backend keeps keys, with two short-lived objects in `bucket`.
    pub async fn learn_key_form(&self, bucket: &BucketName) -> Result<(), Error> {
        let key = |text| ObjectKey::new(text).map_err(|error| Error::Unbuildable(Box::new(error)));
        let probe = hex::encode(crate::crypto::random::<16>());
        let (empty, folded) = (key(&format!("probe//{probe}"))?, key(&format!("probe/{probe}"))?);
        let written = self.expect(Request::new(Method::PUT).object(bucket, &empty).body(Body::Empty)).await;
        let folds = match written {
            // A backend that refuses such keys folds nothing.
            Err(Error::Refused(failure)) if failure.status.is_client_error() => return Ok(()),
            written => {
                written?;
                self.send(Request::new(Method::HEAD).object(bucket, &folded)).await?.status().is_success()
            }
        };
        self.send(Request::new(Method::DELETE).object(bucket, if folds { &folded } else { &empty })).await?;
        self.key_form.folds_empty_segments.store(folds, Relaxed);
        Ok(())
    }

    /// Whether the backend keeps this key apart from every other.
    pub fn keeps(&self, object_key: &ObjectKey) -> bool {
        self.key_form.keeps(object_key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_empty_segments_are_refused_and_only_where_they_are_folded() {
        let form = KeyForm::default();
        let key = |text| ObjectKey::new(text).unwrap();
        assert!(form.keeps(&key("a//b")));
        form.folds_empty_segments.store(true, Relaxed);
        for folded in ["/a", "a//b", "a//", "//"] {
            assert!(!form.keeps(&key(folded)), "{folded}");
        }
        for kept in ["a/b", "a/", "a", "a/./b"] {
            assert!(form.keeps(&key(kept)), "{kept}");
        }
    }
}
