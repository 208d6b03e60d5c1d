//! CopyObject and UploadPartCopy: two places, each authorised.

use super::{request, sse, xml};
use crate::checksum::Algorithm;
use crate::front::s3::permission::{About, Asker};
use crate::front::s3::stated::{Stated, TagsOf};
use crate::front::s3::target::{self, CopySource};
use crate::front::s3::{Door, Incoming, Reply, S3Error};
use crate::identity::{Permit, Target};
use crate::object::{
    self, ByteRange, ChecksumMode, Conditions, Copy, MetadataDirective, Read, Section, Source, UploadPartCopy,
};

const COPY_SOURCE: &str = "x-amz-copy-source";

/// Copies an object.
pub async fn copy(door: &Door, incoming: Incoming) -> Result<Reply, S3Error> {
    let headers = &incoming.head.headers;
    let (permit, version_id) = source(incoming.asker(door)).await?;
    let mut attributes = object::from_client(headers);
    if TagsOf::copy(headers) == TagsOf::Source {
        attributes.remove("x-amz-tagging");
        permit_tags(incoming.asker(door), incoming.permit.target(), &permit, version_id.as_deref()).await?;
    }
    let asked = sse::asked(door, &request::bucket(&incoming)?, &incoming.origin, headers)?;
    let (customer, source_key) = (asked.customer_key(), sse::of_copy_source(door, &incoming.origin, headers)?);
    let directive = match request::single(headers, "x-amz-metadata-directive")? {
        None | Some("COPY") => MetadataDirective::Copy,
        Some("REPLACE") => MetadataDirective::Replace,
        Some(other) => return Err(unknown_directive("x-amz-metadata-directive", other)),
    };
    if let Some(other) =
        request::single(headers, "x-amz-tagging-directive")?.filter(|value| !matches!(*value, "COPY" | "REPLACE"))
    {
        return Err(unknown_directive("x-amz-tagging-directive", other));
    }
    let checksum = match request::single(headers, "x-amz-checksum-algorithm")? {
        None => None,
        Some(name) => Some(Algorithm::from_name(name).ok_or_else(|| {
            S3Error::invalid_request(
                "Checksum algorithm provided is unsupported. Please try again with any of the valid types.",
            )
        })?),
    };
    let copy = Copy {
        source: Source {
            permit,
            version_id,
            conditions: Conditions::from_copy_source(headers),
            customer_key: source_key,
        },
        directive,
        protection: asked.protection,
        names_encryption: asked.named,
        attributes,
        conditions: Conditions::from_request(headers),
        checksum,
        overtaking: object::Overtaking::Allowed,
        permit: incoming.permit.clone(),
    };
    // On its own task: a client that has no patience does not undo half of a long copy.
    let objects = door.objects.clone();
    let copied = tokio::spawn(async move { objects.copy(copy).await }).await.map_err(|_| S3Error::internal())??;
    let mut answer = copied.headers;
    sse::show(&copied.protected, customer.as_ref(), &mut answer);
    sse::show_context(&copied.protected, &mut answer);
    show_source_version(copied.source_version.as_deref(), &mut answer);
    answer.remove(http::header::ETAG);
    let mut document = xml::Document::new("CopyObjectResult");
    document.text("LastModified", &copied.last_modified);
    document.etag(&copied.etag);
    if let Some(checksum) = &copied.checksum {
        document.text("ChecksumType", checksum.kind.name());
        document.text(
            &request::checksum_element(checksum.algorithm),
            request::checksum_text(checksum, copied.composite_parts),
        );
    }
    Ok(request::document(answer, document.finish("CopyObjectResult")))
}

