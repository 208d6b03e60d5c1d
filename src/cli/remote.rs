//! A running gateway as seen by a subcommand: one more S3 client, with the caller's own credentials.

use std::time::Duration;

use anyhow::{Context as _, anyhow};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::names::{BucketName, ObjectKey, Region};
use crate::upstream::{self, AddressingStyle, Credentials, Endpoint, Request, TrailingChecksum, Upstream};

/// The longest listing of one page, with room.
const MAX_PAGE: usize = 16 * 1024 * 1024;

#[derive(clap::Args)]
pub struct Remote {
    /// The gateway, as for `aws --endpoint-url`.
    #[arg(long, env = "AWS_ENDPOINT_URL", value_name = "URL", default_value = "http://127.0.0.1:8484")]
    endpoint_url: String,
    /// The access key of a user who may do it.
    #[arg(long, env = "AWS_ACCESS_KEY_ID", value_name = "ID", hide_env_values = true)]
    access_key_id: String,
    /// Its secret. Better in the environment than on the command line.
    #[arg(long, env = "AWS_SECRET_ACCESS_KEY", value_name = "SECRET", hide_env_values = true)]
    secret_access_key: String,
    /// The Region to sign for.
    #[arg(long, env = "AWS_DEFAULT_REGION", value_name = "REGION", default_value = "us-east-1")]
    region: String,
}

impl Remote {
    pub fn connect(self) -> anyhow::Result<Upstream> {
        let endpoint: Endpoint = self.endpoint_url.parse().map_err(|reason| anyhow!("--endpoint-url: {reason}"))?;
        Ok(client(endpoint, Region::new(&self.region)?, self.access_key_id, self.secret_access_key)?)
    }
}

/// A client of `endpoint`.
pub fn client(endpoint: Endpoint, region: Region, id: String, secret: String) -> Result<Upstream, upstream::Error> {
    Upstream::http(upstream::Config {
        endpoint,
        region,
        credentials: Credentials { access_key_id: id, secret_key: Zeroizing::new(secret) },
        addressing: AddressingStyle::Path,
        ca_file: None,
        connect_timeout: Duration::from_secs(10),
        read_timeout: Duration::from_secs(300),
        pool_idle_per_host: 64,
        trailing_checksum: TrailingChecksum::None,
    })
}

/// One page of a bucket's objects.
pub struct Page {
    pub keys: Vec<ObjectKey>,
    pub more: bool,
}

/// The objects under `prefix` whose keys come behind `after`.
pub async fn list(
    gateway: &Upstream,
    bucket: &BucketName,
    prefix: &str,
    after: Option<&ObjectKey>,
) -> anyhow::Result<Page> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Listing {
        #[serde(default)]
        is_truncated: bool,
        #[serde(default)]
        contents: Vec<Entry>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Entry {
        key: String,
    }
    let mut request = Request::new(http::Method::GET)
        .bucket(bucket)
        .query("list-type", "2")
        .query("encoding-type", "url")
        .query("prefix", prefix);
    if let Some(after) = after {
        request = request.query("start-after", after.as_str());
    }
    let listing: Listing = document(gateway, request).await?;
    let keys = listing.contents.iter().map(|entry| decoded(&entry.key)).collect::<anyhow::Result<_>>()?;
    Ok(Page { keys, more: listing.is_truncated })
}

fn decoded(text: &str) -> anyhow::Result<ObjectKey> {
    let text = text.replace('+', " ");
    let key = percent_encoding::percent_decode_str(&text).decode_utf8().context("a key that is not UTF-8")?;
    Ok(ObjectKey::new(&key)?)
}

/// The document that answers a request.
pub async fn document<T: for<'de> Deserialize<'de>>(gateway: &Upstream, request: Request) -> anyhow::Result<T> {
    let answer = gateway.expect(request).await.map_err(explained)?;
    let body = upstream::collect(answer.into_body(), MAX_PAGE).await?;
    Ok(quick_xml::de::from_str(std::str::from_utf8(&body)?)?)
}

/// A refusal with the gateway's own words.
pub fn explained(error: upstream::Error) -> anyhow::Error {
    match error.refused() {
        Some(failure) => anyhow!("{} {}: {}", failure.status.as_u16(), failure.code, failure.message),
        None => error.into(),
    }
}
