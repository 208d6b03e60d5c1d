//! DeleteObject and DeleteObjects: the backend deletes; ETags are translated on the way.

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::Deserialize;

use super::conditions::Conditions;
use super::error::Error;
use super::put::{joined, place};
use super::{Objects, attributes, etag};
use crate::checksum::{Algorithm, Hasher};
use crate::identity::Permit;
use crate::names::BucketName;
use crate::upstream::{Body, Request};

/// One object to delete.
pub struct Doomed {
    pub permit: Permit,
    pub version_id: Option<String>,
    /// As the client sent it, without quotes.
    pub etag: Option<String>,
    /// Further conditions, passed on as they are: element name and text.
    pub conditions: Vec<(&'static str, String)>,
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
        let xml = self.delete_document(bucket, doomed)?;
        self.send_delete(bucket, xml, headers).await
    }

    /// Deletes objects of the system bucket; those that are gone are fine.
    pub(super) async fn delete_system_objects(&self, keys: &[&str]) -> Result<(), Error> {
        for keys in keys.chunks(1000) {
            let mut xml = String::from(DELETE);
            for key in keys {
                xml.push_str("<Object>");
                element(&mut xml, "Key", key);
                xml.push_str("</Object>");
            }
            xml.push_str("</Delete>");
            let bucket = self.settings.system_bucket.clone();
            let result = self.send_delete(&bucket, xml, HeaderMap::new()).await?;
            if !result.errors.is_empty() {
                return Err(Error::Damaged("the system bucket: it keeps what is deleted"));
            }
        }
        Ok(())
    }

    async fn send_delete(
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

    fn delete_document(&self, bucket: &BucketName, doomed: &[Doomed]) -> Result<String, Error> {
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
            for (name, text) in &one.conditions {
                element(&mut xml, name, text);
            }
            xml.push_str("</Object>");
        }
        xml.push_str("</Delete>");
        Ok(xml)
    }
}

const DELETE: &str = "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";

fn element(xml: &mut String, name: &str, text: &str) {
    xml.push_str(&format!("<{name}>{}</{name}>", quick_xml::escape::escape(text)));
}
