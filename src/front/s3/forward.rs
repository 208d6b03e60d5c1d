//! The raw forwarder: everything that the backend offers and that meets no ciphertext.
//!
//! The request goes on with the headers that mean something to S3, its body checked and signed anew; the answer comes back
//! with everything that does not speak of the backend itself. XML passes as bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use md5::Digest as _;

use super::{Door, Incoming, Query, Reply, S3Error, document, location, owner, public_acl, routes};
use crate::identity::{Permit, Target};
use crate::upstream::{self, Body, Failure, OwnBody, Request};

/// The longest document that is passed on, in bytes.
const MAX_DOCUMENT_LEN: usize = 2 << 20;

/// Passes a request on and its answer back.
pub async fn forward(door: &Door, incoming: Incoming) -> Result<Reply, S3Error> {
    let (request, incoming) = head_of(incoming);
    let mut document = match incoming.document {
        Some(document) => document,
        None => document::read(&incoming.head, incoming.verified.as_ref(), incoming.body, MAX_DOCUMENT_LEN).await?,
    };
    refuse_select(&incoming.query, &document)?;
    let action = incoming.permit.action();
    if ACL_ACTIONS.contains(&action) {
        refuse_public_acl(door, &incoming.permit, &document)?;
        document = owner::acl_to_backend(door, document).await?;
    }
    if ACLS_READ.contains(&action) {
        return acl(door, with_document(request, document)).await;
    }
    let Some(backend) = door.upstream.region() else { return pass(door, with_document(request, document)).await };
    if action == "s3:CreateBucket" {
        document = location::of_new_bucket(document, &[&door.settings.region, &incoming.origin.region], backend);
    }
    let mut reply = pass(door, with_document(request, document)).await?;
    if reply.headers().get(BUCKET_REGION).is_some_and(|region| region == backend.as_str())
        && let Ok(region) = HeaderValue::from_str(door.settings.region.as_str())
    {
        reply.headers_mut().insert(BUCKET_REGION, region);
    }
    match action {
        "s3:GetBucketLocation" => {
            let (mut parts, body) = reply.into_parts();
            let document = upstream::collect(body, MAX_DOCUMENT_LEN).await?;
            let document = location::of_bucket(document, &door.settings.region, backend);
            parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(document.len()));
            Ok(Reply::from_parts(parts, upstream::full(document)))
        }
        _ => Ok(reply),
    }
}

const BUCKET_REGION: HeaderName = HeaderName::from_static("x-amz-bucket-region");

/// Sends a request and gives the answer as a client may see it.
pub async fn pass(door: &Door, request: Request) -> Result<Reply, S3Error> {
    let is_head = request.method == http::Method::HEAD;
    let answer = door.upstream.send(request).await?;
    // A redirection speaks of the backend's place, which clients cannot reach.
    let is_error = answer.status().is_client_error() || answer.status().is_server_error();
    if (is_error || answer.status().is_redirection()) && answer.status() != StatusCode::NOT_MODIFIED {
        let mut failure = Failure::read(answer).await?;
        if is_head {
            failure.body = Bytes::new();
        }
        return Err(S3Error::from_failure(&failure));
    }
    Ok(client_answer(answer))
}

/// The request to the backend without its body.
pub fn head_of(incoming: Incoming) -> (Request, Incoming) {
    let mut request = Request::new(incoming.head.method.clone()).headers(backend_headers(&incoming.head.headers));
    match incoming.permit.target() {
        Target::Service => {}
        Target::Bucket(bucket) => request = request.bucket(bucket),
        Target::Object(bucket, object_key) => request = request.object(bucket, object_key),
    }
    request.query = backend_query(&incoming.query);
    (request, incoming)
}

/// Adds a document and, since backends demand it of many operations, its MD5.
pub fn with_document(mut request: Request, document: Bytes) -> Request {
    if document.is_empty() {
        return request;
    }
    let digest = STANDARD.encode(md5::Md5::digest(&document));
    if let Ok(digest) = HeaderValue::from_str(&digest) {
        request.headers.insert("content-md5", digest);
    }
    request.body(Body::Bytes(document))
}

/// A restore can hide a Select, which would read ciphertext.
fn refuse_select(query: &Query, document: &[u8]) -> Result<(), S3Error> {
    let says = |word: &[u8]| memchr::memmem::find(document, word).is_some();
    match query.has("restore") && (says(b"SelectParameters") || says(b"OutputLocation")) {
        true => Err(S3Error::not_implemented()),
        false => Ok(()),
    }
}

/// An ACL for everyone, where the bucket's Block Public Access keeps that out.
fn refuse_public_acl(door: &Door, permit: &Permit, document: &[u8]) -> Result<(), S3Error> {
    let (false, Some(bucket)) = (document.is_empty(), permit.bucket()) else { return Ok(()) };
    let block = door.access.of(bucket).public_access.unwrap_or_default();
    match block.block_public_acls && public_acl::in_document(document) {
        true => Err(S3Error::access_denied()),
        false => Ok(()),
    }
}

