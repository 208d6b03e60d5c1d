//! Block Public Access of a bucket: kept by the gateway, never sent to the backend.

use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use super::policy::unsettled;
use super::{request, xml};
use crate::bucket::PublicAccessBlock;
use crate::front::s3::{Door, Incoming, Reply, S3Error, document};

const MAX_DOCUMENT: usize = 64 * 1024;

/// Sets the configuration; what it does not name is off.
pub async fn put(door: &Door, incoming: Incoming) -> Result<Reply, S3Error> {
    let bucket = request::bucket(&incoming)?;
    let text = document::read(&incoming.head, incoming.verified.as_ref(), incoming.body, MAX_DOCUMENT).await?;
    let block = parse(&text)?;
    request::existing(door, &bucket).await?;
    door.access.set_public_access(&bucket, Some(block)).await.map_err(unsettled)?;
    Ok(request::bare(StatusCode::OK, HeaderMap::new()))
}

pub async fn get(door: &Door, incoming: Incoming) -> Result<Reply, S3Error> {
    let bucket = request::bucket(&incoming)?;
    request::existing(door, &bucket).await?;
    let block = door.access.of(&bucket).public_access.ok_or_else(|| {
        let message = "The public access block configuration was not found";
        S3Error::new(StatusCode::NOT_FOUND, "NoSuchPublicAccessBlockConfiguration", message)
            .field("BucketName", bucket.as_str())
    })?;
    const ROOT: &str = "PublicAccessBlockConfiguration";
    let mut document = xml::Document::new(ROOT);
    document.text("BlockPublicAcls", block.block_public_acls);
    document.text("IgnorePublicAcls", block.ignore_public_acls);
    document.text("BlockPublicPolicy", block.block_public_policy);
    document.text("RestrictPublicBuckets", block.restrict_public_buckets);
    Ok(request::document(HeaderMap::new(), document.finish(ROOT)))
}

/// Removes the configuration; none to remove is fine.
pub async fn delete(door: &Door, incoming: Incoming) -> Result<Reply, S3Error> {
    let bucket = request::bucket(&incoming)?;
    request::existing(door, &bucket).await?;
    door.access.set_public_access(&bucket, None).await.map_err(unsettled)?;
    Ok(request::bare(StatusCode::NO_CONTENT, HeaderMap::new()))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Configuration {
    block_public_acls: Option<String>,
    ignore_public_acls: Option<String>,
    block_public_policy: Option<String>,
    restrict_public_buckets: Option<String>,
}

fn parse(text: &[u8]) -> Result<PublicAccessBlock, S3Error> {
    let configuration: Configuration = xml::parse(text)?;
    let flag = |text: Option<String>| match text.as_deref().map(str::trim) {
        None => Ok(false),
        Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
        Some(_) => Err(S3Error::malformed_xml()),
    };
    Ok(PublicAccessBlock {
        block_public_acls: flag(configuration.block_public_acls)?,
        ignore_public_acls: flag(configuration.ignore_public_acls)?,
        block_public_policy: flag(configuration.block_public_policy)?,
        restrict_public_buckets: flag(configuration.restrict_public_buckets)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_named_is_off() {
        let some = b"<PublicAccessBlockConfiguration><BlockPublicPolicy>TRUE</BlockPublicPolicy>\
                     <IgnorePublicAcls>false</IgnorePublicAcls></PublicAccessBlockConfiguration>";
        assert_eq!(
            parse(some).unwrap(),
            PublicAccessBlock { block_public_policy: true, ..PublicAccessBlock::default() }
        );
        for text in ["", "<a", "<P><BlockPublicAcls>maybe</BlockPublicAcls></P>"] {
            assert_eq!(parse(text.as_bytes()).unwrap_err().code, "MalformedXML", "{text}");
        }
    }
}
