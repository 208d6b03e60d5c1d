//! GetObject, HeadObject and GetObjectAttributes.

use std::ops::Range;

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Extensions, StatusCode};
use s3s::dto::*;
use s3s::{S3Error, S3Request, S3Response, S3Result, s3_error};
use sqlx::sqlite::SqliteConnection;

use crate::embedded::Error;
use crate::embedded::blobs::empty_body;
use crate::embedded::conditions::{self, Subject, Verdict};
use crate::embedded::index::{Bucket, Version, Wanted};
use crate::embedded::range::{self, Asked};
use crate::embedded::service::{Service, aside, custom, read_version, strong, timestamp};
use crate::embedded::{headers, tags};

const DELETE_MARKER: HeaderName = HeaderName::from_static("x-amz-delete-marker");
const VERSION_ID: HeaderName = HeaderName::from_static("x-amz-version-id");

/// How a read is answered: all headers, and which bytes follow.
struct Answer {
    headers: HeaderMap,
    range: Range<u64>,
}

impl Service {
    /// The object that a read asks for; a delete marker is an error with its own headers.
    pub(super) async fn object(
        connection: &mut SqliteConnection,
        bucket: &Bucket,
        key: &str,
        wanted: Wanted<'_>,
    ) -> S3Result<Version> {
        let Some(version) = Version::find(connection, bucket, key, wanted).await? else {
            return Err(match wanted {
                Wanted::Latest => s3_error!(NoSuchKey, "The specified key does not exist."),
                Wanted::Named(_) => s3_error!(NoSuchVersion, "The specified version does not exist."),
            });
        };
        if version.marker { Err(marker_error(bucket, &version, wanted)?) } else { Ok(version) }
    }

    pub(in crate::embedded) async fn get_object(
        &self,
        request: S3Request<GetObjectInput>,
    ) -> S3Result<S3Response<GetObjectOutput>> {
        let aside = aside(&request);
        let input = &request.input;
        let lease = self.blobs.lease();
        let mut snapshot = self.index.snapshot().await?;
        let bucket = Self::bucket(&mut snapshot, &input.bucket).await?;
        let version = Self::object(&mut snapshot, &bucket, &input.key, input.version_id.as_deref().into()).await?;
        let mut answer = answer(&mut snapshot, &bucket, &version, &aside, input.part_number).await?;
        for (overridden, name) in [
            (input.response_cache_control.is_some(), header::CACHE_CONTROL),
            (input.response_content_disposition.is_some(), header::CONTENT_DISPOSITION),
            (input.response_content_encoding.is_some(), header::CONTENT_ENCODING),
            (input.response_content_language.is_some(), header::CONTENT_LANGUAGE),
            (input.response_content_type.is_some(), header::CONTENT_TYPE),
            (input.response_expires.is_some(), header::EXPIRES),
        ] {
            // s3s has set these already; what stands in `headers` would win.
            if overridden {
                answer.headers.remove(name);
            }
        }
        let body = if answer.range.is_empty() {
            empty_body()
        } else {
            let extents = version.extents(&mut snapshot, &answer.range).await?;
            self.blobs.read(extents, answer.range, lease)
        };
        let output = GetObjectOutput { body: Some(body), ..Default::default() };
        Ok(S3Response { output, status: None, headers: answer.headers, extensions: Extensions::new() })
    }

    pub(in crate::embedded) async fn head_object(
        &self,
        request: S3Request<HeadObjectInput>,
    ) -> S3Result<S3Response<HeadObjectOutput>> {
        let aside = aside(&request);
        let input = &request.input;
        let mut snapshot = self.index.snapshot().await?;
        let bucket = Self::bucket(&mut snapshot, &input.bucket).await?;
        let version = Self::object(&mut snapshot, &bucket, &input.key, input.version_id.as_deref().into()).await?;
        let answer = answer(&mut snapshot, &bucket, &version, &aside, input.part_number).await?;
        Ok(S3Response::with_headers(HeadObjectOutput::default(), answer.headers))
    }

    pub(in crate::embedded) async fn get_object_attributes(
        &self,
        request: S3Request<GetObjectAttributesInput>,
    ) -> S3Result<S3Response<GetObjectAttributesOutput>> {
        let input = &request.input;
        // s3s leaves a list in one header unsplit.
        let lists = request.headers.get_all("x-amz-object-attributes");
        let wanted: Vec<&str> =
            lists.iter().filter_map(|list| list.to_str().ok()).flat_map(|list| list.split(',')).collect();
        let wants = |name: &str| wanted.iter().any(|wanted| wanted.trim() == name);
        let mut snapshot = self.index.snapshot().await?;
        let bucket = Self::bucket(&mut snapshot, &input.bucket).await?;
        let version = Self::object(&mut snapshot, &bucket, &input.key, input.version_id.as_deref().into()).await?;
        let parts = GetObjectAttributesParts {
            total_parts_count: Some(i32::try_from(version.parts).unwrap_or(i32::MAX)),
            ..Default::default()
        };
        Ok(S3Response::new(GetObjectAttributesOutput {
            e_tag: wants("ETag").then(|| strong(&version.etag)),
            object_size: wants("ObjectSize").then_some(i64::try_from(version.size).unwrap_or(i64::MAX)),
            storage_class: wants("StorageClass").then(|| StorageClass::from(version.storage_class.clone())),
            object_parts: (wants("ObjectParts") && version.parts > 0).then_some(parts),
            last_modified: Some(timestamp(version.modified)),
            version_id: read_version(&bucket, &version.version_id),
            ..Default::default()
        }))
    }
}

