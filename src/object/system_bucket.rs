//! The gateway's own bucket at the backend: upload records, part records and staged parts. Clients never see it.

use http::{HeaderMap, Method};

use super::Objects;
use super::delete::{DELETE, element};
use super::error::Error;
use crate::names::ObjectKey;
use crate::upstream::{self, Body, Request};

/// An object of the system bucket as it is listed.
#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SystemObject {
    pub key: String,
    /// ISO 8601.
    pub last_modified: String,
}

impl Objects {
    /// Writes an object of the system bucket.
    pub(super) async fn write_system_object(&self, key: &str, body: Body) -> Result<(), Error> {
        let request = Request::new(Method::PUT).object(&self.settings.system_bucket, &system_key(key)?).body(body);
        self.upstream.expect(request).await?;
        Ok(())
    }

    /// Reads an object of the system bucket as a stream.
    pub(super) async fn read_system_object(&self, key: &str) -> Result<http::Response<upstream::BoxBody>, Error> {
        let request = Request::new(Method::GET).object(&self.settings.system_bucket, &system_key(key)?);
        Ok(self.upstream.expect(request).await?.map(upstream::shared))
    }

    /// The objects of the system bucket below `prefix` and behind `after`: one page, and whether there are more.
    pub(super) async fn list_system_objects(
        &self,
        prefix: &str,
        after: Option<&str>,
    ) -> Result<(Vec<SystemObject>, bool), Error> {
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Page {
            #[serde(default)]
            is_truncated: bool,
            #[serde(default)]
            contents: Vec<SystemObject>,
        }
        let mut request = Request::new(Method::GET)
            .bucket(&self.settings.system_bucket)
            .query("list-type", "2")
            .query("prefix", prefix);
        if let Some(after) = after {
            request = request.query("start-after", after);
        }
        let page: Page = self.document(request).await?;
        Ok((page.contents, page.is_truncated))
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
}

/// A key of the system bucket.
fn system_key(key: &str) -> Result<ObjectKey, Error> {
    ObjectKey::new(key).map_err(|_| Error::Internal("a system object's name"))
}
