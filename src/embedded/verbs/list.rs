//! ListObjects, ListObjectsV2, ListObjectVersions and ListMultipartUploads.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::dto::*;
use s3s::{S3Request, S3Response, S3Result, s3_error};

use crate::embedded::ids;
use crate::embedded::index::{Bucket, Cursor, Entry, Listing, NULL_VERSION, Version, Wanted};
use crate::embedded::service::{Service, initiator, owner, strong, timestamp};
use crate::embedded::walk::{Last, Page, Walk, next_key, successor};

/// The longest page, and the usual one.
const MAX_PAGE: i32 = 1000;

/// What `encoding-type=url` leaves as it is.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/');

/// How names are written in an answer.
#[derive(Clone, Copy)]
enum Names {
    Plain,
    Url,
}

impl Names {
    fn asked(encoding: Option<&EncodingType>) -> S3Result<Self> {
        match encoding.map(EncodingType::as_str) {
            None => Ok(Self::Plain),
            Some("url") => Ok(Self::Url),
            Some(_) => Err(s3_error!(InvalidArgument, "Invalid Encoding Method specified in Request")),
        }
    }

    fn write(self, name: &str) -> String {
        match self {
            Self::Plain => name.to_owned(),
            Self::Url => utf8_percent_encode(name, ENCODED).to_string(),
        }
    }

    fn write_some(self, name: Option<&str>) -> Option<String> {
        name.filter(|name| !name.is_empty()).map(|name| self.write(name))
    }

    fn prefixes(self, page: &Page) -> Vec<CommonPrefix> {
        page.prefixes.iter().map(|prefix| CommonPrefix { prefix: Some(self.write(prefix)) }).collect()
    }

    fn object(self, entry: Entry, shown_owner: Option<Owner>) -> Object {
        Object {
            key: Some(self.write(&entry.key)),
            e_tag: Some(strong(&entry.etag)),
            last_modified: Some(timestamp(entry.time)),
            size: Some(entry.size),
            storage_class: Some(ObjectStorageClass::from(entry.storage_class)),
            owner: shown_owner,
            ..Default::default()
        }
    }
}

impl Service {
    pub(in crate::embedded) async fn list_objects(
        &self,
        request: S3Request<ListObjectsInput>,
    ) -> S3Result<S3Response<ListObjectsOutput>> {
        let input = request.input;
        let names = Names::asked(input.encoding_type.as_ref())?;
        let limit = page_length(input.max_keys)?;
        let mut snapshot = self.index.snapshot().await?;
        let bucket = Self::bucket(&mut snapshot, &input.bucket).await?;
        let walk = walk(&bucket, Listing::Objects, input.prefix.as_deref(), input.delimiter.as_deref(), limit);
        let marker = input.marker.as_deref().unwrap_or_default();
        let from = if marker.is_empty() { Vec::new() } else { walk.after_marker(marker) };
        let page = walk.page(&mut snapshot, Cursor::At(from)).await?;
        // S3 names the next marker only where a client could not tell it from the last key.
        let next = page.last.as_ref().filter(|_| !walk.delimiter.is_empty()).map(|last| names.write(last.key()));
        Ok(S3Response::new(ListObjectsOutput {
            prefix: Some(names.write(walk.prefix)),
            marker: Some(names.write(marker)),
            max_keys: Some(limit),
            is_truncated: Some(page.last.is_some()),
            next_marker: next,
            delimiter: names.write_some(input.delimiter.as_deref()),
            common_prefixes: Some(names.prefixes(&page)),
            contents: Some(page.entries.into_iter().map(|entry| names.object(entry, Some(owner()))).collect()),
            encoding_type: input.encoding_type,
            name: Some(input.bucket),
            ..Default::default()
        }))
    }

