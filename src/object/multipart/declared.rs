//! How an upload was begun: the headers, for the policies that decide on its parts, and by whom.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};

use super::super::Objects;
use super::super::error::{Error, Fault};
use super::upload_record::{UploadName, UploadRecord};

/// One line a header.
pub fn encode(headers: &HeaderMap) -> String {
    let lines = headers.iter().map(|(name, value)| format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes())));
    lines.collect()
}

/// `None`: no such lines.
pub fn decode(text: &str) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    for line in text.lines() {
        let (name, value) = line.split_once(": ")?;
        headers.append(HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_bytes(value.as_bytes()).ok()?);
    }
    Some(headers)
}

impl Objects {
    /// The declared headers of an upload; none of one that does not exist.
    pub async fn declared(&self, name: &UploadName) -> Result<HeaderMap, Error> {
        Ok(self.known_upload(name).await?.map(|record| record.declared.clone()).unwrap_or_default())
    }

    /// The ARN of who began an upload. `None`: it was not begun here, or before that was noted.
    pub async fn initiator(&self, name: &UploadName) -> Result<Option<String>, Error> {
        Ok(self.known_upload(name).await?.and_then(|record| record.initiator.clone()))
    }

    async fn known_upload(&self, name: &UploadName) -> Result<Option<Arc<UploadRecord>>, Error> {
        match self.upload_record(name).await {
            Ok(record) => Ok(Some(record)),
            Err(Error::Caller(Fault::NoSuchUpload)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_as_they_were_written() {
        let mut headers = HeaderMap::new();
        headers.append("x-amz-acl", HeaderValue::from_static("a"));
        headers.append("x-amz-acl", HeaderValue::from_static("b: c"));
        headers.append("x-amz-tagging", HeaderValue::from_bytes("ä=1".as_bytes()).unwrap());
        assert_eq!(decode(&encode(&headers)), Some(headers));
        assert_eq!(decode(""), Some(HeaderMap::new()));
        assert_eq!(decode("nonsense"), None);
    }
}