/// Copies an object, or a range of it, as a part.
pub async fn upload_part_copy(door: &Door, incoming: Incoming) -> Result<Reply, S3Error> {
    let headers = &incoming.head.headers;
    let customer = sse::of_part(door, &request::bucket(&incoming)?, &incoming.origin, headers)?;
    let (permit, version_id) = source(incoming.asker(door)).await?;
    let range = match request::single(headers, "x-amz-copy-source-range")? {
        None => Section::Whole,
        Some(text) => match ByteRange::parse(text) {
            Some(range @ ByteRange::FromTo(..)) => Section::Range(range),
            _ => {
                let message = "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are \
                               the zero-based offsets of the first and last bytes to copy";
                return Err(S3Error::invalid_argument(message, "x-amz-copy-source-range", text));
            }
        },
    };
    let number = request::number(&incoming, "partNumber", 1..=10_000)?.ok_or_else(S3Error::internal)?;
    let source = Read {
        permit,
        version_id,
        section: range,
        conditions: Conditions::from_copy_source(headers),
        checksum: ChecksumMode::Off,
        customer_key: sse::of_copy_source(door, &incoming.origin, headers)?,
        headers: http::HeaderMap::new(),
    };
    let part = UploadPartCopy {
        permit: incoming.permit.clone(),
        upload_id: request::upload_id(&incoming)?,
        number: u16::try_from(number).map_err(|_| S3Error::internal())?,
        source,
        customer_key: customer.clone(),
        now_ms: xml::now_ms(),
    };
    let uploaded = door.objects.upload_part_copy(part).await?;
    let mut answer = http::HeaderMap::new();
    sse::show(&uploaded.protected, customer.as_ref(), &mut answer);
    show_source_version(uploaded.source_version.as_deref(), &mut answer);
    let mut document = xml::Document::new("CopyPartResult");
    document.text("LastModified", xml::time(xml::now_ms()));
    document.etag(&uploaded.etag);
    if let Some(checksum) = &uploaded.checksum {
        document.text(&request::checksum_element(checksum.algorithm), request::checksum_text(checksum, None));
    }
    Ok(request::document(answer, document.finish("CopyPartResult")))
}

/// The source that `x-amz-copy-source` names, and the caller's permit to read it.
async fn source(asker: Asker<'_>) -> Result<(Permit, Option<String>), S3Error> {
    let header = asker.headers.get(COPY_SOURCE).ok_or_else(S3Error::internal)?;
    let CopySource { bucket, object_key, version_id: version } = target::copy_source(header)?;
    if bucket == asker.door.settings.system_bucket {
        return Err(S3Error::no_such_bucket(bucket.as_str()));
    }
    let action = if version.is_some() { "s3:GetObjectVersion" } else { "s3:GetObject" };
    // What the headers say is said of the copy, not of its source.
    let about = About { version_id: version.as_deref(), ..About::default() };
    let permit = asker.permit(action, &Target::Object(bucket, object_key), about).await?;
    Ok((permit, version))
}

/// A copy that takes its source's tags along reads and writes them: where there are any, both must be allowed.
async fn permit_tags(
    asker: Asker<'_>,
    target: &Target,
    source: &Permit,
    version_id: Option<&str>,
) -> Result<(), S3Error> {
    let action = if version_id.is_some() { "s3:GetObjectVersionTagging" } else { "s3:GetObjectTagging" };
    let reads = asker.permit(action, source.target(), About { version_id, ..About::default() }).await;
    let written = About { written: Some(asker.headers), creates: Some(true), ..About::default() };
    let writes = asker.permit(PUT_TAGGING, target, written).await;
    if reads.is_ok() && writes.is_ok() && !asker.may_depend_on(target, "s3:requestobjecttag") {
        return Ok(());
    }
    let tags = asker.existing_tags(source.target(), version_id).await?;
    if tags.is_empty() {
        return Ok(());
    }
    reads?;
    let stated = Stated { tags, ..Stated::in_headers(asker.headers, TagsOf::Source)? };
    asker.permit(PUT_TAGGING, target, About { document: Some(&stated), ..written }).await?;
    Ok(())
}

const PUT_TAGGING: &str = "s3:PutObjectTagging";

fn show_source_version(version: Option<&str>, answer: &mut http::HeaderMap) {
    if let Some(value) = version.and_then(|version| http::HeaderValue::from_str(version).ok()) {
        answer.insert("x-amz-copy-source-version-id", value);
    }
}

fn unknown_directive(name: &'static str, value: &str) -> S3Error {
    S3Error::invalid_argument("Unknown metadata directive.", name, value)
}