/// Applies the conditions and the range, and collects the headers.
async fn answer(
    connection: &mut SqliteConnection,
    bucket: &Bucket,
    version: &Version,
    aside: &HeaderMap,
    part_number: Option<i32>,
) -> S3Result<Answer> {
    let mut headers = validators(bucket, version)?;
    match conditions::for_read(aside, Subject::Object, version) {
        Verdict::Proceed => {}
        Verdict::NotModified => return Err(with_headers(s3_error!(NotModified, "Not Modified"), headers)),
        Verdict::Failed => return Err(conditions::failed()),
    }
    headers.extend(headers::decode(&version.headers)?);
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if version.storage_class != "STANDARD" {
        headers.insert("x-amz-storage-class", text(&version.storage_class)?);
    }
    if !version.tags.is_empty() {
        headers.insert("x-amz-tagging-count", tags::count(&version.tags).into());
    }
    let range_header = aside.get(header::RANGE).and_then(|value| value.to_str().ok());
    let asked = match part_number {
        Some(_) if range_header.is_some() => {
            return Err(s3_error!(InvalidRequest, "Cannot specify both Range header and partNumber query parameter"));
        }
        Some(number) => {
            if version.parts > 0 {
                headers.insert("x-amz-mp-parts-count", version.parts.into());
            }
            part(connection, version, number).await?
        }
        None => range::parse(range_header, version.size),
    };
    let range = match asked {
        Asked::Whole => 0..version.size,
        Asked::Part(range) => {
            let content_range = format!("bytes {}-{}/{}", range.start, range.end.saturating_sub(1), version.size);
            headers.insert(header::CONTENT_RANGE, text(&content_range)?);
            range
        }
        Asked::Unsatisfiable => return Err(unsatisfiable(version.size)?),
    };
    headers.insert(header::CONTENT_LENGTH, (range.end - range.start).into());
    Ok(Answer { headers, range })
}

/// The bytes of one part, by the number under which it was uploaded.
async fn part(connection: &mut SqliteConnection, version: &Version, number: i32) -> S3Result<Asked> {
    let ranges = version.part_ranges(connection).await?;
    match ranges.into_iter().find(|(known, _)| *known == number) {
        Some((_, range)) => Ok(Asked::Part(range)),
        None if number == 1 && version.size == 0 => Ok(Asked::Whole),
        None => Err(custom(
            StatusCode::RANGE_NOT_SATISFIABLE,
            "InvalidPartNumber",
            "The requested partnumber is not satisfiable",
        )),
    }
}

/// What identifies the version, in every answer about it.
fn validators(bucket: &Bucket, version: &Version) -> S3Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    headers.insert(header::ETAG, text(&format!("\"{}\"", version.etag))?);
    headers.insert(header::LAST_MODIFIED, http_date(version.modified)?);
    if let Some(version_id) = read_version(bucket, &version.version_id) {
        headers.insert(VERSION_ID, text(&version_id)?);
    }
    Ok(headers)
}

fn marker_error(bucket: &Bucket, marker: &Version, wanted: Wanted<'_>) -> S3Result<S3Error> {
    let mut headers = HeaderMap::new();
    headers.insert(DELETE_MARKER, HeaderValue::from_static("true"));
    if let Some(version_id) = read_version(bucket, &marker.version_id) {
        headers.insert(VERSION_ID, text(&version_id)?);
    }
    let error = match wanted {
        Wanted::Latest => s3_error!(NoSuchKey, "The specified key does not exist."),
        Wanted::Named(_) => {
            headers.insert(header::ALLOW, HeaderValue::from_static("DELETE"));
            headers.insert(header::LAST_MODIFIED, http_date(marker.modified)?);
            s3_error!(MethodNotAllowed, "The specified method is not allowed against this resource.")
        }
    };
    Ok(with_headers(error, headers))
}

fn unsatisfiable(size: u64) -> S3Result<S3Error> {
    let headers = HeaderMap::from_iter([(header::CONTENT_RANGE, text(&format!("bytes */{size}"))?)]);
    Ok(with_headers(s3_error!(InvalidRange, "The requested range is not satisfiable"), headers))
}

/// s3s replaces its own headers by these: the media type of an error's body has to be among them.
fn with_headers(mut error: S3Error, mut headers: HeaderMap) -> S3Error {
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    error.set_headers(headers);
    error
}

fn text(value: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(value).map_err(|_| Error::Corrupt { what: "a header value" })
}

fn http_date(seconds: i64) -> Result<HeaderValue, Error> {
    let mut formatted = Vec::new();
    let done = timestamp(seconds).format(TimestampFormat::HttpDate, &mut formatted);
    let value = done.ok().and_then(|()| HeaderValue::from_bytes(&formatted).ok());
    value.ok_or(Error::Corrupt { what: "a date" })
}
