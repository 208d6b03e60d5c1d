//! CreateMultipartUpload, CompleteMultipartUpload and AbortMultipartUpload.
//!
//! Complete moves no byte: the object is the list of its parts' blobs.

use std::collections::HashMap;

use s3s::dto::*;
use s3s::{S3Error, S3Request, S3Response, S3Result, s3_error};
use time::OffsetDateTime;

use super::parts::MAX_PARTS;
use super::put::Draft;
use crate::embedded::index::{Part, Upload, Version, Wanted};
use crate::embedded::service::{Service, aside, strong, written_version};
use crate::embedded::{conditions, ids};

/// S3's smallest part, the last excepted.
const MIN_PART: u64 = 5 << 20;

impl Service {
    pub(in crate::embedded) async fn create_multipart_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        let draft = Draft::from_headers(&request.headers, &aside(&request))?;
        let CreateMultipartUploadInput { bucket, key, .. } = request.input;
        let service = self.clone();
        Self::settle(async move {
            let now = OffsetDateTime::now_utc();
            let mut change = service.index.change().await?;
            let home = Self::bucket(&mut change, &bucket).await?;
            let mut upload = Upload {
                id: 0,
                upload_id: ids::upload_id(now),
                initiated: now.unix_timestamp(),
                headers: draft.headers,
                storage_class: draft.storage_class,
                tags: draft.tags,
            };
            upload.insert(&mut change, &home, &key).await?;
            service.commit(change, None).await?;
            Ok(S3Response::new(CreateMultipartUploadOutput {
                bucket: Some(bucket),
                key: Some(key),
                upload_id: Some(upload.upload_id),
                ..Default::default()
            }))
        })
        .await
    }

    pub(in crate::embedded) async fn complete_multipart_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let aside = aside(&request);
        let CompleteMultipartUploadInput { bucket, key, upload_id, multipart_upload, mpu_object_size, .. } =
            request.input;
        let listed = listed_parts(multipart_upload)?;
        let service = self.clone();
        Self::settle(async move {
            let now = OffsetDateTime::now_utc();
            let mut change = service.index.change().await?;
            let (home, upload) = Self::upload(&mut change, &bucket, &key, &upload_id).await?;
            let latest = Version::find(&mut change, &home, &key, Wanted::Latest).await?;
            conditions::for_write(&aside, latest.as_ref())?;
            let parts = upload.parts(&mut change, 0, MAX_PARTS).await?;
            let (chosen, left_out) = choose(parts, &listed)?;
            let size = chosen.iter().map(|part| part.size).sum::<u64>();
            if mpu_object_size.is_some_and(|declared| u64::try_from(declared) != Ok(size)) {
                return Err(s3_error!(
                    InvalidRequest,
                    "The provided 'x-amz-mp-object-size' header does not match what was computed: {size}"
                ));
            }
            for part in left_out {
                part.remove(&mut change).await?;
            }
            let version = Draft::of_upload(&upload).into_version(size, chosen.len() as u64, now);
            let version = version.insert(&mut change, &home, &key, now).await?;
            version.share_parts(&mut change, &upload).await?;
            upload.remove(&mut change).await?;
            service.commit(change, None).await?;
            Ok(S3Response::new(CompleteMultipartUploadOutput {
                location: Some(format!("/{bucket}/{key}")),
                bucket: Some(bucket),
                key: Some(key),
                e_tag: Some(strong(&version.etag)),
                version_id: written_version(&home, &version.version_id),
                ..Default::default()
            }))
        })
        .await
    }

    pub(in crate::embedded) async fn abort_multipart_upload(
        &self,
        request: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        let AbortMultipartUploadInput { bucket, key, upload_id, .. } = request.input;
        let service = self.clone();
        Self::settle(async move {
            let mut change = service.index.change().await?;
            let (_, upload) = Self::upload(&mut change, &bucket, &key, &upload_id).await?;
            upload.remove(&mut change).await?;
            service.commit(change, None).await?;
            Ok(S3Response::new(AbortMultipartUploadOutput::default()))
        })
        .await
    }
}

/// Number and ETag of each part that Complete lists, in strictly ascending order.
fn listed_parts(upload: Option<CompletedMultipartUpload>) -> S3Result<Vec<(i32, String)>> {
    let malformed = || {
        s3_error!(
            MalformedXML,
            "The XML you provided was not well-formed or did not validate against our published schema"
        )
    };
    let parts = upload.and_then(|upload| upload.parts).filter(|parts| !parts.is_empty()).ok_or_else(malformed)?;
    let mut listed: Vec<(i32, String)> = Vec::with_capacity(parts.len());
    for part in parts {
        let number = part.part_number.ok_or_else(malformed)?;
        let etag = part.e_tag.ok_or_else(malformed)?.into_value();
        if listed.last().is_some_and(|(before, _)| *before >= number) {
            return Err(s3_error!(
                InvalidPartOrder,
                "The list of parts was not in ascending order. The parts list must be specified in order by part number."
            ));
        }
        listed.push((number, etag));
    }
    Ok(listed)
}

/// Parts the upload's parts into the listed ones and the others. Every listed one must be there, with its ETag and its size.
fn choose(parts: Vec<Part>, listed: &[(i32, String)]) -> S3Result<(Vec<Part>, Vec<Part>)> {
    let wanted: HashMap<i32, &str> = listed.iter().map(|(number, etag)| (*number, conditions::bare(etag))).collect();
    let (chosen, left_out): (Vec<Part>, Vec<Part>) =
        parts.into_iter().partition(|part| wanted.get(&part.number).is_some_and(|etag| *etag == part.etag));
    if chosen.len() != listed.len() {
        return Err(invalid_part());
    }
    let all_but_last = chosen.iter().take(chosen.len().saturating_sub(1));
    if let Some(small) = all_but_last.into_iter().find(|part| part.size < MIN_PART) {
        return Err(s3_error!(
            EntityTooSmall,
            "Your proposed upload is smaller than the minimum allowed size: part {} has {} of {MIN_PART} bytes",
            small.number,
            small.size
        ));
    }
    Ok((chosen, left_out))
}

fn invalid_part() -> S3Error {
    s3_error!(
        InvalidPart,
        "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity \
         tag may not match the part's entity tag."
    )
}
