//! CreateMultipartUpload, UploadPart, CompleteMultipartUpload, AbortMultipartUpload, ListParts.

use std::time::Duration;

use bytes::Bytes;
use futures::stream;
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};

use super::{body, request, sse, xml};
use crate::checksum;
use crate::front::s3::error::Document;
use crate::front::s3::{Door, Incoming, Reply, S3Error, owner};
use crate::object::{self, Complete, Completed, Conditions, Create, ListParts, UploadPart};

/// A document of 10,000 parts with checksums, with room.
const MAX_DOCUMENT: usize = 8 * 1024 * 1024;

/// How long a Complete may take before its answer begins, and between two blanks that keep the connection alive.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// Starts an upload.
pub async fn create(door: &Door, incoming: Incoming) -> Result<Reply, S3Error> {
    let headers = &incoming.head.headers;
    let (bucket, object_key) = request::object(&incoming)?;
    let asked = sse::asked(door, &bucket, &incoming.origin, headers)?;
    let customer = asked.customer_key();
    let checksum = checksum::multipart_checksum(headers)?;
    let create = Create {
        permit: incoming.permit.clone(),
        protection: asked.protection,
        attributes: object::from_client(headers),
        checksum,
        declared: crate::front::s3::facts::declared(headers),
    };
    let created = door.objects.create_upload(create).await?;
    let mut answer = created.headers;
    sse::show(&created.protected, customer.as_ref(), &mut answer);
    sse::show_context(&created.protected, &mut answer);
    if let Some((algorithm, kind)) = checksum {
        answer.insert("x-amz-checksum-algorithm", HeaderValue::from_static(algorithm.name()));
        answer.insert("x-amz-checksum-type", HeaderValue::from_static(kind.name()));
    }
    let mut document = xml::Document::new("InitiateMultipartUploadResult");
    document.text("Bucket", bucket);
    document.text("Key", object_key);
    document.text("UploadId", created.upload_id);
    Ok(request::document(answer, document.finish("InitiateMultipartUploadResult")))
}

/// Seals a part.
pub async fn upload_part(door: &Door, mut incoming: Incoming) -> Result<Reply, S3Error> {
    let customer = sse::of_part(door, &request::bucket(&incoming)?, &incoming.origin, &incoming.head.headers)?;
    let number = request::number(&incoming, "partNumber", 1..=10_000)?.ok_or_else(S3Error::internal)?;
    let upload_id = request::upload_id(&incoming)?;
    let upload = body::upload(&mut incoming)?;
    let part = UploadPart {
        permit: incoming.permit,
        upload_id,
        number: u16::try_from(number).map_err(|_| S3Error::internal())?,
        customer_key: customer.clone(),
        named_algorithm: upload.algorithm,
        body: upload.body,
        now_ms: xml::now_ms(),
    };
    let uploaded = door.objects.upload_part(part).await?;
    let mut headers = HeaderMap::new();
    request::show_etag(&uploaded.etag, &mut headers);
    sse::show(&uploaded.protected, customer.as_ref(), &mut headers);
    if let Some(checksum) = &uploaded.checksum
        && let Ok(value) = HeaderValue::from_str(&request::checksum_text(checksum, None))
    {
        headers.insert(checksum.algorithm.header(), value);
    }
    Ok(request::bare(StatusCode::OK, headers))
}

