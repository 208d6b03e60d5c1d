//! PutBucketEncryption, GetBucketEncryption, DeleteBucketEncryption: kept by the gateway, never sent to the backend.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use super::{request, xml};
use crate::bucket::{CustomerKeys, DefaultAlgorithm, Encryption};
use crate::front::s3::{DefaultEncryption, Door, Incoming, Reply, S3Error, document};

/// A document of one rule, with room.
const MAX_DOCUMENT: usize = 64 * 1024;

/// Sets the rule. The KMS key is not looked up, as on AWS: each write does that.
pub async fn put(door: &Door, incoming: Incoming) -> Result<Reply, S3Error> {
    let bucket = request::bucket(&incoming)?;
    let text = document::read(&incoming.head, incoming.verified.as_ref(), incoming.body, MAX_DOCUMENT).await?;
    let encryption = parse(&text)?;
    request::existing(door, &bucket).await?;
    door.buckets.set_encryption(&bucket, Some(encryption)).await.map_err(unsettled)?;
    Ok(request::bare(StatusCode::OK, HeaderMap::new()))
}

/// The rule, or what applies where none was put.
pub async fn get(door: &Door, incoming: Incoming) -> Result<Reply, S3Error> {
    let bucket = request::bucket(&incoming)?;
    request::existing(door, &bucket).await?;
    let encryption = match door.buckets.encryption(&bucket) {
        Some(known) if known.algorithm.is_some() => known,
        known => Encryption { customer_keys: known.and_then(|known| known.customer_keys), ..of_gateway(door) },
    };
    Ok(request::document(HeaderMap::new(), rendered(&encryption)))
}

/// Goes back to the gateway's default. What is blocked stays blocked.
pub async fn delete(door: &Door, incoming: Incoming) -> Result<Reply, S3Error> {
    let bucket = request::bucket(&incoming)?;
    request::existing(door, &bucket).await?;
    door.buckets.set_encryption(&bucket, None).await.map_err(unsettled)?;
    Ok(request::bare(StatusCode::NO_CONTENT, HeaderMap::new()))
}

fn of_gateway(door: &Door) -> Encryption {
    let (algorithm, bucket_key) = match door.settings.default_encryption {
        DefaultEncryption::SseS3 => (DefaultAlgorithm::SseS3, false),
        DefaultEncryption::SseKms => (DefaultAlgorithm::SseKms, true),
    };
    Encryption { algorithm: Some(algorithm), key: None, bucket_key: Some(bucket_key), customer_keys: None }
}

fn rendered(encryption: &Encryption) -> String {
    let mut document = xml::Document::new("ServerSideEncryptionConfiguration");
    document.open("Rule");
    document.open("ApplyServerSideEncryptionByDefault");
    document.text("SSEAlgorithm", encryption.algorithm.map_or("", DefaultAlgorithm::name));
    if let Some(key) = &encryption.key {
        document.text("KMSMasterKeyID", key);
    }
    document.close("ApplyServerSideEncryptionByDefault");
    document.text("BucketKeyEnabled", encryption.bucket_key.unwrap_or(false));
    if let Some(customer_keys) = encryption.customer_keys {
        document.open("BlockedEncryptionTypes");
        document.text("EncryptionType", blocked_name(customer_keys));
        document.close("BlockedEncryptionTypes");
    }
    document.close("Rule");
    document.finish("ServerSideEncryptionConfiguration")
}

fn blocked_name(customer_keys: CustomerKeys) -> &'static str {
    match customer_keys {
        CustomerKeys::Allowed => "NONE",
        CustomerKeys::Blocked => "SSE-C",
    }
}