const ACL_ACTIONS: [&str; 3] = ["s3:PutBucketAcl", "s3:PutObjectAcl", "s3:PutObjectVersionAcl"];
const ACLS_READ: [&str; 3] = ["s3:GetBucketAcl", "s3:GetObjectAcl", "s3:GetObjectVersionAcl"];

/// The backend's ACL, with the owner as clients know it.
async fn acl(door: &Door, request: Request) -> Result<Reply, S3Error> {
    let (mut parts, body) = pass(door, request).await?.into_parts();
    let document = upstream::collect(body, MAX_DOCUMENT_LEN).await?;
    let document = owner::acl_of_answer(&document, door.identities.account()).ok_or_else(|| {
        tracing::error!("the backend's ACL is not XML");
        S3Error::internal()
    })?;
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(document.len()));
    Ok(Reply::from_parts(parts, upstream::full(document)))
}

/// The query without signature and SDK marks.
pub fn backend_query(query: &Query) -> Vec<(String, Option<String>)> {
    let ours = |name: &str| routes::is_signature(name) || name == "x-id";
    let pairs = query.iter().filter(|(name, _)| !ours(name));
    // A sub-resource has no value; an empty one means the same.
    pairs.map(|(name, value)| (name.to_owned(), (!value.is_empty()).then(|| value.to_owned()))).collect()
}

/// The client's headers that mean something to the backend.
pub fn backend_headers(headers: &HeaderMap) -> HeaderMap {
    let hop_by_hop = named_by_connection(headers);
    let mut kept = HeaderMap::new();
    for (name, value) in headers {
        if passes_to_backend(name.as_str()) && !hop_by_hop.iter().any(|hop| hop == name.as_str()) {
            kept.append(name.clone(), value.clone());
        }
    }
    kept
}

fn passes_to_backend(name: &str) -> bool {
    const PLAIN: [&str; 11] = [
        "content-type",
        "cache-control",
        "content-disposition",
        "content-language",
        "expires",
        "if-match",
        "if-none-match",
        "if-modified-since",
        "if-unmodified-since",
        "range",
        "origin",
    ];
    const GATEWAYS: [&str; 14] = [
        "x-amz-date",
        "x-amz-content-sha256",
        "x-amz-security-token",
        "x-amz-trailer",
        "x-amz-decoded-content-length",
        "x-amz-sdk-checksum-algorithm",
        "x-amz-expected-bucket-owner",
        "x-amz-source-expected-bucket-owner",
        "x-amz-user-agent",
        "x-amz-target",
        "x-amz-id-2",
        "x-amz-request-id",
        "x-amz-metadata-directive",
        "x-amz-tagging-directive",
    ];
    const GATEWAYS_PREFIXES: [&str; 4] = [
        "x-amz-checksum-",
        "x-amz-server-side-encryption",
        // Nothing that is forwarded is a copy, and backends may take it for one by this.
        "x-amz-copy-source",
        "x-amz-meta-sealgate",
    ];
    let amz = name.starts_with("x-amz-") && !GATEWAYS.contains(&name);
    PLAIN.contains(&name) || (amz && !GATEWAYS_PREFIXES.iter().any(|prefix| name.starts_with(prefix)))
}

/// The backend's answer without what speaks of the backend, its own checksums and its own encryption.
pub fn client_answer(answer: Response<OwnBody>) -> Reply {
    let (mut parts, body) = answer.into_parts();
    parts.headers = upstream::client_headers(&parts.headers);
    Reply::from_parts(parts, upstream::shared(body))
}

/// The headers that `Connection` declares to be for this hop alone.
fn named_by_connection(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(header::CONNECTION).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(|name| name.trim().to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(headers: &HeaderMap) -> Vec<&str> {
        headers.keys().map(HeaderName::as_str).collect()
    }

    fn map(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn only_what_means_something_goes_to_the_backend() {
        let sent = map(&[
            ("authorization", "AWS4-HMAC-SHA256 Credential=client"),
            ("connection", "x-amz-hop"),
            ("x-amz-hop", "1"),
            ("x-amz-date", "d"),
            ("x-amz-checksum-crc32", "c"),
            ("x-amz-server-side-encryption-customer-key", "secret"),
            ("x-amz-meta-sealgate", "forged"),
            ("x-amz-copy-source", "/other/secret"),
            ("x-minio-source-mtime", "1"),
            ("x-forwarded-for", "1.2.3.4"),
            ("content-md5", "m"),
            ("x-amz-unheard-of", "kept"),
            ("content-type", "text/xml"),
        ]);
        assert_eq!(names(&backend_headers(&sent)), ["x-amz-unheard-of", "content-type"]);
    }

    #[test]
    fn a_restore_that_selects_is_refused() {
        let restore = Query::parse(Some("restore")).unwrap();
        assert!(refuse_select(&restore, b"<RestoreRequest><Days>1</Days></RestoreRequest>").is_ok());
        assert!(refuse_select(&restore, b"<RestoreRequest><SelectParameters/></RestoreRequest>").is_err());
    }
}
