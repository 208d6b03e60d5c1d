//! PutObject: the blob first, then one transaction that makes it an object.

use http::HeaderMap;
use s3s::dto::{PutObjectInput, PutObjectOutput};
use s3s::{S3Error, S3Request, S3Response, S3Result, s3_error};
use time::OffsetDateTime;

use crate::embedded::blobs::WriteFault;
use crate::embedded::index::{Upload, Version, Wanted};
use crate::embedded::service::{Service, aside, declared_len, strong, written_version};
use crate::embedded::{conditions, headers, ids, tags};

/// What the headers of a write say about the object to be.
pub(super) struct Draft {
    pub headers: Vec<u8>,
    pub storage_class: String,
    pub tags: String,
}

impl Draft {
    /// From the headers that s3s saw and those that were taken aside.
    pub(super) fn from_headers(seen: &HeaderMap, aside: &HeaderMap) -> S3Result<Self> {
        headers::refuse_unsupported(seen)?;
        let text = |name: &str| seen.get(name).and_then(|value| value.to_str().ok());
        Ok(Self {
            headers: headers::encode(aside)?,
            storage_class: text("x-amz-storage-class").unwrap_or("STANDARD").to_owned(),
            tags: tags::from_header(text("x-amz-tagging"))?,
        })
    }

    pub(super) fn of_upload(upload: &Upload) -> Self {
        Self { headers: upload.headers.clone(), storage_class: upload.storage_class.clone(), tags: upload.tags.clone() }
    }

    /// The version to insert; `parts` is 0 for a single request.
    pub(super) fn into_version(self, size: u64, parts: u64, now: OffsetDateTime) -> Version {
        let etag = if parts == 0 { ids::etag() } else { format!("{}-{parts}", ids::etag()) };
        Version {
            marker: false,
            size,
            parts,
            etag,
            headers: self.headers,
            storage_class: self.storage_class,
            tags: self.tags,
            ..Version::delete_marker(now.unix_timestamp())
        }
    }
}

pub(super) fn write_fault(fault: WriteFault) -> S3Error {
    match fault {
        WriteFault::Length => s3_error!(
            IncompleteBody,
            "You did not provide the number of bytes specified by the Content-Length HTTP header"
        ),
        // The body's own error is kept beside; see `Embedded::call`.
        WriteFault::Body => s3_error!(IncompleteBody, "The request body terminated unexpectedly"),
        WriteFault::Room(error) => error.into(),
    }
}

impl Service {
    pub(in crate::embedded) async fn put_object(
        &self,
        request: S3Request<PutObjectInput>,
    ) -> S3Result<S3Response<PutObjectOutput>> {
        let aside = aside(&request);
        let draft = Draft::from_headers(&request.headers, &aside)?;
        let len = declared_len(&request.headers)?;
        let PutObjectInput { bucket, key, body, .. } = request.input;
        self.expect_bucket(&bucket).await?;
        let blob = self.blobs.write(body, len).await.map_err(write_fault)?;

        let service = self.clone();
        Self::settle(async move {
            let now = OffsetDateTime::now_utc();
            let mut change = service.index.change().await?;
            let bucket = Self::bucket(&mut change, &bucket).await?;
            let latest = Version::find(&mut change, &bucket, &key, Wanted::Latest).await?;
            conditions::for_write(&aside, latest.as_ref())?;
            let version = draft.into_version(len, 0, now).insert(&mut change, &bucket, &key, now).await?;
            if let Some(blob) = &blob {
                version.set_blob(&mut change, blob.id()).await?;
            }
            service.commit(change, blob).await?;
            Ok(S3Response::new(PutObjectOutput {
                e_tag: Some(strong(&version.etag)),
                version_id: written_version(&bucket, &version.version_id),
                ..Default::default()
            }))
        })
        .await
    }
}
