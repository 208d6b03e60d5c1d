//! Multipart uploads at the backend, in its own terms: what PutObject beyond the request limit, copies and the clients'
//! own uploads are made of.

use http::{HeaderMap, Method};
use serde::Deserialize;

use super::Objects;
use super::error::Error;
use super::etag::unquote;
use super::unfinished::Unfinished;
use crate::names::{BucketName, ObjectKey};
use crate::upstream::{self, Body, Request};

type Place<'a> = (&'a BucketName, &'a ObjectKey);

/// The longest answer document that is read.
const MAX_DOCUMENT: usize = 16 * 1024 * 1024;

/// One part as the backend lists it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct BackendPart {
    pub part_number: u16,
    #[serde(rename = "ETag")]
    pub etag: String,
}

/// One page of ListParts.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct BackendParts {
    #[serde(default)]
    pub is_truncated: bool,
    #[serde(rename = "Part", default)]
    pub parts: Vec<BackendPart>,
    #[serde(default)]
    pub storage_class: Option<String>,
}

#[derive(Deserialize)]
struct Initiated {
    #[serde(rename = "UploadId")]
    upload_id: String,
}

#[derive(Deserialize)]
struct PartCopied {
    #[serde(rename = "ETag")]
    etag: String,
}

impl Objects {
    /// Starts an upload. `headers` become the object's.
    pub(super) async fn create_backend_upload(
        &self,
        place: Place<'_>,
        headers: HeaderMap,
    ) -> Result<Unfinished, Error> {
        self.create_backend_upload_with_answer(place, headers).await.map(|(upload, _)| upload)
    }

    /// On a task of its own: if the caller goes away before the backend's answer, the upload is given up once it is known.
    pub(super) async fn create_backend_upload_with_answer(
        &self,
        (bucket, object_key): Place<'_>,
        headers: HeaderMap,
    ) -> Result<(Unfinished, HeaderMap), Error> {
        let request = Request::new(Method::POST).object(bucket, object_key).sub_resource("uploads").headers(headers);
        let (upstream, place) = (self.upstream.clone(), (bucket.clone(), object_key.clone()));
        let created = async move {
            let (head, body) = upstream.expect(request).await?.into_parts();
            let initiated: Initiated = document(upstream::collect(body, MAX_DOCUMENT).await?.as_ref())?;
            Ok((Unfinished::new(upstream, place, initiated.upload_id), head.headers))
        };
        let (sender, receiver) = tokio::sync::oneshot::channel();
        tokio::spawn(async move { drop(sender.send(created.await)) });
        receiver.await.map_err(|_| Error::Internal("a task that ended early"))?
    }

    /// Sends one part; its ETag without quotes.
    pub(super) async fn upload_backend_part(
        &self,
        (bucket, object_key): Place<'_>,
        upload_id: &str,
        number: u16,
        body: Body,
    ) -> Result<String, Error> {
        let request = Request::new(Method::PUT)
            .object(bucket, object_key)
            .query("partNumber", number.to_string())
            .query("uploadId", upload_id)
            .body(body);
        let answer = self.upstream.expect(request).await?;
        let tag =
            answer.headers().get("etag").and_then(|value| value.to_str().ok()).ok_or(Error::Damaged("its ETag"))?;
        Ok(unquote(tag).to_owned())
    }

    /// Lets the backend copy one part; `headers` name the source, its range and its ETag.
    pub(super) async fn copy_backend_part(
        &self,
        (bucket, object_key): Place<'_>,
        upload_id: &str,
        number: u16,
        headers: HeaderMap,
    ) -> Result<String, Error> {
        let request = Request::new(Method::PUT)
            .object(bucket, object_key)
            .query("partNumber", number.to_string())
            .query("uploadId", upload_id)
            .headers(headers);
        let copied: PartCopied = self.document(request).await?;
        Ok(unquote(&copied.etag).to_owned())
    }

    /// Makes the object. The answer's headers, with `etag` set from its document.
    pub(super) async fn complete_backend_upload(
        &self,
        (bucket, object_key): Place<'_>,
        upload_id: &str,
        parts: &[(u16, String)],
        conditions: HeaderMap,
    ) -> Result<HeaderMap, Error> {
        let mut xml = String::from("<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
        for (number, tag) in parts {
            let tag = quick_xml::escape::escape(tag.as_str());
            xml.push_str(&format!("<Part><PartNumber>{number}</PartNumber><ETag>&quot;{tag}&quot;</ETag></Part>"));
        }
        xml.push_str("</CompleteMultipartUpload>");
        let request = Request::new(Method::POST)
            .object(bucket, object_key)
            .query("uploadId", upload_id)
            .headers(conditions)
            .body(Body::Bytes(xml.into()));
        // The backend may answer 200 and then an error: `expect_document` reads which it is.
        let (mut headers, copied): (_, PartCopied) = self.document_and_headers(request).await?;
        let tag = super::quoted(unquote(&copied.etag)).ok_or(Error::Damaged("its ETag"))?;
        headers.insert(http::header::ETAG, tag);
        // Of the document, not of the object.
        headers.remove(http::header::CONTENT_TYPE);
        Ok(headers)
    }

    /// One page of the parts that the backend has, from behind `marker`.
    pub(super) async fn list_backend_parts(
        &self,
        (bucket, object_key): Place<'_>,
        upload_id: &str,
        marker: u16,
        limit: u16,
    ) -> Result<BackendParts, Error> {
        let request = Request::new(Method::GET)
            .object(bucket, object_key)
            .query("uploadId", upload_id)
            .query("part-number-marker", marker.to_string())
            .query("max-parts", limit.to_string());
        self.document(request).await
    }

    /// The document that answers a request.
    pub(super) async fn document<T: for<'de> Deserialize<'de>>(&self, request: Request) -> Result<T, Error> {
        self.document_and_headers(request).await.map(|(_, document)| document)
    }

    pub(super) async fn document_and_headers<T: for<'de> Deserialize<'de>>(
        &self,
        request: Request,
    ) -> Result<(HeaderMap, T), Error> {
        let (head, body) = self.upstream.expect(request).await?.into_parts();
        let body = upstream::collect(body, MAX_DOCUMENT).await?;
        if let Some(failure) = upstream::Failure::in_document(&head.headers, &body) {
            return Err(upstream::Error::Refused(Box::new(failure)).into());
        }
        Ok((head.headers, document(&body)?))
    }
}

fn document<T: for<'de> Deserialize<'de>>(xml: &[u8]) -> Result<T, Error> {
    let text = std::str::from_utf8(xml).map_err(|_| Error::Damaged("a document of the backend"))?;
    quick_xml::de::from_str(text.trim()).map_err(|error| {
        tracing::error!(%error, "the backend's answer cannot be read");
        Error::Damaged("a document of the backend")
    })
}