/// Makes the object. A long one begins its answer early and keeps the connection alive with blanks, as on AWS.
pub async fn complete(door: &Door, mut incoming: Incoming) -> Result<Reply, S3Error> {
    let headers = incoming.head.headers.clone();
    let upload_id = request::upload_id(&incoming)?;
    let (bucket, object_key) = request::object(&incoming)?;
    let parts = xml::named_parts(&body::without_checksum(&mut incoming, MAX_DOCUMENT).await?)?;
    let stated = checksum::stated_checksum(&headers)?;
    if let Some((_, _, Some(count))) = &stated
        && usize::try_from(*count).ok() != Some(parts.len())
    {
        return Err(S3Error::invalid_request(
            "The number of parts in the checksum does not match the number of parts.",
        ));
    }
    let stated_kind = match request::single(&headers, "x-amz-checksum-type")? {
        None => None,
        Some(name) => Some(
            checksum::ChecksumKind::from_name(name)
                .ok_or_else(|| S3Error::invalid_request("Value for x-amz-checksum-type header is invalid."))?,
        ),
    };
    let stated_len = match request::single(&headers, "x-amz-mp-object-size")? {
        None => None,
        Some(text) => Some(text.parse().map_err(|_| {
            S3Error::invalid_argument("Value for x-amz-mp-object-size header is invalid.", "x-amz-mp-object-size", text)
        })?),
    };
    let complete = Complete {
        permit: incoming.permit.clone(),
        upload_id,
        parts,
        stated_checksum: stated.map(|(algorithm, value, _)| (algorithm, value)),
        stated_kind,
        stated_len,
        conditions: Conditions::from_request(&headers),
        customer_key: sse::of_part(door, &bucket, &incoming.origin, &headers)?,
    };
    // On its own task: a client that goes away does not leave a half completed upload.
    let objects = door.objects.clone();
    let mut work = tokio::spawn(async move { objects.complete_upload(&complete).await });
    let location =
        request::location(&incoming.head.headers, incoming.origin.secure, bucket.as_str(), object_key.as_str());
    let render = move |completed: &Completed| rendered(completed, &location, bucket.as_str(), object_key.as_str());
    match tokio::time::timeout(KEEP_ALIVE, &mut work).await {
        Ok(done) => {
            let completed = done.map_err(|_| S3Error::internal())??;
            let mut answer = completed.headers.clone();
            answer.remove(http::header::ETAG);
            // The table has no key digest here.
            sse::show(&completed.protected, None, &mut answer);
            Ok(request::document(answer, format!("{DECLARATION}{}", render(&completed))))
        }
        Err(_) => {
            let (resource, request_id) = (incoming.head.uri.path().to_owned(), incoming.origin.request_id.to_string());
            Ok(kept_alive(work, move |done| match done {
                Ok(completed) => render(&completed),
                Err(error) => {
                    let document = Document { resource: &resource, request_id: &request_id, host_id: "", head: false };
                    error.to_xml(&document).trim_start_matches(DECLARATION).to_owned()
                }
            }))
        }
    }
}

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// 200, blanks, and at last the document of the result or of the error.
fn kept_alive(
    work: tokio::task::JoinHandle<Result<Completed, object::Error>>,
    render: impl FnOnce(Result<Completed, S3Error>) -> String + Send + 'static,
) -> Reply {
    let state = Some((work, render, Bytes::from_static(DECLARATION.as_bytes())));
    let stream = stream::unfold(state, |state| async move {
        let (mut work, render, ready) = state?;
        if !ready.is_empty() {
            return Some((Ok(Frame::data(ready)), Some((work, render, Bytes::new()))));
        }
        match tokio::time::timeout(KEEP_ALIVE, &mut work).await {
            Err(_) => Some((Ok(Frame::data(Bytes::from_static(b" "))), Some((work, render, Bytes::new())))),
            Ok(done) => {
                let done = done.map_err(|_| S3Error::internal()).and_then(|done| done.map_err(S3Error::from));
                Some((Ok(Frame::data(render(done).into())), None))
            }
        }
    });
    let mut reply = Response::new(StreamBody::new(stream).boxed_unsync());
    reply.headers_mut().insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    reply
}

fn rendered(completed: &Completed, location: &str, bucket: &str, object_key: &str) -> String {
    let mut document = xml::Document::new("CompleteMultipartUploadResult");
    document.text("Location", location);
    document.text("Bucket", bucket);
    document.text("Key", object_key);
    document.etag(&completed.etag);
    if let Some(checksum) = &completed.checksum {
        document.text("ChecksumType", checksum.kind.name());
        let text = request::checksum_text(checksum, Some(completed.parts));
        document.text(&request::checksum_element(checksum.algorithm), text);
    }
    document.finish("CompleteMultipartUploadResult").trim_start_matches(DECLARATION).to_owned()
}

/// Gives an upload up.
pub async fn abort(door: &Door, incoming: Incoming) -> Result<Reply, S3Error> {
    door.objects.abort_upload(&incoming.permit, &request::upload_id(&incoming)?).await?;
    Ok(request::bare(StatusCode::NO_CONTENT, HeaderMap::new()))
}

/// Lists an upload's parts.
pub async fn list_parts(door: &Door, incoming: Incoming) -> Result<Reply, S3Error> {
    let (bucket, object_key) = request::object(&incoming)?;
    let upload_id = request::upload_id(&incoming)?;
    let marker = request::number(&incoming, "part-number-marker", 0..=u64::from(u32::MAX))?.unwrap_or(0);
    let limit = request::number(&incoming, "max-parts", 0..=u64::from(u32::MAX))?.unwrap_or(1000).min(1000);
    let list = ListParts {
        permit: incoming.permit.clone(),
        upload_id: upload_id.clone(),
        marker: u16::try_from(marker).unwrap_or(u16::MAX),
        limit: u16::try_from(limit).unwrap_or(1000),
        customer_key: sse::of_read(door, &incoming.origin, &incoming.head.headers)?,
    };
    let page = door.objects.list_parts(&list).await?;
    let mut document = xml::Document::new("ListPartsResult");
    document.text("Bucket", bucket);
    document.text("Key", object_key);
    document.text("UploadId", upload_id);
    document.raw(&owner::initiator(page.initiator.as_deref(), door.identities.account()));
    document.raw(&owner::element(door.identities.account()));
    document.text("StorageClass", page.storage_class.as_deref().unwrap_or("STANDARD"));
    document.text("PartNumberMarker", marker);
    document.text("NextPartNumberMarker", page.next_marker.or(page.parts.last().map(|part| part.number)).unwrap_or(0));
    document.text("MaxParts", limit);
    document.text("IsTruncated", page.next_marker.is_some());
    if let Some((algorithm, kind)) = page.checksum {
        document.text("ChecksumAlgorithm", algorithm.name());
        document.text("ChecksumType", kind.name());
    }
    for part in &page.parts {
        document.open("Part");
        document.text("PartNumber", part.number);
        document.text("LastModified", xml::time(part.time_ms));
        document.etag(&part.etag);
        document.text("Size", part.plain_len);
        if let (Some((algorithm, _)), Some(value)) = (page.checksum, &part.checksum) {
            document.text(&request::checksum_element(algorithm), body::base64(value));
        }
        document.close("Part");
    }
    Ok(request::document(HeaderMap::new(), document.finish("ListPartsResult")))
}