    pub(in crate::embedded) async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        let input = request.input;
        let names = Names::asked(input.encoding_type.as_ref())?;
        let limit = page_length(input.max_keys)?;
        let mut snapshot = self.index.snapshot().await?;
        let bucket = Self::bucket(&mut snapshot, &input.bucket).await?;
        let walk = walk(&bucket, Listing::Objects, input.prefix.as_deref(), input.delimiter.as_deref(), limit);
        let from = match (input.continuation_token.as_deref(), input.start_after.as_deref()) {
            (Some(token), _) => resume(token)?,
            (None, Some(key)) if !key.is_empty() => next_key(key.as_bytes()),
            (None, _) => Vec::new(),
        };
        let page = walk.page(&mut snapshot, Cursor::At(from)).await?;
        let shown_owner = (input.fetch_owner == Some(true)).then(owner);
        Ok(S3Response::new(ListObjectsV2Output {
            prefix: Some(names.write(walk.prefix)),
            max_keys: Some(limit),
            key_count: i32::try_from(page.entries.len() + page.prefixes.len()).ok(),
            is_truncated: Some(page.last.is_some()),
            next_continuation_token: page.last.as_ref().map(token),
            delimiter: names.write_some(input.delimiter.as_deref()),
            start_after: names.write_some(input.start_after.as_deref()),
            common_prefixes: Some(names.prefixes(&page)),
            contents: Some(page.entries.into_iter().map(|entry| names.object(entry, shown_owner.clone())).collect()),
            continuation_token: input.continuation_token,
            encoding_type: input.encoding_type,
            name: Some(input.bucket),
            ..Default::default()
        }))
    }

    pub(in crate::embedded) async fn list_object_versions(
        &self,
        request: S3Request<ListObjectVersionsInput>,
    ) -> S3Result<S3Response<ListObjectVersionsOutput>> {
        let input = request.input;
        let names = Names::asked(input.encoding_type.as_ref())?;
        let limit = page_length(input.max_keys)?;
        let key_marker = input.key_marker.as_deref().unwrap_or_default();
        let version_marker = input.version_id_marker.as_deref().filter(|marker| !marker.is_empty());
        if version_marker.is_some() && key_marker.is_empty() {
            return Err(s3_error!(InvalidArgument, "A version-id marker cannot be specified without a key marker."));
        }
        let mut snapshot = self.index.snapshot().await?;
        let bucket = Self::bucket(&mut snapshot, &input.bucket).await?;
        let walk = walk(&bucket, Listing::Versions, input.prefix.as_deref(), input.delimiter.as_deref(), limit);
        let from = match version_marker {
            Some(marker) => {
                let row = match Version::find(&mut snapshot, &bucket, key_marker, Wanted::Named(marker)).await? {
                    Some(version) => version.id,
                    None => row_of_marker(marker)?,
                };
                Cursor::Version(key_marker.as_bytes().to_vec(), row)
            }
            None if key_marker.is_empty() => Cursor::At(Vec::new()),
            None => Cursor::At(walk.after_marker(key_marker)),
        };
        let page = walk.page(&mut snapshot, from).await?;
        let next_version = match &page.last {
            Some(Last::Entry { id, name, .. }) => Some(marker_of(*id, name)),
            Some(Last::Prefix(_)) | None => None,
        };
        let mut output = ListObjectVersionsOutput {
            prefix: Some(names.write(walk.prefix)),
            key_marker: Some(names.write(key_marker)),
            version_id_marker: Some(version_marker.unwrap_or_default().to_owned()),
            next_key_marker: page.last.as_ref().map(|last| names.write(last.key())),
            next_version_id_marker: next_version,
            max_keys: Some(limit),
            is_truncated: Some(page.last.is_some()),
            delimiter: names.write_some(input.delimiter.as_deref()),
            common_prefixes: Some(names.prefixes(&page)),
            encoding_type: input.encoding_type,
            name: Some(input.bucket),
            ..Default::default()
        };
        for entry in page.entries {
            show_version(&mut output, names, entry);
        }
        Ok(S3Response::new(output))
    }

    pub(in crate::embedded) async fn list_multipart_uploads(
        &self,
        request: S3Request<ListMultipartUploadsInput>,
    ) -> S3Result<S3Response<ListMultipartUploadsOutput>> {
        let input = request.input;
        let names = Names::asked(input.encoding_type.as_ref())?;
        let limit = page_length(input.max_uploads)?;
        let key_marker = input.key_marker.as_deref().unwrap_or_default();
        // S3 ignores an upload-id marker without a key marker.
        let upload_marker =
            input.upload_id_marker.as_deref().filter(|marker| !marker.is_empty() && !key_marker.is_empty());
        let mut snapshot = self.index.snapshot().await?;
        let bucket = Self::bucket(&mut snapshot, &input.bucket).await?;
        let walk = walk(&bucket, Listing::Uploads, input.prefix.as_deref(), input.delimiter.as_deref(), limit);
        let from = match upload_marker {
            Some(marker) => Cursor::Upload(key_marker.as_bytes().to_vec(), marker.to_owned()),
            None if key_marker.is_empty() => Cursor::At(Vec::new()),
            None => Cursor::At(walk.after_marker(key_marker)),
        };
        let page = walk.page(&mut snapshot, from).await?;
        let next_upload = match &page.last {
            Some(Last::Entry { name, .. }) => Some(name.clone()),
            Some(Last::Prefix(_)) | None => None,
        };
        let shown = |entry: Entry| MultipartUpload {
            key: Some(names.write(&entry.key)),
            upload_id: Some(entry.name),
            initiated: Some(timestamp(entry.time)),
            initiator: Some(initiator()),
            owner: Some(owner()),
            storage_class: Some(StorageClass::from(entry.storage_class)),
            ..Default::default()
        };
        Ok(S3Response::new(ListMultipartUploadsOutput {
            prefix: Some(names.write(walk.prefix)),
            key_marker: Some(names.write(key_marker)),
            upload_id_marker: Some(input.upload_id_marker.unwrap_or_default()),
            next_key_marker: page.last.as_ref().map(|last| names.write(last.key())),
            next_upload_id_marker: next_upload,
            max_uploads: Some(limit),
            is_truncated: Some(page.last.is_some()),
            delimiter: names.write_some(input.delimiter.as_deref()),
            common_prefixes: Some(names.prefixes(&page)),
            uploads: Some(page.entries.into_iter().map(shown).collect()),
            encoding_type: input.encoding_type,
            bucket: Some(input.bucket),
            ..Default::default()
        }))
    }
}

