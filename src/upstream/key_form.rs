//! Whether the backend keeps object keys apart that a file system would take for the same path.
//!
//! MinIO stores `/a` and `//a` as `a`: a write to one would overwrite the other. Others do so with `a//b` or `a/./b`. Such
//! keys are refused there, before anything is sent.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use http::{HeaderMap, Method, StatusCode};

use super::{Body, Error, Failure, Request, Upstream};
use crate::names::{BucketName, ObjectKey};

/// The path segments that a file system resolves.
const SPECIAL: [&str; 3] = ["", ".", ".."];

/// What is known of the backend's keys: for each special segment, whether it is folded away.
#[derive(Default)]
pub(super) struct KeyForm {
    folds: [AtomicBool; SPECIAL.len()],
    /// Whether slashes at the start of a key are dropped, which a backend may do that refuses empty segments elsewhere.
    drops_leading: AtomicBool,
}

impl KeyForm {
    /// Whether the backend keeps this key as it is.
    fn keeps(&self, object_key: &ObjectKey) -> bool {
        // A final slash makes a folder's name, which backends keep.
        let key = object_key.as_str();
        if key.starts_with('/') && self.drops_leading.load(Relaxed) {
            return false;
        }
        let key = key.strip_suffix('/').filter(|key| !key.is_empty()).unwrap_or(key);
        let folded = |segment: &str| {
            SPECIAL.iter().zip(&self.folds).any(|(special, folds)| segment == *special && folds.load(Relaxed))
        };
        !key.split('/').any(folded)
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
    /// Finds out how the backend keeps keys, with short-lived objects in `bucket`.
    pub async fn learn_key_form(&self, bucket: &BucketName) -> Result<(), Error> {
        for (segment, folds) in SPECIAL.iter().zip(&self.key_form.folds) {
            let probe = hex::encode(crate::crypto::random::<16>());
            // Under a name of its own in every case: gateways that start together do not meet.
            let above = if *segment == ".." { "/above" } else { "" };
            let special = format!("probe/{probe}{above}/{segment}/x");
            folds.store(self.folds(bucket, &special, &format!("probe/{probe}/x")).await?, Relaxed);
        }
        let probe = hex::encode(crate::crypto::random::<16>());
        let drops = self.folds(bucket, &format!("/probe/{probe}"), &format!("probe/{probe}")).await?;
        self.key_form.drops_leading.store(drops, Relaxed);
        Ok(())
    }

    /// Whether the backend takes the key `special` for `folded`.
    async fn folds(&self, bucket: &BucketName, special: &str, folded: &str) -> Result<bool, Error> {
        let key = |text: &str| ObjectKey::new(text).map_err(|error| Error::Unbuildable(Box::new(error)));
        let (special, folded) = (key(special)?, key(folded)?);
        let written = self.expect(Request::new(Method::PUT).object(bucket, &special).body(Body::Empty)).await;
        match written {
            // A backend that refuses such keys folds nothing.
            Err(Error::Refused(failure)) if failure.status.is_client_error() => return Ok(false),
            written => written?,
        };
        let folds = self.send(Request::new(Method::HEAD).object(bucket, &folded)).await?.status().is_success();
        self.send(Request::new(Method::DELETE).object(bucket, if folds { &folded } else { &special })).await?;
        Ok(folds)
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
    fn only_what_is_folded_is_refused() {
        let form = KeyForm::default();
        let key = |text| ObjectKey::new(text).unwrap();
        assert!(form.keeps(&key("a//b")));
        form.drops_leading.store(true, Relaxed);
        assert!(
            !form.keeps(&key("/a")) && !form.keeps(&key("//a")) && form.keeps(&key("a//b")) && form.keeps(&key("a/"))
        );
        form.drops_leading.store(false, Relaxed);
        form.folds[0].store(true, Relaxed);
        form.folds[1].store(true, Relaxed);
        for folded in ["/a", "a//b", "a//", "//", "./a", "a/./b", "a/."] {
            assert!(!form.keeps(&key(folded)), "{folded}");
        }
        for kept in ["a/b", "a/", "a", "a/../b", "..", "a.b/.c"] {
            assert!(form.keeps(&key(kept)), "{kept}");
        }
    }
}
