//! DeleteObject and DeleteObjects.

use http::header::HeaderValue;
use s3s::dto::*;
use s3s::{S3Request, S3Response, S3Result, s3_error};
use time::OffsetDateTime;

use crate::embedded::conditions;
use crate::embedded::index::{Bucket, Change, NULL_VERSION, Version, Versioning, Wanted};
use crate::embedded::service::{Service, aside};

/// S3's limit for one DeleteObjects.
const MAX_OBJECTS: usize = 1000;

/// What one deletion did.
struct Outcome {
    /// The version that was removed, or the delete marker that was made.
    version_id: Option<String>,
    /// Whether that is a delete marker.
    marker: bool,
}

impl Service {
    pub(in crate::embedded) async fn delete_object(
        &self,
        request: S3Request<DeleteObjectInput>,
    ) -> S3Result<S3Response<DeleteObjectOutput>> {
        let if_match = aside(&request).remove(http::header::IF_MATCH);
        let DeleteObjectInput { bucket, key, version_id, .. } = request.input;
        let service = self.clone();
        Self::settle(async move {
            let mut change = service.index.change().await?;
            let bucket = Self::bucket(&mut change, &bucket).await?;
            let wanted = version_id.as_deref().into();
            let outcome = delete(&mut change, &bucket, &key, wanted, if_match.as_ref()).await?;
            service.commit(change, None).await?;
            Ok(S3Response::new(DeleteObjectOutput {
                delete_marker: outcome.marker.then_some(true),
                version_id: outcome.version_id,
                ..Default::default()
            }))
        })
        .await
    }

    /// One transaction for all keys: they go together, or an internal error keeps them all.
    pub(in crate::embedded) async fn delete_objects(
        &self,
        request: S3Request<DeleteObjectsInput>,
    ) -> S3Result<S3Response<DeleteObjectsOutput>> {
        let DeleteObjectsInput { bucket, delete: Delete { objects, quiet }, .. } = request.input;
        if objects.is_empty() || objects.len() > MAX_OBJECTS {
            return Err(s3_error!(
                MalformedXML,
                "The XML you provided was not well-formed or did not validate against our published schema"
            ));
        }
        let service = self.clone();
        Self::settle(async move {
            let mut change = service.index.change().await?;
            let bucket = Self::bucket(&mut change, &bucket).await?;
            let mut output =
                DeleteObjectsOutput { deleted: Some(Vec::new()), errors: Some(Vec::new()), ..Default::default() };
            for object in objects {
                delete_one(&mut change, &bucket, object, &mut output).await?;
            }
            service.commit(change, None).await?;
            if quiet == Some(true) {
                output.deleted = None;
            }
            Ok(S3Response::new(output))
        })
        .await
    }
}

async fn delete_one(
    change: &mut Change,
    bucket: &Bucket,
    object: ObjectIdentifier,
    output: &mut DeleteObjectsOutput,
) -> S3Result<()> {
    let if_match = object.e_tag.as_ref().and_then(|etag| HeaderValue::from_str(etag.value()).ok());
    let wanted = object.version_id.as_deref().into();
    match delete(change, bucket, &object.key, wanted, if_match.as_ref()).await {
        Ok(outcome) => output.deleted.get_or_insert_default().push(DeletedObject {
            delete_marker: outcome.marker.then_some(true),
            delete_marker_version_id: outcome.version_id.filter(|_| outcome.marker),
            key: Some(object.key),
            version_id: object.version_id,
        }),
        Err(error) if error.code() == &s3s::S3ErrorCode::PreconditionFailed => {
            output.errors.get_or_insert_default().push(s3s::dto::Error {
                code: Some(error.code().as_str().to_owned()),
                key: Some(object.key),
                message: error.message().map(str::to_owned),
                version_id: object.version_id,
            });
        }
        Err(error) => return Err(error),
    }
    Ok(())
}

async fn delete(
    change: &mut Change,
    bucket: &Bucket,
    key: &str,
    wanted: Wanted<'_>,
    if_match: Option<&HeaderValue>,
) -> S3Result<Outcome> {
    let found = Version::find(change, bucket, key, wanted).await?;
    if let Some(tags) = if_match {
        let matches = |version: &Version| !version.marker && conditions::names(tags, &version.etag);
        if !found.as_ref().is_some_and(matches) {
            return Err(conditions::failed());
        }
    }
    match (wanted, bucket.versioning) {
        (Wanted::Named(version_id), _) => {
            if let Some(version) = &found {
                version.remove(change, bucket, key).await?;
            }
            Ok(Outcome { version_id: Some(version_id.to_owned()), marker: found.is_some_and(|version| version.marker) })
        }
        (Wanted::Latest, Versioning::Never) => {
            if let Some(version) = Version::find(change, bucket, key, Wanted::Named(NULL_VERSION)).await? {
                version.remove(change, bucket, key).await?;
            }
            Ok(Outcome { version_id: None, marker: false })
        }
        (Wanted::Latest, Versioning::Enabled | Versioning::Suspended) => {
            let now = OffsetDateTime::now_utc();
            let marker = Version::delete_marker(now.unix_timestamp()).insert(change, bucket, key, now).await?;
            Ok(Outcome { version_id: Some(marker.version_id), marker: true })
        }
    }
}
