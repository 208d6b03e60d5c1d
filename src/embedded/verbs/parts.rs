//! UploadPart, UploadPartCopy and ListParts.

use std::ops::Range;

use s3s::dto::*;
use s3s::{S3Error, S3Request, S3Response, S3Result, s3_error};
use sqlx::sqlite::SqliteConnection;
use time::OffsetDateTime;

use super::copy::Source;
use super::put::write_fault;
use crate::embedded::index::{Bucket, Part, Upload};
use crate::embedded::range::{self, Asked};
use crate::embedded::service::{
    MAX_SINGLE, Service, aside, declared_len, initiator, owner, read_version, strong, timestamp,
};
use crate::embedded::{headers, ids};

/// S3's greatest part number.
pub(super) const MAX_PARTS: i32 = 10_000;

/// The longest page of ListParts, and the usual one.
const MAX_PAGE: i32 = 1000;

impl Service {
    pub(super) async fn upload(
        connection: &mut SqliteConnection,
        bucket: &str,
        key: &str,
        upload_id: &str,
    ) -> S3Result<(Bucket, Upload)> {
        let bucket = Self::bucket(connection, bucket).await?;
        let upload = Upload::find(connection, &bucket, key, upload_id).await?.ok_or_else(no_such_upload)?;
        Ok((bucket, upload))
    }

    pub(in crate::embedded) async fn upload_part(
        &self,
        request: S3Request<UploadPartInput>,
    ) -> S3Result<S3Response<UploadPartOutput>> {
        headers::refuse_unsupported(&request.headers)?;
        let len = declared_len(&request.headers)?;
        let UploadPartInput { bucket, key, upload_id, part_number, body, .. } = request.input;
        check_number(part_number)?;
        Self::upload(&mut *self.index.snapshot().await?, &bucket, &key, &upload_id).await?;
        let blob = self.blobs.write(body, len).await.map_err(write_fault)?;

        let service = self.clone();
        Self::settle(async move {
            let mut change = service.index.change().await?;
            let (_, upload) = Self::upload(&mut change, &bucket, &key, &upload_id).await?;
            let mut part = new_part(part_number, len);
            part.insert(&mut change, &upload).await?;
            if let Some(blob) = &blob {
                part.set_blob(&mut change, blob.id()).await?;
            }
            service.commit(change, blob).await?;
            Ok(S3Response::new(UploadPartOutput { e_tag: Some(strong(&part.etag)), ..Default::default() }))
        })
        .await
    }

    pub(in crate::embedded) async fn upload_part_copy(
        &self,
        request: S3Request<UploadPartCopyInput>,
    ) -> S3Result<S3Response<UploadPartCopyOutput>> {
        let aside = aside(&request);
        headers::refuse_unsupported(&request.headers)?;
        let input = request.input;
        check_number(input.part_number)?;
        let source = Source::from_header(input.copy_source)?;

        let service = self.clone();
        Self::settle(async move {
            let mut change = service.index.change().await?;
            let (_, upload) = Self::upload(&mut change, &input.bucket, &input.key, &input.upload_id).await?;
            let (source_bucket, original) = source.find(&mut change, &aside).await?;
            let range = source_range(input.copy_source_range.as_deref(), original.size)?;
            let mut part = new_part(input.part_number, range.end - range.start);
            part.insert(&mut change, &upload).await?;
            part.share_range(&mut change, &original, &range).await?;
            service.commit(change, None).await?;
            Ok(S3Response::new(UploadPartCopyOutput {
                copy_part_result: Some(CopyPartResult {
                    e_tag: Some(strong(&part.etag)),
                    last_modified: Some(timestamp(part.modified)),
                    ..Default::default()
                }),
                copy_source_version_id: read_version(&source_bucket, &original.version_id),
                ..Default::default()
            }))
        })
        .await
    }

    pub(in crate::embedded) async fn list_parts(
        &self,
        request: S3Request<ListPartsInput>,
    ) -> S3Result<S3Response<ListPartsOutput>> {
        let ListPartsInput { bucket, key, upload_id, max_parts, part_number_marker, .. } = request.input;
        let page = max_parts.unwrap_or(MAX_PAGE);
        let marker = part_number_marker.unwrap_or(0);
        if page < 0 || marker < 0 {
            return Err(s3_error!(InvalidArgument, "max-parts and part-number-marker are not negative"));
        }
        let page = page.min(MAX_PAGE);
        let mut snapshot = self.index.snapshot().await?;
        let (_, upload) = Self::upload(&mut snapshot, &bucket, &key, &upload_id).await?;
        let mut parts = upload.parts(&mut snapshot, marker, page.saturating_add(1)).await?;
        let truncated = page > 0 && i32::try_from(parts.len()).is_ok_and(|count| count > page);
        parts.truncate(usize::try_from(page).unwrap_or(0));
        let last = parts.last().map(|part| part.number);
        let shown = |part: Part| s3s::dto::Part {
            e_tag: Some(strong(&part.etag)),
            last_modified: Some(timestamp(part.modified)),
            part_number: Some(part.number),
            size: i64::try_from(part.size).ok(),
            ..Default::default()
        };
        Ok(S3Response::new(ListPartsOutput {
            bucket: Some(bucket),
            key: Some(key),
            upload_id: Some(upload_id),
            max_parts: Some(page),
            part_number_marker: Some(marker),
            next_part_number_marker: last.filter(|_| truncated),
            is_truncated: Some(truncated),
            parts: Some(parts.into_iter().map(shown).collect()),
            initiator: Some(initiator()),
            owner: Some(owner()),
            storage_class: Some(StorageClass::from(upload.storage_class)),
            ..Default::default()
        }))
    }
}

pub(super) fn no_such_upload() -> S3Error {
    s3_error!(
        NoSuchUpload,
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed."
    )
}

fn check_number(number: i32) -> S3Result<()> {
    if (1..=MAX_PARTS).contains(&number) {
        Ok(())
    } else {
        Err(s3_error!(InvalidArgument, "Part number must be an integer between 1 and {MAX_PARTS}, inclusive"))
    }
}

fn new_part(number: i32, size: u64) -> Part {
    Part { id: 0, number, size, etag: ids::etag(), modified: OffsetDateTime::now_utc().unix_timestamp() }
}

/// Unlike a Range header, x-amz-copy-source-range names both ends and both lie in the source.
fn source_range(header: Option<&str>, size: u64) -> S3Result<Range<u64>> {
    let range = match header {
        None => 0..size,
        Some(text) => match range::parse(Some(text), u64::MAX) {
            Asked::Part(range) if !text.ends_with('-') && !text.starts_with("bytes=-") => range,
            _ => {
                return Err(s3_error!(
                    InvalidArgument,
                    "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the \
                     zero-based offsets of the first and last bytes to copy"
                ));
            }
        },
    };
    if range.end > size {
        return Err(s3_error!(InvalidArgument, "Range specified is not valid for source object of size: {size}"));
    }
    if range.end - range.start > MAX_SINGLE {
        return Err(s3_error!(
            InvalidRequest,
            "The specified copy source is larger than the maximum allowable size for a copy source: {MAX_SINGLE}"
        ));
    }
    Ok(range)
}
