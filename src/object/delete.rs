//! DeleteObject and DeleteObjects: the backend deletes; ETags are translated on the way.

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde::Deserialize;

use super::conditions::Conditions;
use super::error::Error;
use super::put::{joined, place};
use super::{Objects, attributes, etag};
use crate::checksum::{Algorithm, Hasher};
use crate::identity::Permit;
use crate::names::{BucketName, ObjectKey};
use crate::upstream::{Body, Request};

/// One object to delete.
pub struct Doomed {
    pub permit: Permit,
    pub version_id: Option<String>,
    /// As the client sent it, without quotes.
    pub etag: Option<String>,
    /// A condition that is passed on as it is.
    pub last_modified_time: Option<String>,
}

/// What became of one object.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Deleted {
    pub key: String,
    pub version_id: Option<String>,
    pub delete_marker: Option<bool>,
    pub delete_marker_version_id: Option<String>,
}

/// Why one object was not deleted.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct NotDeleted {
    #[serde(default)]
    pub key: String,
    pub version_id: Option<String>,
    pub code: String,
    #[serde(default)]
    pub message: String,
}

/// The backend's answer to DeleteObjects.
#[derive(Debug, Default, Deserialize)]
pub struct DeleteResult {
    #[serde(rename = "Deleted", default)]
    pub deleted: Vec<Deleted>,
    #[serde(rename = "Error", default)]
    pub errors: Vec<NotDeleted>,
}

impl Objects {
    /// Deletes one object or version; the backend's headers for the client.
    pub async fn delete(
        &self,
        permit: &Permit,
        version_id: Option<&str>,
        conditions: &Conditions,
        headers: HeaderMap,
    ) -> Result<HeaderMap, Error> {
        let (bucket, object_key) = place(permit)?;
        if !conditions.is_empty() {
            // Not every backend checks: MinIO ignores If-Match on a deletion.
            let current = self.current_etag((&bucket, &object_key), version_id).await?;
            conditions.check_write(current.as_deref())?;
        }
        let headers = joined(headers, conditions.for_backend(self.forms(&bucket), None));
        let mut request = Request::new(Method::DELETE).object(&bucket, &object_key).headers(headers);
        if let Some(version) = version_id {
            request = request.query("versionId", version);
        }
        Ok(attributes::to_client(self.upstream.expect(request).await?.headers()))
    }

    /// Deletes up to 1,000 objects of `bucket` in one request. `headers` are the client's, such as its MFA.
    pub async fn delete_many(
        &self,
        bucket: &BucketName,
        doomed: &[Doomed],
        headers: HeaderMap,
    ) -> Result<DeleteResult, Error> {
        let mut result = DeleteResult::default();
        let mut agreed = Vec::with_capacity(doomed.len());
        for one in doomed {
            match self.refusal(bucket, one).await? {
                Some(refusal) => result.errors.push(refusal),
                None => agreed.push(one),
            }
        }
        if !agreed.is_empty() {
            let answer = self.send_delete(bucket, self.delete_document(bucket, &agreed)?, headers).await?;
            result.deleted = answer.deleted;
            result.errors.extend(answer.errors);
        }
        Ok(result)
    }

    /// Why one object stays: its ETag is not the one that is named, or the backend cannot keep its key apart.
    async fn refusal(&self, bucket: &BucketName, doomed: &Doomed) -> Result<Option<NotDeleted>, Error> {
        let (_, object_key) = place(&doomed.permit)?;
        let refused = |code: &str, message: &str| NotDeleted {
            key: object_key.as_str().to_owned(),
            version_id: doomed.version_id.clone(),
            code: code.to_owned(),
            message: message.to_owned(),
        };
        if !self.upstream.keeps(&object_key) {
            return Ok(Some(refused("InvalidArgument", "The backend cannot keep this key apart from others.")));
        }
        let Some(wanted) = doomed.etag.as_deref().filter(|tag| *tag != "*") else { return Ok(None) };
        let current = self.current_etag((bucket, &object_key), doomed.version_id.as_deref()).await?;
        let message = "At least one of the pre-conditions you specified did not hold";
        Ok((current.as_deref() != Some(wanted)).then(|| refused("PreconditionFailed", message)))
    }

    /// The ETag that stands at a place now, as clients see it.
    pub(super) async fn current_etag(
        &self,
        (bucket, object_key): (&BucketName, &ObjectKey),
        version_id: Option<&str>,
    ) -> Result<Option<String>, Error> {
        let mut request = Request::new(Method::HEAD).object(bucket, object_key);
        if let Some(version) = version_id {
            request = request.query("versionId", version);
        }
        let answer = match self.upstream.expect(request).await {
            Err(error) if matches!(error.status(), Some(StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED)) => {
                return Ok(None);
            }
            answer => answer?,
        };
        let (head, _) = answer.into_parts();
        // What is not sealed, or not whole, can still be deleted.
        let tag = head.headers.get("etag").and_then(|value| value.to_str().ok()).map(etag::unquote);
        let sealed = head.headers.contains_key(crate::envelope::HEADER);
        Ok(tag.map(|tag| if sealed { etag::to_client(tag).into_owned() } else { tag.to_owned() }))
    }

    pub(super) async fn send_delete(
        &self,
        bucket: &BucketName,
        xml: String,
        mut headers: HeaderMap,
    ) -> Result<DeleteResult, Error> {
        let mut md5 = Hasher::new(Algorithm::Md5);
        md5.update(xml.as_bytes());
        let md5 = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, md5.finish());
        let md5 = HeaderValue::from_str(&md5).map_err(|_| Error::Internal("a digest that is no header"))?;
        headers.insert(HeaderName::from_static("content-md5"), md5);
        let request = Request::new(Method::POST).bucket(bucket).sub_resource("delete").headers(headers);
        self.document(request.body(Body::Bytes(xml.into()))).await
    }

    fn delete_document(&self, bucket: &BucketName, doomed: &[&Doomed]) -> Result<String, Error> {
        let mut xml = String::from(DELETE);
        for one in doomed {
            let (_, object_key) = place(&one.permit)?;
            xml.push_str("<Object>");
            element(&mut xml, "Key", object_key.as_str());
            if let Some(version) = &one.version_id {
                element(&mut xml, "VersionId", version);
            }
            if let Some(tag) = &one.etag {
                element(&mut xml, "ETag", &format!("\"{}\"", etag::to_backend(tag, self.forms(bucket))));
            }
            if let Some(time) = &one.last_modified_time {
                element(&mut xml, "LastModifiedTime", time);
            }
            xml.push_str("</Object>");
        }
        xml.push_str("</Delete>");
        Ok(xml)
    }
}

pub(super) const DELETE: &str = "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";

pub(super) fn element(xml: &mut String, name: &str, text: &str) {
    xml.push_str(&format!("<{name}>{}</{name}>", quick_xml::escape::escape(text)));
}