impl Last {
    fn key(&self) -> &str {
        match self {
            Self::Entry { key, .. } | Self::Prefix(key) => key,
        }
    }
}

fn show_version(output: &mut ListObjectVersionsOutput, names: Names, entry: Entry) {
    if entry.marker {
        output.delete_markers.get_or_insert_default().push(DeleteMarkerEntry {
            key: Some(names.write(&entry.key)),
            version_id: Some(entry.name),
            is_latest: Some(entry.latest),
            last_modified: Some(timestamp(entry.time)),
            owner: Some(owner()),
        });
    } else {
        output.versions.get_or_insert_default().push(ObjectVersion {
            key: Some(names.write(&entry.key)),
            version_id: Some(entry.name),
            is_latest: Some(entry.latest),
            e_tag: Some(strong(&entry.etag)),
            size: Some(entry.size),
            last_modified: Some(timestamp(entry.time)),
            owner: Some(owner()),
            storage_class: Some(ObjectVersionStorageClass::from(entry.storage_class)),
            ..Default::default()
        });
    }
}

fn walk<'a>(
    bucket: &'a Bucket,
    listing: Listing,
    prefix: Option<&'a str>,
    delimiter: Option<&'a str>,
    limit: i32,
) -> Walk<'a> {
    Walk {
        bucket,
        listing,
        prefix: prefix.unwrap_or_default(),
        delimiter: delimiter.unwrap_or_default(),
        limit: usize::try_from(limit).unwrap_or(0),
    }
}

fn page_length(asked: Option<i32>) -> S3Result<i32> {
    match asked {
        None => Ok(MAX_PAGE),
        Some(length) if length < 0 => Err(s3_error!(InvalidArgument, "Argument max-keys must not be negative")),
        Some(length) => Ok(length.min(MAX_PAGE)),
    }
}

/// A continuation token: `k` and the last key, or `p` and the last common prefix.
fn token(last: &Last) -> String {
    let (kind, key) = match last {
        Last::Entry { key, .. } => (b"k", key),
        Last::Prefix(prefix) => (b"p", prefix),
    };
    URL_SAFE_NO_PAD.encode([kind.as_slice(), key.as_bytes()].concat())
}

/// The key at which the page after a token begins.
fn resume(token: &str) -> S3Result<Vec<u8>> {
    let token = URL_SAFE_NO_PAD.decode(token).ok();
    let from = token.and_then(|token| match token.split_first()? {
        (b'k', key) => Some(next_key(key)),
        (b'p', prefix) => successor(prefix),
        _ => None,
    });
    from.ok_or_else(|| s3_error!(InvalidArgument, "The continuation token provided is incorrect"))
}

/// A version-id marker tells the row as well, so that it still works once its version is deleted.
fn marker_of(row: i64, version_id: &str) -> String {
    if version_id == NULL_VERSION { format!("{NULL_VERSION}-{row:016x}") } else { version_id.to_owned() }
}

fn row_of_marker(marker: &str) -> S3Result<i64> {
    let null = marker.strip_prefix(NULL_VERSION).and_then(|rest| rest.strip_prefix('-'));
    let row = match null {
        Some(row) => i64::from_str_radix(row, 16).ok(),
        None => ids::row_of_version_id(marker),
    };
    row.ok_or_else(|| s3_error!(InvalidArgument, "Invalid version id specified"))
}
