//! CopyObject: a new version that shares the blobs of its source. No byte moves.

use http::HeaderMap;
use s3s::dto::*;
use s3s::{S3Request, S3Response, S3Result, s3_error};
use sqlx::sqlite::SqliteConnection;
use time::OffsetDateTime;

use super::put::Draft;
use crate::embedded::conditions::{self, Subject, Verdict};
use crate::embedded::index::{Bucket, Version, Wanted};
use crate::embedded::service::{MAX_SINGLE, Service, aside, read_version, strong, timestamp, written_version};

/// Where a copy comes from.
pub(super) struct Source {
    pub bucket: String,
    pub key: String,
    pub version_id: Option<String>,
}

impl Source {
    pub(super) fn from_header(source: CopySource) -> S3Result<Self> {
        match source {
            CopySource::Bucket { bucket, key, version_id } if !key.is_empty() => {
                Ok(Self { bucket: bucket.into(), key: key.into(), version_id: version_id.map(Into::into) })
            }
            CopySource::Bucket { .. } => Err(s3_error!(InvalidArgument, "Invalid copy source object key")),
            _ => Err(s3_error!(NotImplemented, "The copy source is not a bucket and a key.")),
        }
    }

    /// The source's bucket and version, with the conditions of the copy applied.
    pub(super) async fn find(
        &self,
        connection: &mut SqliteConnection,
        aside: &HeaderMap,
    ) -> S3Result<(Bucket, Version)> {
        let bucket = Service::bucket(connection, &self.bucket).await?;
        let wanted = self.version_id.as_deref().into();
        if let Wanted::Named(_) = wanted
            && Version::find(connection, &bucket, &self.key, wanted).await?.is_some_and(|version| version.marker)
        {
            return Err(s3_error!(
                InvalidRequest,
                "The source of a copy request may not specifically refer to a delete marker by version id."
            ));
        }
        let version = Service::object(connection, &bucket, &self.key, wanted).await?;
        match conditions::for_read(aside, Subject::CopySource, &version) {
            Verdict::Proceed => Ok((bucket, version)),
            Verdict::NotModified | Verdict::Failed => Err(conditions::failed()),
        }
    }
}

impl Service {
    pub(in crate::embedded) async fn copy_object(
        &self,
        request: S3Request<CopyObjectInput>,
    ) -> S3Result<S3Response<CopyObjectOutput>> {
        let aside = aside(&request);
        let sent = Draft::from_headers(&request.headers, &aside)?;
        let input = request.input;
        let source = Source::from_header(input.copy_source)?;
        let replace = directive(input.metadata_directive.as_ref().map(MetadataDirective::as_str))?;
        let replace_tags = directive(input.tagging_directive.as_ref().map(TaggingDirective::as_str))?;
        let to_itself = source.bucket == input.bucket && source.key == input.key && source.version_id.is_none();
        let (bucket, key, storage_class_sent) = (input.bucket, input.key, input.storage_class.is_some());

        let service = self.clone();
        Self::settle(async move {
            let now = OffsetDateTime::now_utc();
            let mut change = service.index.change().await?;
            let bucket = Self::bucket(&mut change, &bucket).await?;
            let (source_bucket, original) = source.find(&mut change, &aside).await?;
            if to_itself && !replace && !replace_tags && !storage_class_sent {
                return Err(s3_error!(
                    InvalidRequest,
                    "This copy request is illegal because it is trying to copy an object to itself without changing the \
                     object's metadata, storage class, website redirect location or encryption attributes."
                ));
            }
            if original.size > MAX_SINGLE {
                return Err(s3_error!(
                    InvalidRequest,
                    "The specified copy source is larger than the maximum allowable size for a copy source: {MAX_SINGLE}"
                ));
            }
            let latest = Version::find(&mut change, &bucket, &key, Wanted::Latest).await?;
            conditions::for_write(&aside, latest.as_ref())?;
            let draft = Draft {
                headers: if replace { sent.headers } else { original.headers.clone() },
                storage_class: sent.storage_class,
                tags: if replace_tags { sent.tags } else { original.tags.clone() },
            };
            let copy = draft.into_version(original.size, 0, now).insert(&mut change, &bucket, &key, now).await?;
            copy.share_version(&mut change, &original).await?;
            service.commit(change, None).await?;
            Ok(S3Response::new(CopyObjectOutput {
                copy_object_result: Some(CopyObjectResult {
                    e_tag: Some(strong(&copy.etag)),
                    last_modified: Some(timestamp(copy.modified)),
                    ..Default::default()
                }),
                copy_source_version_id: read_version(&source_bucket, &original.version_id),
                version_id: written_version(&bucket, &copy.version_id),
                ..Default::default()
            }))
        })
        .await
    }
}

/// Whether a directive says REPLACE; S3's default is COPY.
fn directive(text: Option<&str>) -> S3Result<bool> {
    match text {
        None | Some("COPY") => Ok(false),
        Some("REPLACE") => Ok(true),
        Some(_) => Err(s3_error!(InvalidArgument, "Unknown directive.")),
    }
}
