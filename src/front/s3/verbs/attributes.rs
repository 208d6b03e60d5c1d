//! GetObjectAttributes: answered from the envelope and the manifest; the backend only knows the ciphertext.

use http::header::{HeaderMap, HeaderValue};

use super::{request, sse, xml};
use crate::checksum::ChecksumKind;
use crate::front::s3::{Door, Incoming, Reply, S3Error};
use crate::object::{AttributesRead, ChecksumMode, Conditions, Read, Section};

const WANTED: &str = "x-amz-object-attributes";

/// Answers what the client asks about an object.
pub async fn get(door: &Door, incoming: Incoming) -> Result<Reply, S3Error> {
    let headers = &incoming.head.headers;
    let customer_key = sse::of_read(door, &incoming.origin, headers)?;
    let wanted = wanted(headers)?;
    let wants = |name: &str| wanted.iter().any(|wanted| wanted == name);
    let read = Read {
        permit: incoming.permit.clone(),
        version_id: request::version_id(&incoming)?,
        section: Section::Whole,
        conditions: Conditions::default(),
        checksum: ChecksumMode::Off,
        customer_key,
        headers: HeaderMap::new(),
    };
    let number = |name: &'static str| -> Result<Option<u16>, S3Error> {
        let parse = |text: &str| text.parse().map_err(|_| S3Error::invalid_argument("Not a number.", name, text));
        request::single(headers, name)?.map(parse).transpose()
    };
    let marker = number("x-amz-part-number-marker")?.unwrap_or(0);
    let limit = number("x-amz-max-parts")?.unwrap_or(1000).min(1000);
    let needs_keys = wants("Checksum") || wants("ObjectParts");
    let AttributesRead { reply, manifest } = door.objects.attributes(&read, needs_keys).await?;

    let mut answer = HeaderMap::new();
    for name in ["last-modified", "x-amz-version-id", "x-amz-delete-marker"] {
        if let Some(value) = reply.headers.get(name) {
            answer.insert(name, value.clone());
        }
    }
    let mut document = xml::Document::new("GetObjectAttributesResponse");
    if wants("ETag") {
        document.text("ETag", &reply.etag);
    }
    if let Some(checksum) = reply.checksum.as_ref().filter(|_| wants("Checksum")) {
        document.open("Checksum");
        document.text(
            &request::checksum_element(checksum.algorithm),
            request::checksum_text(checksum, reply.composite_parts),
        );
        document.text("ChecksumType", checksum.kind.name());
        document.close("Checksum");
    }
    if let Some(manifest) =
        manifest.as_ref().filter(|manifest| wants("ObjectParts") && manifest.parts.iter().all(|part| part.number > 0))
    {
        document.open("ObjectParts");
        document.text("PartsCount", manifest.parts.len());
        // AWS names the single parts only where each carries a checksum of its own.
        let composite = reply.checksum.as_ref().filter(|checksum| checksum.kind == ChecksumKind::Composite);
        if let Some(checksum) = composite {
            let behind: Vec<_> = manifest.parts.iter().filter(|part| part.number > marker).collect();
            let shown = &behind[..behind.len().min(limit.into())];
            document.text("PartNumberMarker", marker);
            document.text("NextPartNumberMarker", shown.last().map_or(marker, |part| part.number));
            document.text("MaxParts", limit);
            document.text("IsTruncated", shown.len() < behind.len());
            for part in shown {
                document.open("Part");
                if let Some(value) = &part.checksum {
                    document.text(&request::checksum_element(checksum.algorithm), super::body::base64(value));
                }
                document.text("PartNumber", part.number);
                document.text("Size", part.plain_len);
                document.close("Part");
            }
        }
        document.close("ObjectParts");
    }
    if wants("StorageClass") {
        let class = reply.headers.get("x-amz-storage-class").and_then(|value| value.to_str().ok());
        document.text("StorageClass", class.unwrap_or("STANDARD"));
    }
    if wants("ObjectSize") {
        document.text("ObjectSize", reply.plain_len);
    }
    Ok(request::document(answer, document.finish("GetObjectAttributesResponse")))
}

/// The attributes that the request names, in one or several headers.
fn wanted(headers: &HeaderMap) -> Result<Vec<String>, S3Error> {
    let text = |value: &HeaderValue| value.to_str().unwrap_or_default().to_owned();
    let names: Vec<String> = headers
        .get_all(WANTED)
        .iter()
        .flat_map(|value| text(value).split(',').map(|name| name.trim().to_owned()).collect::<Vec<_>>())
        .filter(|name| !name.is_empty())
        .collect();
    let known = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"];
    match names.iter().find(|name| !known.contains(&name.as_str())) {
        Some(unknown) => Err(S3Error::invalid_argument("Invalid attribute name specified.", WANTED, unknown.as_str())),
        None if names.is_empty() => Err(S3Error::invalid_request(
            "The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty",
        )),
        None => Ok(names),
    }
}