#[derive(Deserialize)]
struct Configuration {
    #[serde(rename = "Rule", default)]
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Rule {
    apply_server_side_encryption_by_default: Option<ByDefault>,
    bucket_key_enabled: Option<String>,
    blocked_encryption_types: Option<Blocked>,
}

#[derive(Deserialize)]
struct ByDefault {
    #[serde(rename = "SSEAlgorithm")]
    algorithm: String,
    #[serde(rename = "KMSMasterKeyID")]
    key: Option<String>,
}

#[derive(Deserialize)]
struct Blocked {
    #[serde(rename = "EncryptionType", default)]
    types: Vec<String>,
}

fn parse(text: &Bytes) -> Result<Encryption, S3Error> {
    let configuration: Configuration = xml::parse(text)?;
    let [rule] = configuration.rules.as_slice() else { return Err(S3Error::malformed_xml()) };
    let (algorithm, key) = match &rule.apply_server_side_encryption_by_default {
        None => (DefaultAlgorithm::SseS3, None),
        Some(default) => {
            let algorithm = DefaultAlgorithm::from_name(default.algorithm.trim()).ok_or_else(S3Error::malformed_xml)?;
            (algorithm, default.key.as_deref().map(str::trim).filter(|key| !key.is_empty()).map(str::to_owned))
        }
    };
    if algorithm == DefaultAlgorithm::SseS3 && key.is_some() {
        let message = "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse";
        return Err(S3Error::new(StatusCode::BAD_REQUEST, "InvalidArgument", message)
            .field("ArgumentName", "ApplyServerSideEncryptionByDefault"));
    }
    let bucket_key = match rule.bucket_key_enabled.as_deref().map(str::trim) {
        None => None,
        Some("true") => Some(true),
        Some("false") => Some(false),
        Some(_) => return Err(S3Error::malformed_xml()),
    };
    let customer_keys = rule.blocked_encryption_types.as_ref().map(blocked).transpose()?.flatten();
    Ok(Encryption { algorithm: Some(algorithm), key, bucket_key, customer_keys })
}

fn blocked(blocked: &Blocked) -> Result<Option<CustomerKeys>, S3Error> {
    let types: Vec<&str> = blocked.types.iter().map(|name| name.trim()).collect();
    match types.as_slice() {
        [] => Ok(None),
        ["NONE"] => Ok(Some(CustomerKeys::Allowed)),
        ["SSE-C"] => Ok(Some(CustomerKeys::Blocked)),
        _ => Err(S3Error::malformed_xml()),
    }
}

fn unsettled(error: crate::bucket::Error) -> S3Error {
    crate::object::Error::from(error).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(inner: &str) -> Result<Encryption, String> {
        let text = format!(
            "<ServerSideEncryptionConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{inner}\
             </ServerSideEncryptionConfiguration>"
        );
        parse(&text.into()).map_err(|error| error.code.into_owned())
    }

    #[test]
    fn what_was_put_is_written_back() {
        let encryption = Encryption {
            algorithm: Some(DefaultAlgorithm::SseKms),
            key: Some("alias/a&b".into()),
            bucket_key: Some(true),
            customer_keys: Some(CustomerKeys::Blocked),
        };
        assert_eq!(parse(&rendered(&encryption).into()).unwrap(), encryption);
    }

    #[test]
    fn one_rule_and_no_other_number() {
        let rule = "<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>\
                    </ApplyServerSideEncryptionByDefault></Rule>";
        assert_eq!(of(rule).unwrap().algorithm, Some(DefaultAlgorithm::SseS3));
        for wrong in [
            "".to_owned(),
            rule.repeat(2),
            rule.replace("AES256", "AES128"),
            rule.replace("</Rule>", "<BucketKeyEnabled>maybe</BucketKeyEnabled></Rule>"),
            rule.replace(
                "</Rule>",
                "<BlockedEncryptionTypes><EncryptionType>SSE-S3</EncryptionType></BlockedEncryptionTypes></Rule>",
            ),
        ] {
            assert_eq!(of(&wrong), Err("MalformedXML".to_owned()), "{wrong}");
        }
        let key = rule.replace("</SSEAlgorithm>", "</SSEAlgorithm><KMSMasterKeyID>k</KMSMasterKeyID>");
        assert_eq!(of(&key), Err("InvalidArgument".to_owned()));
    }
}
